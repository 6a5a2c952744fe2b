"""From bytes to nested text: libyaml events, every scalar kept as it is written, a span for every key and value.

No scalar is interpreted, so ``+420222333404``, ``0100``, ``17:30`` and ``no`` arrive as they stand; the field's type
decides what they mean. What makes YAML hard to review or dangerous to load (anchors, aliases, merge keys, tags, several
documents, duplicate keys, depth without end) is reported and refused. Everything in a file is reported in one run; only
broken syntax or an exceeded limit ends the reading of that file.
"""

from __future__ import annotations

from typing import Any, Final

from ruamel.yaml.cyaml import CParser  # type: ignore[attr-defined]
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from ringplan.diagnostics import Label, Sink
from ringplan.diagnostics.codes import diagnostic
from ringplan.diagnostics.text import shown
from ringplan.values import dataclass

from .colons import protect
from .decode import decode
from .spans import Entry, Step, span_between
from .syntax import syntax_fault

MAX_DEPTH: Final = 16
"""Nested mappings and lists; the deepest manifest needs eight."""
MAX_NODES: Final = 200_000
"""Keys and values of a file; 20,000 users need about 200,000."""


MAX_FAULTS: Final = 500
"""Faults reported of one file; a person fixes fewer in one go, and a hostile file could have a million."""


class Unreadable:
    """Stands where an alias or merge key was refused, so that nothing is reported about it twice."""

    def __repr__(self) -> str:
        return "UNREADABLE"


UNREADABLE: Final = Unreadable()
MERGE_KEY: Final = "<<"

_new: Final = tuple.__new__
"""Makes an entry without the detour over its class, which a tenth of the reading time was spent on."""

Tree = dict[str, Any]
"""Nested dictionaries, lists, text and None (an empty plain value)."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file that could be read: its content and where everything stands."""

    file: str
    data: Tree
    entry: Entry


class _LimitExceededError(Exception):
    """A limit was reported; the rest of the file is not read."""


def read_yaml(content: bytes, file: str, sink: Sink) -> Document | None:
    """The document in ``content``, or None when it has none; every fault is reported, none is raised."""
    text = decode(content, file, sink)
    if text is None:
        return None
    try:
        return _Builder(text, file, sink).document()
    except YAMLError as error:
        sink.report(syntax_fault(error, text, file))
    except _LimitExceededError:
        pass
    return None


