"""Where calls are forwarded: the targets, and a user's forwarding (services: selective call forwarding)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .base import Section
from .calling_plan import MaskName
from .schedules import ScheduleRef
from .types import Flag, ForwardTarget, SelectiveTarget, duration


class NoAnswer(Section):
    """When a call counts as not answered, and where it goes then."""

    rings: Annotated[int, Field(ge=1, le=20)] | None = None
    """After how many rings of five seconds; or give ``after``."""
    after: Annotated[int, duration("5s", "180s")] | None = None
    """After how long; default: the tenant's ``ring_timeout``. Milliseconds in the model."""
    to: ForwardTarget
    """Where the call goes."""


class Selective(Section):
    """One entry of selective forwarding; it applies when all its conditions hold (S0:622-656)."""

    when: ScheduleRef | None = None
    """Only while this schedule is open. Default: at any time."""
    callers: Annotated[list[MaskName], Field(alias="from", max_length=12)] = []
    """Only calls of these numbers, as names of number masks. Default: all callers."""
    anonymous: Flag = False
    """With ``from``: callers without a number match as well; no mask ever matches them."""
    to: SelectiveTarget
    """Where the call goes; ``phones``: it is not forwarded, the phones ring."""


class Forward(Section):
    """Call forwarding of a user; hunt groups ring the user without it."""

    always: ForwardTarget | None = None
    """Every call that no selective entry takes."""
    selective: Annotated[list[Selective], Field(max_length=20)] = []
    """Entries in order; the first whose conditions all hold decides, before ``always``."""
    busy: ForwardTarget | None = None
    """When a phone is busy or the call is declined."""
    no_answer: NoAnswer | None = None
    """When nobody answers."""
    unreachable: ForwardTarget | None = None
    """When no phone is registered or none reacts."""
