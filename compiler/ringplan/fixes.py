"""Applying the fixes of diagnostics to the manifests they were found in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ringplan.diagnostics import Applicability, Diagnostic, Edit, Span
from ringplan.files import replace_file

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Repair:
    """A fix that was applied."""

    file: str
    line: int
    code: str
    title: str


def apply_fixes(diagnostics: Iterable[Diagnostic]) -> tuple[Repair, ...]:
    """Apply every machine-applicable fix; of fixes that touch the same text the first one. Raises OSError."""
    edits: list[Edit] = []
    repairs = []
    for diagnostic in diagnostics:
        sure = [fix for fix in diagnostic.fixes if fix.applicability is Applicability.MACHINE_APPLICABLE]
        if not sure or any(_touch(one.span, other.span) for one in sure[0].edits for other in edits):
            continue
        edits.extend(sure[0].edits)
        span = diagnostic.primary.span
        repairs.append(Repair(span.file, span.line, diagnostic.code, sure[0].title))
    for file in sorted({edit.span.file for edit in edits}):
        _rewrite(Path(file), [edit for edit in edits if edit.span.file == file])
    return tuple(repairs)


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text with all edits made; they must not overlap."""
    starts = _line_starts(text)
    for edit in sorted(edits, key=lambda edit: edit.span, reverse=True):
        begin = starts[edit.span.line - 1] + edit.span.column - 1
        end = starts[edit.span.end_line - 1] + edit.span.end_column - 1
        text = text[:begin] + edit.text + text[end:]
    return text


def _touch(one: Span, other: Span) -> bool:
    if one.file != other.file:
        return False
    return (one.line, one.column) <= (other.end_line, other.end_column) and (other.line, other.column) <= (
        one.end_line,
        one.end_column,
    )


def _line_starts(text: str) -> list[int]:
    """Offset of the first character of every line; spans count lines as YAML does and ignore a byte order mark."""
    offset = len(_BOM) if text.startswith(_BOM) else 0
    return [offset, *(match.end() for match in _LINE.finditer(text, offset) if match[0])]


def _rewrite(file: Path, edits: list[Edit]) -> None:
    """Write the edited file; its mode stays, its line ends too."""
    target = file.resolve()
    content = edited(target.read_bytes().decode("utf-8"), edits)
    replace_file(target, content.encode("utf-8"), target.stat().st_mode & 0o777)
