"""Diagnostics for people, in the manner of rustc: what, where, the line with the place underlined, what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from ..consolidate import consolidate, count, is_fixable, plural, summary
from ..model import Diagnostic, Label
from ..sources import Cell, Lines, Sources, cells
from ..text import escape

MAX_WIDTH: Final = 100
"""Columns of a source line that are shown; a longer one is cut around the place."""
FOLDED_PLACES: Final = 3
"""Places of folded warnings that are named."""
_HELP_COLUMN: Final = 42

_RESET: Final = "\x1b[0m"
_STYLES: Final = {
    "error": "\x1b[1;31m",
    "warning": "\x1b[1;33m",
    "info": "\x1b[1;36m",
    "gutter": "\x1b[1;34m",
    "bold": "\x1b[1m",
}


class _Paint(NamedTuple):
    """Colours, or none."""

    color: bool

    def __call__(self, style: str, text: str) -> str:
        return f"{_STYLES[style]}{text}{_RESET}" if self.color and text else text


class _Mark(NamedTuple):
    """A label on its way to the page."""

    label: Label
    primary: bool


def render(diagnostics: Sequence[Diagnostic], sources: Sources, *, color: bool = False) -> str:
    """All diagnostics, sorted, with a summary line; empty when there are none."""
    paint, lines = _Paint(color), Lines(sources)
    parts = [_one(shown.diagnostic, shown.folded, lines, paint) for shown in consolidate(diagnostics)]
    if parts:
        parts.append(paint("bold", summary(count(diagnostics))) + "\n")
    return "\n".join(parts)


def render_one(diagnostic: Diagnostic, lines: Lines, *, color: bool = False) -> str:
    """One diagnostic without summary."""
    return _one(diagnostic, (), lines, _Paint(color))


def _one(diagnostic: Diagnostic, folded: Sequence[Diagnostic], sources: Lines, paint: _Paint) -> str:
    severity = diagnostic.severity.value
    head = paint(severity, f"{severity}[{diagnostic.code}]") + paint("bold", f": {escape(diagnostic.message)}")
    marks = [_Mark(diagnostic.primary, True), *(_Mark(label, False) for label in diagnostic.secondary)]
    files = sorted({mark.label.span.file for mark in marks}, key=lambda file: file != diagnostic.primary.span.file)
    # The primary file comes first; the others keep the order in which the pass named them.
    order = list(dict.fromkeys([*files[:1], *(mark.label.span.file for mark in marks)]))
    gutter = len(str(max(mark.label.span.line for mark in marks)))
    lines = [head]
    for file in order:
        lines += _file(file, [mark for mark in marks if mark.label.span.file == file], gutter, severity, sources, paint)
    lines += _footer(diagnostic, folded, gutter, paint)
    return "\n".join(lines) + "\n"


def _file(file: str, marks: list[_Mark], gutter: int, severity: str, sources: Lines, paint: _Paint) -> Iterator[str]:
    """The lines of one file that are worth showing."""
    text = sources.of(file)
    first = marks[0].label
    bar = paint("gutter", " " * gutter + " |")
    place = f"{escape(file)}:{first.span.line}:{first.span.column}"
    if not any(_is_there(mark.label, text) for mark in marks):
        yield paint("gutter", " " * gutter + "--> ") + place + (f"   {escape(first.text)}" if first.text else "")
        return
    yield paint("gutter", " " * gutter + "--> ") + place
    yield bar
    before = 0
    by_line = sorted((mark for mark in marks if _is_there(mark.label, text)), key=lambda mark: mark.label.span.line)
    for line, group in groupby(by_line, key=lambda mark: mark.label.span.line):
        if before and line > before + 1:
            yield paint("gutter", "...")
        before = line
        yield from _line(text[line - 1], line, list(group), gutter, severity, paint)


def _is_there(label: Label, text: list[str]) -> bool:
    return 0 < label.span.line <= len(text) and bool(text[label.span.line - 1].strip() or label.span.column > 1)


def _line(text: str, number: int, marks: list[_Mark], gutter: int, severity: str, paint: _Paint) -> Iterator[str]:
    """A source line and one underline for every label on it, the primary one first."""
    marks = sorted(marks, key=lambda mark: not mark.primary)
    drawn = cells(text.rstrip())
    start, end = _columns(marks[0].label, drawn)
    first, last = _window(drawn, start, end)
    left, right = "…" if first else "", "…" if last < len(drawn) else ""
    shown = left + "".join(cell.drawn for cell in drawn[first:last]) + right
    yield paint("gutter", f"{number:>{gutter}} |") + f" {shown}"
    for mark in marks:
        start, end = _columns(mark.label, drawn)
        if not first <= start <= last:
            continue
        indent = _width(drawn[first:start]) + len(left)
        length = max(1, _width(drawn[start : min(end, last)]))
        underline = ("^" if mark.primary else "-") * length
        label = f" {escape(mark.label.text)}" if mark.label.text else ""
        styled = paint(severity if mark.primary else "gutter", underline + label)
        yield paint("gutter", " " * gutter + " |") + " " * (indent + 1) + styled


def _columns(label: Label, drawn: list[Cell]) -> tuple[int, int]:
    """First and last cell of the part of a label that is on its first line."""
    span = label.span
    start = min(span.column - 1, len(drawn))
    end = span.end_column - 1 if span.end_line == span.line else len(drawn)
    return start, max(start, min(end, len(drawn)))


def _window(drawn: list[Cell], start: int, end: int) -> tuple[int, int]:
    """The cells that are shown of a line that is too long: the place with what is around it."""
    if _width(drawn) <= MAX_WIDTH:
        return 0, len(drawn)
    first, last, width = start, start, 0
    # Up to the end of the place first, then alternately to the left and the right, as long as there is room.
    while last < min(end, len(drawn)) and width + drawn[last].width <= MAX_WIDTH - 20:
        width += drawn[last].width
        last += 1
    while width < MAX_WIDTH - 12 and (first > 0 or last < len(drawn)):
        if first > 0:
            first -= 1
            width += drawn[first].width
        if last < len(drawn):
            width += drawn[last].width
            last += 1
    return first, last


def _width(drawn: Sequence[Cell]) -> int:
    return sum(cell.width for cell in drawn)


def _footer(diagnostic: Diagnostic, folded: Sequence[Diagnostic], gutter: int, paint: _Paint) -> Iterator[str]:
    """Notes and help under the source lines."""
    notes = [("note", note) for note in diagnostic.notes]
    if folded:
        places = [
            f"{d.primary.span.file}:{d.primary.span.line}:{d.primary.span.column}" for d in folded[:FOLDED_PLACES]
        ]
        more = ", …" if len(folded) > FOLDED_PLACES else ""
        notes.append(("note", f"and {plural(len(folded), 'similar warning')} at {', '.join(places)}{more}"))
    help_text = diagnostic.help or next((fix.title for fix in diagnostic.fixes if is_fixable(diagnostic)), None)
    if help_text:
        notes.append(("help", help_text))
    if notes:
        yield paint("gutter", " " * gutter + " |")
    for kind, text in notes:
        line = f"{kind}: {escape(text)}"
        if kind == "help" and is_fixable(diagnostic):
            line = f"{line:<{_HELP_COLUMN}} [--fix: safe]"
        yield paint("gutter", " " * gutter + " = ") + line
