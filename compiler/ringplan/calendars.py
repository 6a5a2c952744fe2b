"""Calendars that run out: the only thing that depends on the day on which somebody looks.

What is remembered of a tenant says when its calendars end; whether that is soon is judged after all else.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from ringplan.countries.holidays import LAST_YEAR
from ringplan.diagnostics import Diagnostic, Sink
from ringplan.summary import Calendar, Summary

AHEAD_DAYS: Final = 90
"""How many days before the end of a calendar somebody is told."""
_LAST_DAY: Final = date(LAST_YEAR, 12, 31)


def runs_out(ends: int | None, today: date | None) -> bool:
    """Whether a calendar whose last day has this ordinal ends soon or is over; never when the day is not known."""
    return ends is not None and today is not None and ends - today.toordinal() < AHEAD_DAYS


def check_calendars(tenants: Iterable[Summary], today: date | None, sink: Sink) -> None:
    """RP511."""
    for tenant in tenants:
        for calendar in tenant.calendars:
            if today is not None and runs_out(calendar.ends, today):
                sink.report(_report(calendar, today))


def _report(calendar: Calendar, today: date) -> Diagnostic:
    from ringplan.diagnostics.codes import diagnostic

    last = date.fromordinal(calendar.ends)
    verb = "ended" if last < today else "end"
    message = f"the dates of schedule `{calendar.schedule}` {verb} on {last}"
    if last == _LAST_DAY:
        advice = "this version of ringplan knows no later days; install a newer one"
    else:
        advice = "add the dates of the coming year, write yearly dates such as `12-24..01-02`, or remove the schedule"
    return diagnostic("RP511", message, calendar.span, label="never open after that day", help=advice)
