"""The reference interpreter of the routing graph."""

from .call import Call, FromPhone, FromStranger, FromTrunk, Origin, PhoneState, TrunkState, World
from .outcome import ANONYMOUS, Attempt, Outcome, Presented, Step
from .route import route

__all__ = [
    "ANONYMOUS",
    "Attempt",
    "Call",
    "FromPhone",
    "FromStranger",
    "FromTrunk",
    "Origin",
    "Outcome",
    "PhoneState",
    "Presented",
    "Step",
    "TrunkState",
    "World",
    "route",
]
