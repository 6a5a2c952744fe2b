"""I8: every minute of a week belongs to exactly one branch of whatever asks for the time.

A branch is taken when its schedule is open and no earlier one is, so that is true if every schedule says of every
minute either open or closed. A contradiction is a fault of the compiler itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ringplan.interpreter.schedules import all_open_at, local_minute
from ringplan.ir import Ivr, Tenant, TimeRoute, User
from ringplan.ir.schedules import MINUTES_OF_WEEK, Interval

from .space import Space


def contradictions(space: Space) -> tuple[str, ...]:
    """Schedules that do not cut time in two, and slices that are not what the clock says; one sentence each."""
    return (*_intervals(space.tenant), *_slices(space))


def examined(space: Space) -> int:
    """Time routes, IVRs and users' entries that ask for the time, once for each slice of it."""
    return len(space.slices) * sum(map(_asks, space.tenant.nodes))


def _asks(node: object) -> bool:
    match node:
        case TimeRoute():
            return True
        case Ivr():
            return node.hours is not None or node.holidays is not None
        case User():
            return any(rule.when is not None for rule in node.rules)
        case _:
            return False


def _intervals(tenant: Tenant) -> Iterator[str]:
    for schedule in tenant.schedules:
        if not _is_sorted(schedule.weekly) or any(end > MINUTES_OF_WEEK for _, end in schedule.weekly):
            yield f"the hours of {schedule.id} overlap, or are of no week"
        if not _is_sorted(schedule.dates):
            yield f"the dates of {schedule.id} overlap"


def _is_sorted(intervals: Sequence[Interval]) -> bool:
    """Whether intervals follow each other and none is empty."""
    bounds = [minute for interval in intervals for minute in interval]
    return bounds == sorted(set(bounds)) and all(minute >= 0 for minute in bounds)


def _slices(space: Space) -> Iterator[str]:
    """Slices in which a schedule that decides is not what the interpreter says of it."""
    for at, time in enumerate(space.slices):
        found = all_open_at(space.tenant, local_minute(time.witness, space.tenant.time_zone), {})
        said = {schedule for schedule, open_slices in space.open.items() if open_slices >> at & 1}
        for schedule in sorted(said ^ (found & space.open.keys())):
            yield f"{schedule} is open and closed at {time.when}"
    if len({time.open for time in space.slices}) != len(space.slices):
        yield f"two slices of {space.tenant.id} are the same"
