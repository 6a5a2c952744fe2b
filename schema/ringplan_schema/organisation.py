"""The ``groups`` and ``departments`` sections: how the tenant is organised and administered."""

from __future__ import annotations

from .base import Section
from .caller_id import CallerId
from .calling_plan import CallingPlan
from .types import DisplayName, LocalityCode, Slug


class Group(Section):
    """A site or subsidiary; owns a default locality and caller ID for its users (S0:102-125)."""

    name: DisplayName | None = None
    """Name for people; default: the key."""
    caller_id: CallerId = CallerId()
    """Identity its users may present."""
    locality: LocalityCode | None = None
    """Locality code for users that have none of their own."""
    calling_plan: CallingPlan | None = None
    """What its users may call, in place of the tenant's plan."""


class Department(Section):
    """An administrative unit; its administrator may change its users and those of child departments (S0:35-64)."""

    name: DisplayName | None = None
    """Name for people; default: the key."""
    parent: Slug | None = None
    """The department above; its administrators may also administer this one."""
    group: Slug | None = None
    """The group this department belongs to; default: any."""
    caller_id: CallerId = CallerId()
    """Identity its users may present."""
    calling_plan: CallingPlan | None = None
    """What its users and those of departments below may call, in place of the plans of group and tenant."""
