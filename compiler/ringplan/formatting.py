"""The engine of ``ringplan fmt``: one layout for every manifest, without touching what it says.

* Fields stand in the order of the models. Entries of a section (users, departments, phones) keep the order their author
  gave them, because it often means something to people: reception first, then the floors.
* Two spaces a level, at most one blank line, one before every top-level section, a line break at the end, no blanks at
  the ends of lines. The editor's modeline comes first.
* Scalars, braces and comments are copied from the source, not written anew. So a plain ``0602123456`` or ``+420…``
  stays plain: our loader keeps it as text, quotes would only add noise to diffs. Quotes that are there stay too.

A tree of blocks is cut out of the text by the parser's marks and joined again. A comment belongs to the entry below it,
unless it is indented deeper; then to what is above. As a safeguard the result is read again: if its meaning or its
comments differed, which unusual YAML (``? key``) may cause, the text is returned as it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from ringplan.diagnostics import Diagnostic, Sink
from ringplan.diagnostics.sources import split_lines
from ringplan.frontend.model_walk import Model, field_names, models_at
from ringplan.frontend.spans import Entry, Path, Step
from ringplan.frontend.yaml_source import Document, read_yaml
from ringplan_schema import Platform, Tenant

Kind = Literal["tenant", "platform"]

_ROOTS: Final[dict[str, Model]] = {"tenant": Tenant, "platform": Platform}
_MODELINE: Final = re.compile(r"#\s*yaml-language-server:")
_INDENT: Final = "  "
_MAX_ROUNDS: Final = 4
"""A second round is needed when moving fields makes a comment change its owner; more never was."""


class NotFormattableError(ValueError):
    """The text has syntax faults; ``diagnostics`` says which."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__("a text with syntax faults cannot be formatted")
        self.diagnostics = diagnostics


class _UnusualError(Exception):
    """A construct this formatter does not lay out."""


def format_text(text: str, kind: Kind, file: str = "<text>") -> str:
    """The text in canonical form; raises ``NotFormattableError`` for one that cannot be read."""
    document, comments = _read(text, file)
    if document is None:
        return text
    formatted = text
    for _ in range(_MAX_ROUNDS):
        try:
            again = _format_once(formatted, kind, file)
        except _UnusualError:
            return text
        if again == formatted:
            break
        formatted = again
    else:
        return text
    same, same_comments = _read(formatted, file)
    unchanged = same is not None and same.data == document.data and same_comments == comments
    return formatted if unchanged else text


def _format_once(text: str, kind: Kind, file: str) -> str:
    document, _ = _read(text, file)
    if document is None:
        raise _UnusualError
    lines = [line.rstrip() if not line.rstrip().endswith("\\") else line for line in split_lines(text)]
    header, body = _header(lines, document)
    block = _Cutter(lines, _ROOTS[kind]).mapping(document.entry, (), body, len(lines))
    written = _join(block, 0)
    modelines = [line.strip() for line in header if _MODELINE.match(line.strip())]
    rest = [line for line in header if not _MODELINE.match(line.strip())]
    while rest and not rest[0]:
        del rest[0]
    return "\n".join(_squeezed(_spaced(modelines + rest + written))) + "\n"


def _read(text: str, file: str) -> tuple[Document | None, list[str]]:
    """The document and its comments, sorted; duplicates and tags are no obstacle to reading but to formatting."""
    sink = Sink()
    document = read_yaml(text.encode("utf-8", "surrogatepass"), file, sink)
    if sink.has_errors:
        raise NotFormattableError(sink.sorted())
    return document, sorted(_comments(split_lines(text), document.entry)) if document else []


def _comments(lines: list[str], root: Entry) -> list[str]:
    """What stands behind ``#`` outside of scalars."""
    masked = [list(line) for line in lines]
    for start, end in _scalar_marks(root):
        for number in range(start.line, min(end.line, len(lines) - 1) + 1):
            line = masked[number]
            first = start.column if number == start.line else 0
            last = end.column if number == end.line else len(line)
            line[first:last] = "x" * max(0, min(last, len(line)) - first)
    found = ("".join(line).find("#") for line in masked)
    return [lines[number][column:].rstrip() for number, column in enumerate(found) if column >= 0]


def _scalar_marks(entry: Entry) -> list[tuple[Any, Any]]:
    if entry.children is None:
        own = [(entry.start.start_mark, entry.start.end_mark)]
    else:
        own = [marks for child in entry.children.values() for marks in _scalar_marks(child)]
    return own if entry.key is None else [(entry.key.start_mark, entry.key.end_mark), *own]


