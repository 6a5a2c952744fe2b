"""The manifest: what tenants and operators write, as frozen pydantic models."""

from .caller_id import CallerId, CallerIdLevel, UserCallerId
from .organisation import Department, Group
from .platform import Exchange, Flood, Media, Platform, RtpEngine, Trunk
from .tenant import Dialing, Emergency, Tenant
from .users import Phone, User

__all__ = [
    "CallerId",
    "CallerIdLevel",
    "Department",
    "Dialing",
    "Emergency",
    "Exchange",
    "Flood",
    "Group",
    "Media",
    "Phone",
    "Platform",
    "RtpEngine",
    "Tenant",
    "Trunk",
    "User",
    "UserCallerId",
]
