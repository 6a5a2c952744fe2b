"""The ``schedules`` section: when something holds, in the tenant's time zone."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from .base import Section
from .types import CountryCode, DisplayName

_DAY: Final = "(mon|tue|wed|thu|fri|sat|sun)"
_DAYS: Final = f"(daily|{_DAY}(-{_DAY})?(, ?{_DAY}(-{_DAY})?)*)"
_TIME: Final = "([01][0-9]|2[0-3]):[0-5][0-9]"
_END: Final = f"({_TIME}|24:00)"
_TIMES: Final = f"{_TIME} ?- ?{_END}"
_YEARLY: Final = "(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_DATE: Final = f"[0-9]{{4}}-{_YEARLY}"

WeeklyEntry = Annotated[str, Field(pattern=rf"^({_DAYS}( {_TIMES})?|{_DAY} {_TIME} ?- ?{_DAY} {_END})$", max_length=80)]
"""Hours of a week: `mon-fri 08:00-17:00`, `sat`, `"mon,wed 08:00-12:00"` (quoted: it holds a comma),
`daily 22:00-06:00` (overnight), `fri 18:00 - mon 08:00` (one span). The minute of the end does not belong to it."""

DateEntry = Annotated[
    str,
    Field(
        pattern=rf"^({_DATE}(\.\.{_DATE})?( {_TIMES})?|{_YEARLY}(\.\.{_YEARLY})?( {_TIMES})?"
        rf"|{_DATE} {_TIME} ?- ?{_DATE} {_END}|{_YEARLY} {_TIME} ?- ?{_YEARLY} {_END})$",
        max_length=80,
    ),
]
"""Days: `2026-12-31`, `2026-07-01..2026-07-14`, every year `12-24` or `12-24..01-01`; with hours on each of them
`2026-12-31 08:00-12:00`; as one span `2026-12-24 18:00 - 2026-12-27 08:00`. First and last day belong to a range."""

ScheduleRef = Annotated[str, Field(pattern=r"^(holidays/[A-Z]{2}|[a-z][a-z0-9_]{0,39})$")]
"""The name of a schedule (a user's own first, then the tenant's), or the public holidays of a country:
`holidays/CZ`."""


class Schedule(Section):
    """A set of minutes; half-open intervals of wall-clock time in the tenant's zone.

    What decides, from the strongest: the operator's switch at run time, `override`, `dates` and `holidays`, `except`,
    `weekly`. A call is judged at its INVITE, once and for all (services: schedules).
    """

    name: DisplayName | None = None
    """Name for people; default: the key."""
    weekly: Annotated[list[WeeklyEntry], Field(max_length=200)] = []
    """Open in these hours of every week."""
    dates: Annotated[list[DateEntry], Field(max_length=2000)] = []
    """Open on these days, whatever is excluded."""
    holidays: Annotated[list[CountryCode], Field(max_length=10)] = []
    """Open on all public holidays of these countries."""
    except_: Annotated[list[ScheduleRef], Field(alias="except", max_length=20)] = []
    """While one of these is open, `weekly` does not count."""
    override: Literal["open", "closed"] | None = None
    """Open or closed whatever the time, until this line is removed."""
