"""Schedules as data: sorted marks, in which the runtime searches."""

from __future__ import annotations

from ringplan.ir import Tenant
from ringplan.ir.schedules import Interval

from .literals import Literal


def schedules(tenant: Tenant) -> dict[str, Literal]:
    """The fields of ``ringplan_runtime.tenants.Schedule``, in its order, by id."""
    return {
        schedule.id: (_marks(schedule.weekly), _marks(schedule.dates), schedule.excluded, schedule.forced)
        for schedule in tenant.schedules
    }


def _marks(intervals: tuple[Interval, ...]) -> tuple[int, ...]:
    """Beginnings and ends in turn; they rise strictly, because intervals neither overlap nor touch."""
    return tuple(mark for interval in intervals for mark in interval)
