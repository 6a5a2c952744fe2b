"""Tenants: loaded when a call needs them, a bounded number kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from . import answering
from .answering import Announcement, Callback, Ivr
from .data import load
from .plans import Plan
from .settings import FORMAT


class User(NamedTuple):
    """Rings all phones of a user; the edges say what follows when nobody answers."""

    ring_ms: int
    busy: str
    no_answer: str
    unreachable: str
    internal_name: str
    """Quoted for a From header; empty: no display name."""
    internal_uri: str
    """URI shown on calls within the tenant."""
    external_number: str | None
    """E.164 number presented outside; None: calls out are anonymous."""
    emergency_number: str | None
    """E.164 number presented to emergency centres; None: the tenant owns none."""
    withheld: bool
    phones: tuple[str, ...]
    """Address of record of every phone."""
    plan: str
    """The calling plan of what he dials, forwards, redirects and transfers."""


class Rule(NamedTuple):
    """Where a user's calls go before a phone rings."""

    when: str | None
    """Schedule that must be open; None: at any time."""
    callers: str
    """Regular expression that the caller must match; empty: any caller."""
    anonymous: bool
    """Whether a caller without a number matches although ``callers`` is not empty."""
    to: str | None
    """The next node; None: the phones ring."""


class HuntGroup(NamedTuple):
    """Rings its members by a policy."""

    policy: str
    """``circular``, ``regular``, ``simultaneous``, ``uniform`` or ``weighted``."""
    members: tuple[str, ...]
    """Users and other groups, in the order of the manifest."""
    turns: tuple[int, ...]
    """Weighted: which member begins the hunt, by position, for one turn after the other."""
    ring_ms: int
    """How long a member rings."""
    advance: bool
    """Whether the next member is tried when one does not answer."""
    overflow_ms: int | None
    """After how long in all the hunt ends; None: when all members have been tried."""
    call_waiting: bool
    """Whether members who are in a call are rung."""
    is_busy: bool
    """Whether nobody is rung, as if all were busy."""
    busy: str
    no_answer: str
    unreachable: str
    overflow: str
    external_number: str | None
    """E.164 number that stands for the group outside."""
    plan: str


class TimeRoute(NamedTuple):
    """Goes where the first open schedule leads."""

    rules: tuple[tuple[str, str], ...]
    """Schedule and next node."""
    otherwise: str
    external_number: str | None
    plan: str


class Outside(NamedTuple):
    """A number outside to which calls are forwarded."""

    number: str
    """E.164 with plus, or a national short code."""


class SipUri(NamedTuple):
    """A SIP URI to which calls are forwarded."""

    user: str
    host: str
    trunk: str
    """The trunk that serves the host."""


class Reject(NamedTuple):
    """Ends the call."""

    code: int
    reason: str
    prompt: str
    """What the caller hears before, in the form of ``answering``; empty: nothing."""


Forwarder = User | HuntGroup | TimeRoute | Ivr
"""What a call may be forwarded by."""
Node = Forwarder | Announcement | Callback | Outside | SipUri | Reject


class DialPlan(NamedTuple):
    """How users of the tenant dial."""

    outside_prefix: str
    """One digit."""
    calling_code: str
    """E.164 country code without plus."""
    national_prefix: str
    international_prefix: str
    national_length: int
    """Digits of a national significant number."""


class Schedule(NamedTuple):
    """A set of minutes: beginnings and ends of its intervals in turn, rising strictly."""

    weekly: tuple[int, ...]
    """Minutes since Monday 00:00."""
    dates: tuple[int, ...]
    """Minutes since 0001-01-01 00:00; open then, whatever is excluded."""
    excluded: tuple[str, ...]
    """Schedules during which ``weekly`` does not count; they form no cycle."""
    forced: bool | None
    """Open or closed whatever the time; None: by the time."""