class _Builder:
    """Pulls events and builds data and spans side by side; one method a kind of collection."""

    __slots__ = ("_depth", "_faults", "_file", "_marks", "_nodes", "_parser", "_sink")

    def __init__(self, text: str, file: str, sink: Sink) -> None:
        protected, self._marks = protect(text)
        self._parser = CParser(protected)
        self._file = file
        self._sink = sink
        self._depth = 0
        self._nodes = 0
        self._faults = 0

    def document(self) -> Document | None:
        """The only document of the stream; reports an empty file, another root than a mapping, further documents."""
        get = self._parser.get_event
        get()
        event = get()
        if event.__class__ is StreamEndEvent:
            self._report("RP107", "the file is empty", event, "nothing but comments here")
            return None
        root = get()
        if root.__class__ is not MappingStartEvent:
            self._report("RP107", "the file is not a mapping of fields", root, "expected `field: value`")
            return None
        data, entry = self._mapping(root, None)
        event = get()
        while event.__class__ is not StreamEndEvent:
            if event.__class__ is DocumentStartEvent:
                self._report("RP107", "the file holds several documents", event, "a second document begins here")
                break
            assert event.__class__ is DocumentEndEvent
            event = get()
        return Document(self._file, data, entry)

    def _mapping(self, start: Any, key_of_it: Any) -> tuple[Tree, Entry]:
        """The mapping that begins with ``start``; the hot loop of the front end, hence a little long."""
        self._enter(start)
        get, file, marks, new = self._parser.get_event, self._file, self._marks, _new
        data: Tree = {}
        children: dict[Step, Entry] = {}
        while (key := get()).__class__ is not MappingEndEvent:
            if key.__class__ is not ScalarEvent:
                self._complex_key(key)
                continue
            if key.anchor is not None or key.ctag is not None:
                self._refuse_properties(key)
            name = key.value if marks is None else key.value.translate(marks)
            value = get()
            kind = value.__class__
            item: Any
            if kind is ScalarEvent:
                if value.anchor is not None or value.ctag is not None:
                    self._refuse_properties(value)
                item = value.value if marks is None else value.value.translate(marks)
                if not item and not value.style:
                    item = None
                entry = new(Entry, (file, key, value, value, None))
            else:
                item, entry = self._collection(value, key)
            if name == MERGE_KEY and not key.style:
                self._report("RP103", "a merge key is not allowed", key, "merge key")
                item = UNREADABLE
            if name in data:
                self._duplicate(name, key, children[name])
                continue
            data[name] = item
            children[name] = entry
        self._leave(len(children))
        return data, Entry(file, key_of_it, start, key if start.flow_style else None, children)

    def _sequence(self, start: Any, key_of_it: Any) -> tuple[list[Any], Entry]:
        self._enter(start)
        get, file, marks, new = self._parser.get_event, self._file, self._marks, _new
        data: list[Any] = []
        children: dict[Step, Entry] = {}
        while (value := get()).__class__ is not SequenceEndEvent:
            item: Any
            if value.__class__ is ScalarEvent:
                if value.anchor is not None or value.ctag is not None:
                    self._refuse_properties(value)
                item = value.value if marks is None else value.value.translate(marks)
                if not item and not value.style:
                    item = None
                entry = new(Entry, (file, None, value, value, None))
            else:
                item, entry = self._collection(value, None)
            children[len(data)] = entry
            data.append(item)
        self._leave(len(data))
        return data, Entry(file, key_of_it, start, value if start.flow_style else None, children)

    def _collection(self, start: Any, key_of_it: Any) -> tuple[Any, Entry]:
        """Anything but a scalar: a mapping, a list, or an alias, which is refused."""
        if start.__class__ is AliasEvent:
            self._report("RP103", f"the alias {self._shown(start.anchor, '*')} is not allowed", start, "alias")
            return UNREADABLE, Entry(self._file, key_of_it, start, start, None)
        if start.anchor is not None or start.ctag is not None:
            self._refuse_properties(start)
        read = self._mapping if start.__class__ is MappingStartEvent else self._sequence
        return read(start, key_of_it)

    def _enter(self, start: Any) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._report("RP105", f"nested more than {MAX_DEPTH} levels deep", start, "the level too many")
            raise _LimitExceededError

    def _leave(self, nodes: int) -> None:
        # A collection is counted when it is complete: the size limit of a file bounds what one of them can hold.
        self._depth -= 1
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            event = self._parser.peek_event()
            self._report("RP105", f"the file holds more than {MAX_NODES:,} values", event, "reading stopped here")
            raise _LimitExceededError

    def _complex_key(self, key: Any) -> None:
        """Report a key that is no text, and skip it with its value."""
        if key.__class__ is AliasEvent:
            self._report("RP103", f"the alias {self._shown(key.anchor, '*')} is not allowed", key, "alias")
        else:
            self._report("RP203", "a key must be text, not a mapping or a list", key, "expected text")
            self._collection(key, None)
        value = self._parser.get_event()
        if value.__class__ is not ScalarEvent:
            self._collection(value, None)

    def _refuse_properties(self, event: Any) -> None:
        if event.anchor is not None:
            self._report("RP103", f"the anchor {self._shown(event.anchor, '&')} is not allowed", event, "anchor")
        if event.ctag is not None:
            tag = str(event.ctag).replace("tag:yaml.org,2002:", "!!")
            self._report("RP104", f"the tag {self._shown(tag)} is not allowed", event, "tag")

    def _duplicate(self, name: str, key: Any, first: Entry) -> None:
        assert first.key is not None
        where = span_between(self._file, first.key.start_mark, first.key.end_mark)
        label = Label(where, "first written here")
        self._report("RP102", f"{shown(name)} is written twice", key, "written again here", label)

    def _shown(self, text: object, prefix: str = "") -> str:
        return shown(str(text).translate(self._marks or {}), prefix)

    def _report(self, code: str, message: str, event: Any, label: str, *secondary: Label) -> None:
        self._faults += 1
        if self._faults > MAX_FAULTS and code != "RP105":
            return
        span = span_between(self._file, event.start_mark, event.end_mark)
        self._sink.report(diagnostic(code, message, span, label=label, secondary=secondary, help=_HELP.get(code)))


_HELP: Final = {
    "RP103": "write the value out where it is needed; text that begins with `*` or `&` needs quotes",
    "RP104": "remove it; the field decides what its value means, `0100` and `+420222333404` stay as written",
    "RP105": "split the manifest into several files of the tenant's folder",
}
