"""From a folder to diagnostics, a bundle or a program: what changed is compiled, the rest is remembered.

read_fleet → compile the tenants that are not known → check them against each other → bundle
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ringplan.cache import Cache, MemoryCache
from ringplan.diagnostics import Diagnostic, Severity, Sink
from ringplan.frontend.discover import PLATFORM_FILE
from ringplan.output import Bundle, digest_of
from ringplan.records import Record
from ringplan.sources import FleetSource, Place, TenantSource, read_fleet, tenant_key

if TYPE_CHECKING:  # these bring pydantic, which a run that knows every tenant does without
    from ringplan import ir
    from ringplan.compile import Job, Result
    from ringplan.frontend.load import LoadedPlatform
    from ringplan.summary import Summary
    from ringplan.target import Artifact

Progress = Callable[[int, int], None]
"""Hears how many of how many tenants are compiled."""


def no_progress(done: int, total: int) -> None:
    """Nobody listens."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to go about it; no option changes a byte of the result."""

    cache: Cache = field(default_factory=MemoryCache)
    processes: int = 1
    progress: Progress = no_progress


@dataclass(frozen=True, slots=True)
class Compilation:
    """What came of a fleet."""

    diagnostics: tuple[Diagnostic, ...]
    tenants: int
    compiled: int
    """How many of the tenants were not known from an earlier run."""
    bundle: Bundle | None = None
    """None: there are errors, or it was not asked for."""

    @property
    def has_errors(self) -> bool:
        """Whether the fleet cannot be compiled."""
        return _has_errors(self.diagnostics)


@dataclass(frozen=True, slots=True)
class PlatformPart:
    """The platform's manifest, its part of the graph (None: it has errors), and what was said about it."""

    loaded: LoadedPlatform | None
    graph: ir.Platform | None
    diagnostics: tuple[Diagnostic, ...]


def check(path: Path, options: Options) -> Compilation:
    """Every diagnostic of a fleet; raises UsageError."""
    source = read_fleet(path)
    known = options.cache.record(source.key)
    if known is not None:
        return Compilation(known.diagnostics, len(source.tenants), 0)
    platform = platform_of(source.place)
    found = _records(source, platform.graph, options, emit=False)
    diagnostics = _all_diagnostics(source, platform, found.records)
    if found.stable:
        options.cache.store(source.key, Record(diagnostics, None, None))
    return Compilation(diagnostics, len(source.tenants), found.compiled)


def compile_bundle(path: Path, options: Options) -> Compilation:
    """Every diagnostic of a fleet, and its bundle when none is an error; raises UsageError."""
    source = read_fleet(path)
    platform = platform_of(source.place)
    found = _records(source, platform.graph, options, emit=platform.graph is not None)
    diagnostics = _all_diagnostics(source, platform, found.records)
    bundle = None
    if platform.graph is not None and not _has_errors(diagnostics):
        bundle = _bundle(source, platform.graph, found.records, options.cache)
    return Compilation(diagnostics, len(source.tenants), found.compiled, bundle)


def summaries(path: Path, options: Options) -> dict[Path, Summary]:
    """Every tenant that can be read, by its folder; raises UsageError."""
    source = read_fleet(path)
    found = _records(source, platform_of(source.place).graph, options, emit=False)
    pairs = zip(source.tenants, found.records, strict=True)
    return {tenant.folder: record.summary for tenant, record in pairs if record.summary is not None}


# -- the platform


def platform_of(place: Place) -> PlatformPart:
    """Load, check and lower the platform."""
    from ringplan.compile import installed_targets
    from ringplan.frontend.load import load_platform
    from ringplan.passes import lower_platform, platform_needs
    from ringplan.passes.capabilities import report_unsupported

    sink = Sink()
    expected = place.root / ".." / PLATFORM_FILE if place.is_alone else place.root / PLATFORM_FILE
    loaded = load_platform(place.layout.platform or expected, place.root, sink)
    if loaded is None:
        return PlatformPart(None, None, sink.sorted())
    graph = lower_platform(loaded, sink)
    report_unsupported(platform_needs(loaded), installed_targets(), sink)
    return PlatformPart(loaded, graph, sink.sorted())


# -- the tenants


@dataclass(frozen=True, slots=True)
class _Records:
    """The record of every tenant, in order."""

    records: list[Record]
    compiled: int
    """How many were made now."""
    stable: bool
    """Whether no file changed while it was compiled."""


