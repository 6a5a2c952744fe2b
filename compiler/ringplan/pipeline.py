"""From a folder to diagnostics, a bundle or a program: what changed is compiled, the rest is remembered.

read_fleet → compile the tenants that are not known → check them against each other → bundle
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from ringplan.cache import Cache, MemoryCache
from ringplan.calendars import check_calendars, runs_out
from ringplan.claims import Claim, Claims, are_apart, claim_of
from ringplan.diagnostics import Diagnostic, Severity, Sink
from ringplan.frontend.discover import PLATFORM_FILE
from ringplan.output import Bundle, digest_of
from ringplan.records import Record
from ringplan.sources import FleetSource, Place, TenantSource, read_fleet, tenant_key
from ringplan.values import dataclass

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


class WorkerLostError(Exception):
    """A process that compiled tenants was killed; one sentence with what to do."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to go about it; no option changes a byte of a bundle."""

    cache: Cache = field(default_factory=MemoryCache)
    processes: int = 1
    progress: Progress = no_progress
    today: date | None = None
    """The day for which calendars that run out are reported; None: they are not."""


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
    source = read_fleet(path, options.cache.compiler())
    key = source.key_on(options.today)
    known = options.cache.record(key)
    if known is not None:
        return Compilation(known.diagnostics, len(source.tenants), 0)
    platform = platform_of(source.place)
    claims = options.cache.claims(source.claims_key)
    others = [tenant for tenant in source.tenants if not _is_quiet(claims.get(tenant.key), options.today)]
    found = _records(source, others, platform.graph, options, emit=False)
    shortcut = _shortcut(source, claims, found.records)
    if are_apart(shortcut.claims):
        diagnostics = _diagnostics_apart(source, platform, found.records, shortcut.claims, options.today)
    else:
        every = _records(source, source.tenants, platform.graph, options, emit=False)
        diagnostics = _all_diagnostics(source, platform, every.records.values(), options.today)
    if found.stable:
        options.cache.store_claims(source.claims_key, shortcut.quiet)
        options.cache.store(key, Record(diagnostics, None, None))
    return Compilation(diagnostics, len(source.tenants), found.compiled)


def compile_bundle(path: Path, options: Options) -> Compilation:
    """Every diagnostic of a fleet, and its bundle when none is an error; raises UsageError."""
    source = read_fleet(path, options.cache.compiler())
    platform = platform_of(source.place)
    found = _records(source, source.tenants, platform.graph, options, emit=platform.graph is not None)
    diagnostics = _all_diagnostics(source, platform, found.records.values(), options.today)
    bundle = None
    if platform.graph is not None and not _has_errors(diagnostics):
        bundle = _bundle(source, platform.graph, found.records, options.cache)
    return Compilation(diagnostics, len(source.tenants), found.compiled, bundle)


def summaries(path: Path, options: Options) -> dict[Path, Summary]:
    """Every tenant that can be read, by its folder; raises UsageError."""
    source = read_fleet(path, options.cache.compiler())
    found = _records(source, source.tenants, platform_of(source.place).graph, options, emit=False)
    pairs = ((tenant.folder, found.records[tenant.key].summary) for tenant in source.tenants)
    return {folder: summary for folder, summary in pairs if summary is not None}


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
    """The records of some tenants."""

    records: dict[bytes, Record]
    """By key, in the order of the tenants."""
    compiled: int
    """How many were made now."""
    stable: bool
    """Whether no file changed while it was compiled."""


def _records(
    source: FleetSource,
    tenants: Sequence[TenantSource],
    platform: ir.Platform | None,
    options: Options,
    *,
    emit: bool,
) -> _Records:
    """Remember what is known of these tenants, compile the rest."""
    records = {
        tenant.key: record for tenant in tenants if (record := _remembered(options.cache, tenant, emit)) is not None
    }
    unknown = [tenant for tenant in tenants if tenant.key not in records]
    stable = True
    for tenant, result in _compile(source, unknown, platform, options, emit=emit):
        records[tenant.key] = _record(result)
        # A file that was changed while it was read belongs to no key.
        if tenant_key(tenant.folder, source.platform_key) == tenant.key:
            options.cache.store(tenant.key, records[tenant.key], result.artifacts or ())
        else:
            stable = False
    return _Records({tenant.key: records[tenant.key] for tenant in tenants}, len(unknown), stable)


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
    try:
        yield from zip(tenants, results, strict=True)
    except _lost_process() as error:
        # Most likely memory ran out, and doing the rest in this process would only fill it again.
        raise WorkerLostError(
            "a process that compiled tenants was killed, perhaps because memory ran out;"
            " run the command again with `--jobs 1`, finished tenants are remembered"
        ) from error


