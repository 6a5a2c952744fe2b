"""Schedules: the last minute before and the first minute after every change, the nights of summer time, the switch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from ringplan.interpreter import ORDINARY_MOMENT, Call, FromPhone, PhoneState, World, route
from ringplan.interpreter.schedules import is_open, local_minute, minute_of_week, within
from ringplan.interpreter.slices import boundaries
from ringplan.ir import Schedule
from ringplan.ir.schedules import MINUTES_OF_DAY, Interval

from ..scenario import Scenario
from .cast import Cast, is_playable

_MINUTE = timedelta(minutes=1)
_STEP = 30
"""Minutes; no hours of a week are shorter in earnest."""
_LOOKED_AT = 14 * MINUTES_OF_DAY
_MOST = 8
"""Changes of the week that are played for one schedule, both sides of each."""
_SEARCHED = 30
"""Changes that are looked at."""
_WEEKS = timedelta(weeks=3)
_SUMMER = datetime(2026, 6, 1, tzinfo=UTC)
"""Changes of the week are taken from winter time and from summer time."""
_SUNDAY_NIGHT = 6 * MINUTES_OF_DAY + 150
"""Half past two on a Sunday, in minutes of the week."""
_SPRING, _AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
"""Sundays on which summer time begins and ends in the European Union (directive 2000/84/EC)."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A schedule, and the calls whose fate it decides in some state of the phones."""

    schedule: Schedule
    calls: tuple[tuple[Call, World], ...]

    @property
    def distinct(self) -> list[tuple[Call, World]]:
        """One call for everything that is dialled."""
        return list({call.dialled: (call, world) for call, world in reversed(self.calls)}.values())[::-1]

    @property
    def slug(self) -> str:
        """Its name, with whose it is."""
        parts = self.schedule.id.split("/")[1:]
        return "-".join(part for part in parts if part not in ("schedules", "users"))


def _decided(cast: Cast) -> Iterator[Decided]:
    """Every schedule that decides a call, by trying what changes when it is switched."""
    pools = _pools(cast)
    for schedule in cast.tenant.schedules:
        for pool in pools:
            calls = tuple(pair for pair in pool if _depends(cast, pair, schedule.id))
            if calls:
                yield Decided(schedule, calls)
                break


def _depends(cast: Cast, pair: tuple[Call, World], schedule: str) -> bool:
    """Whether a switch changes what becomes of a call, at an ordinary moment or while all else is closed."""
    closed = {other.id: False for other in cast.tenant.schedules}
    return any(
        _fate(cast, *pair, {**others, schedule: True}) != _fate(cast, *pair, {**others, schedule: False})
        for others in ({}, closed)
    )


def _pools(cast: Cast) -> list[list[tuple[Call, World]]]:
    """A call to everything that can be called, while everybody is free, then while everybody is busy or away."""
    calls: list[Call] = []
    for node in dict.fromkeys(entry.node for entry in (*cast.tenant.extensions, *cast.tenant.numbers)):
        found = list(cast.calls_to(node, (node,)))
        calls += [call for call in found if isinstance(call.origin, FromPhone)][:1]
        outside = [call for call in found if not isinstance(call.origin, FromPhone)]
        calls += outside[:1] + outside[1:][-1:]
    worlds = [World()] + [
        World(phones={phone.id: state for user in cast.users for phone in user.phones})
        for state in (PhoneState.BUSY, PhoneState.UNREGISTERED)
    ]
    return [[(call, world) for call in calls] for world in worlds]


def _fate(cast: Cast, call: Call, world: World, switches: dict[str, bool], now: datetime = ORDINARY_MOMENT) -> object:
    """Who is called and how it ends."""
    there = World(phones=world.phones, now=now, switches=switches)
    outcome = route(cast.program, call, there)
    return outcome.code, outcome.reason, [(attempt.targets, attempt.request_user) for attempt in outcome.attempts]


# -- changes


