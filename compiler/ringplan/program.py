"""The routing graph itself, for commands that walk it: ``trace``, ``print-ir``, ``verify``, ``up``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ringplan.compile import installed_targets
from ringplan.diagnostics import Diagnostic, Severity, Sink
from ringplan.frontend.load import load_tenant
from ringplan.ir import Program, Tenant
from ringplan.passes import check_fleet, examine, summarise
from ringplan.passes.capabilities import report_unsupported, tenant_needs
from ringplan.pipeline import platform_of
from ringplan.sources import Place, locate
from ringplan_schema import Tenant as Manifest


@dataclass(frozen=True, slots=True)
class Loaded:
    """A program and everything said about its manifests."""

    program: Program | None
    """None: there are errors."""
    diagnostics: tuple[Diagnostic, ...]
    manifests: tuple[Manifest, ...] = ()
    """Of the tenants of the program, in the same order; for what the graph leaves out, such as names for people."""


def load_program(path: Path, wanted: Callable[[Path], bool] | None = None) -> Loaded:
    """The program of a fleet, or of those of its tenants' folders that are ``wanted``; raises UsageError.

    Nothing is taken from the cache: lowering a tenant costs less than storing its graph.
    """
    return load_place(locate(path), wanted)


def load_place(place: Place, wanted: Callable[[Path], bool] | None = None) -> Loaded:
    """The same of manifests that have been found already, which takes longer than reading a few of them."""
    platform = platform_of(place)
    sink = Sink(platform.diagnostics)
    tenants: list[tuple[Tenant, Manifest]] = []
    summaries = []
    for folder in place.layout.tenants:
        if wanted is not None and not wanted(folder):
            continue
        loaded = load_tenant(folder, place.root, sink)
        if loaded is None:
            continue
        subject = examine(loaded, platform.graph, sink)
        report_unsupported(tenant_needs(subject), installed_targets(), sink)
        tenants.append((subject.graph, subject.manifest))
        summaries.append(summarise(subject))
    check_fleet(summaries, sink)
    diagnostics = sink.sorted()
    if platform.graph is None or any(d.severity is Severity.ERROR for d in diagnostics):
        return Loaded(None, diagnostics)
    tenants.sort(key=lambda tenant: tenant[0].id)
    program = Program(platform.graph, tuple(graph for graph, _ in tenants))
    return Loaded(program, diagnostics, tuple(manifest for _, manifest in tenants))