def _records(source: FleetSource, platform: ir.Platform | None, options: Options, *, emit: bool) -> _Records:
    """Remember what is known, compile the rest."""
    records = {
        tenant.key: record
        for tenant in source.tenants
        if (record := _remembered(options.cache, tenant, emit)) is not None
    }
    unknown = [tenant for tenant in source.tenants if tenant.key not in records]
    stable = True
    for tenant, result in _compile(source, unknown, platform, options, emit=emit):
        records[tenant.key] = _record(result)
        # A file that was changed while it was read belongs to no key.
        if tenant_key(tenant.folder, source.platform_key) == tenant.key:
            options.cache.store(tenant.key, records[tenant.key], result.artifacts or ())
        else:
            stable = False
    return _Records([records[tenant.key] for tenant in source.tenants], len(unknown), stable)


def _remembered(cache: Cache, tenant: TenantSource, emit: bool) -> Record | None:
    record = cache.record(tenant.key)
    if record is not None and emit and record.files is None and not _has_errors(record.diagnostics):
        return None  # it was checked only
    return record


def _compile(
    source: FleetSource,
    tenants: list[TenantSource],
    platform: ir.Platform | None,
    options: Options,
    *,
    emit: bool,
) -> Iterator[tuple[TenantSource, Result]]:
    """Compile the given tenants."""
    if not tenants:
        return
    from ringplan.compile import compile_all

    jobs = [_job(source, tenant, platform, emit=emit) for tenant in tenants]
    results = compile_all(jobs, options.processes, lambda done: options.progress(done, len(jobs)))
    yield from zip(tenants, results, strict=True)


def _job(source: FleetSource, tenant: TenantSource, platform: ir.Platform | None, *, emit: bool) -> Job:
    from ringplan.compile import Job

    return Job(tenant.folder, source.place.root, platform, emit)


def _record(result: Result) -> Record:
    files = None
    if result.artifacts is not None:
        files = tuple((artifact.path, digest_of(artifact.content)) for artifact in result.artifacts)
    return Record(result.diagnostics, result.summary, files)


def _all_diagnostics(source: FleetSource, platform: PlatformPart, records: Iterable[Record]) -> tuple[Diagnostic, ...]:
    from ringplan.passes import check_fleet, check_trunk_tenants

    sink = Sink(platform.diagnostics)
    summaries = []
    for record in records:
        sink.extend(record.diagnostics)
        if record.summary is not None:
            summaries.append(record.summary)
    check_fleet(summaries, sink)
    if platform.loaded is not None and not source.place.is_alone:
        # A folder whose manifest cannot be read stands for a tenant all the same.
        folders = {tenant.folder.name for tenant in source.tenants}
        check_trunk_tenants(platform.loaded, folders | {summary.tenant for summary in summaries}, sink)
    return sink.sorted()


def _has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    return any(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)


# -- the bundle


def _bundle(source: FleetSource, platform: ir.Platform, records: list[Record], cache: Cache) -> Bundle:
    """The files of all tenants and those they share; contents are fetched when they are asked for."""
    from ringplan.compile import installed_targets

    shared = {file.path: file for target in installed_targets() for file in target.emit_shared(platform)}
    digests = {path: digest_of(artifact.content) for path, artifact in shared.items()}
    owners: dict[str, TenantSource] = {}
    for tenant, record in zip(source.tenants, records, strict=True):
        for path, digest in record.files or ():
            if path in digests:
                raise ValueError(f"two targets emit {path}")
            digests[path], owners[path] = digest, tenant

    def content(path: str) -> bytes:
        if path in shared:
            return shared[path].content
        return _content(source, owners[path], platform, cache, path, digests[path])

    return Bundle(dict(sorted(digests.items())), content)


def _content(
    source: FleetSource, tenant: TenantSource, platform: ir.Platform, cache: Cache, path: str, digest: str
) -> bytes:
    """The bytes of one artifact, from the cache or, should they be lost or damaged there, compiled again."""
    from ringplan.compile import compile_one

    def matching(artifacts: Iterable[Artifact]) -> list[bytes]:
        return [a.content for a in artifacts if a.path == path and digest_of(a.content) == digest]

    found = matching(cache.artifacts(tenant.key))
    if not found:
        found = matching(compile_one(_job(source, tenant, platform, emit=True)).artifacts or ())
    if not found:
        raise RuntimeError(f"the manifests in {os.fspath(tenant.folder)} changed while they were compiled")
    return found[0]
