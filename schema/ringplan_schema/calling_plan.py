"""What may be called: ``number_masks`` and ``calling_plan`` (services: number masks, outgoing calling plan)."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from .base import Section

_CLASS: Final = r"\[[0-9](-[0-9])?(,?[0-9](-[0-9])?)*\]"
_RANGE: Final = re.compile(r"([0-9])-([0-9])", re.ASCII)


def _ascending(value: str) -> str:
    """Ranges in classes that hold a digit."""
    if any(last < first for first, last in _RANGE.findall(value)):
        raise PydanticCustomError("mask_range_reversed", "a range of digits ends before it begins")
    return value


NumberMask = Annotated[
    str,
    Field(max_length=160, pattern=rf"^\+?(([0-9?]|{_CLASS})+\*?|\*)$"),
    AfterValidator(_ascending),
]
"""A set of numbers: digits, `?` for any digit, `[2-57]` for one of several, and at the end `*` for any digits or none
(S0:464, S0:654). Written as it is dialled after the outside prefix (`602*`, `00421*`, `1188`), or with `+` and the
country code (`+421905*`)."""

MaskName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,29}$")]
"""The name of a mask: lower case letters, digits, underscore; at most 30 (OCI ``CallingPlanDigitPattern``)."""

Action = Literal["allow", "deny"]
"""What happens to a call."""


class CallTable(Section):
    """Which calls are allowed: the most specific mask that matches decides, else the type of the call (S0:475-537)."""

    internal: Action = "allow"
    """Calls within the exchange."""
    national: Action = "allow"
    """Numbers of the tenant's country that no other type names."""
    mobile: Action = "allow"
    """Mobile numbers of the tenant's country."""
    free: Action = "allow"
    """Numbers the caller does not pay for, such as 800."""
    shared_cost: Action = "allow"
    """Numbers the caller pays in part, such as 840."""
    short_code: Action = "allow"
    """Short numbers such as 1188; emergency numbers are never screened."""
    international: Action = "deny"
    """Numbers of other countries."""
    premium: Action = "deny"
    """Numbers with a surcharge, such as 900."""
    unknown: Action = "deny"
    """Numbers of the tenant's country whose type its numbering plan does not say."""
    sip_uri: Action = "deny"
    """SIP URIs of other exchanges."""
    masks: Annotated[dict[MaskName, Action], Field(max_length=200)] = {}
    """Exceptions by number: the name of a mask and what happens to its numbers, whatever their type."""


class CallingPlan(Section):
    """A whole plan: who has one uses nothing of the plans above (S0:475-503)."""

    outgoing: CallTable = CallTable()
    """For calls that are dialled."""
    forwarding: CallTable = CallTable()
    """For calls that are forwarded, redirected by a phone or transferred."""
