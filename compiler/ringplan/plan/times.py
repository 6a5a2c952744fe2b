"""Time in classes for two versions at once: which schedules of the old and of the new one are open together, and when.

Complete for the years of the compiler's calendar. Times are those of the wall clock, so that people can read them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

from ringplan import ir
from ringplan.interpreter import ORDINARY_MOMENT
from ringplan.interpreter.schedules import all_open_at, local_minute
from ringplan.interpreter.slices import FIRST_DAY, LAST_DAY
from ringplan.ir.schedules import MINUTES_OF_DAY

Opened = tuple[frozenset[str], frozenset[str]]
"""Schedules that are open in the old and in the new version."""
Piece = tuple[int, int, int]
"""Weekday or ordinal day, first minute of the day, minute after the last."""

_OLD, _NEW = "old:", "new:"
_ORDINARY: Final = ORDINARY_MOMENT.toordinal() - ORDINARY_MOMENT.weekday()
"""The Monday of the week in which calls are made when the day does not matter."""


@dataclass(frozen=True, slots=True)
class TimeClass:
    """All minutes with the same open schedules."""

    opened: Opened
    weekly: tuple[Piece, ...]
    """On days like any other, by weekday, 0 is Monday."""
    special: tuple[Piece, ...]
    """On days that some schedule names, by ordinal."""
    witness: datetime
    """A minute of it, in UTC."""


ANY_TIME: Final = TimeClass(
    (frozenset(), frozenset()), tuple((day, 0, MINUTES_OF_DAY) for day in range(7)), (), ORDINARY_MOMENT
)
"""For calls that ask no schedule."""


def with_exceptions(tenant: ir.Tenant, wanted: Iterable[str]) -> tuple[ir.Schedule, ...]:
    """Some schedules and those they except, sorted."""
    by_id = {schedule.id: schedule for schedule in tenant.schedules}
    left, found = list(wanted), dict[str, ir.Schedule]()
    while left:
        schedule = left.pop()
        if schedule in by_id and schedule not in found:
            found[schedule] = by_id[schedule]
            left.extend(by_id[schedule].excluded)
    return tuple(found[name] for name in sorted(found))


class Timeline:
    """The classes of time that some schedules of two versions make."""

    def __init__(self, old: tuple[ir.Tenant, Iterable[str]], new: tuple[ir.Tenant, Iterable[str]]) -> None:
        self._asked = frozenset(old[1]), frozenset(new[1])
        self._families = with_exceptions(*old), with_exceptions(*new)
        schedules = (*_named(_OLD, self._families[0]), *_named(_NEW, self._families[1]))
        self._joint = ir.Tenant(
            **{field: getattr(new[0], field) for field in ir.Tenant.__slots__ if field != "schedules"},
            schedules=schedules,
        )
        self._zone = ZoneInfo(new[0].time_zone)

    @cached_property
    def classes(self) -> tuple[TimeClass, ...]:
        """All classes, those of ordinary weeks first."""
        weekly: dict[Opened, list[Piece]] = {}
        special: dict[Opened, list[Piece]] = {}
        for weekday, day in self._plain_days.items():
            for start, end, opened in self._pieces(day):
                weekly.setdefault(opened, []).append((weekday, start, end))
        for day in sorted(self.special_days):
            for start, end, opened in self._pieces(day):
                special.setdefault(opened, []).append((day, start, end))
        found = (self._class(one, weekly.get(one, []), special.get(one, [])) for one in {**weekly, **special})
        return tuple(one for one in found if one is not None)

    @cached_property
    def named_days(self) -> tuple[tuple[str, frozenset[int]], ...]:
        """The days that schedules of the new or the old version name, by id; the first of equal ones counts."""
        found: dict[str, frozenset[int]] = {}
        for schedule in (*self._families[1], *self._families[0]):
            if schedule.dates and schedule.id not in found:
                found[schedule.id] = frozenset(_days(schedule))
        return tuple(sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))

    def opened_at(self, moment: datetime) -> Opened:
        """Which of the schedules are open at a moment."""
        return self._opened(local_minute(moment, self._joint.time_zone))

    @cached_property
    def special_days(self) -> frozenset[int]:
        """The days that some schedule names."""
        return frozenset(day for schedule in self._joint.schedules for day in _days(schedule))

    @cached_property
    def _plain_days(self) -> dict[int, int]:
        """A day of each weekday that nobody names, 0 is Monday; there is none when all are named."""
        found: dict[int, int] = {}
        for day in (*range(_ORDINARY, LAST_DAY + 1), *range(FIRST_DAY, _ORDINARY)):
            if day not in self.special_days:
                found.setdefault((day - 1) % 7, day)
                if len(found) == 7:
                    break
        return dict(sorted(found.items()))

    def _pieces(self, day: int) -> Iterator[tuple[int, int, Opened]]:
        start = day * MINUTES_OF_DAY
        marks = {0, *(mark - start for schedule in self._joint.schedules for mark in _marks(schedule, start))}
        inside = sorted(mark for mark in marks if 0 <= mark < MINUTES_OF_DAY)
        for begin, end in zip(inside, [*inside[1:], MINUTES_OF_DAY], strict=True):
            yield begin, end, self._opened(start + begin)

    def _opened(self, minute: int) -> Opened:
        found = all_open_at(self._joint, minute, {})
        old = frozenset(name.removeprefix(_OLD) for name in found if name.startswith(_OLD))
        new = frozenset(name.removeprefix(_NEW) for name in found if name.startswith(_NEW))
        return old & self._asked[0], new & self._asked[1]

    def _class(self, opened: Opened, weekly: list[Piece], special: list[Piece]) -> TimeClass | None:
        days = [(self._plain_days[weekday], start, end) for weekday, start, end in weekly]
        later = [piece for piece in special if piece[0] >= _ORDINARY]
        for day, start, end in (*days, *later, *special):
            witness = self._existing(day, start, end)
            if witness is not None:
                return TimeClass(opened, tuple(weekly), tuple(special), witness)
        return None

    def _existing(self, day: int, start: int, end: int) -> datetime | None:
        """The first minute of a piece that the clock shows; None: summer time skips all of it."""
        midnight = datetime.fromordinal(day)
        for minute in range(start, min(end, start + 181)):
            local = midnight + timedelta(minutes=minute)
            moment = local.replace(tzinfo=self._zone).astimezone(UTC)
            if moment.astimezone(self._zone).replace(tzinfo=None) == local:
                return moment
        return None


def _named(prefix: str, schedules: tuple[ir.Schedule, ...]) -> Iterator[ir.Schedule]:
    """Schedules under other names, so that those of two versions can be asked together."""
    for one in schedules:
        excluded = tuple(prefix + other for other in one.excluded)
        yield ir.Schedule(prefix + one.id, one.weekly, one.dates, excluded, one.forced, one.ends, one.span)


def _days(schedule: ir.Schedule) -> Iterator[int]:
    for start, end in schedule.dates:
        first, last = start // MINUTES_OF_DAY, (end - 1) // MINUTES_OF_DAY
        yield from range(max(first, FIRST_DAY), min(last, LAST_DAY) + 1)


def _marks(schedule: ir.Schedule, start: int) -> Iterator[int]:
    """Where something of a schedule begins or ends in the week of a day."""
    monday = start - (start - MINUTES_OF_DAY) % (7 * MINUTES_OF_DAY)
    for begin, end in schedule.weekly:
        yield monday + begin
        yield monday + end
    for begin, end in schedule.dates:
        if begin < start + MINUTES_OF_DAY and end >= start:
            yield begin
            yield end


# -- for people


_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_SHOWN_DAYS: Final = 3
_WHOLE: Final = ((0, MINUTES_OF_DAY),)

Hours = tuple[tuple[int, int], ...]


def described(line: Timeline, chosen: Iterable[TimeClass]) -> str:
    """When some classes are: ``Fri 16:00–17:30, except on holidays/CZ``; empty: at any time."""
    chosen = tuple(chosen)
    week = [_joined((s, e) for one in chosen for d, s, e in one.weekly if d == day) for day in range(7)]
    by_day: dict[int, list[tuple[int, int]]] = {}
    for one in chosen:
        for day, start, end in one.special:
            by_day.setdefault(day, []).append((start, end))
    exceptional: dict[Hours, set[int]] = {}
    for day in sorted(line.special_days):
        hours = _joined(by_day.get(day, ()))
        if hours != week[(day - 1) % 7]:
            exceptional.setdefault(hours, set()).add(day)
    words = [_shorter(week)] if any(week) else []
    for hours, days in sorted(exceptional.items(), key=lambda item: item[0]):
        others = {day for other, some in exceptional.items() if other != hours for day in some}
        names = _day_names(line, days, others)
        if not hours:
            words.append(f"except on {names}")
        elif any(week):
            words.append(f"and on {names} {_hours(hours)}".rstrip())
        else:
            words.append(f"on {names} {_hours(hours)}".rstrip())
    if words == ["at any time"]:
        return ""
    return ", ".join(words) if len(words) > 2 or words[0].startswith("outside") else " ".join(words)


def _joined(pieces: Iterable[tuple[int, int]]) -> Hours:
    found: list[tuple[int, int]] = []
    for start, end in sorted(pieces):
        if found and found[-1][1] >= start:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)


def _shorter(week: list[Hours]) -> str:
    """A week by its hours, or by those that are not among them."""
    others = [_complement(hours) for hours in week]
    if not any(others):
        return "at any time"
    plain, outside = _week(week), f"outside {_week(others)}"
    return outside if len(outside) < len(plain) else plain


def _complement(hours: Hours) -> Hours:
    marks = [0, *(mark for interval in hours for mark in interval), MINUTES_OF_DAY]
    return tuple((start, end) for start, end in zip(marks[::2], marks[1::2], strict=True) if start < end)


def _week(week: list[Hours]) -> str:
    """``Mon–Fri 08:00–17:00``; days with the same hours together."""
    groups: dict[Hours, list[int]] = {}
    for day, hours in enumerate(week):
        if hours:
            groups.setdefault(hours, []).append(day)
    ordered = sorted(groups.items(), key=lambda item: item[1][0])
    return " and ".join(f"{_runs(days)} {_hours(hours)}".rstrip() for hours, days in ordered)


def _runs(days: list[int]) -> str:
    """``Mon–Fri, Sun``."""
    found: list[list[int]] = []
    for day in days:
        if found and found[-1][-1] == day - 1:
            found[-1].append(day)
        else:
            found.append([day])
    names = (
        [_WEEKDAYS[d] for d in run] if len(run) < 3 else [f"{_WEEKDAYS[run[0]]}–{_WEEKDAYS[run[-1]]}"] for run in found
    )
    return ", ".join(name for run in names for name in run)


def _hours(hours: Hours) -> str:
    if hours == _WHOLE:
        return ""
    return ", ".join(f"{_clock(start)}–{_clock(end)}" for start, end in hours)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _day_names(line: Timeline, days: set[int], others: set[int]) -> str:
    """Days by the schedule that names them, else by date."""
    left, words = set(days), []
    for name, named in line.named_days:
        if left & named and not named & others and len(named) > 1:
            words.append(name.partition("/")[2])
            left -= named
    yearly: dict[tuple[int, int], list[int]] = {}
    for day in sorted(left):
        found = date.fromordinal(day)
        yearly.setdefault((found.month, found.day), []).append(day)
    years = date.fromordinal(LAST_DAY).year - date.fromordinal(FIRST_DAY).year + 1
    dates = [f"{d} {_MONTHS[m - 1]}" for (m, d), some in yearly.items() if len(some) == years]
    left = {day for some in yearly.values() if len(some) < years for day in some}
    dates += [f"{date.fromordinal(day):%a %Y-%m-%d}" for day in sorted(left)]
    words += dates if len(dates) <= _SHOWN_DAYS else [*dates[:2], f"{len(dates) - 2} more days"]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
