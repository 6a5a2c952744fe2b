"""Applies the fixes that may be applied unseen: pure text edits, so comments, quotes and line ends stay as they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from .model import Applicability, Diagnostic, Edit, Fix
from .sources import Sources
from .span import Span


@dataclass(frozen=True, slots=True)
class Applied:
    """The result of applying fixes."""

    texts: Mapping[str, str]
    """New text of every file that changed."""
    fixed: tuple[Diagnostic, ...]
    """What is repaired."""
    skipped: tuple[Diagnostic, ...]
    """What has a safe fix that overlaps another one (a second run repairs it) or lies in a file that is not known."""


class _Replacement(NamedTuple):
    start: int
    end: int
    text: str


def apply_fixes(diagnostics: Iterable[Diagnostic], sources: Sources) -> Applied:
    """Apply the first machine-applicable fix of every diagnostic, in their order; all edits of a fix or none."""
    offsets = {file: _line_offsets(text) for file, text in sources.items()}
    planned: dict[str, list[_Replacement]] = defaultdict(list)
    fixed, skipped = [], []
    for diagnostic in sorted(diagnostics, key=lambda diagnostic: diagnostic.sort_key):
        fix = safe_fix(diagnostic)
        if fix is None:
            continue
        edits = [(edit.span.file, _replacement(edit, offsets)) for edit in fix.edits]
        wanted = [(file, edit) for file, edit in edits if edit is not None and edit not in planned[file]]
        if len(edits) != sum(edit is not None for _, edit in edits) or any(_overlaps(planned[f], e) for f, e in wanted):
            skipped.append(diagnostic)
            continue
        for file, replacement in wanted:
            planned[file].append(replacement)
        fixed.append(diagnostic)
    texts = {file: _replaced(sources[file], edits) for file, edits in planned.items() if edits}
    return Applied(texts, tuple(fixed), tuple(skipped))


def safe_fix(diagnostic: Diagnostic) -> Fix | None:
    """The fix that ``check --fix`` applies."""
    return next((fix for fix in diagnostic.fixes if fix.applicability is Applicability.MACHINE_APPLICABLE), None)


def _overlaps(planned: list[_Replacement], wanted: _Replacement) -> bool:
    # Two insertions at one place would depend on their order, so touching counts as overlapping when one is empty.
    return any(
        (wanted.start < other.end and other.start < wanted.end) or wanted.start == other.start for other in planned
    )


def _replacement(edit: Edit, offsets: Mapping[str, list[int]]) -> _Replacement | None:
    lines = offsets.get(edit.span.file)
    if lines is None:
        return None
    span: Span = edit.span
    if not (0 < span.line < len(lines) and 0 < span.end_line < len(lines)):
        return None
    start = lines[span.line - 1] + span.column - 1
    end = lines[span.end_line - 1] + span.end_column - 1
    return _Replacement(start, end, edit.text) if start <= end <= lines[-1] else None


def _line_offsets(text: str) -> list[int]:
    """Where each line begins, and at the end the length of the text."""
    offsets = [1 if text.startswith("\ufeff") else 0]
    for index, character in enumerate(text):
        if character == "\n" or (character == "\r" and text[index + 1 : index + 2] != "\n"):
            offsets.append(index + 1)
    return [*offsets, len(text)]


def _replaced(text: str, edits: list[_Replacement]) -> str:
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text
