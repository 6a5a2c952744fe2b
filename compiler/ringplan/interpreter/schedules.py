"""When a schedule is open: the meaning of schedules, written to be read.

From the strongest to the weakest: the operator's switch at run time, what the manifest forces, days of the calendar,
exceptions, the hours of the week. All by the clock on the tenant's wall.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from ringplan import ir
from ringplan.ir.schedules import MINUTES_OF_DAY, MINUTES_OF_WEEK, Interval


def is_open(tenant: ir.Tenant, schedule_id: str, moment: datetime, switches: Mapping[str, bool]) -> bool:
    """Whether a schedule is open at a moment, which must have a zone.

    ``switches``: schedules that the operator has switched open or closed, by id. KeyError for an unknown schedule.
    """
    return open_at(tenant, schedule_id, local_minute(moment, tenant.time_zone), switches)


def open_at(tenant: ir.Tenant, schedule_id: str, minute: int, switches: Mapping[str, bool]) -> bool:
    """Whether a schedule is open in a minute of the tenant's wall clock, since 0001-01-01 00:00."""
    return _judge(tenant, minute, switches)(schedule_id)


def all_open_at(tenant: ir.Tenant, minute: int, switches: Mapping[str, bool]) -> frozenset[str]:
    """Every schedule that is open in a minute of the tenant's wall clock."""
    judge = _judge(tenant, minute, switches)
    return frozenset(schedule.id for schedule in tenant.schedules if judge(schedule.id))


def _judge(tenant: ir.Tenant, minute: int, switches: Mapping[str, bool]) -> Callable[[str], bool]:
    """Says of each schedule whether it is open in one minute."""
    schedules = {schedule.id: schedule for schedule in tenant.schedules}
    known: dict[str, bool] = {}  # each one is judged once, however many others except it

    def judge(schedule_id: str) -> bool:
        if schedule_id not in known:
            known[schedule_id] = judged(schedules[schedule_id])
        return known[schedule_id]

    def judged(schedule: ir.Schedule) -> bool:
        if schedule.id in switches:
            return switches[schedule.id]
        if schedule.forced is not None:
            return schedule.forced
        if within(schedule.dates, minute):
            return True
        if any(judge(other) for other in schedule.excluded):
            return False
        return within(schedule.weekly, minute_of_week(minute))

    return judge


def within(intervals: Sequence[Interval], minute: int) -> bool:
    """Whether a minute lies in one of the half-open intervals, which are sorted and disjoint."""
    at = bisect_right(intervals, minute, key=lambda interval: interval[0])
    return at > 0 and minute < intervals[at - 1][1]


def local_minute(moment: datetime, zone: str) -> int:
    """The minute that the wall clock of a zone shows, since 0001-01-01 00:00."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    local = moment.astimezone(ZoneInfo(zone))
    return local.toordinal() * MINUTES_OF_DAY + local.hour * 60 + local.minute


def minute_of_week(minute: int) -> int:
    """Minutes since Monday 00:00; 0001-01-01, whose ordinal is 1, was a Monday."""
    return (minute - MINUTES_OF_DAY) % MINUTES_OF_WEEK
