"""Folding of warnings that say the same about many places, and the counts of the summary line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from .model import Applicability, Diagnostic, Severity

FOLD_FROM: Final = 5
"""So many warnings of one code are shown as one."""


class Shown(NamedTuple):
    """A diagnostic that is shown, and those it stands for."""

    diagnostic: Diagnostic
    folded: tuple[Diagnostic, ...] = ()


def consolidate(diagnostics: Iterable[Diagnostic]) -> list[Shown]:
    """Sorted; of five or more warnings of one code only the first, the others folded into it; errors never are."""
    ordered = sorted(diagnostics, key=lambda diagnostic: diagnostic.sort_key)
    alike: dict[str, list[Diagnostic]] = defaultdict(list)
    for diagnostic in ordered:
        if diagnostic.severity is not Severity.ERROR:
            alike[diagnostic.code].append(diagnostic)
    result = []
    for diagnostic in ordered:
        others = alike.get(diagnostic.code, []) if diagnostic.severity is not Severity.ERROR else []
        if len(others) < FOLD_FROM:
            result.append(Shown(diagnostic))
        elif diagnostic is others[0]:
            result.append(Shown(diagnostic, tuple(others[1:])))
    return result


class Counts(NamedTuple):
    """What the summary line says."""

    errors: int
    warnings: int
    infos: int
    files: int
    fixable: int
    """How many ``check --fix`` repairs."""


def count(diagnostics: Sequence[Diagnostic]) -> Counts:
    """The counts of a run."""
    by = [diagnostic.severity for diagnostic in diagnostics]
    return Counts(
        by.count(Severity.ERROR),
        by.count(Severity.WARNING),
        by.count(Severity.INFO),
        len({diagnostic.primary.span.file for diagnostic in diagnostics}),
        sum(is_fixable(diagnostic) for diagnostic in diagnostics),
    )


def is_fixable(diagnostic: Diagnostic) -> bool:
    """Whether ``check --fix`` repairs it."""
    return any(fix.applicability is Applicability.MACHINE_APPLICABLE for fix in diagnostic.fixes)


def summary(counts: Counts) -> str:
    """``3 errors, 1 warning in 2 files; 1 can be fixed with --fix``; empty when nothing was found."""
    kinds = ((counts.errors, "error"), (counts.warnings, "warning"), (counts.infos, "info"))
    found = ", ".join(plural(number, word) for number, word in kinds if number)
    if not found:
        return ""
    fixable = f"; {counts.fixable} can be fixed with --fix" if counts.fixable else ""
    return f"{found} in {plural(counts.files, 'file')}{fixable}"


def plural(number: int, word: str) -> str:
    """``1 error``, ``2 errors``."""
    return f"{number:,} {word}" if number == 1 or word == "info" else f"{number:,} {word}s"
