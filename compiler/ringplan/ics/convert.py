"""Events as a schedule: exactly where its entries can say it, written out as single dates where they cannot.

A weekly or daily rule without an end becomes weekly entries; dates on which it does not take place become a schedule
of their own, which is excepted. A yearly rule on a day of the calendar becomes a yearly date. Everything else is
written out, from today to the last year of the compiler's calendar, at most ``MAX_DATES`` dates an event.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from math import prod
from typing import Any, Final
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from ringplan.ir.schedules import MINUTES_OF_DAY, Interval
from ringplan.passes import calendar
from ringplan.passes.calendar import DAYS, FIRST_DAY, LAST_DAY, normalised

from .entries import date_entry, weekly_entries
from .events import Event, EventError, Events, IcsError

MAX_DATES: Final = 500
MOST_WEEKLY: Final = 200
"""Weekly entries a schedule can hold (schema)."""
MOST_DATES: Final = 2_000
"""Dates a schedule can hold (schema)."""
MAX_EFFORT: Final = 1_000_000
"""What may be spent on the rules of one file: every beginning that is looked at costs one, a few seconds in all."""
_RULE_COST, _BARREN_COST = 2_000, 400_000
"""A rule is searched for its next beginning; one that never comes is searched up to the year 9999."""
_MOST_A_DAY: Final = 24
_WEEK: Final = timedelta(days=7)
_WEEKLY_PARTS: Final = {"FREQ", "INTERVAL", "BYDAY", "WKST"}
_YEARLY_PARTS: Final = {"FREQ", "INTERVAL", "BYMONTH", "BYMONTHDAY", "WKST"}
_FREQUENCIES: Final = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a schedule, and the event it came from."""

    text: str
    title: str


@dataclass(slots=True)
class Converted:
    """What became of a calendar."""

    weekly: list[Entry] = field(default_factory=list)
    dates: list[Entry] = field(default_factory=list)
    cancelled: list[Entry] = field(default_factory=list)
    """Dates on which weekly entries do not count."""
    notes: list[str] = field(default_factory=list)
    """What was changed a little, or left out because it is over."""
    refused: list[str] = field(default_factory=list)
    """Events that cannot be taken, each with the reason."""
    effort: int = MAX_EFFORT
    """What may still be spent on rules."""

    def spend(self, effort: int) -> None:
        """Raises IcsError when the file costs too much: its author must not keep us busy for hours."""
        self.effort -= effort
        if self.effort < 0:
            raise IcsError("its rules recur too often, or too many of them never take place")


def convert(found: Events, today: date) -> Converted:
    """The schedule that is open during the events of a calendar, from ``today`` on.

    Raises IcsError when it is more than a schedule can hold.
    """
    result = Converted(refused=list(found.refused))
    over = 0
    for event in _with_changes(found.events):
        try:
            over += not _convert(event, found.zone, today, result)
        except IcsError:
            raise
        except (EventError, ValueError, OverflowError) as error:
            result.refused.append(f"{event.title} ({event.start:%Y-%m-%d}): {error}")
        _check_size(result)
    if over:
        result.notes.append(f"{over} {'event is' if over == 1 else 'events are'} over and left out")
    _check_cancelled(result)
    return result


def _check_size(result: Converted) -> None:
    for name, entries, most in (
        ("weekly entries", result.weekly, MOST_WEEKLY),
        ("dates", result.dates, MOST_DATES),
        ("cancelled dates", result.cancelled, MOST_DATES),
    ):
        if len(entries) > most:
            raise IcsError(f"it comes to more than {most:,} {name}, which is more than a schedule can hold")


def _with_changes(events: tuple[Event, ...]) -> Iterator[Event]:
    """The events, those with changed occurrences without them, and the changed ones for themselves."""
    changed: dict[str, set[datetime]] = {}
    for event in events:
        if event.replaces is not None:
            changed.setdefault(event.uid, set()).add(event.replaces)
    for event in events:
        if event.replaces is None:
            yield replace(event, excluded=event.excluded | changed.get(event.uid, set()))
        elif event.end > event.start:  # else it is cancelled
            yield replace(event, rule={}, excluded=frozenset(), added=())


