"""What may be called: calling plans with their number masks."""

from __future__ import annotations

from ringplan.diagnostics import Span
from ringplan.values import dataclass

CALL_TYPES = (
    "free",
    "international",
    "internal",
    "mobile",
    "national",
    "premium",
    "shared_cost",
    "short_code",
    "sip_uri",
    "unknown",
)
"""Every type a call out can have, sorted."""


@dataclass(frozen=True, slots=True)
class MaskRule:
    """What a plan says about the numbers of one mask."""

    pattern: str
    """Over canonical dial strings: digits, ``?``, classes such as ``[2-57]``, one trailing ``*``."""
    allowed: bool
    mask: str
    """Id of the mask, ``novak/number_masks/premium``."""
    span: Span


@dataclass(frozen=True, slots=True)
class CallTable:
    """One direction of a plan: the first mask that matches decides, else the type of the call."""

    masks: tuple[MaskRule, ...]
    """In order of precedence."""
    types: tuple[tuple[str, bool], ...]
    """Every call type and whether it is allowed, sorted."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole calling plan; whoever has one uses nothing of those above it."""

    id: str
    """``novak/calling_plan``, ``novak/users/novakova/calling_plan``, ``novak/departments/sales/calling_plan`` …; the
    plan of tenants that write none is ``novak/calling_plan`` too."""
    outgoing: CallTable
    """For calls that are dialled."""
    forwarding: CallTable
    """For calls that are forwarded, redirected or transferred."""
    span: Span
