"""What holds when: an ordinary week of a schedule or time route, and the days of a year that differ from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby, pairwise
from typing import Final

from ringplan import ir
from ringplan.interpreter.schedules import all_open_at
from ringplan.ir.schedules import MINUTES_OF_DAY, MINUTES_OF_WEEK

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
OPEN: Final = "open"
CLOSED: Final = "closed"


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a day in which one thing holds."""

    start: int
    """Minute of the day, 0 to 1439."""
    end: int
    """The minute after it, 1 to 1440."""
    value: str
    """``open`` or ``closed``, or the node to which a time route leads."""


Day = tuple[Piece, ...]
"""From midnight to midnight; neighbours differ."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Something that depends on the time and on nothing else."""

    tenant: ir.Tenant
    """With those schedules only that matter."""
    decide: Callable[[frozenset[str]], str]
    """What holds while these schedules are open, and no other."""


@dataclass(frozen=True, slots=True)
class Special:
    """Days in a row with the same hours, on which some date is named."""

    first: date
    last: date
    day: Day
    causes: tuple[str, ...]
    """The schedules that name them, sorted."""
    as_usual: bool
    """Whether nothing differs from the ordinary weekdays."""


# -- clocks


def schedule_clock(tenant: ir.Tenant, schedule_id: str) -> Clock:
    """Whether a schedule is open."""
    return Clock(_only(tenant, (schedule_id,)), lambda found: OPEN if schedule_id in found else CLOSED)


def route_clock(tenant: ir.Tenant, route_id: str) -> Clock:
    """Where a time route leads, over further time routes to the first node of another kind."""
    routes = {node.id: node for node in tenant.nodes if isinstance(node, ir.TimeRoute)}

    def decide(found: frozenset[str]) -> str:
        at, seen = route_id, set[str]()
        while at in routes and at not in seen:
            seen.add(at)
            route = routes[at]
            at = next((target for schedule, target in route.rules if schedule in found), route.otherwise)
        return at

    asked = (schedule for route in _reached(routes, route_id) for schedule, _ in route.rules)
    return Clock(_only(tenant, asked), decide)


def _reached(routes: dict[str, ir.TimeRoute], start: str) -> list[ir.TimeRoute]:
    found, left = {start: routes[start]}, [start]
    while left:
        route = found[left.pop()]
        for target in (*(target for _, target in route.rules), route.otherwise):
            if target in routes and target not in found:
                found[target] = routes[target]
                left.append(target)
    return list(found.values())


def _only(tenant: ir.Tenant, wanted: Iterable[str]) -> ir.Tenant:
    """The tenant with some schedules and those they except."""
    known = {schedule.id: schedule for schedule in tenant.schedules}
    found, left = set[str](), list(wanted)
    while left:
        schedule = left.pop()
        if schedule not in found:
            found.add(schedule)
            left.extend(known[schedule].excluded)
    return replace(tenant, schedules=tuple(s for s in tenant.schedules if s.id in found))


# -- the ordinary week


def ordinary_week(clock: Clock) -> tuple[Day, ...]:
    """Monday to Sunday when no date of a calendar is met."""
    timeless = replace(clock.tenant, schedules=tuple(replace(one, dates=()) for one in clock.tenant.schedules))
    return tuple(_day(Clock(timeless, clock.decide), weekday) for weekday in range(1, 8))


def _day(clock: Clock, ordinal: int) -> Day:
    """One day, by its ordinal; that of the first Monday there ever was is 1."""
    start = ordinal * MINUTES_OF_DAY
    found: list[Piece] = []
    marks = [*_marks(clock.tenant.schedules, start), MINUTES_OF_DAY]
    for begin, end in pairwise(marks):
        value = clock.decide(all_open_at(clock.tenant, start + begin, {}))
        if found and found[-1].value == value:
            found[-1] = replace(found[-1], end=end)
        else:
            found.append(Piece(begin, end, value))
    return tuple(found)


