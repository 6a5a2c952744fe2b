"""The ``hunt_groups`` section: calls that are distributed to several users (services: hunt group)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from .base import Section
from .calling_plan import CallingPlan
from .types import E164, DisplayName, Extension, Flag, ForwardTarget, MemberRef, Slug, duration

HuntPolicy = Literal["circular", "regular", "simultaneous", "uniform", "weighted"]
"""Who is rung first: ``circular`` the one after the last who was rung, ``regular`` always the first, ``simultaneous``
all at once, ``uniform`` the one who is idle longest, ``weighted`` by shares of the calls."""


class MemberRing(Section):
    """How long a member rings before the next one is tried."""

    rings: Annotated[int, Field(ge=1, le=20)] | None = None
    """Rings of five seconds; or give ``after`` (OCI ``noAnswerNumberOfRings``)."""
    after: Annotated[int, duration("2s", "180s")] | None = None
    """How long; default: four rings. Milliseconds in the model."""
    advance: Flag = True
    """Whether another member is tried when one does not answer; one who is busy or declines is passed over anyway."""


class Overflow(Section):
    """A bound on the whole hunt."""

    after: Annotated[int, duration("2s", "7200s")]
    """How long a caller waits for any member; milliseconds in the model (OCI ``forwardTimeoutSeconds``)."""
    to: ForwardTarget
    """Where the call goes then."""


class HuntForward(Section):
    """Where calls go that no member takes."""

    busy: ForwardTarget | None = None
    """When all members that can be reached are busy or decline, or the group is busy. Default: busy."""
    no_answer: ForwardTarget | None = None
    """When members rang and nobody answered. Default: no answer."""
    unreachable: ForwardTarget | None = None
    """When no member can be reached. Default: unreachable."""


class HuntGroup(Section):
    """Rings its members by a policy (S0:190-233); members' own forwarding does not apply."""

    name: DisplayName
    """Name for people."""
    number: E164 | None = None
    """Public number; must be one of the tenant's numbers."""
    extension: Extension | None = None
    """Internal number. A group reached by extension only needs a caller ID number above it (S0:212-222)."""
    group: Slug | None = None
    """The group the hunt group belongs to, when the tenant has groups."""
    department: Slug | None = None
    """The department that owns the hunt group."""
    policy: HuntPolicy = "circular"
    """Who is rung first."""
    members: Annotated[list[MemberRef], Field(max_length=1000)]
    """Users, and other hunt groups with a policy of their own, in order: ``users/novakova``, ``hunt_groups/night``."""
    weights: Annotated[dict[MemberRef, Annotated[int, Field(ge=0, le=100)]], Field(max_length=1000)] = {}
    """Weighted: each member's share of the calls in percent; together 100."""
    no_answer: MemberRing = MemberRing()
    """How long a member rings."""
    overflow: Overflow | None = None
    """A bound on the whole hunt. Default: until all members have been tried."""
    forward: HuntForward = HuntForward()
    """Where calls go instead, for each reason why no member takes them."""
    call_waiting: Flag = False
    """Whether members who are in a call are rung."""
    group_busy: Flag = False
    """Nobody is rung, as if all members were busy; can be switched while the exchange runs."""
    calling_plan: CallingPlan | None = None
    """What the group may forward to. Default: that of the department, group or tenant."""
