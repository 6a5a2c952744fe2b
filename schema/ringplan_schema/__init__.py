"""The manifest: what tenants and operators write, as frozen pydantic models."""

from .administrators import Administrator, Operator
from .announcements import Announcement
from .callback import Callback, CallbackPrompts
from .caller_id import CallerId, CallerIdLevel, UserCallerId
from .calling_plan import CallingPlan, CallTable
from .forwarding import Forward, NoAnswer, Selective
from .hunt_groups import HuntForward, HuntGroup, MemberRing, Overflow
from .ivr import Asked, Ivr, KeyAction, Menu, Retry, ThenAction
from .organisation import Department, Group
from .platform import Attendant, Exchange, Flood, Media, Platform, RtpEngine, Speech, Trunk
from .prompts import Prompt, Treatments
from .schedules import Schedule
from .tenant import Dialing, Emergency, Tenant
from .time_routes import TimeRoute, TimeRule
from .users import Phone, User

__all__ = [
    "Administrator",
    "Announcement",
    "Asked",
    "Attendant",
    "CallTable",
    "Callback",
    "CallbackPrompts",
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
    "Ivr",
    "KeyAction",
    "Media",
    "MemberRing",
    "Menu",
    "NoAnswer",
    "Operator",
    "Overflow",
    "Phone",
    "Platform",
    "Prompt",
    "Retry",
    "RtpEngine",
    "Schedule",
    "Selective",
    "Speech",
    "Tenant",
    "ThenAction",
    "TimeRoute",
    "TimeRule",
    "Treatments",
    "Trunk",
    "User",
    "UserCallerId",
]