def _header(lines: list[str], document: Document) -> tuple[list[str], int]:
    """The lines that stay on top (comments up to a blank line, modelines, ``---``) and where the rest begins."""
    first = document.entry.start.start_mark.line
    if any(line and not line.startswith("#") for line in (line.strip() for line in lines[:first])):
        return lines[:first], first
    begin = 0
    for number, line in enumerate(lines[:first]):
        if not line or _MODELINE.match(line.strip()):
            begin = number + 1
    return [line.strip() for line in lines[:begin]], begin


@dataclass
class _Block:
    """An entry of a mapping or list on its way to the new text; lines without their indentation."""

    above: list[str]
    """Comment and blank lines that belong to it."""
    head: list[str]
    """The first line, and for text over several lines the others with their indentation below the first."""
    below: list[_Block] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    """Comments behind the last entry below."""
    is_item: bool = False


class _Cutter:
    """Cuts the text into blocks; line numbers count from 0, ends are exclusive."""

    def __init__(self, lines: list[str], root: Model) -> None:
        self._lines = lines
        self._root = root

    def mapping(self, entry: Entry, path: Path, begin: int, end: int) -> _Block:
        """The block of a mapping or list whose lines, comments included, are ``begin`` to ``end``."""
        if entry.end is not None:
            raise _UnusualError  # a file in braces
        children = entry.children or {}
        steps = list(children)
        starts = [_first_mark(children[step]) for step in steps]
        column = starts[0].column
        bounds = [self._leading(mark.line, column, begin) for mark in starts]
        bounds[0] = begin
        last = self._trailing(children[steps[-1]], column, end)
        blocks: dict[Step, _Block] = {}
        for step, start, stop in zip(steps, bounds, [*bounds[1:], last], strict=True):
            blocks[step] = self._entry(children[step], (*path, step), start, stop)
        after = [line.strip() for line in self._lines[last:end]]
        while blocks[steps[0]].above[:1] == [""]:
            del blocks[steps[0]].above[0]
        return _Block([], [], [blocks[step] for step in self._order(path, steps)], after)

    def _order(self, path: Path, steps: list[Step]) -> list[Step]:
        """Fields in the order of their model, unknown ones last; entries of sections and lists as they are."""
        rank = {name: number for number, name in enumerate(field_names(models_at(self._root, path)))}
        return sorted(steps, key=lambda step: rank.get(str(step), len(rank)))

    def _leading(self, line: int, column: int, begin: int) -> int:
        """Where the comments above an entry begin: as far up as nothing stands there that is indented deeper."""
        while line > begin and self._is_comment(line - 1, column):
            line -= 1
        return line

    def _trailing(self, child: Entry, column: int, end: int) -> int:
        """Where the last child's lines end and the comments behind it begin."""
        line = end
        bottom = _last_line(child)
        while line > bottom + 1 and self._is_comment(line - 1, column):
            line -= 1
        return line

    def _is_comment(self, number: int, column: int) -> bool:
        line = self._lines[number]
        text = line.lstrip()
        return not text or (text.startswith("#") and len(line) - len(text) <= column)

    def _entry(self, entry: Entry, path: Path, begin: int, end: int) -> _Block:
        """One entry with its comments."""
        first = _first_mark(entry)
        above = [line.strip() for line in self._lines[begin : first.line]]
        if entry.key is None:
            return self._item(entry, path, above, end)
        key = entry.key
        if key.start_mark.line != key.end_mark.line or self._before(first).strip(" -"):
            raise _UnusualError
        name = self._lines[key.start_mark.line][key.start_mark.column : key.end_mark.column]
        rest = self._lines[key.end_mark.line][key.end_mark.column :]
        colon = re.match(r"\s*:", rest)
        if colon is None:
            raise _UnusualError
        if entry.children and entry.end is None:
            block = self.mapping(entry, path, key.end_mark.line + 1, end)
            return _Block(above, [f"{name}:{_comment(rest[colon.end() :])}"], block.below, block.after)
        head, after = self._value(entry, key.end_mark.line, key.end_mark.column + colon.end(), first.column, end)
        return _Block(above, [f"{name}:{head[0]}", *head[1:]], [], after)

    def _item(self, entry: Entry, path: Path, above: list[str], end: int) -> _Block:
        """A list's item; ``- `` is written by the joiner."""
        start = entry.start.start_mark
        before = self._before(start)
        if before.strip() != "-":
            raise _UnusualError
        if entry.children and entry.end is None:
            if self._lines[start.line][start.column :].startswith("- "):
                raise _UnusualError  # a list directly in a list
            block = self.mapping(entry, path, start.line, end)
            return _Block(above, [], block.below, block.after, is_item=True)
        head, after = self._value(entry, start.line, start.column, start.column - 2, end)
        return _Block(above, [head[0].lstrip(), *head[1:]], [], after, is_item=True)

    def _before(self, mark: Any) -> str:
        line: int = mark.line
        return self._lines[line][: mark.column]

    def _value(self, entry: Entry, line: int, column: int, indent: int, end: int) -> tuple[list[str], list[str]]:
        """A scalar or braces as they are, beginning behind the colon, and the comments below that are nobody else's."""
        if entry.end is None:
            raise _UnusualError
        start, stop = entry.start.start_mark, entry.end.end_mark
        bottom = stop.line if stop.column or stop.line == start.line else stop.line - 1
        if start.line != line:
            if self._lines[line][column:].strip() or any(text.strip() for text in self._lines[line + 1 : start.line]):
                raise _UnusualError  # a comment between a field and its value
            column = start.column
        first = self._lines[start.line][column:].strip()
        others = [self._shifted(text, indent) for text in self._lines[start.line + 1 : bottom + 1]]
        after = [text.strip() for text in self._lines[bottom + 1 : end]]
        return [f" {first}" if first else "", *others], after

    @staticmethod
    def _shifted(text: str, indent: int) -> str:
        """A line of a value over several lines, moved with its first line; at least one level deeper than that."""
        body = text.lstrip(" ")
        return _INDENT + " " * max(0, len(text) - len(body) - indent - len(_INDENT)) + body if body else ""


