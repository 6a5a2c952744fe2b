"""What the entries of a schedule mean, in minutes: of the week, or since 0001-01-01 00:00 for days of the calendar.

Total and pure: an entry that means nothing gives no minutes and says what is wrong with it. There is no clock here;
what recurs every year is written out for the years of the compiler's calendar.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date
from enum import Enum
from typing import Final, NamedTuple

from ringplan.countries.holidays import FIRST_YEAR, HOLIDAYS, LAST_YEAR
from ringplan.ir.schedules import MINUTES_OF_DAY, MINUTES_OF_WEEK, Interval
from ringplan.values import dataclass

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
FIRST_DAY: Final = date(FIRST_YEAR, 1, 1).toordinal()
LAST_DAY: Final = date(LAST_YEAR, 12, 31).toordinal()
"""Ordinals of the first and last day of the compiler's calendar."""

_WHOLE_DAY: Final = (0, MINUTES_OF_DAY)
_LEAP_YEAR: Final = 2028
_TIMES: Final = re.compile(r"(?P<days>.+?)(?: (?P<start>[0-9:]{5}) ?- ?(?P<end>[0-9:]{5}))?")
_SPAN: Final = re.compile(
    r"(?P<first>[a-z0-9-]+) (?P<start>[0-9:]{5}) ?- ?(?P<last>[a-z0-9-]+) (?P<end>[0-9:]{5})", re.ASCII
)


class Mistake(Enum):
    """Why an entry means nothing, or less than it says."""

    EMPTY = "it begins where it ends"
    IMPOSSIBLE = "a day that no calendar has"
    REVERSED = "it ends before it begins"
    OUTSIDE = "it lies outside the years of the calendar"


@dataclass(frozen=True, slots=True)
class Minutes:
    """What one entry means."""

    intervals: tuple[Interval, ...]
    """Sorted."""
    mistake: Mistake | None = None
    yearly: bool = False
    """Whether it recurs every year, which the compiler knows up to its last year only."""


class _Day(NamedTuple):
    """A day as it is written; no year: every year."""

    year: int | None
    month: int
    day: int


# -- the week


def weekly(entry: str) -> Minutes:
    """Minutes of the week of one weekly entry."""
    span = _SPAN.fullmatch(entry)
    if span is not None:
        start = DAYS.index(span["first"]) * MINUTES_OF_DAY + _minute(span["start"])
        end = DAYS.index(span["last"]) * MINUTES_OF_DAY + _minute(span["end"])
        return Minutes((), Mistake.EMPTY) if start == end else Minutes(tuple(sorted(_on_ring(start, end))))
    written = _TIMES.fullmatch(entry)
    assert written is not None
    start, end = _hours(written)
    if start == end:
        return Minutes((), Mistake.EMPTY)
    found: list[Interval] = []
    for day in weekdays(written["days"]):
        found.extend(_on_ring(day * MINUTES_OF_DAY + start, day * MINUTES_OF_DAY + end))
    return Minutes(tuple(sorted(found)))


def weekdays(written: str) -> tuple[int, ...]:
    """The days of ``mon-wed,fri``, Monday is 0; a range goes on over Sunday."""
    if written == "daily":
        return tuple(range(7))
    days: set[int] = set()
    for part in written.replace(" ", "").split(","):
        first, _, last = part.partition("-")
        begin, count = DAYS.index(first), (DAYS.index(last or first) - DAYS.index(first)) % 7 + 1
        days.update((begin + step) % 7 for step in range(count))
    return tuple(sorted(days))


def _on_ring(start: int, end: int) -> Iterator[Interval]:
    """The minutes from start to end on the ring of the week."""
    if end <= start:
        end += MINUTES_OF_WEEK
    yield start, min(end, MINUTES_OF_WEEK)
    if end > MINUTES_OF_WEEK:
        yield 0, end - MINUTES_OF_WEEK


# -- the calendar


def dates(entry: str) -> Minutes:
    """Minutes since 0001-01-01 00:00 of one entry of ``dates``, within the years of the compiler's calendar."""
    span = _SPAN.fullmatch(entry)
    written = span or _TIMES.fullmatch(entry)
    assert written is not None
    first, last = (_day(span["first"]), _day(span["last"])) if span else _days(written["days"])
    hours = (_minute(span["start"]), _minute(span["end"])) if span else _hours(written)
    mistake = _mistake(first, last, hours, is_span=span is not None)
    if mistake not in (None, Mistake.OUTSIDE):
        return Minutes((), mistake)
    found: list[Interval] = []
    for year in (first.year,) if first.year is not None else range(FIRST_YEAR - 1, LAST_YEAR + 1):
        found.extend(_span(first, last, hours, year) if span else _each_day(first, last, hours, year))
    return Minutes(tuple(_inside(found)), mistake, yearly=first.year is None)


