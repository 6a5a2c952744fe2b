"""The reference interpreter of the routing graph."""

from .call import (
    ORDINARY_MOMENT,
    Call,
    FromCallback,
    FromClick,
    FromPhone,
    FromStranger,
    FromTrunk,
    Memory,
    Origin,
    PhoneState,
    TrunkState,
    World,
)
from .outcome import ANONYMOUS, Attempt, Diversion, Outcome, Presented, Step, Waiting
from .redirecting import Transfer, transfer
from .route import phone_owner, route

__all__ = [
    "ANONYMOUS",
    "ORDINARY_MOMENT",
    "Attempt",
    "Call",
    "Diversion",
    "FromCallback",
    "FromClick",
    "FromPhone",
    "FromStranger",
    "FromTrunk",
    "Memory",
    "Origin",
    "Outcome",
    "PhoneState",
    "Presented",
    "Step",
    "Transfer",
    "TrunkState",
    "Waiting",
    "World",
    "phone_owner",
    "route",
    "transfer",
]
