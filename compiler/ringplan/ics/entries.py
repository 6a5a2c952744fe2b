"""Intervals as entries of a schedule: the way back from minutes to what people write."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from ringplan.passes.calendar import DAYS

_DAY = timedelta(days=1)


def date_entry(start: datetime, end: datetime, *, yearly: bool = False) -> str:
    """From one moment of the wall clock to another; ``yearly``: in every year."""
    form = "%m-%d" if yearly else "%Y-%m-%d"
    last = (end - timedelta(minutes=1)).date()
    if _is_midnight(start) and _is_midnight(end):
        return f"{start:{form}}" if last == start.date() else f"{start:{form}}..{last:{form}}"
    if end - start < _DAY:
        return f"{start:{form}} {start:%H:%M}-{_end_of(start, end)}"
    if _is_midnight(end):
        return f"{start:{form} %H:%M} - {last:{form}} 24:00"
    return f"{start:{form} %H:%M} - {end:{form} %H:%M}"


def weekly_entries(weekdays: Iterable[int], start: datetime, length: timedelta) -> list[str]:
    """Of a length of less than a week, on these days (Monday is 0), beginning at the time of ``start``."""
    days, end = sorted(weekdays), start + length
    if _is_midnight(start) and _is_midnight(end):
        return [day_list({(day + step) % 7 for day in days for step in range(length.days)})]
    if length < _DAY:
        return [f"{day_list(days)} {start:%H:%M}-{_end_of(start, end)}"]
    return [_span(day, start, end) for day in days]


def day_list(weekdays: Iterable[int]) -> str:
    """``mon-fri``, ``mon,wed``, ``daily``; at least one day."""
    runs: list[list[int]] = []
    for day in sorted(weekdays):
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    if runs == [list(range(7))]:
        return "daily"
    return ",".join(DAYS[run[0]] if len(run) == 1 else f"{DAYS[run[0]]}-{DAYS[run[-1]]}" for run in runs)


def _span(day: int, start: datetime, end: datetime) -> str:
    last = day + (end.date() - start.date()).days
    if _is_midnight(end):
        return f"{DAYS[day]} {start:%H:%M} - {DAYS[(last - 1) % 7]} 24:00"
    return f"{DAYS[day]} {start:%H:%M} - {DAYS[last % 7]} {end:%H:%M}"


def _end_of(start: datetime, end: datetime) -> str:
    return "24:00" if _is_midnight(end) and end.date() != start.date() else f"{end:%H:%M}"


def _is_midnight(moment: datetime) -> bool:
    return moment.hour == moment.minute == 0
