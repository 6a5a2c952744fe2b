"""The ``users`` section: people and rooms with a number, an extension and phones."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .base import Section
from .caller_id import UserCallerId
from .calling_plan import CallingPlan
from .forwarding import Forward
from .schedules import Schedule
from .types import E164, DialString, DisplayName, Extension, LocalityCode, SecretRef, Slug

SpeedDialCode = Annotated[str, Field(pattern=r"^([2-9]|[0-9]{2})$")]
"""``2`` to ``9``, dialled ``6#`` (S0:594-602), or ``00`` to ``99``, dialled ``15**`` (S0:608-616)."""


class Phone(Section):
    """One registered device; its account is ``<user>-<phone>`` in the tenant's SIP domain."""

    secret: SecretRef
    """Reference to the SIP password; the password itself is never in git."""


class User(Section):
    """Anyone or anything with an extension (S0:155-171)."""

    name: DisplayName
    """Name shown to other users of the tenant."""
    extension: Extension
    """Internal number; must not begin with the outside prefix (S0:168-169)."""
    number: E164 | None = None
    """Public number for direct calls in; must be one of the tenant's numbers."""
    group: Slug | None = None
    """The group the user belongs to, when the tenant has groups."""
    department: Slug | None = None
    """The department the user belongs to; never changes how calls are routed (S0:35-44)."""
    locality: LocalityCode | None = None
    """Locality code of the place the phones stand in (S0:169-171). Default: the group's."""
    phones: Annotated[dict[Slug, Phone], Field(min_length=1, max_length=10)]
    """One to ten devices; all ring together."""
    click_to_dial: SecretRef | None = None
    """Reference to the token with which a program dials for the user. Default: none may."""
    caller_id: UserCallerId = UserCallerId()
    """Which identity the user's calls carry."""
    calling_plan: CallingPlan | None = None
    """What the user may call, in place of the plans of department, group and tenant."""
    speed_dial: Annotated[dict[SpeedDialCode, DialString], Field(max_length=108)] = {}
    """Short codes; the value is dialled as if the user had pressed it, outside prefix included."""
    schedules: Annotated[dict[Slug, Schedule], Field(max_length=50)] = {}
    """The user's own schedules; one with the name of a tenant's takes its place for this user."""
    forward: Forward = Forward()
    """Where the user's calls are forwarded."""