def _convert(event: Event, zone: str, today: date, result: Converted) -> bool:
    """Enter one event; whether anything of it is still to come."""
    if event.rounded:
        result.notes.append(f"{event.title}: seconds are rounded to whole minutes")
    _check_rule(event.rule)
    weekdays = _weekdays(event, zone)
    if weekdays:
        _enter_weekly(event, weekdays, today, result)
        return True
    if _is_yearly(event, zone):
        _warn_of_start(event, today, result)
        result.dates.append(Entry(date_entry(event.start, event.end, yearly=True), event.title))
        return True
    return _enter_dates(event, zone, today, result)


def _check_rule(rule: dict[str, list[Any]]) -> None:
    """Raises EventError for rules that recur too often, or make no sense."""
    if not rule:
        return
    if "FREQ" not in rule:
        raise EventError("its rule has no FREQ")
    if rule["FREQ"][0] not in _FREQUENCIES:
        raise EventError("it recurs more often than daily, which cannot be expressed")
    if any(interval < 1 for interval in rule.get("INTERVAL", ())):
        raise EventError("its INTERVAL is not positive")
    if prod(len(set(rule.get(part, (0,)))) for part in ("BYHOUR", "BYMINUTE", "BYSECOND")) > _MOST_A_DAY:
        raise EventError(f"it recurs more than {_MOST_A_DAY} times a day")


# -- what recurs as a schedule does


def _weekdays(event: Event, zone: str) -> set[int]:
    """The days on which an event begins every week for ever; empty: it is no such event."""
    rule = event.rule
    frequency = rule.get("FREQ", [""])[0]
    days = [str(day).upper() for day in rule.get("BYDAY", ())]
    plain = all(len(day) == 2 for day in days) and set(rule) <= _WEEKLY_PARTS and _every(rule)
    if frequency not in ("DAILY", "WEEKLY") or not plain or event.added or not _same_clock(event, zone):
        return set()
    if event.end - event.start >= _WEEK:
        return set()
    if days:
        return {[name[:2].upper() for name in DAYS].index(day) for day in days}
    return set(range(7)) if frequency == "DAILY" else {event.start.weekday()}


def _enter_weekly(event: Event, weekdays: set[int], today: date, result: Converted) -> None:
    length = event.end - event.start
    _warn_of_start(event, today, result)
    result.weekly.extend(Entry(text, event.title) for text in weekly_entries(weekdays, event.start, length))
    for begin in sorted(event.excluded):
        if (begin + length).date() >= today and begin.weekday() in weekdays and begin.time() == event.start.time():
            result.cancelled.append(Entry(date_entry(begin, begin + length), event.title))


def _is_yearly(event: Event, zone: str) -> bool:
    """Whether it is a yearly date: on the same days of the calendar in every year, for ever."""
    rule, start = event.rule, event.start
    if rule.get("FREQ") != ["YEARLY"] or not set(rule) <= _YEARLY_PARTS or not _every(rule):
        return False
    if event.excluded or event.added or not _same_clock(event, zone):
        return False
    same_day = rule.get("BYMONTH", [start.month]) == [start.month]
    if "BYMONTHDAY" in rule:
        same_day = same_day and "BYMONTH" in rule and rule["BYMONTHDAY"] == [start.day]
    last = event.end - timedelta(minutes=1)
    # A length in days is another one in a leap year.
    across_leap_day = (start.month, start.day) <= (2, 29) and (last.year > start.year or last.month > 2)
    is_leap_day = (start.month, start.day) == (2, 29)
    one_day = last.date() == start.date()
    return same_day and (one_day or not (across_leap_day or is_leap_day)) and event.end - start < timedelta(days=365)


def _every(rule: dict[str, list[Any]]) -> bool:
    return rule.get("INTERVAL", [1]) == [1]


def _same_clock(event: Event, zone: str) -> bool:
    return event.zone in (None, zone)


