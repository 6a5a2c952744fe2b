"""The ``callback`` section: numbers that call their employees back (services: callback)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .base import Section
from .calling_plan import CallingPlan
from .prompts import Language, PromptRef
from .types import E164, DisplayName, Flag, ForwardTarget, Slug, UserRef, duration


class CallbackPrompts(Section):
    """What an employee hears who is called back. Default: the system's own words."""

    accept: PromptRef | None = None
    """To accept, press 1; voicemail does not."""
    ask: PromptRef | None = None
    """Dial the number."""
    directly: PromptRef | None = None
    """Emergency numbers have to be dialled directly."""
    failed: PromptRef | None = None
    """The number was not reached, or may not be called."""


class Callback(Section):
    """Refuses the calls of some numbers unanswered, calls them back and connects them with what is dialled there."""

    name: DisplayName | None = None
    """Name for people; default: the key."""
    number: E164
    """The public number that is called, and that calls back; must be one of the tenant's numbers."""
    department: Slug | None = None
    """The department that owns the callback."""
    allowed: Annotated[dict[E164, UserRef], Field(min_length=1, max_length=1000)]
    """The numbers that are called back, and whose calling plan and identity their calls have."""
    otherwise: ForwardTarget
    """Where all other callers go."""
    delay: Annotated[int, duration("2s", "60s")] = 3_000
    """Between the refusal and the call back, so that the line is free; milliseconds in the model."""
    interval: Annotated[int, duration("10s", "1h")] = 60_000
    """The least time between two calls back to one number; milliseconds in the model."""
    language: Language | None = None
    """Language of its prompts and of the system's own words. Default: the tenant's."""
    prompts: CallbackPrompts = CallbackPrompts()
    """What the employee hears."""
    record: Flag = False
    """Whether the connected calls are recorded; needs `announced`. No target can do it yet: RP701."""
    announced: PromptRef | None = None
    """What both hear before they are recorded."""
    keep_days: Annotated[int, Field(ge=1, le=3650)] = 30
    """How many days recordings are kept."""
    calling_plan: CallingPlan | None = None
    """Whether the numbers may be called back. Default: that of the department or tenant."""
