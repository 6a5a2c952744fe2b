"""Collects diagnostics; every pass reports all its faults here instead of stopping at the first."""

from __future__ import annotations

from collections.abc import Iterable

from .codes import CODES, UnknownCodeError
from .model import Diagnostic, Severity


class Sink:
    """An append-only collection without duplicates."""

    def __init__(self, diagnostics: Iterable[Diagnostic] = ()) -> None:
        self._seen: dict[Diagnostic, None] = dict.fromkeys(diagnostics)

    def report(self, diagnostic: Diagnostic) -> None:
        """Add one diagnostic; an equal one is kept once. Raises ``UnknownCodeError`` for a code without a page."""
        if diagnostic.code not in CODES:
            raise UnknownCodeError(f"no such diagnostic code: {diagnostic.code}")
        self._seen.setdefault(diagnostic)

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Add several diagnostics."""
        for diagnostic in diagnostics:
            self.report(diagnostic)

    @property
    def has_errors(self) -> bool:
        """Whether anything reported so far stops the compilation."""
        return any(d.severity is Severity.ERROR for d in self._seen)

    def sorted(self) -> tuple[Diagnostic, ...]:
        """All diagnostics in the order in which they are shown."""
        return tuple(sorted(self._seen, key=lambda d: d.sort_key))