def _warn_of_start(event: Event, today: date, result: Converted) -> None:
    if event.start.date() > today:
        result.notes.append(f"{event.title}: begins on {event.start:%Y-%m-%d}, but is entered as if it always was")


def _check_cancelled(result: Converted) -> None:
    """A cancelled date closes all weekly entries; it must not meet those of another event."""
    hours = [(entry, calendar.weekly(entry.text).intervals) for entry in result.weekly]
    for cancelled in result.cancelled:
        for start, end in calendar.dates(cancelled.text).intervals:
            begin = (start - MINUTES_OF_DAY) % (7 * MINUTES_OF_DAY)
            ring = (
                (begin, begin + end - start),
                (begin - 7 * MINUTES_OF_DAY, begin + end - start - 7 * MINUTES_OF_DAY),
            )
            for entry, intervals in hours:
                meets = any(low < until and first < high for low, high in intervals for first, until in ring)
                if entry.title != cancelled.title and meets:
                    result.refused.append(
                        f"{cancelled.title}: does not take place on {cancelled.text}, when {entry.title} does;"
                        " that cannot be expressed"
                    )


# -- what is written out


def _enter_dates(event: Event, zone: str, today: date, result: Converted) -> bool:
    intervals = list(islice(_occurrences(event, zone, today, result), MAX_DATES + 1))
    if len(intervals) > MAX_DATES:
        last = _moment(intervals[MAX_DATES - 1][0])
        result.notes.append(f"{event.title}: only {MAX_DATES} dates are entered, the last is {last:%Y-%m-%d}")
        del intervals[MAX_DATES:]
    for start, end in normalised(intervals):
        result.dates.append(Entry(date_entry(_moment(start), _moment(end)), event.title))
    return bool(intervals)


def _occurrences(event: Event, zone: str, today: date, result: Converted) -> Iterator[Interval]:
    """Every occurrence that is not over before ``today``, on the wall clock of the schedule's zone."""
    length = event.end - event.start
    low = max(today.toordinal(), FIRST_DAY) * MINUTES_OF_DAY
    for begin in _beginnings(event, result):
        start, end = event.on_wall_of(zone, begin), event.on_wall_of(zone, begin + length)
        if end <= start:
            raise EventError("it lies in the hour that comes twice in autumn")
        if start.toordinal() > LAST_DAY:
            return
        if _minutes(end) > low:
            yield _minutes(start), _minutes(end)


def _beginnings(event: Event, result: Converted) -> Iterator[datetime]:
    if not event.rule:
        yield from sorted({event.start, *event.added} - event.excluded)
        return
    end = datetime.combine(date.fromordinal(LAST_DAY), time(23, 59))
    parts = {key: values for key, values in event.rule.items() if key != "UNTIL"}
    for value in event.rule.get("UNTIL", ()):
        end = min(end, _until(value, event))
    text = ";".join(f"{key}={','.join(map(str, values))}" for key, values in parts.items())
    added = sorted(event.added)
    result.spend(_RULE_COST)
    begin = None
    for begin in rrulestr(text, dtstart=event.start):
        result.spend(1)
        if begin > end:
            break
        while added and added[0] <= begin:
            yield from {added.pop(0)} - event.excluded - {begin}
        if begin not in event.excluded:
            yield begin
    if begin is None:
        result.spend(_BARREN_COST)
    yield from (moment for moment in added if moment not in event.excluded)


def _until(value: date, event: Event) -> datetime:
    """The last moment of a rule, on the event's own clock."""
    if not isinstance(value, datetime):
        return datetime.combine(value, time(23, 59))
    if value.tzinfo is None or event.zone is None:
        return value.replace(tzinfo=None)
    return value.astimezone(ZoneInfo(event.zone)).replace(tzinfo=None)


def _minutes(moment: datetime) -> int:
    return moment.toordinal() * MINUTES_OF_DAY + moment.hour * 60 + moment.minute


def _moment(minutes: int) -> datetime:
    return datetime.fromordinal(minutes // MINUTES_OF_DAY) + timedelta(minutes=minutes % MINUTES_OF_DAY)
