"""Reads the manifests of a tenant or of the platform and gives the frozen model with its spans, or diagnostics."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError

from ringplan.diagnostics import Label, Sink, Span
from ringplan.diagnostics.codes import diagnostic, replace
from ringplan.diagnostics.near_miss import near_miss
from ringplan.diagnostics.text import listed, shown
from ringplan.values import dataclass
from ringplan_schema import Platform, Tenant

from .decode import MAX_BYTES
from .discover import PLATFORM_FILE, TENANT_FILE, UsageError, display_path, manifest_files, printable
from .faults import report_faults
from .recordings import Recordings, read_recordings
from .spans import Entry, SpanTable
from .yaml_source import Document, Tree, read_yaml

M = TypeVar("M", bound=BaseModel)
SPLIT_SECTIONS: Final = (
    "announcements",
    "callback",
    "departments",
    "groups",
    "hunt_groups",
    "ivr",
    "number_masks",
    "prompts",
    "schedules",
    "time_routes",
    "users",
)
"""Sections whose entries may stand in further files of a tenant's folder."""


@dataclass(frozen=True, slots=True)
class LoadedTenant:
    """A tenant's manifest, whose form is right; what its names and numbers mean is checked by the passes."""

    manifest: Tenant
    spans: SpanTable
    files: tuple[Path, ...]
    recordings: Recordings
    """The audio its prompts name."""


@dataclass(frozen=True, slots=True)
class LoadedPlatform:
    """The operator's manifest."""

    manifest: Platform
    spans: SpanTable
    files: tuple[Path, ...]


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep the cyclic collector from walking over thousands of new, living objects again and again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def load_tenant(folder: Path, root: Path, sink: Sink) -> LoadedTenant | None:
    """The tenant in ``folder``, or None after errors were reported.

    ``root`` is the path given on the command line: a folder of a fleet must be called like its tenant, a tenant's
    folder checked alone need not. Raises ``UsageError`` for a file that cannot be read.
    """
    with collector_paused():
        return _load_tenant(folder, root, sink)


def load_platform(file: Path, root: Path, sink: Sink) -> LoadedPlatform | None:
    """The platform manifest in ``file``, or None after errors were reported."""
    del root  # the platform's name is free; the parameter keeps both loaders alike
    with collector_paused():
        mine = Sink()
        if not file.is_file():
            span = Span(display_path(file), 1, 1, 1, 1)
            mine.report(diagnostic("RP804", f"there is no {PLATFORM_FILE}", span, label="expected here"))
        document = read_yaml(_read(file), display_path(file), mine) if file.is_file() else None
        manifest = _validate(Platform, document.data, SpanTable(document.entry), mine) if document else None
        sink.extend(mine.sorted())
        if document is None or manifest is None or mine.has_errors:
            return None
        return LoadedPlatform(manifest, SpanTable(document.entry), (file,))


def parse_tenant(main: Document, others: list[Document], sink: Sink) -> tuple[Tenant, SpanTable] | None:
    """The tenant in documents that are already read; pure."""
    data, entry = _merge(main, others, sink)
    spans = SpanTable(entry)
    manifest = _validate(Tenant, data, spans, sink)
    return None if manifest is None or sink.has_errors else (manifest, spans)


def _load_tenant(folder: Path, root: Path, sink: Sink) -> LoadedTenant | None:
    mine = Sink()
    files = manifest_files(folder)
    documents = {file: read_yaml(_read(file), display_path(file), mine) for file in files}
    main = documents.pop(folder / TENANT_FILE, None)
    others = [document for document in documents.values() if document is not None]
    parsed = None
    if main is not None:
        parsed = parse_tenant(main, others, mine)
        if folder.absolute() != root.absolute():
            _check_name(folder, main, sink)  # the manifest is usable all the same
    else:
        _without_main(folder, files, others, mine)
    sink.extend(mine.sorted())
    if parsed is None or mine.has_errors:
        return None
    return LoadedTenant(*parsed, files, read_recordings(folder, parsed[0]))


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"cannot read {printable(file)}: {error.strerror or error}") from error


def _validate(model: type[M], data: Tree, spans: SpanTable, sink: Sink) -> M | None:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        report_faults(error, model, data, spans, sink)
        return None