def _marks(schedules: Iterable[ir.Schedule], start: int) -> list[int]:
    """The minutes of a day at which something may change, midnight among them."""
    weekday = (start - MINUTES_OF_DAY) % MINUTES_OF_WEEK
    marks = {0}
    for schedule in schedules:
        marks.update(mark - weekday for interval in schedule.weekly for mark in interval)
        marks.update(mark - start for interval in schedule.dates for mark in interval)
    return sorted(mark for mark in marks if 0 <= mark < MINUTES_OF_DAY)


# -- days that are named


def special_days(clock: Clock, year: int) -> tuple[Special, ...]:
    """The days of a year for which some date is named, those in a row with equal hours together."""
    usual = ordinary_week(clock)
    clock = _within(clock, date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal())
    named = _named(clock.tenant.schedules, year)
    found: list[Special] = []
    for ordinal in sorted(named):
        on = date.fromordinal(ordinal)
        day, causes = _day(_within(clock, ordinal, ordinal), ordinal), named[ordinal]
        as_usual = day == usual[on.weekday()]
        last = found[-1] if found else None
        if last and last.day == day and last.last.toordinal() + 1 == ordinal and causes & set(last.causes):
            merged = tuple(sorted(causes | set(last.causes)))
            found[-1] = replace(last, last=on, causes=merged, as_usual=last.as_usual and as_usual)
        else:
            found.append(Special(on, on, day, tuple(sorted(causes)), as_usual))
    return tuple(found)


def _named(schedules: Iterable[ir.Schedule], year: int) -> dict[int, set[str]]:
    """By day of a year the schedules with a date on it."""
    first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
    found: dict[int, set[str]] = {}
    for schedule in schedules:
        for start, end in schedule.dates:
            for day in range(max(first, start // MINUTES_OF_DAY), min(last, (end - 1) // MINUTES_OF_DAY) + 1):
                found.setdefault(day, set()).add(schedule.id)
    return found


def _within(clock: Clock, first: int, last: int) -> Clock:
    """The clock without the dates of other days, of which there may be thousands."""
    start, end = first * MINUTES_OF_DAY, (last + 1) * MINUTES_OF_DAY
    near = tuple(
        replace(one, dates=tuple(i for i in one.dates if i[0] < end and i[1] > start)) for one in clock.tenant.schedules
    )
    return Clock(replace(clock.tenant, schedules=near), clock.decide)


# -- in words


def clock_time(minute: int) -> str:
    """``16:30``; the end of a day is ``24:00``."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def hours(day: Day, value: str) -> str:
    """When something holds on a day: ``08:00–12:00, 13:00–16:00``; empty: never."""
    return ", ".join(
        "all day" if piece.end - piece.start == MINUTES_OF_DAY else f"{clock_time(piece.start)}–{clock_time(piece.end)}"
        for piece in day
        if piece.value == value
    )


def weekly_hours(week: Sequence[Day], value: str) -> tuple[str, ...]:
    """When something holds in a week: ``Mon–Thu 08:00–16:00``; neighbouring days with equal hours together."""
    found = []
    for said, days in groupby(range(7), key=lambda at: hours(week[at], value)):
        if said:
            found.append(f"{_days(list(days))} {said}")
    return ("every day, all day",) if found == ["every day all day"] else tuple(found)


def _days(days: list[int]) -> str:
    first, last = WEEKDAYS[days[0]][:3], WEEKDAYS[days[-1]][:3]
    if len(days) == 7:
        return "every day"
    return first if len(days) == 1 else f"{first}{', ' if len(days) == 2 else '–'}{last}"


def span_of_days(first: date, last: date) -> str:
    """``Thu 24 December`` or ``Sun 20 – Thu 31 December``."""
    if first == last:
        return f"{_day_name(first)} {_MONTHS[first.month - 1]}"
    if first.month == last.month:
        return f"{_day_name(first)} – {_day_name(last)} {_MONTHS[last.month - 1]}"
    return f"{_day_name(first)} {_MONTHS[first.month - 1]} – {_day_name(last)} {_MONTHS[last.month - 1]}"


def _day_name(day: date) -> str:
    return f"{WEEKDAYS[day.weekday()][:3]} {day.day}"


_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
