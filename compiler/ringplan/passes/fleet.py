"""The fleet: what no tenant can see by itself (RP801, RP802, RP803, RP806).

Works on summaries, so that an unchanged tenant need not be read again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from ringplan.diagnostics import Label, Sink
from ringplan.diagnostics.codes import diagnostic, replace
from ringplan.diagnostics.near_miss import near_miss
from ringplan.frontend.load import LoadedPlatform
from ringplan.ir import NumberBlock
from ringplan.summary import Calendar, Summary

from .numbers import common, overlapping
from .subject import Subject


def summarise(subject: Subject) -> Summary:
    """The summary of one tenant."""
    written = subject.manifest.domain is not None
    return Summary(
        tenant=subject.graph.id,
        tenant_span=subject.graph.span,
        domain=subject.graph.domain,
        domain_span=subject.value("domain") if written else subject.graph.span,
        blocks=subject.graph.blocks,
        calendars=tuple(
            Calendar(schedule.id, schedule.ends, schedule.span)
            for schedule in subject.graph.schedules
            if schedule.ends is not None
        ),
    )


def check_fleet(tenants: Iterable[Summary], sink: Sink) -> None:
    """RP801, RP802, RP803."""
    ordered = sorted(tenants, key=lambda summary: summary.tenant_span)
    _unique_names(ordered, sink)
    _unique_domains(ordered, sink)
    _unique_numbers(ordered, sink)


def _unique_names(tenants: list[Summary], sink: Sink) -> None:
    for first, other in _pairs(tenants, lambda summary: summary.tenant):
        sink.report(
            diagnostic(
                "RP803",
                f"tenant `{other.tenant}` is defined twice",
                other.tenant_span,
                label="another tenant has this name",
                secondary=(Label(first.tenant_span, "first defined here"),),
                help="give every tenant a name of its own, equal to the name of its folder",
            )
        )


def _unique_domains(tenants: list[Summary], sink: Sink) -> None:
    for first, other in _pairs(tenants, lambda summary: summary.domain):
        if first.tenant == other.tenant:
            continue  # the default domain follows the name, and that is reported
        sink.report(
            diagnostic(
                "RP802",
                f"SIP domain `{other.domain}` is used by two tenants",
                other.domain_span,
                label=f"domain of tenant `{other.tenant}`",
                secondary=(Label(first.domain_span, f"domain of tenant `{first.tenant}`"),),
                help="give one of the tenants another `domain`",
            )
        )


def _pairs(tenants: list[Summary], key: Callable[[Summary], str]) -> Iterable[tuple[Summary, Summary]]:
    """The first tenant with a key, and each later one with the same."""
    first: dict[str, Summary] = {}
    for summary in tenants:
        earlier = first.setdefault(key(summary), summary)
        if earlier is not summary:
            yield earlier, summary


def _unique_numbers(tenants: list[Summary], sink: Sink) -> None:
    """RP801; overlaps within one manifest are that tenant's own fault, reported as RP407."""
    blocks = [(block, summary) for summary in tenants for block in summary.blocks]
    for (one, first), (other, second) in overlapping(blocks):
        if first is not second:
            _report_shared((one, first.tenant), (other, second.tenant), sink)


def _report_shared(one: tuple[NumberBlock, str], other: tuple[NumberBlock, str], sink: Sink) -> None:
    (first, first_tenant), (later, tenant) = sorted((one, other), key=lambda claim: claim[0].span)
    shared = common(first, later)
    numbers = f"numbers {shared} belong" if ".." in shared else f"number {shared} belongs"
    sink.report(
        diagnostic(
            "RP801",
            f"{numbers} to two tenants",
            later.span,
            label=f"claimed by tenant `{tenant}`",
            secondary=(Label(first.span, f"first claimed by tenant `{first_tenant}`"),),
            help="a number rings in one tenant; remove it from the `numbers` of the other",
        )
    )


def check_trunk_tenants(loaded: LoadedPlatform, known: Collection[str], sink: Sink) -> None:
    """RP806: a trunk is reserved for a tenant that is not there."""
    for name, trunk in loaded.manifest.trunks.items():
        for index, tenant in enumerate(trunk.tenants):
            if tenant in known:
                continue
            span = loaded.spans.value(("trunks", name, "tenants", index))
            near = near_miss(tenant, known)
            sink.report(
                diagnostic(
                    "RP806",
                    f"trunk `{name}` names tenant `{tenant}`, which does not exist",
                    span,
                    label="no tenant with this name",
                    notes=(f"a tenant with a similar name exists: `{near.name}`",) if near else (),
                    help=f"replace with `{near.name}`" if near else "remove the entry, or add the tenant's folder",
                    fixes=(replace(span, near.name, sure=near.sure),) if near else (),
                )
            )
