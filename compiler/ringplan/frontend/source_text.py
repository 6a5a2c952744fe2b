"""Reads the texts that diagnostics point into; only done when there is something to show."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ringplan.diagnostics import Diagnostic

from .decode import MAX_BYTES


def read_sources(diagnostics: Iterable[Diagnostic]) -> dict[str, str]:
    """The text of every file a diagnostic names, as it is; a file that cannot be read is left out."""
    files = {label.span.file for diagnostic in diagnostics for label in (diagnostic.primary, *diagnostic.secondary)}
    found = {}
    for file in sorted(files):
        try:
            with Path(file).open("rb") as stream:
                found[file] = stream.read(MAX_BYTES).decode("utf-8", "replace")
        except (OSError, ValueError):
            continue
    return found
