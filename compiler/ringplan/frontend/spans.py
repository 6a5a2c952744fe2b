"""Where every key and value of a manifest stands.

The table keeps the parser's own events and builds a ``Span`` only when one is asked for: a manifest without faults
pays for little more than one tuple a node. It is a tree shaped like the data, not a dictionary of paths, so that
adding an entry of another file to a section is one assignment and every path knows its file.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

from ringplan.diagnostics import Span

Step = str | int
"""A key of a mapping, or an index into a list."""
Path = tuple[Step, ...]
"""The way from the root to a node, for example ``("users", "novakova", "extension")``."""


class Mark(Protocol):
    """A position as libyaml gives it; both count from 0, columns in code points."""

    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...


class Event(Protocol):
    """The part of a libyaml event that matters here."""

    @property
    def start_mark(self) -> Mark: ...
    @property
    def end_mark(self) -> Mark: ...


class Entry(NamedTuple):
    """One node: its file, the event of its key (None: list item or root), where it begins and ends, its children."""

    file: str
    key: Event | None
    start: Event
    end: Event | None
    """None: a block collection, whose own end mark would lie behind the comments that follow it."""
    children: dict[Step, Entry] | None


def span_between(file: str, start: Mark, end: Mark) -> Span:
    """The span from one mark to another; libyaml counts from 0, a span from 1."""
    return Span(file, start.line + 1, start.column + 1, end.line + 1, end.column + 1)


class SpanTable:
    """Spans by path; a path that does not exist gives the key of its nearest ancestor."""

    __slots__ = ("root",)

    def __init__(self, root: Entry) -> None:
        self.root = root

    def key(self, path: Path) -> Span:
        """The key of the node; for a list item, which has none, the item."""
        entry, _ = self._find(path)
        return _key_span(entry)

    def value(self, path: Path) -> Span:
        """The value of the node, without the comments that follow it."""
        entry, exact = self._find(path)
        return _value_span(entry) if exact else _key_span(entry)

    def names(self, path: Path) -> tuple[Step, ...]:
        """The keys below a node as they are written, which may differ from what they mean; none when there is none."""
        entry, exact = self._find(path)
        return tuple(entry.children or ()) if exact else ()

    def has(self, path: Path) -> bool:
        """Whether the node is written in a file."""
        return self._find(path)[1]

    def _find(self, path: Path) -> tuple[Entry, bool]:
        entry = self.root
        for step in path:
            child = (entry.children or {}).get(step)
            if child is None:
                return entry, False
            entry = child
        return entry, True


def _key_span(entry: Entry) -> Span:
    """The smallest span that stands for the node: its key, for the root its first key, for an item its value."""
    if entry.key is not None:
        return span_between(entry.file, entry.key.start_mark, entry.key.end_mark)
    for child in (entry.children or {}).values():
        if child.key is not None and child.file == entry.file:
            return _key_span(child)
    return _value_span(entry)


def _value_span(entry: Entry) -> Span:
    start = entry.start.start_mark
    end = entry.end.end_mark if entry.end is not None else _last_mark(entry)
    return span_between(entry.file, start, end)


def _last_mark(entry: Entry) -> Mark:
    """Where the last descendant ends that stands in the same file."""
    for child in reversed((entry.children or {}).values()):
        if child.file == entry.file:
            return child.end.end_mark if child.end is not None else _last_mark(child)
    return entry.start.end_mark
