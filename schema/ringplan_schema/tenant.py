"""The tenant manifest: one customer's telephone exchange."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from .administrators import Administrator, AdministratorId
from .announcements import Announcement
from .base import Section
from .callback import Callback
from .caller_id import CallerId
from .calling_plan import CallingPlan, MaskName, NumberMask
from .hunt_groups import HuntGroup
from .ivr import Ivr
from .organisation import Department, Group
from .prompts import Language, Prompt, Treatments
from .schedules import Schedule
from .time_routes import TimeRoute
from .types import E164, CountryCode, DisplayName, HostName, NumberRange, Slug, TenantSlug, TimeZone, duration
from .users import User


class Dialing(Section):
    """How users of the tenant dial (services: outside prefix)."""

    outside_prefix: Annotated[str, Field(pattern=r"^[0-9]$")] = "0"
    """The digit before every number outside the exchange (S1:130); exactly one digit (OCI ``AccessCode``)."""
    extension_length: Annotated[int, Field(ge=2, le=20)] | None = None
    """If given, every extension must have exactly this many digits."""


class Emergency(Section):
    """What the emergency centre sees."""

    number: E164
    """A number that can be called back and located; presented on every emergency call, never withheld."""


class Tenant(Section):
    """A hosted telephone exchange."""

    model_config = ConfigDict(title="Ringplan tenant")

    tenant: TenantSlug
    """The tenant's identifier; equal to the name of its folder."""
    name: DisplayName
    """The customer's name."""
    country: CountryCode
    """Numbering plan and emergency numbers."""
    time_zone: TimeZone
    """Zone in which the tenant's times are meant."""
    domain: HostName | None = None
    """SIP domain of its phones; default ``<tenant>.<platform domain>``. Unique on the platform."""
    numbers: Annotated[list[NumberRange], Field(max_length=1000)] = []
    """The public numbers the tenant owns, single or as ranges."""
    licensed_users: Annotated[int, Field(ge=1, le=100_000)]
    """How many users the contract allows; changed by the operator, not by the tenant (S0:13-15)."""
    dialing: Dialing = Dialing()
    """How users dial."""
    ring_timeout: Annotated[int, duration("5s", "180s")] = 60_000
    """How long a user's phones ring before the call counts as not answered; milliseconds in the model."""
    language: Language | None = None
    """The language of prompts and of the system's own words. Default: that of the country."""
    treatments: Treatments = Treatments()
    """What callers hear when a call ends without being answered."""
    administrators: Annotated[dict[AdministratorId, Administrator], Field(max_length=2000)] = {}
    """Who may change what. Nobody: only the operator may change the tenant."""
    caller_id: CallerId = CallerId()
    """The identity of the tenant as a whole."""
    emergency: Emergency | None = None
    """Identity on emergency calls. Default: the caller's own number, else the nearest caller ID number."""
    number_masks: Annotated[
        dict[MaskName, Annotated[list[NumberMask], Field(min_length=1, max_length=100)]], Field(max_length=200)
    ] = {}
    """Sets of numbers for calling plans; a number belongs to a mask when one of its patterns matches."""
    calling_plan: CallingPlan | None = None
    """What may be called; for all whose user, department or group has no plan of its own."""
    groups: Annotated[dict[Slug, Group], Field(max_length=1000)] = {}
    """Sites or subsidiaries."""
    departments: Annotated[dict[Slug, Department], Field(max_length=2000)] = {}
    """Administrative units."""
    schedules: Annotated[dict[Slug, Schedule], Field(max_length=200)] = {}
    """Opening hours, nights, holidays: when something holds."""
    users: Annotated[dict[Slug, User], Field(max_length=20_000)] = {}
    """People and rooms."""
    hunt_groups: Annotated[dict[Slug, HuntGroup], Field(max_length=2000)] = {}
    """Groups of users who share calls."""
    time_routes: Annotated[dict[Slug, TimeRoute], Field(max_length=2000)] = {}
    """Numbers that lead to different places at different times."""
    ivr: Annotated[dict[Slug, Ivr], Field(max_length=500)] = {}
    """Menus that callers move through by keys."""
    announcements: Annotated[dict[Slug, Announcement], Field(max_length=500)] = {}
    """Prompts after which the call ends."""
    callback: Annotated[dict[Slug, Callback], Field(max_length=200)] = {}
    """Numbers that call their employees back."""
    prompts: Annotated[dict[Slug, Prompt], Field(max_length=2000)] = {}
    """Prompts that are played in several places, by name."""
