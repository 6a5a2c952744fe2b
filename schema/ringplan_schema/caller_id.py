"""Who the called party sees: numbers and names of tenants, groups, departments and users (services: caller ID)."""

from __future__ import annotations

from typing import Literal

from .base import Section
from .types import E164, DisplayName, Flag

CallerIdLevel = Literal["user", "department", "group", "tenant"]
"""Whose number or name is shown; ``department`` means the nearest department upwards that has one."""


class CallerId(Section):
    """The number and name a tenant, group or department presents (S0:212-222)."""

    number: E164 | None = None
    """Number shown to called parties outside; must be one of the tenant's own numbers."""
    name: DisplayName | None = None
    """Name shown to other users of this tenant; names never leave the exchange (S0:579-587)."""


class UserCallerId(Section):
    """Which identity a user's calls carry."""

    show_number_of: CallerIdLevel | None = None
    """Whose number is presented outside. Default: the user's own number, else department, group, tenant."""
    show_name_of: CallerIdLevel = "user"
    """Whose name is shown on calls to other users of this tenant."""
    withheld: Flag = False
    """Withhold the number on every call (CLIR). Emergency calls always present a number."""
