"""What users may call: every verdict of their calling plans, as tables."""

from __future__ import annotations

from dataclasses import dataclass

from ringplan import ir
from ringplan.interpreter.screening import screen

from .data import Link, link
from .directory import Directory
from .wording import CALL_TYPES, visible


@dataclass(frozen=True, slots=True)
class MaskLine:
    """The numbers of one pattern and what happens to calls to them."""

    pattern: str
    mask: str
    allowed: bool


@dataclass(frozen=True, slots=True)
class Direction:
    """Dialled or forwarded calls under one plan."""

    verdicts: tuple[bool, ...]
    """By type, in the order of ``CALL_TYPES``; for numbers no mask has."""
    masks: tuple[MaskLine, ...]
    """In order: the first that matches decides."""
    exceptions: tuple[tuple[str, bool], ...]
    """Masks by name and whether their numbers may be called, in order, each once."""


@dataclass(frozen=True, slots=True)
class PlanView:
    """One calling plan."""

    id: str
    anchor: str
    name: str
    dialled: Direction
    forwarded: Direction
    users: tuple[Link, ...]
    """Users, hunt groups and time routes that have it."""


@dataclass(frozen=True, slots=True)
class Restricted:
    """One line of the table: whoever has a plan."""

    who: Link
    kind: str
    plan: PlanView


def plans(names: Directory) -> tuple[PlanView, ...]:
    """Every plan that somebody has."""
    having: dict[str, list[str]] = {}
    for node in names.planned:
        having.setdefault(node.plan, []).append(node.id)
    return tuple(_plan(names, plan, having[plan.id]) for plan in names.tenant.plans if plan.id in having)


def _plan(names: Directory, plan: ir.Plan, having: list[str]) -> PlanView:
    return PlanView(
        id=plan.id,
        anchor="plan-" + "-".join(plan.id.split("/")[1:]),
        name=names.plan(plan.id),
        dialled=_direction(plan.outgoing),
        forwarded=_direction(plan.forwarding),
        users=tuple(link(names, node) for node in having),
    )


def _direction(table: ir.CallTable) -> Direction:
    masks = tuple(MaskLine(rule.pattern, _mask(rule), rule.allowed) for rule in table.masks)
    verdicts = tuple(screen(table, kind, _any_number(kind)).allowed for kind in CALL_TYPES)
    return Direction(verdicts, masks, tuple(dict.fromkeys((mask.mask, mask.allowed) for mask in masks)))


def _any_number(kind: str) -> str:
    """What stands for all calls of a type that no particular mask has: only ``*`` matches it, which has all numbers."""
    return "@" if kind == "sip_uri" else ""


def _mask(rule: ir.MaskRule) -> str:
    return visible(rule.mask.rsplit("/", 1)[-1])


def dialling(names: Directory, found: tuple[PlanView, ...]) -> tuple[Restricted, ...]:
    """What every user may dial."""
    return tuple(row for row in forwarding(names, found) if row.kind == "user")


def forwarding(names: Directory, found: tuple[PlanView, ...]) -> tuple[Restricted, ...]:
    """Where everybody may forward calls to; hunt groups, time routes and IVRs forward too."""
    plan = {one.id: one for one in found}
    return tuple(Restricted(link(names, node.id), names.kind(node.id), plan[node.plan]) for node in names.planned)
