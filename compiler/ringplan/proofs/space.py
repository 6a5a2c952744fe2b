"""Everything one call of a tenant can differ in, in classes: time, caller, and where it enters.

Sets of time slices and of caller classes are bit masks, so that one step of the search stands for all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from ringplan.interpreter.screening import canonical, screen
from ringplan.interpreter.slices import Slice, slices
from ringplan.ir import (
    Announcement,
    Callback,
    HuntGroup,
    Ivr,
    Node,
    Platform,
    Rule,
    Tenant,
    TimeRoute,
    User,
)
from ringplan.values import dataclass

from .callers import CallerClass, caller_classes

ENTERED: Final = (User, HuntGroup, TimeRoute, Ivr, Announcement, Callback)
"""What a number or extension can lead to."""


@dataclass(frozen=True, slots=True)
class Way:
    """A number or extension by which calls enter the graph."""

    dialled: str
    node: str
    """The first node; for a callback, where it leads those whom it does not call back."""
    callers: int
    """The classes of callers who can dial it."""


@dataclass(frozen=True, slots=True)
class Space:
    """The classes of one tenant."""

    tenant: Tenant
    platform: Platform
    nodes: dict[str, Node]
    slices: tuple[Slice, ...]
    callers: tuple[CallerClass, ...]
    open: dict[str, int]
    """In which slices a schedule is open, by its id."""
    same_user: dict[str, int]
    """The caller classes a user is, by id."""
    ways: tuple[Way, ...]
    """Numbers first."""

    @property
    def always(self) -> int:
        """All slices."""
        return (1 << len(self.slices)) - 1

    @property
    def everybody(self) -> int:
        """All classes of callers."""
        return (1 << len(self.callers)) - 1

    def among(self, rule: Rule) -> int:
        """The classes of callers a forwarding entry applies to."""
        if not rule.callers:
            return self.everybody
        return sum(1 << index for index, caller in enumerate(self.callers) if caller.is_among(rule))

    @property
    def classes(self) -> int:
        """Classes of calls: way in, class of caller and slice, each for all states of all phones."""
        return sum(way.callers.bit_count() for way in self.ways) * len(self.slices)


def space_of(tenant: Tenant, platform: Platform, times: tuple[Slice, ...] | None = None) -> Space:
    """The classes of a tenant; ``times``: instead of those that come by themselves."""
    nodes = {node.id: node for node in tenant.nodes}
    used = _used_schedules(tenant)
    times = times if times is not None else slices(_only(tenant, used))
    users = [node for node in tenant.nodes if isinstance(node, User)]
    callers = caller_classes(tenant, users, outside=bool(platform.trunks))
    same: dict[str, int] = {user.id: 0 for user in users}
    for index, caller in enumerate(callers):
        if caller.user is not None:
            same[caller.user.id] |= 1 << index
    opened = {schedule: sum(1 << at for at, time in enumerate(times) if schedule in time.open) for schedule in used}
    return Space(tenant, platform, nodes, times, callers, opened, same, tuple(_ways(tenant, nodes, callers)))


def _used_schedules(tenant: Tenant) -> tuple[str, ...]:
    """The schedules that decide anything."""
    found: dict[str, None] = {}
    for node in tenant.nodes:
        match node:
            case User():
                found.update({rule.when: None for rule in node.rules if rule.when is not None})
            case TimeRoute():
                found.update({schedule: None for schedule, _ in node.rules})
            case Ivr():
                found.update({schedule: None for schedule in (node.hours, node.holidays) if schedule is not None})
    return tuple(found)


def _only(tenant: Tenant, wanted: tuple[str, ...]) -> Tenant:
    """The tenant with these schedules and those they except."""
    by_id = {schedule.id: schedule for schedule in tenant.schedules}
    left, kept = list(wanted), set[str]()
    while left:
        schedule = left.pop()
        if schedule not in kept:
            kept.add(schedule)
            left.extend(by_id[schedule].excluded)
    return replace(tenant, schedules=tuple(schedule for schedule in tenant.schedules if schedule.id in kept))


def _ways(tenant: Tenant, nodes: dict[str, Node], callers: tuple[CallerClass, ...]) -> Iterator[Way]:
    """Every way in that somebody can take; a caller whose own plan bars the call does not take it."""
    outside = sum(1 << index for index, caller in enumerate(callers) if caller.user is None)
    by_plan: dict[str, int] = {}
    for index, caller in enumerate(callers):
        if caller.user is not None:
            by_plan[caller.user.plan] = by_plan.get(caller.user.plan, 0) | 1 << index
    tables = {plan: tenant.plan(plan).outgoing for plan in by_plan}
    for entries, strangers in ((tenant.numbers, outside), (tenant.extensions, 0)):
        for entry in entries:
            node = nodes[entry.node]
            if not isinstance(node, ENTERED):
                continue
            dialled = canonical(tenant.dial_plan, entry.key)
            allowed = (found for plan, found in by_plan.items() if screen(tables[plan], "internal", dialled).allowed)
            mask = strangers | sum(allowed)
            if isinstance(node, Callback):
                mask &= ~_called_back(tenant, node, callers)
            if mask:
                yield Way(entry.key, behind(nodes, entry.node), mask)


def _called_back(tenant: Tenant, node: Callback, callers: tuple[CallerClass, ...]) -> int:
    """The classes of callers whom a callback calls back."""
    numbers = {canonical(tenant.dial_plan, number) for number, _ in node.allowed}
    return sum(1 << at for at, caller in enumerate(callers) if caller.user is None and caller.canonical in numbers)


def behind(nodes: Mapping[str, Node], node_id: str) -> str:
    """A node, or where a callback leads callers whom it does not call back."""
    node = nodes[node_id]
    return behind(nodes, node.otherwise) if isinstance(node, Callback) else node_id
