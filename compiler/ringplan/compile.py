"""One tenant from its files to its artifacts: pure in everything but reading them, so any process may do it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

from ringplan import ir
from ringplan.diagnostics import Diagnostic, Sink
from ringplan.frontend.load import collector_paused, load_tenant
from ringplan.passes import examine, summarise
from ringplan.passes.capabilities import report_unsupported, tenant_needs
from ringplan.proofs import prove, report
from ringplan.summary import Summary
from ringplan.target import Artifact, load_targets
from ringplan.values import dataclass

PARALLEL_FROM = 50
"""Tenants above which starting further processes pays; one tenant takes some 10 ms, a process 400 ms."""
_CHUNK = 8

installed_targets = cache(load_targets)
"""The installed targets; finding them takes some 10 ms, so it is done once per process."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be done; small, and safe to pickle."""

    folder: Path
    root: Path
    """The fleet's folder, or the tenant's own when it is compiled alone."""
    platform: ir.Platform | None
    """None: the platform has faults, so the tenant is checked as far as possible and nothing is emitted."""
    emit: bool


@dataclass(frozen=True, slots=True)
class Result:
    """What came of it; small, and safe to pickle."""

    diagnostics: tuple[Diagnostic, ...]
    summary: Summary | None
    artifacts: tuple[Artifact, ...] | None
    """None: nothing was emitted."""


def compile_one(job: Job) -> Result:
    """Load, check, lower and emit one tenant."""
    # A manifest is thousands of objects without cycles. They are gone when the inner function returns, so
    # the cyclic collector, were it allowed to, would look at all of them only to find them alive.
    with collector_paused():
        return _compile(job)


def _compile(job: Job) -> Result:
    sink = Sink()
    loaded = load_tenant(job.folder, job.root, sink)
    if loaded is None:
        return Result(sink.sorted(), None, None)
    subject = examine(loaded, job.platform, sink)
    targets = installed_targets()
    report_unsupported(tenant_needs(subject), targets, sink)
    if job.platform is not None and not sink.has_errors:
        report(prove(subject.graph, job.platform), sink)
    artifacts: tuple[Artifact, ...] | None = None
    if job.emit and job.platform is not None and not sink.has_errors:
        emitted = [target.emit_tenant(job.platform, subject.graph) for target in targets]
        artifacts = tuple(artifact for some in emitted for artifact in some)
    return Result(sink.sorted(), summarise(subject), artifacts)


def compile_all(jobs: Sequence[Job], processes: int, done: Callable[[int], None]) -> Iterator[Result]:
    """Results in the order of the jobs; ``done`` hears how many are finished.

    Raises BrokenProcessPool when one of the processes was killed.
    """
    if len(jobs) <= PARALLEL_FROM or processes < 2:
        yield from _counted(map(compile_one, jobs), done)
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from _counted(pool.map(compile_one, jobs, chunksize=_CHUNK), done)


def _counted(results: Iterator[Result], done: Callable[[int], None]) -> Iterator[Result]:
    for count, result in enumerate(results, start=1):
        done(count)
        yield result