def _mistake(first: _Day, last: _Day, hours: tuple[int, int], *, is_span: bool) -> Mistake | None:
    if not (_exists(first) and _exists(last)):
        return Mistake.IMPOSSIBLE
    if hours[0] == hours[1] and (first == last or not is_span):
        return Mistake.EMPTY
    if first.year is None or last.year is None:
        return None
    begin, end = date(first.year, first.month, first.day).toordinal(), date(last.year, last.month, last.day).toordinal()
    if begin > end or (is_span and begin == end and hours[0] > hours[1]):
        return Mistake.REVERSED
    return None if begin >= FIRST_DAY and end <= LAST_DAY else Mistake.OUTSIDE


def holidays(country: str) -> tuple[Interval, ...]:
    """All public holidays of a country, as whole days."""
    days = (
        date.fromisoformat(f"{year}-{day}").toordinal()
        for year, found in HOLIDAYS[country].items()
        for day in found.split()
    )
    return normalised((day * MINUTES_OF_DAY, (day + 1) * MINUTES_OF_DAY) for day in days)


def _span(first: _Day, last: _Day, hours: tuple[int, int], year: int) -> Iterator[Interval]:
    """From one moment to another; every year: over the new year when the last day comes before the first."""
    start = _at_or_after(first, year, hours[0])
    end = _at_or_after(last, year, hours[1])
    if first.year is None and end <= start:
        end = _at_or_after(last, year + 1, hours[1])
    elif last.year is not None:
        end = _at_or_after(last, last.year, hours[1])
    if start < end:
        yield start, end


def _each_day(first: _Day, last: _Day, hours: tuple[int, int], year: int) -> Iterator[Interval]:
    """The hours of every day from the first to the last, as one interval when they are whole days."""
    wraps = first.year is None and (last.month, last.day) < (first.month, first.day)
    begin = _at_or_after(first, year) // MINUTES_OF_DAY
    until = _day_after(last, year + 1 if wraps else last.year or year)
    if hours == _WHOLE_DAY:
        if begin < until:
            yield begin * MINUTES_OF_DAY, until * MINUTES_OF_DAY
        return
    start, end = hours
    for day in range(max(begin, FIRST_DAY - 1), min(until, LAST_DAY + 1)):
        yield day * MINUTES_OF_DAY + start, day * MINUTES_OF_DAY + end


def _at_or_after(day: _Day, year: int, minute: int = 0) -> int:
    """The minute of a moment; of 29 February in a common year, the midnight that follows."""
    if day.day > monthrange(year, day.month)[1]:
        return _day_after(day, year) * MINUTES_OF_DAY
    return date(year, day.month, day.day).toordinal() * MINUTES_OF_DAY + minute


def _day_after(day: _Day, year: int) -> int:
    """The ordinal of the day after; 1 March after 29 February in a common year as well."""
    length = monthrange(year, day.month)[1]
    return date(year, day.month, min(day.day, length)).toordinal() + 1


def _exists(day: _Day) -> bool:
    year = _LEAP_YEAR if day.year is None else day.year
    return year > 0 and day.day <= monthrange(year, day.month)[1]


def _inside(found: Iterable[Interval]) -> Iterator[Interval]:
    """What lies within the years of the calendar."""
    low, high = FIRST_DAY * MINUTES_OF_DAY, (LAST_DAY + 1) * MINUTES_OF_DAY
    for start, end in found:
        if start < high and end > low:
            yield max(start, low), min(end, high)


# -- reading


def _days(written: str) -> tuple[_Day, _Day]:
    first, _, last = written.partition("..")
    return _day(first), _day(last or first)


def _day(written: str) -> _Day:
    *year, month, day = map(int, written.split("-"))
    return _Day(year[0] if year else None, month, day)


def _hours(written: re.Match[str]) -> tuple[int, int]:
    """Start and end, the end on the next day when it does not come after the start; equal when they are."""
    if written["start"] is None:
        return _WHOLE_DAY
    start, end = _minute(written["start"]), _minute(written["end"])
    return start, end + MINUTES_OF_DAY if end < start else end


def _minute(written: str) -> int:
    return int(written[:2]) * 60 + int(written[3:])


def normalised(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """The same minutes, sorted, disjoint and not touching."""
    merged: list[Interval] = []
    for start, end in sorted(intervals):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