def _comment(text: str) -> str:
    """What follows a colon when the value stands below: nothing or a comment."""
    text = text.strip()
    if text and not text.startswith("#"):
        raise _UnusualError
    return f"  {text}" if text else ""


def _first_mark(entry: Entry) -> Any:
    return entry.start.start_mark if entry.key is None else entry.key.start_mark


def _last_line(entry: Entry) -> int:
    """The last line with content of an entry."""
    if entry.children and entry.end is None:
        return _last_line(list(entry.children.values())[-1])
    assert entry.end is not None
    stop = entry.end.end_mark
    return int(stop.line if stop.column or stop.line == entry.start.start_mark.line else stop.line - 1)


def _join(block: _Block, level: int) -> list[str]:
    """The lines of everything below a block, indented."""
    indent = _INDENT * level
    lines: list[str] = []

    def add(texts: list[str], lead: Callable[[int], str]) -> None:
        lines.extend(f"{lead(number)}{text}" if text else "" for number, text in enumerate(texts))

    for child in block.below:
        add(child.above, lambda _: indent)
        if child.is_item and child.below:
            inner = _join(_Block([], [], child.below, child.after), level + 1)
            comments = next(number for number, line in enumerate(inner) if line and not line.lstrip().startswith("#"))
            add([line.strip() for line in inner[:comments]], lambda _: indent)
            lines.append(f"{indent}- {inner[comments].lstrip()}")
            lines.extend(inner[comments + 1 :])
            continue
        dash = "- " if child.is_item else ""
        add(child.head, lambda number, dash=dash: indent + (dash if number == 0 else ""))  # type: ignore[misc]
        lines.extend(_join(_Block([], [], child.below, []), level + 1))
        add(child.after, lambda _, deeper=bool(child.below): indent + (_INDENT if deeper else ""))  # type: ignore[misc]
    add(block.after, lambda _: indent)
    return lines


def _spaced(lines: list[str]) -> list[str]:
    """A blank line before every top-level section, above the comments that belong to it."""
    result: list[str] = []
    for number, line in enumerate(lines):
        opens = number + 1 < len(lines) and lines[number + 1].startswith(" ") and line and line[0] not in " #"
        if opens:
            at = len(result)
            while at and result[at - 1].startswith("#") and not _MODELINE.match(result[at - 1]):
                at -= 1
            if at and result[at - 1]:
                result.insert(at, "")
        result.append(line)
    return result


def _squeezed(lines: list[str]) -> list[str]:
    """At most one blank line in a row, none at the ends."""
    result: list[str] = []
    for line in lines:
        if line or (result and result[-1]):
            result.append(line)
    while result and not result[-1]:
        result.pop()
    return result
