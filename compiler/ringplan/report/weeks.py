"""Week calendars ready for a page: the picture, the same in words, and the special days of the year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ringplan import ir

from .calendar import (
    CLOSED,
    OPEN,
    Special,
    hours,
    ordinary_week,
    route_clock,
    schedule_clock,
    span_of_days,
    special_days,
    weekly_hours,
)
from .data import Link, link
from .directory import Directory
from .svg import week

COLOURS: Final = 6
"""Classes ``hue0`` to ``hue5``; further destinations begin again, and are told apart by their letters."""
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class SpecialView:
    """Special days in a row."""

    days: str
    causes: str
    what: tuple[tuple[str, str], ...]
    """What holds, and when."""
    as_usual: bool


@dataclass(frozen=True, slots=True)
class Legend:
    """One value of a week."""

    colour: str
    key: str
    to: Link
    hours: tuple[str, ...]
    """In an ordinary week; empty: on some special days only."""


@dataclass(frozen=True, slots=True)
class WeekView:
    """A week calendar."""

    anchor: str
    name: str
    owner: Link | None
    """The user whose schedule it is."""
    note: str
    svg: str
    legend: tuple[Legend, ...]
    specials: tuple[SpecialView, ...]
    used_by: tuple[Link, ...]


def schedule_week(names: Directory, schedule: ir.Schedule, year: int, used_by: tuple[Link, ...]) -> WeekView:
    """The calendar of a schedule."""
    clock = schedule_clock(names.tenant, schedule.id)
    days, name, owner = ordinary_week(clock), names.schedule(schedule.id), names.owner(schedule.id)
    colours, keys = {OPEN: "open", CLOSED: ""}, {OPEN: "", CLOSED: ""}
    said = weekly_hours(days, OPEN)
    return WeekView(
        anchor=anchor(schedule.id),
        name=name,
        owner=link(names, owner) if owner is not None and owner in names.nodes else None,
        note=_note(names, schedule),
        svg=week(days, colours, keys, f"Ordinary week of schedule {name}") if said else "",
        legend=(Legend("open", "", Link(OPEN, None), said),),
        specials=tuple(_special(names, one, {OPEN: OPEN, CLOSED: CLOSED}) for one in special_days(clock, year)),
        used_by=used_by,
    )


def anchor(schedule_id: str) -> str:
    """The place of a schedule on its page."""
    return "-".join(schedule_id.split("/")[1:])


def _note(names: Directory, schedule: ir.Schedule) -> str:
    if schedule.forced is not None:
        return f"Forced {OPEN if schedule.forced else CLOSED} by the manifest, whatever the time."
    if schedule.excluded:
        return f"Weekly hours do not count during {', '.join(map(names.schedule, schedule.excluded))}."
    return ""


def route_week(names: Directory, route: ir.TimeRoute, year: int) -> WeekView:
    """What happens when to calls that reach a time route: the week by destination."""
    clock = route_clock(names.tenant, route.id)
    days, specials = ordinary_week(clock), special_days(clock, year)
    every = (*days, *(special.day for special in specials))
    values = tuple(dict.fromkeys(piece.value for day in every for piece in day))
    colours = {value: _colour(names, value, at) for at, value in enumerate(values)}
    keys = {value: _LETTERS[at % len(_LETTERS)] for at, value in enumerate(values)}
    name = names.name(route.id)
    return WeekView(
        anchor="week",
        name=name,
        owner=None,
        note="",
        svg=week(days, colours, keys, f"Where {name} leads in an ordinary week"),
        legend=tuple(
            Legend(colours[value], keys[value], link(names, value), weekly_hours(days, value)) for value in values
        ),
        specials=tuple(_special(names, one, {value: names.name(value) for value in values}) for one in specials),
        used_by=(),
    )


def _colour(names: Directory, value: str, at: int) -> str:
    return "ends" if isinstance(names.nodes[value], ir.Reject) else f"hue{at % COLOURS}"


def _special(names: Directory, special: Special, called: dict[str, str]) -> SpecialView:
    values = tuple(dict.fromkeys(piece.value for piece in special.day))
    if len(values) > 1:
        values = tuple(value for value in values if value != CLOSED)
    return SpecialView(
        days=span_of_days(special.first, special.last),
        causes=", ".join(map(names.schedule, special.causes)),
        what=tuple((called[value], hours(special.day, value)) for value in values),
        as_usual=special.as_usual,
    )
