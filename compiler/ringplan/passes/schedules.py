"""Schedules: which there are, what their names mean, and lowering them to minutes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from ringplan import ir
from ringplan.countries.holidays import HOLIDAYS
from ringplan.frontend.spans import Path, SpanTable
from ringplan.ir.schedules import MINUTES_OF_DAY, Interval
from ringplan_schema import Schedule, Tenant

from . import calendar
from .calendar import LAST_DAY, Minutes, normalised

HOLIDAYS_OF: Final = "holidays/"
"""How a reference to the public holidays of a country begins."""
_FORCED: Final = {"open": True, "closed": False, None: None}


class Defined(NamedTuple):
    """One schedule of the manifest."""

    id: str
    path: Path
    """Of its key."""
    user: str | None
    """Whose it is; None: the tenant's."""
    schedule: Schedule


class Reference(NamedTuple):
    """A place that names a schedule."""

    path: Path
    name: str
    """As it is written: ``open`` or ``holidays/CZ``."""
    user: str | None
    """Whose own schedules come first."""


# -- what there is, and where it is named


def defined(manifest: Tenant) -> Iterator[Defined]:
    """Every schedule of the tenant and of its users."""
    for name, schedule in manifest.schedules.items():
        yield Defined(f"{manifest.tenant}/schedules/{name}", ("schedules", name), None, schedule)
    for user, entry in manifest.users.items():
        for name, schedule in entry.schedules.items():
            address = f"{manifest.tenant}/users/{user}/schedules/{name}"
            yield Defined(address, ("users", user, "schedules", name), user, schedule)


def references(manifest: Tenant) -> Iterator[Reference]:
    """Every place that names a schedule: ``except`` of schedules, entries of users' forwarding, time routes, IVRs."""
    for found in defined(manifest):
        for index, name in enumerate(found.schedule.except_):
            yield Reference((*found.path, "except", index), name, found.user)
    for user, entry in manifest.users.items():
        for index, rule in enumerate(entry.forward.selective):
            if rule.when is not None:
                yield Reference(("users", user, "forward", "selective", index, "when"), rule.when, user)
    for route, written in manifest.time_routes.items():
        for index, line in enumerate(written.rules):
            yield Reference(("time_routes", route, "rules", index, "when"), line.when, None)
    for name, ivr in manifest.ivr.items():
        for field, schedule in (("holidays", ivr.holidays), ("hours", ivr.hours)):
            if schedule is not None:
                yield Reference(("ivr", name, field), schedule, None)


def resolve(manifest: Tenant, name: str, user: str | None) -> str | None:
    """The id of the schedule that a name means for a user, or for the tenant (None); None when there is none."""
    if name.startswith(HOLIDAYS_OF):
        return f"{manifest.tenant}/{name}" if name.removeprefix(HOLIDAYS_OF) in HOLIDAYS else None
    if user is not None and user in manifest.users and name in manifest.users[user].schedules:
        return f"{manifest.tenant}/users/{user}/schedules/{name}"
    return f"{manifest.tenant}/schedules/{name}" if name in manifest.schedules else None


# -- lowering


def lower_schedules(manifest: Tenant, spans: SpanTable) -> tuple[ir.Schedule, ...]:
    """Every schedule of a tenant and the public holidays that are named, sorted by id.

    Total: an entry that means nothing is left out, and so is an exception that is undefined or closes a circle.
    """
    excluded = exclusions(manifest)
    found = [_lower(item, _acyclic(item.id, excluded), spans) for item in defined(manifest)]
    named: dict[str, Reference] = {}
    for reference in references(manifest):
        if reference.name.startswith(HOLIDAYS_OF) and resolve(manifest, reference.name, None):
            named.setdefault(reference.name.removeprefix(HOLIDAYS_OF), reference)
    found.extend(_lower_holidays(manifest.tenant, country, spans, place.path) for country, place in named.items())
    return tuple(sorted(found, key=lambda schedule: schedule.id))


def exclusions(manifest: Tenant) -> dict[str, tuple[str, ...]]:
    """By id of a schedule the ids of those it excepts, sorted; undefined ones are left out."""
    return {
        item.id: tuple(sorted({i for name in item.schedule.except_ if (i := resolve(manifest, name, item.user))}))
        for item in defined(manifest)
    }


def reachable(start: str, edges: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """Everything that can be reached from a schedule over exceptions, itself included."""
    found, left = {start}, [start]
    while left:
        new = set(edges.get(left.pop(), ())) - found
        found |= new
        left.extend(new)
    return frozenset(found)


def _acyclic(schedule: str, excluded: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(other for other in excluded[schedule] if schedule not in reachable(other, excluded))


def _lower(item: Defined, excluded: tuple[str, ...], spans: SpanTable) -> ir.Schedule:
    schedule = item.schedule
    days = [calendar.dates(entry) for entry in schedule.dates]
    intervals = [interval for entry in days for interval in entry.intervals]
    for country in schedule.holidays:
        intervals.extend(calendar.holidays(country))
    return ir.Schedule(
        id=item.id,
        weekly=normalised(interval for entry in schedule.weekly for interval in calendar.weekly(entry).intervals),
        dates=normalised(intervals),
        excluded=excluded,
        forced=_FORCED[schedule.override],
        ends=_ends(schedule, days, intervals),
        span=spans.key(item.path),
    )


def _lower_holidays(tenant: str, country: str, spans: SpanTable, path: Path) -> ir.Schedule:
    return ir.Schedule(
        id=f"{tenant}/{HOLIDAYS_OF}{country}",
        weekly=(),
        dates=calendar.holidays(country),
        excluded=(),
        forced=None,
        ends=LAST_DAY,
        span=spans.value(path),
    )


def _ends(schedule: Schedule, days: list[Minutes], intervals: list[Interval]) -> int | None:
    """Weekly hours go on for ever, so days that were named one by one beside them are no calendar that runs out."""
    if schedule.holidays or any(entry.yearly for entry in days):
        return LAST_DAY
    if schedule.weekly or not intervals:
        return None
    return (max(end for _, end in intervals) - 1) // MINUTES_OF_DAY
