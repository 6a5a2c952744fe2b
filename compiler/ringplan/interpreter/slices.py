"""Time in pieces: which schedules can be open together, and when a schedule changes.

Complete for the years of the compiler's calendar: every set of open schedules that some minute of these years has, and
no other. A minute that summer time skips never comes, so it makes no set.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import count as counting
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from ringplan import ir
from ringplan.countries.holidays import FIRST_YEAR, LAST_YEAR
from ringplan.ir.schedules import MINUTES_OF_DAY, Interval
from ringplan.values import dataclass

from .schedules import all_open_at, is_open

FIRST_DAY: Final = date(FIRST_YEAR, 1, 1).toordinal()
LAST_DAY: Final = date(LAST_YEAR, 12, 31).toordinal()
_WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_CHUNK: Final = 28
"""Days that are searched for changes at a time."""


@dataclass(frozen=True, slots=True)
class Slice:
    """A set of schedules that are open at the same time, and no other one is."""

    open: frozenset[str]
    witness: datetime
    """The first minute that has it, in UTC."""
    when: str
    """That minute on the tenant's wall clock, for people."""


def slices(tenant: ir.Tenant) -> tuple[Slice, ...]:
    """Every set of open schedules that occurs, in the order of its first minute, when nothing is switched by hand.

    Who is interested in a few schedules hands over a tenant with these and those they except.
    """
    first: dict[frozenset[str], int] = {}
    for day in _days(tenant):
        for minute in _beginnings(tenant, day):
            found = all_open_at(tenant, minute, {})
            if minute < first.get(found, minute + 1):
                first[found] = minute
    zone = ZoneInfo(tenant.time_zone)
    return tuple(_slice(found, minute, zone) for found, minute in sorted(first.items(), key=lambda item: item[1]))


def boundaries(tenant: ir.Tenant, schedule_id: str, after: datetime, count: int) -> tuple[datetime, ...]:
    """The next moments, in UTC, at which a schedule opens or closes; fewer when it changes less often.

    Moments after the last year of the calendar are not looked for. KeyError for an unknown schedule.
    """
    return tuple(islice(_changes(tenant, schedule_id, after.astimezone(UTC)), count))


# -- sets


