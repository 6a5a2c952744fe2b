"""Reading an iCalendar file: events on the wall clock of one zone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

from icalendar import Calendar

MAX_BYTES: Final = 5_000_000
MAX_EVENTS: Final = 5_000
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_MINUTE: Final = timedelta(minutes=1)


Component = Any
"""A part of a calendar; for the library any property of it may be of any type."""


class IcsError(ValueError):
    """The file cannot be taken; one sentence with the reason."""


class EventError(ValueError):
    """One event cannot be taken; the reason."""


@dataclass(frozen=True, slots=True)
class Event:
    """One VEVENT. Times are those of the wall clock of its own zone; an event of whole days begins at midnight."""

    uid: str
    title: str
    start: datetime
    end: datetime
    zone: str | None
    """Its own zone; None: floating, or whole days."""
    rule: dict[str, list[Any]] = field(default_factory=dict)
    """RRULE by part; empty: it does not recur."""
    excluded: frozenset[datetime] = frozenset()
    """Beginnings that do not take place."""
    added: tuple[datetime, ...] = ()
    """Further beginnings."""
    replaces: datetime | None = None
    """Which beginning of the event of the same uid it takes the place of."""
    rounded: bool = False
    """Whether seconds were rounded away: the beginning down, the end up."""

    def on_wall_of(self, zone: str, moment: datetime) -> datetime:
        """What the clock of another zone shows at a time of this event's clock."""
        if self.zone is None or self.zone == zone:
            return moment
        return moment.replace(tzinfo=ZoneInfo(self.zone)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


@dataclass(frozen=True, slots=True)
class Events:
    """What a file holds."""

    zone: str
    """Zone of the schedule."""
    events: tuple[Event, ...]
    refused: tuple[str, ...]
    """Events that cannot be taken, each with the reason."""


def read(data: bytes, zone: str | None) -> Events:
    """The events of a file; ``zone``: that of the schedule, None: as the file says. Raises IcsError."""
    if len(data) > MAX_BYTES:
        raise IcsError(f"the file is larger than {MAX_BYTES // 1_000_000} MB")
    try:
        calendar = Calendar.from_ical(data)
    except (ValueError, IndexError, KeyError) as error:
        raise IcsError(f"this is not an iCalendar file: {error}") from error
    found: list[Event] = []
    refused: list[str] = []
    components = calendar.walk("VEVENT")
    if len(components) > MAX_EVENTS:
        raise IcsError(f"the file holds more than {MAX_EVENTS:,} events")
    for component in components:
        try:
            if str(component.get("STATUS", "")).upper() != "CANCELLED" or "RECURRENCE-ID" in component:
                found.append(_event(component))
        except (EventError, ValueError, TypeError, AttributeError, OverflowError) as error:
            refused.append(f"{_title(component)}: {error}")
    return Events(zone or _zone(calendar, found), tuple(found), tuple(refused))


def _zone(calendar: Component, events: list[Event]) -> str:
    """The zone in which a calendar is meant."""
    zones = {event.zone for event in events if event.zone not in (None, "UTC")}
    stated = str(calendar.get("X-WR-TIMEZONE", ""))
    if stated:
        return stated
    if len(zones) > 1:
        raise IcsError(f"the events are in several time zones, {', '.join(sorted(map(str, zones)))}: use --time-zone")
    if not zones and any(event.zone == "UTC" for event in events):
        raise IcsError("the events are in UTC, and nothing says in which time zone they are meant: use --time-zone")
    return next(iter(zones), None) or "UTC"


def _event(component: Component) -> Event:
    if "DTSTART" not in component:
        raise EventError("it has no DTSTART")
    given = component["DTSTART"].dt
    zone = _zone_of(given)
    start, rounded_start = _minute_of(_wall(given, zone))
    end, rounded_end = _minute_of(_end(component, given, zone), up=True)
    if str(component.get("STATUS", "")).upper() == "CANCELLED":
        end = start
    elif end <= start:
        raise EventError("it takes no time")
    rule = component.get("RRULE")
    if isinstance(rule, list):
        raise EventError("it has several RRULEs")
    if "RANGE" in getattr(component.get("RECURRENCE-ID"), "params", {}):
        raise EventError("it changes this and all following events, which cannot be expressed")
    replaces = component["RECURRENCE-ID"].dt if "RECURRENCE-ID" in component else None
    return Event(
        uid=str(component.get("UID", "")),
        title=_title(component),
        start=start,
        end=end,
        zone=zone,
        rule={str(key).upper(): list(value) for key, value in rule.items()} if rule else {},
        excluded=frozenset(_wall(moment, zone) for moment in _moments(component, "EXDATE")),
        added=tuple(_wall(moment, zone) for moment in _moments(component, "RDATE")),
        replaces=_wall(replaces, zone) if replaces is not None else None,
        rounded=rounded_start or rounded_end,
    )


def _end(component: Component, start: date, zone: str | None) -> datetime:
    if "DTEND" in component:
        return _wall(component["DTEND"].dt, zone)
    if "DURATION" in component:
        length: timedelta = component["DURATION"].dt
        return _wall(start, zone) + length
    return _wall(start, zone) + timedelta(days=0 if isinstance(start, datetime) else 1)


def _moments(component: Component, name: str) -> Iterator[date]:
    """The values of EXDATE or RDATE, of which there may be several lines with several values each."""
    lines = component.get(name, [])
    for line in lines if isinstance(lines, list) else [lines]:
        for value in line.dts:
            if isinstance(value.dt, tuple):
                raise EventError(f"{name} with periods cannot be expressed")
            yield value.dt


def _zone_of(moment: date) -> str | None:
    """The zone in which a moment is written; None: floating, or a day."""
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        return None
    return "UTC" if moment.tzinfo == UTC else _key(moment.tzinfo)


def _key(zone: tzinfo) -> str:
    name = getattr(zone, "key", None)
    if name is None:
        raise EventError(f"its time zone {zone} is not an IANA time zone")
    return "UTC" if name == "Etc/UTC" else str(name)


def _wall(moment: date, zone: str | None) -> datetime:
    """What the clock of a zone shows."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time())
    if moment.tzinfo is not None and zone is not None:
        return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return moment.replace(tzinfo=None)


def _minute_of(moment: datetime, *, up: bool = False) -> tuple[datetime, bool]:
    """A whole minute, and whether it is another moment."""
    minute = moment.replace(second=0, microsecond=0)
    return (minute + _MINUTE if up and minute != moment else minute), minute != moment


def _title(component: Component) -> str:
    """The summary on one line, for people."""
    text = _CONTROL.sub(" ", str(component.get("SUMMARY", ""))).strip()
    return (text if len(text) <= 60 else f"{text[:59]}…") or "event without a title"
