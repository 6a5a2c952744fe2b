"""The ``time_routes`` section: where a number leads depends on the time (night service)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .base import Section
from .calling_plan import CallingPlan
from .schedules import ScheduleRef
from .types import E164, DisplayName, Extension, ForwardTarget


class TimeRule(Section):
    """One line of a time route."""

    when: ScheduleRef
    """The schedule that must be open."""
    to: ForwardTarget
    """Where the call goes."""


class TimeRoute(Section):
    """Sends a call where the first open schedule leads."""

    name: DisplayName | None = None
    """Name for people; default: the key."""
    number: E164 | None = None
    """Public number; must be one of the tenant's numbers."""
    extension: Extension | None = None
    """Internal number."""
    rules: Annotated[list[TimeRule], Field(min_length=1, max_length=50)]
    """In order; the first whose schedule is open decides."""
    otherwise: ForwardTarget
    """Where the call goes when no schedule is open."""
    calling_plan: CallingPlan | None = None
    """What the route may forward to. Default: the tenant's."""
