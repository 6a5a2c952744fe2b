"""When something holds: schedules of a tenant, in its own wall-clock time."""

from __future__ import annotations

from ringplan.diagnostics import Span
from ringplan.values import dataclass

MINUTES_OF_WEEK = 7 * 24 * 60
MINUTES_OF_DAY = 24 * 60

Interval = tuple[int, int]
"""Half-open: the first minute belongs to it, the last does not."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A set of minutes. Precedence: the switch, else ``dates``, else ``weekly`` without what is excluded.

    All minutes are wall-clock minutes in the tenant's zone: an hour that summer time skips never comes, one that it
    repeats counts twice.
    """

    id: str
    """``novak/schedules/open``, ``novak/users/novakova/schedules/mine`` or ``novak/holidays/CZ``."""
    weekly: tuple[Interval, ...]
    """Minutes since Monday 00:00, 0 to 10080; sorted, disjoint, not touching."""
    dates: tuple[Interval, ...]
    """Minutes since 0001-01-01 00:00, which is ``date.toordinal() * 1440 + minute`` of a local moment; sorted,
    disjoint, not touching. Open then, whatever is excluded."""
    excluded: tuple[str, ...]
    """Schedules during which ``weekly`` does not count, sorted; they form no cycle."""
    forced: bool | None
    """Open or closed whatever the time, as the manifest says; None: by the time."""
    ends: int | None
    """Ordinal of the day after which a calendar it was written with says nothing any more; None: never."""
    span: Span
