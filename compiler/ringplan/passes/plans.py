"""Calling plans: from the manifest to the graph, and whose plan is whose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from operator import itemgetter
from typing import Any, NamedTuple

from ringplan import ir
from ringplan.countries import COUNTRIES
from ringplan.dialable import lowered
from ringplan.frontend.spans import Path, SpanTable
from ringplan.patterns import Pattern, specificity
from ringplan_schema import CallingPlan, CallTable
from ringplan_schema import Tenant as Manifest

from .organisation import department_chain

PLAN = "calling_plan"


class Written(NamedTuple):
    """A plan somebody wrote."""

    path: Path
    """Where it stands, ``("departments", "sales", "calling_plan")``."""
    plan: CallingPlan


Masks = Mapping[str, Mapping[str, Pattern]]
"""The patterns over canonical dial strings of every mask, by name and by how they are written."""


def lower_plans(manifest: Manifest, spans: SpanTable) -> tuple[ir.Plan, ...]:
    """All plans that are written, and the tenant's, which every tenant has; sorted by id."""
    masks = lower_masks(manifest)
    written = list(written_plans(manifest))
    if manifest.calling_plan is None:
        written.append(Written((PLAN,), CallingPlan()))
    plans = [_plan(manifest.tenant, masks, spans, *item) for item in written]
    return tuple(sorted(plans, key=lambda plan: plan.id))


def lower_masks(manifest: Manifest) -> Masks:
    """The patterns of every mask; a mask no number can match has none."""
    country = COUNTRIES[manifest.country]
    return {
        name: {str(pattern): pattern for text in texts for pattern in lowered(country, text)}
        for name, texts in manifest.number_masks.items()
    }


def plan_of(manifest: Manifest, department: str | None, group: str | None, own: str | None) -> ir.NodeId:
    """The nearest plan: ``own`` (the id of the object's own, if it has one), then that of the nearest department
    upwards, of the group, of the tenant."""
    if own is not None:
        return own
    for name in department_chain(manifest, department):
        if manifest.departments[name].calling_plan is not None:
            return f"{manifest.tenant}/departments/{name}/{PLAN}"
    if group in manifest.groups and manifest.groups[group].calling_plan is not None:
        return f"{manifest.tenant}/groups/{group}/{PLAN}"
    return f"{manifest.tenant}/{PLAN}"


def written_plans(manifest: Manifest) -> Iterator[Written]:
    """Every plan of a manifest, in its order: the tenant's, then those of the sections."""
    if manifest.calling_plan is not None:
        yield Written((PLAN,), manifest.calling_plan)
    for section in type(manifest).model_fields:
        entries = getattr(manifest, section)
        for name, entry in entries.items() if isinstance(entries, dict) else ():
            plan = getattr(entry, PLAN, None)
            if plan is not None:
                yield Written((section, name, PLAN), plan)


def _plan(tenant: str, masks: Masks, spans: SpanTable, path: Path, plan: CallingPlan) -> ir.Plan:
    return ir.Plan(
        id="/".join((tenant, *map(str, path))),
        outgoing=_table(tenant, masks, spans, (*path, "outgoing"), plan.outgoing),
        forwarding=_table(tenant, masks, spans, (*path, "forwarding"), plan.forwarding),
        span=spans.key(path) if spans.has(path) else spans.value(("tenant",)),
    )


def _table(tenant: str, masks: Masks, spans: SpanTable, path: Path, table: CallTable) -> ir.CallTable:
    """One direction; masks that are not defined are left out.

    Of equally specific patterns those that deny come first; those that say the same, which cannot change a verdict,
    are in the order of names, so that plans of equal meaning are equal.
    """
    rules: list[tuple[Any, ir.MaskRule]] = []
    for mask, action in table.masks.items():
        allowed = action == "allow"
        span = spans.key((*path, "masks", mask))
        for text, pattern in masks.get(mask, {}).items():
            rule = ir.MaskRule(text, allowed, f"{tenant}/number_masks/{mask}", span)
            rules.append(((specificity(pattern), allowed, mask, text), rule))
    rules.sort(key=itemgetter(0))
    types = tuple((name, getattr(table, name) == "allow") for name in ir.CALL_TYPES)
    return ir.CallTable(tuple(rule for _, rule in rules), types)