def _days(tenant: ir.Tenant) -> Iterator[int]:
    """Days that have every set between them: those that differ from the week, and one of each weekday that do not."""
    special = set(_skipped(tenant.time_zone))
    for schedule in tenant.schedules:
        for start, end in schedule.dates:
            last = (end - 1) // MINUTES_OF_DAY
            special.update(range(max(start // MINUTES_OF_DAY, FIRST_DAY), min(last, LAST_DAY) + 1))
    distinct: dict[object, int] = {}
    for day in sorted(special):
        distinct.setdefault(_signature(tenant, day), day)
    yield from distinct.values()
    for weekday in range(7):
        of_that_name = counting(FIRST_DAY + (weekday + 1 - FIRST_DAY) % 7, 7)
        plain = next(day for day in of_that_name if day not in special)
        if plain <= LAST_DAY:
            yield plain


def _signature(tenant: ir.Tenant, day: int) -> object:
    """Two days with the same signature have the same sets at the same minutes."""
    start = day * MINUTES_OF_DAY
    named = tuple(tuple(_cut(schedule.dates, start)) for schedule in tenant.schedules)
    return day % 7, named, _skipped(tenant.time_zone).get(day)


def _cut(intervals: tuple[Interval, ...], start: int) -> Iterator[Interval]:
    """The parts of sorted intervals that lie in the day that begins at ``start``, in minutes of that day."""
    for begin, end in _in_day(intervals, start):
        yield max(begin - start, 0), min(end - start, MINUTES_OF_DAY)


def _in_day(intervals: tuple[Interval, ...], start: int) -> Iterator[Interval]:
    at = _first_ending_after(intervals, start)
    while at < len(intervals) and intervals[at][0] < start + MINUTES_OF_DAY:
        yield intervals[at]
        at += 1


def _first_ending_after(intervals: tuple[Interval, ...], minute: int) -> int:
    low, high = 0, len(intervals)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if intervals[middle][1] > minute else (middle + 1, high)
    return low


def _beginnings(tenant: ir.Tenant, day: int) -> Iterator[int]:
    """The minutes of a day from which on another set may be open, without those that never come."""
    start = day * MINUTES_OF_DAY
    gap = _skipped(tenant.time_zone).get(day)
    marks = {start} | {mark for schedule in tenant.schedules for mark in _marks(schedule, start)}
    if gap is not None:
        marks = {mark for mark in marks if not gap[0] <= mark - start < gap[1]} | {start + gap[1]}
    yield from sorted(mark for mark in marks if start <= mark < start + MINUTES_OF_DAY)


def _marks(schedule: ir.Schedule, start: int) -> Iterator[int]:
    """Where intervals of a schedule begin or end in the day that begins at ``start``, after that; and some others."""
    monday = start - (start - MINUTES_OF_DAY) % (7 * MINUTES_OF_DAY)
    for begin, end in schedule.weekly:
        yield monday + begin
        yield monday + end
    for begin, end in _in_day(schedule.dates, start):
        yield begin
        yield end


def _slice(found: frozenset[str], minute: int, zone: ZoneInfo) -> Slice:
    local = _wall(minute)
    return Slice(found, _utc(local, zone, 0), f"{_WEEKDAYS[local.weekday()]} {local:%Y-%m-%d %H:%M}")


# -- changes


def _changes(tenant: ir.Tenant, schedule_id: str, after: datetime) -> Iterator[datetime]:
    tenant.schedule(schedule_id)
    zone = ZoneInfo(tenant.time_zone)
    day = max(after.astimezone(zone).toordinal() - 1, FIRST_DAY)
    reached = after
    while day <= LAST_DAY:
        moments = {m for d in range(day, day + _CHUNK) for m in _candidates(tenant, schedule_id, d, zone)}
        for moment in sorted(moments):
            if moment > reached:
                reached = moment
                before = is_open(tenant, schedule_id, moment - timedelta(minutes=1), {})
                if before is not is_open(tenant, schedule_id, moment, {}):
                    yield moment
        day += _CHUNK


def _candidates(tenant: ir.Tenant, schedule_id: str, day: int, zone: ZoneInfo) -> Iterator[datetime]:
    """The moments of a day at which a schedule may change: where intervals do, and where the clock is set."""
    start = day * MINUTES_OF_DAY
    marks = {start} | {mark for schedule in _family(tenant, schedule_id) for mark in _marks(schedule, start)}
    for mark in marks:
        if start <= mark < start + MINUTES_OF_DAY:
            yield _utc(_wall(mark), zone, 0)
            yield _utc(_wall(mark), zone, 1)
    yield from _clock_changes(tenant.time_zone).get(day, ())


def _family(tenant: ir.Tenant, schedule_id: str) -> tuple[ir.Schedule, ...]:
    """A schedule and all it depends on."""
    found = {schedule_id: tenant.schedule(schedule_id)}
    left = [schedule_id]
    while left:
        for other in found[left.pop()].excluded:
            if other not in found:
                found[other] = tenant.schedule(other)
                left.append(other)
    return tuple(found.values())


# -- the clock on the wall


def _wall(minute: int) -> datetime:
    """What the clock shows; a time without a zone on purpose, for the zone decides whether it comes at all."""
    return datetime.fromordinal(minute // MINUTES_OF_DAY) + timedelta(minutes=minute % MINUTES_OF_DAY)


def _utc(local: datetime, zone: ZoneInfo, fold: int) -> datetime:
    return local.replace(tzinfo=zone, fold=fold).astimezone(UTC)


@cache
def _clock_changes(zone: str) -> dict[int, tuple[datetime, ...]]:
    """The moments at which the clock is set, by the local days it shows just before and after."""
    found: dict[int, set[datetime]] = {}
    for moment in _transitions(ZoneInfo(zone)):
        for shown in (moment - timedelta(minutes=1), moment):
            found.setdefault(shown.astimezone(ZoneInfo(zone)).toordinal(), set()).add(moment)
    return {day: tuple(sorted(moments)) for day, moments in found.items()}


@cache
def _skipped(zone: str) -> dict[int, Interval]:
    """The minutes of the day that never come, by day."""
    found: dict[int, Interval] = {}
    for moment in _transitions(ZoneInfo(zone)):
        before = (moment - timedelta(minutes=1)).astimezone(ZoneInfo(zone)).replace(tzinfo=None) + timedelta(minutes=1)
        after = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        if after > before:
            found.update(_by_day(before, after))
    return found


def _by_day(start: datetime, end: datetime) -> Iterable[tuple[int, Interval]]:
    """An interval cut at midnight."""
    while start < end:
        midnight = datetime.fromordinal(start.toordinal() + 1)
        low = start.hour * 60 + start.minute
        yield start.toordinal(), (low, low + int((min(end, midnight) - start).total_seconds()) // 60)
        start = midnight


def _transitions(zone: ZoneInfo) -> Iterator[datetime]:
    """Every moment of the calendar's years at which the zone's offset changes.

    That is never twice in three days: the shortest time between two of all zones is six days (Gaza, October 2040).
    """
    moment = datetime.fromordinal(FIRST_DAY - 1).replace(tzinfo=UTC)
    end = datetime.fromordinal(LAST_DAY + 2).replace(tzinfo=UTC)
    offset = moment.astimezone(zone).utcoffset()
    while moment < end:
        following = moment + timedelta(days=3)
        then = following.astimezone(zone).utcoffset()
        if then != offset:
            yield _transition(zone, moment, following)
            offset = then
        moment = following


def _transition(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The minute between two moments in which the offset changes."""
    offset = low.astimezone(zone).utcoffset()
    while high - low > timedelta(minutes=1):
        middle = low + timedelta(minutes=(high - low) // timedelta(minutes=2))
        low, high = (middle, high) if middle.astimezone(zone).utcoffset() == offset else (low, middle)
    return high
