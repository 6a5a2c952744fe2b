"""When a schedule is open: binary search in marks, on the tenant's own wall clock."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import KSR

from .tenants import Tenant

TABLE = "switches"
"""htable with what the operator has switched, schedules and hunt groups: address to ``1`` or ``0``."""


def is_open(tenant: Tenant, schedule_id: str, at: float) -> bool:
    """Whether a schedule is open at a time, seconds since 1970; KeyError when there is no such schedule."""
    return _is_open(tenant, schedule_id, *_minutes(tenant.zone, int(at // 60)), {})


@lru_cache(256)
def _minutes(zone: ZoneInfo, minute: int) -> tuple[int, int]:
    """Minute of the calendar and of the week, as clocks of a zone show them ``minute`` minutes after 1970 began.

    Clocks differ from one another by whole minutes, today and as far as schedules reach.
    """
    local = datetime.fromtimestamp(minute * 60, zone)
    day, of_day = local.toordinal(), local.hour * 60 + local.minute
    return day * 1440 + of_day, (day - 1) % 7 * 1440 + of_day  # ordinal 1 was a Monday


def _is_open(tenant: Tenant, schedule_id: str, of_calendar: int, of_week: int, known: dict[str, bool]) -> bool:
    """By the minute of the calendar and of the week; ``known`` are verdicts for the same minute."""
    verdict = known.get(schedule_id)
    if verdict is None:
        weekly, dates, excluded, forced = tenant.schedules[schedule_id]
        verdict = switched(schedule_id)
        if verdict is None:
            verdict = forced
        if verdict is None:
            # An odd number of marks lies behind a minute within an interval.
            verdict = bisect_right(dates, of_calendar) % 2 == 1 or (
                bisect_right(weekly, of_week) % 2 == 1
                and not any(_is_open(tenant, other, of_calendar, of_week, known) for other in excluded)
            )
        known[schedule_id] = verdict
    return verdict


def switched(address: str) -> bool | None:
    """What the operator has switched something to; None: nothing, what is written holds."""
    state = KSR.htable.sht_get(TABLE, address)
    return None if state is None else state in ("1", 1)