class Tenant(NamedTuple):
    """One exchange."""

    id: str
    domain: str
    plan: DialPlan
    emergency: frozenset[str]
    trunks: tuple[str, ...]
    """Trunks for calls out, in the order in which they are tried."""
    blocks: tuple[tuple[str, str], ...]
    """Owned numbers, first to last."""
    numbers: dict[str, str]
    """Assigned E.164 number to node."""
    extensions: dict[str, str]
    speed_dial: dict[str, tuple[tuple[str, str], ...]]
    """User to what is dialled and what it stands for."""
    nodes: dict[str, Node]
    rules: dict[str, tuple[Rule, ...]]
    """User to what decides before his phones ring; only users who forward."""
    zone: ZoneInfo
    """Whose wall clock schedules go by."""
    schedules: dict[str, Schedule]
    plans: dict[str, Plan]

    def user(self, node_id: str) -> User:
        """The user with this id; KeyError when there is none."""
        node = self.nodes[node_id]
        if not isinstance(node, User):
            raise KeyError(node_id)
        return node

    def hunt_group(self, node_id: str) -> HuntGroup:
        """The hunt group with this id; KeyError when there is none."""
        node = self.nodes[node_id]
        if not isinstance(node, HuntGroup):
            raise KeyError(node_id)
        return node

    def forwarder(self, node_id: str) -> Forwarder:
        """The user, hunt group, time route or IVR with this id; KeyError when there is none."""
        node = self.nodes[node_id]
        if not isinstance(node, Forwarder):
            raise KeyError(node_id)
        return node

    def owns(self, number: str) -> bool:
        """Whether an E.164 number lies in a block of this tenant."""
        length = len(number)
        return any(length == len(first) and first <= number <= last for first, last in self.blocks)


_SECTIONS: dict[str, Callable[[Any], Node]] = {
    "USERS": User._make,
    "HUNT_GROUPS": HuntGroup._make,
    "TIME_ROUTES": TimeRoute._make,
    "OUTSIDE": Outside._make,
    "SIP_URIS": SipUri._make,
    "REJECTS": Reject._make,
    "IVRS": answering.ivr,
    "ANNOUNCEMENTS": Announcement._make,
    "CALLBACKS": answering.callback,
}


def read(path: Path) -> Tenant:
    """The tenant in a data module; ValueError when it is of another format."""
    names = load(path)
    if names["FORMAT"] != FORMAT:
        raise ValueError(f"{path} has format {names['FORMAT']}, this runtime reads {FORMAT}")
    nodes: dict[str, Node] = {}
    for section, read_node in _SECTIONS.items():
        nodes.update((key, read_node(record)) for key, record in names[section].items())
    return Tenant(
        names["TENANT"],
        names["DOMAIN"],
        DialPlan._make(names["DIAL_PLAN"]),
        frozenset(names["EMERGENCY"]),
        names["TRUNKS"],
        names["BLOCKS"],
        names["NUMBERS"],
        names["EXTENSIONS"],
        names["SPEED_DIAL"],
        nodes,
        {user: tuple(Rule._make(record) for record in records) for user, records in names["RULES"].items()},
        ZoneInfo(names["TIME_ZONE"]),
        {key: Schedule._make(record) for key, record in names["SCHEDULES"].items()},
        {key: Plan.read(record) for key, record in names["PLANS"].items()},
    )


class Directory:
    """Tenants by id; the least recently used leave when there are more than ``limit``."""

    __slots__ = ("_folder", "_kept", "_limit")

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder, self._limit = folder, limit
        self._kept: OrderedDict[str, Tenant] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def tenant(self, tenant_id: str) -> Tenant:
        """The tenant; OSError when its data module is missing."""
        kept = self._kept.get(tenant_id)
        if kept is not None:
            self._kept.move_to_end(tenant_id)
            return kept
        tenant = read(self._folder / f"{tenant_id}.py")
        self._kept[tenant_id] = tenant
        if len(self._kept) > self._limit:
            self._kept.popitem(last=False)
        return tenant
