"""The manifest: what tenants and operators write, as frozen pydantic models."""

from .administrators import Administrator, Operator
from .caller_id import CallerId, CallerIdLevel, UserCallerId
from .calling_plan import CallingPlan, CallTable
from .forwarding import Forward, NoAnswer, Selective
from .hunt_groups import HuntForward, HuntGroup, MemberRing, Overflow
from .organisation import Department, Group
from .platform import Exchange, Flood, Media, Platform, RtpEngine, Trunk
from .schedules import Schedule
from .tenant import Dialing, Emergency, Tenant
from .time_routes import TimeRoute, TimeRule
from .users import Phone, User

__all__ = [
    "Administrator",
    "CallTable",
    "CallerId",
    "CallerIdLevel",
    "CallingPlan",
    "Department",
    "Dialing",
    "Emergency",
    "Exchange",
    "Flood",
    "Forward",
    "Group",
    "HuntForward",
    "HuntGroup",
    "Media",
    "MemberRing",
    "NoAnswer",
    "Operator",
    "Overflow",
    "Phone",
    "Platform",
    "RtpEngine",
    "Schedule",
    "Selective",
    "Tenant",
    "TimeRoute",
    "TimeRule",
    "Trunk",
    "User",
    "UserCallerId",
]