def _without_main(folder: Path, files: tuple[Path, ...], others: list[Document], sink: Sink) -> None:
    """Check the sections of the other files all the same, so that everything is reported in one run."""
    file = display_path(folder / TENANT_FILE)
    if folder / TENANT_FILE not in files:
        where = Span(display_path(files[0]) if files else file, 1, 1, 1, 1)
        message = f"the folder {shown(folder.name)} has no {TENANT_FILE}"
        advice = f"write {TENANT_FILE}, or move the other manifests of the folder to their tenant"
        sink.report(diagnostic("RP202", message, where, help=advice))
    nothing = Entry(file, None, _NOWHERE, None, {})
    data, entry = _merge(Document(file, {}, nothing), others, sink)
    found = Sink()
    _validate(Tenant, data, SpanTable(entry), found)
    # The fields of tenant.yaml are not missing, they could not be read.
    sink.extend(d for d in found.sorted() if d.primary.span.file != file)


def _merge(main: Document, others: list[Document], sink: Sink) -> tuple[Tree, Entry]:
    """The entries of all files under their sections; of an entry that two files hold the first one is kept."""
    data = dict(main.data)
    children = dict(main.entry.children or {})
    copied: set[str] = set()
    for document in others:
        for name, value in document.data.items():
            entry = (document.entry.children or {})[name]
            if name not in SPLIT_SECTIONS:
                _misplaced(name, document, sink)
            elif name not in data:
                data[name], children[name] = value, entry
            elif isinstance(value, dict) and isinstance(data[name], dict):
                if name not in copied:  # the parsed documents stay as they are
                    copied.add(name)
                    data[name] = dict(data[name])
                    children[name] = children[name]._replace(children=dict(children[name].children or {}))
                _merge_section(name, data[name], children[name], value, entry, sink)
            elif not isinstance(value, dict):  # a wrong shape of the first file is found by the model
                span = SpanTable(document.entry).key((name,))
                message = f"{shown(name)} must be a mapping of entries"
                sink.report(diagnostic("RP203", message, span, label="expected a mapping"))
    return data, main.entry._replace(children=children)


def _merge_section(section: str, data: Tree, into: Entry, value: Tree, entry: Entry, sink: Sink) -> None:
    known, new = into.children, entry.children
    assert known is not None
    assert new is not None
    for name, item in value.items():
        if name not in data:
            data[name], known[name] = item, new[name]
            continue
        spans, first = SpanTable(entry), SpanTable(into)
        sink.report(
            diagnostic(
                "RP208",
                f"{shown(name)} in {shown(section)} is defined in two files",
                spans.key((name,)),
                label="defined again here",
                secondary=[Label(first.key((name,)), "first defined here")],
                help="keep the entry in one file",
            )
        )


def _misplaced(name: str, document: Document, sink: Sink) -> None:
    """Report a field that only ``tenant.yaml`` may hold, or nobody."""
    span = SpanTable(document.entry).key((name,))
    if name in Tenant.model_fields:
        message = f"the field {shown(name)} belongs into {TENANT_FILE}"
        sink.report(diagnostic("RP201", message, span, label=f"only allowed in {TENANT_FILE}"))
        return
    near = near_miss(name, [section for section in SPLIT_SECTIONS if section not in document.data])
    sink.report(
        diagnostic(
            "RP201",
            f"{shown(name)} is not a section of the tenant",
            span,
            label="unknown section",
            notes=[
                f"a section with a similar name exists: {shown(near.name)}"
                if near
                else f"files beside {TENANT_FILE} hold {listed(list(SPLIT_SECTIONS))}"
            ],
            help=f"replace with {shown(near.name)}" if near else None,
            fixes=[replace(span, near.name, sure=near.sure)] if near else (),
        )
    )


def _check_name(folder: Path, main: Document, sink: Sink) -> None:
    name = main.data.get("tenant")
    if isinstance(name, str) and name != folder.name:
        span = SpanTable(main.entry).value(("tenant",))
        message = f"tenant {shown(name)} is in a folder called {shown(folder.name)}"
        advice = f"rename the folder to {shown(name)}, or the tenant to {shown(folder.name)}"
        sink.report(diagnostic("RP209", message, span, label="differs from the folder", help=advice))


@dataclass(frozen=True, slots=True)
class _Start:
    """The mark of a file that has no content."""

    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class _NoEvent:
    """The event of a file that has no content."""

    start_mark: _Start = _Start()
    end_mark: _Start = _Start()


_NOWHERE: Final = _NoEvent()