def schedule_boundary(cast: Cast) -> Iterator[Scenario]:
    """Both sides of changes of every schedule that decides a call: the hours of its week, its own days."""
    for decided in _decided(cast):
        for index, moment in enumerate(_chosen(cast, decided.schedule)):
            for call, world in _differing(cast, decided, moment, index):
                for side, at in (("before", moment - _MINUTE), ("from", moment)):
                    yield from _played(cast, f"{decided.slug}/{index}-{side}", call, world, at)


def _differing(cast: Cast, decided: Decided, moment: datetime, turn: int) -> list[tuple[Call, World]]:
    """The call that ends differently before and after; none when none does: then nothing would be proved.

    ``turn``: who is called changes from change to change, so that everybody who goes by the schedule has his turn.
    """
    calls = decided.distinct
    for call, world in calls[turn % len(calls) :] + calls[: turn % len(calls)]:
        before, after = (_fate(cast, call, world, {}, at) for at in (moment - _MINUTE, moment))
        if before != after and is_playable(cast.scenario("", call, World(phones=world.phones, now=moment))):
            return [(call, world)]
    return []


def _chosen(cast: Cast, schedule: Schedule) -> list[datetime]:
    """Changes of every sort: each hour of the week on its first day in winter and its last in summer, other days."""
    week: dict[tuple[int, bool], list[datetime]] = {}
    for moment in (m for begin in (ORDINARY_MOMENT, _SUMMER) for m in _ordinary_changes(cast, schedule, begin)):
        minute = local_minute(moment, cast.tenant.time_zone) % MINUTES_OF_DAY
        week.setdefault((minute, is_open(cast.tenant, schedule.id, moment, {})), []).append(moment)
    now = local_minute(ORDINARY_MOMENT, cast.tenant.time_zone)
    ahead = [interval for interval in schedule.dates if interval[0] > now]
    found = {_moment(cast, minute) for interval in ahead[:1] for minute in interval}
    for moments in list(week.values())[: _MOST // 2]:
        found.add(min(moments, key=lambda at: (_weekday(cast, at), at)))
        found.add(max(moments, key=lambda at: (_weekday(cast, at), at)))
    return sorted(found)


def _ordinary_changes(cast: Cast, schedule: Schedule, begin: datetime) -> list[datetime]:
    """Changes of some weeks that are no day of the calendar's."""
    family = _family(cast, schedule)
    return [
        moment
        for moment in boundaries(cast.tenant, schedule.id, begin, _SEARCHED)
        if moment < begin + _WEEKS
        and not any(
            within(one.dates, local_minute(at, cast.tenant.time_zone)) for one in family for at in _sides(moment)
        )
    ]


def _sides(moment: datetime) -> tuple[datetime, datetime]:
    return moment - _MINUTE, moment


def _family(cast: Cast, schedule: Schedule) -> tuple[Schedule, ...]:
    """A schedule and those it excepts."""
    return (schedule, *(cast.tenant.schedule(other) for other in schedule.excluded))


def _weekday(cast: Cast, moment: datetime) -> int:
    return moment.astimezone(ZoneInfo(cast.tenant.time_zone)).weekday()


def schedule_exception(cast: Cast) -> Iterator[Scenario]:
    """Days on which the hours of the week do not count: public holidays, fixed and movable, and others.

    The first and the last minute of the week's hours on such days, and those next to them on ordinary days.
    """
    for decided in _decided(cast):
        for other in (cast.tenant.schedule(name) for name in decided.schedule.excluded):
            for kind, (start, end) in _exceptional(cast, decided.schedule, other).items():
                slug = f"{decided.slug}/{'-'.join(other.id.split('/')[2:])}-{kind}"
                for side, minute in _around(decided.schedule, start, end).items():
                    yield from _played(cast, f"{slug}-{side}", *decided.calls[0], _moment(cast, minute))


def _exceptional(cast: Cast, schedule: Schedule, other: Schedule) -> dict[str, Interval]:
    """The next interval of each kind that takes something from the week; what is weekly itself gives none."""
    now = local_minute(ORDINARY_MOMENT, cast.tenant.time_zone)
    found: dict[str, Interval] = {}
    for start, end in other.dates:
        touched = any(within(schedule.weekly, minute_of_week(minute)) for minute in range(start, end, _STEP))
        if start > now and touched:
            kind = "fixed" if _every_year(other, start) else "movable"
            found.setdefault(kind if "/holidays/" in other.id else "days", (start, end))
    return found


def _every_year(schedule: Schedule, minute: int) -> bool:
    """Whether the same day of the next year is one of the schedule's as well."""
    day = date.fromordinal(minute // MINUTES_OF_DAY)
    if (day.month, day.day) == (2, 29):
        return False
    return within(schedule.dates, day.replace(year=day.year + 1).toordinal() * MINUTES_OF_DAY)


def _around(schedule: Schedule, start: int, end: int) -> dict[str, int]:
    """Minutes of the week's hours: the last before an interval, the first and last in it, the first after it."""

    def counts(minute: int) -> bool:
        return within(schedule.weekly, minute_of_week(minute))

    inside = [minute for minute in range(start, end) if counts(minute)]
    before = next((minute for minute in range(start - 1, start - _LOOKED_AT, -1) if counts(minute)), None)
    after = next((minute for minute in range(end, end + _LOOKED_AT) if counts(minute)), None)
    found = {"before": before, "first": inside[0] if inside else None, "last": inside[-1] if inside else None}
    return {side: minute for side, minute in {**found, "after": after}.items() if minute is not None}


def _moment(cast: Cast, minute: int) -> datetime:
    """The moment at which the wall clock shows a minute."""
    day = date.fromordinal(minute // MINUTES_OF_DAY)
    hour, rest = divmod(minute % MINUTES_OF_DAY, 60)
    return _local(day, hour, rest, ZoneInfo(cast.tenant.time_zone))


def schedule_dst(cast: Cast) -> Iterator[Scenario]:
    """The nights in which the clock is set, and the first change of the schedule after them, from both sides.

    For the schedule that decides a call and whose week has most to do with that night.
    """
    zone = ZoneInfo(cast.tenant.time_zone)
    timed = [decided for decided in _decided(cast) if decided.schedule.weekly and decided.schedule.forced is None]
    for decided in sorted(timed, key=lambda one: not within(one.schedule.weekly, _SUNDAY_NIGHT))[:1]:
        moments = {
            "spring-0159": _local(_SPRING, 1, 59, zone),
            "spring-0300": _local(_SPRING, 3, 0, zone),
            "autumn-0230-first": _local(_AUTUMN, 2, 30, zone),
            "autumn-0230-second": _local(_AUTUMN, 2, 30, zone, fold=1),
            "autumn-0300": _local(_AUTUMN, 3, 0, zone),
        }
        for name in ("spring-0300", "autumn-0300"):
            for change in boundaries(cast.tenant, decided.schedule.id, moments[name], 1):
                moments |= {f"{name[:6]}-before": change - _MINUTE, f"{name[:6]}-from": change}
        for name, moment in moments.items():
            yield from _played(cast, f"{decided.slug}/{name}", *decided.calls[0], moment)


def _local(day: date, hour: int, minute: int, zone: ZoneInfo, fold: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone, fold=fold).astimezone(UTC)


def schedule_switch(cast: Cast) -> Iterator[Scenario]:
    """Every schedule that decides a call, switched open and closed by hand; the first and the last who go by it."""
    for decided in _decided(cast):
        first, *_, last = decided.distinct * 2
        for name, state in (("open", True), ("closed", False)):
            for place, (call, world) in enumerate((first, last) if first != last else (first,)):
                switched = World(phones=world.phones, switches={decided.schedule.id: state})
                scenario = cast.scenario(f"{decided.slug}/{name}-{place}", call, switched)
                if is_playable(scenario):
                    yield scenario


def _played(cast: Cast, name: str, call: Call, world: World, now: datetime) -> Iterator[Scenario]:
    scenario = cast.scenario(name, call, World(phones=world.phones, now=now))
    if is_playable(scenario):
        yield scenario