def _lost_process() -> type[Exception]:
    """What is raised when a process was killed; asked for only then, for importing it takes longer than a check."""
    from concurrent.futures.process import BrokenProcessPool

    return BrokenProcessPool


def _job(source: FleetSource, tenant: TenantSource, platform: ir.Platform | None, *, emit: bool) -> Job:
    from ringplan.compile import Job

    return Job(tenant.folder, source.place.root, platform, emit)


def _record(result: Result) -> Record:
    files = None
    if result.artifacts is not None:
        files = tuple((artifact.path, digest_of(artifact.content)) for artifact in result.artifacts)
    return Record(result.diagnostics, result.summary, files)


def _all_diagnostics(
    source: FleetSource, platform: PlatformPart, records: Iterable[Record], today: date | None
) -> tuple[Diagnostic, ...]:
    from ringplan.passes import check_fleet

    sink = Sink(platform.diagnostics)
    summaries = []
    for record in records:
        sink.extend(record.diagnostics)
        if record.summary is not None:
            summaries.append(record.summary)
    if not are_apart([claim_of(summary) for summary in summaries]):  # takes a quarter of the time
        check_fleet(summaries, sink)
    check_calendars(summaries, today, sink)
    _check_trunks(source, platform, {summary.tenant for summary in summaries}, sink)
    return sink.sorted()


def _check_trunks(source: FleetSource, platform: PlatformPart, names: set[str], sink: Sink) -> None:
    from ringplan.passes import check_trunk_tenants

    if platform.loaded is not None and not source.place.is_alone:
        # A folder whose manifest cannot be read stands for a tenant all the same.
        folders = {tenant.folder.name for tenant in source.tenants}
        check_trunk_tenants(platform.loaded, folders | names, sink)


# -- the shortcut of a check: tenants of which nothing is to be said are known by what they claim


@dataclass(frozen=True, slots=True)
class _Shortcut:
    """What a check compares instead of the records of all tenants."""

    claims: list[Claim]
    """Of every tenant that can be read."""
    quiet: Claims
    """Of those without diagnostics, for the next check."""


def _shortcut(source: FleetSource, known: Claims, records: Mapping[bytes, Record]) -> _Shortcut:
    """The claims of those with a record, and of the other tenants, which are known to be quiet."""
    quiet = {tenant.key: known[tenant.key] for tenant in source.tenants if tenant.key not in records}
    claims = list(quiet.values())
    for key, record in records.items():
        if record.summary is not None:
            claims.append(claim_of(record.summary))
            if not record.diagnostics:
                quiet[key] = claims[-1]
    return _Shortcut(claims, quiet)


def _is_quiet(claim: Claim | None, today: date | None) -> bool:
    """Whether nothing is to be said of a tenant but, perhaps, that it collides with another."""
    return claim is not None and not runs_out(claim.ends, today)


def _diagnostics_apart(
    source: FleetSource,
    platform: PlatformPart,
    records: Mapping[bytes, Record],
    claims: Iterable[Claim],
    today: date | None,
) -> tuple[Diagnostic, ...]:
    """Every diagnostic of a fleet whose tenants do not collide; only those with a record have any."""
    sink = Sink(platform.diagnostics)
    for record in records.values():
        sink.extend(record.diagnostics)
    check_calendars((record.summary for record in records.values() if record.summary is not None), today, sink)
    _check_trunks(source, platform, {claim.tenant for claim in claims}, sink)
    return sink.sorted()


def _has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    return any(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics)


# -- the bundle


def _bundle(source: FleetSource, platform: ir.Platform, records: Mapping[bytes, Record], cache: Cache) -> Bundle:
    """The files of all tenants and those they share; contents are fetched when they are asked for."""
    from ringplan.compile import installed_targets

    shared = {file.path: file for target in installed_targets() for file in target.emit_shared(platform)}
    digests = {path: digest_of(artifact.content) for path, artifact in shared.items()}
    owners: dict[str, TenantSource] = {}
    for tenant in source.tenants:
        for path, digest in records[tenant.key].files or ():
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
