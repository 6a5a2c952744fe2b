"""The routing graph: what a tenant's exchange does, free of YAML words and of any target's words.

Everything is frozen; collections are tuples sorted by id, number or code, so that equal meaning is equal data.
Ids are logical addresses such as ``novak/users/novakova``: stable under reordering and file moves.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import Protocol, TypeVar

from ringplan.diagnostics import Span
from ringplan.values import dataclass

from .answering import Announcement, Callback, Ivr, Prompt
from .plans import Plan
from .schedules import Schedule

NodeId = str
"""``tenant/section/name``, for example ``novak/users/novakova`` or ``novak/reject/busy``."""


@dataclass(frozen=True, slots=True)
class DialPlan:
    """How users of one tenant dial; everything the number analysis needs (services: normalisation table)."""

    country: str
    """ISO 3166 code."""
    calling_code: str
    """E.164 country code without plus."""
    outside_prefix: str
    """One digit before every number outside the exchange."""
    national_prefix: str
    """Prefix of national numbers after the outside prefix; may be empty."""
    international_prefix: str
    """Prefix of international numbers after the outside prefix."""
    national_length: int
    """Digits of a national significant number."""
    emergency: tuple[str, ...]
    """Emergency numbers, sorted."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a user's calls say they come from."""

    internal_name: str
    """Display name on calls to other users of the tenant."""
    internal_number: str
    """Extension shown on calls to other users of the tenant."""
    external_number: str | None
    """E.164 number presented outside; None: nothing may be presented, calls out are anonymous."""
    emergency_number: str | None
    """E.164 number presented to emergency centres; None: the tenant owns no number at all."""
    withheld: bool
    """The number is withheld on every call except emergency calls (CLIR)."""


@dataclass(frozen=True, slots=True)
class Phone:
    """One registered device."""

    id: NodeId
    """``novak/users/novakova/phones/desk``."""
    account: str
    """User part of its SIP account and digest user name, ``novakova-desk``."""
    secret: str
    """Reference to its password."""
    span: Span


@dataclass(frozen=True, slots=True)
class Rule:
    """Where a user's calls go before a phone rings; the first rule whose conditions all hold decides."""

    when: NodeId | None
    """Schedule that must be open; None: at any time."""
    callers: tuple[str, ...]
    """Patterns over the caller's canonical dial string, of which one must match; empty: any caller."""
    anonymous: bool
    """Whether a caller without a number matches although ``callers`` is not empty."""
    to: NodeId | None
    """Where the call goes; None: it is not forwarded, the phones ring."""
    span: Span


@dataclass(frozen=True, slots=True)
class User:
    """Rings all phones of a user; the edges say what follows when nobody answers."""

    id: NodeId
    name: str
    extension: str
    number: str | None
    """Own E.164 number, if any."""
    group: str | None
    department: str | None
    locality: str | None
    phones: tuple[Phone, ...]
    """Sorted by account."""
    identity: Identity
    speed_dial: tuple[tuple[str, str], ...]
    """What is dialled (``6#``, ``15**``) and the dial string it stands for, sorted."""
    ring_ms: int
    """How long the phones ring, milliseconds."""
    busy: NodeId
    """Next node when a phone is busy or declines and none rings on."""
    no_answer: NodeId
    """Next node when the phones rang and nobody answered."""
    unreachable: NodeId
    """Next node when no phone is registered or none reacted."""
    rules: tuple[Rule, ...]
    """Forwarding before a phone rings, in order: selective entries, then the one for all calls."""
    plan: NodeId
    """The calling plan of what the user dials, forwards, redirects and transfers."""
    span: Span
    click_secret: str | None = None
    """Reference to the token of his click-to-dial; None: nobody can click for him."""


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a hunt group."""

    node: NodeId
    """A user or another hunt group."""
    weight: int
    """Share of the calls in percent, 0 to 100; 0 when the policy is not ``weighted``."""


@dataclass(frozen=True, slots=True)
class HuntGroup:
    """Rings its members by a policy; members' own forwarding is ignored."""

    id: NodeId
    """``novak/hunt_groups/sales``."""
    name: str
    extension: str | None
    number: str | None
    external_number: str | None
    """E.164 number that stands for the group outside, when it forwards a call."""
    policy: str
    """``circular``, ``regular``, ``simultaneous``, ``uniform`` or ``weighted``."""
    members: tuple[Member, ...]
    """In the order of the manifest, which is part of their meaning."""
    turns: tuple[int, ...]
    """Weighted: which member begins the hunt, by position, for one turn after the other; empty otherwise."""
    ring_ms: int
    """How long a member rings, milliseconds."""
    advance: bool
    """Whether the next member is tried when one does not answer."""
    overflow_ms: int | None
    """After how long in all the hunt ends, milliseconds; None: when all members have been tried."""
    call_waiting: bool
    """Whether members who are in a call are rung."""
    is_busy: bool
    """Group busy: nobody is rung, as if all members were busy."""
    busy: NodeId
    """Next node when all members that can be reached are busy or decline, or the group is busy."""
    no_answer: NodeId
    """Next node when members rang and nobody answered."""
    unreachable: NodeId
    """Next node when no member can be reached, or there is none."""
    overflow: NodeId
    """Next node when the hunt took too long."""
    plan: NodeId
    """The calling plan of what the group forwards."""
    span: Span


@dataclass(frozen=True, slots=True)
class TimeRoute:
    """Goes where the first open schedule leads."""

    id: NodeId
    """``novak/time_routes/main``."""
    extension: str | None
    number: str | None
    external_number: str | None
    """E.164 number that stands for the route outside."""
    rules: tuple[tuple[NodeId, NodeId], ...]
    """Schedule and next node, in order."""
    otherwise: NodeId
    """Next node when no schedule is open."""
    plan: NodeId
    span: Span


@dataclass(frozen=True, slots=True)
class Outside:
    """A number outside to which a call is forwarded."""

    id: NodeId
    """``novak/outside/+420602123456``."""
    number: str
    """E.164 with plus, or a national short code as it stands."""
    span: Span


@dataclass(frozen=True, slots=True)
class SipUri:
    """A SIP URI to which a call is forwarded."""

    id: NodeId
    """``novak/sip/alice@partner.example``."""
    user: str
    host: str
    trunk: str
    """The trunk that serves the host's domain."""
    span: Span


@dataclass(frozen=True, slots=True)
class Reject:
    """Ends the call with a SIP code."""

    id: NodeId
    code: int
    """Final SIP response code, 400 to 699."""
    reason: str
    """Reason phrase; from a fixed list, never a tenant's text."""
    span: Span
    prompt: str | None = None
    """Prompt the caller hears before, without the call being answered; None: only the code."""


Node = User | HuntGroup | TimeRoute | Ivr | Announcement | Callback | Outside | SipUri | Reject
Forwarder = User | HuntGroup | TimeRoute | Ivr
"""What a call may be forwarded by: each has a plan and edges that count as diversions."""

MAX_DIVERSIONS = 5
"""How often one call may be forwarded; the next time it ends with ``reject/diversions``."""


@dataclass(frozen=True, slots=True)
class NumberBlock:
    """Numbers a tenant owns: ``first`` to ``last``, E.164, inclusive, equal length."""

    first: str
    last: str
    span: Span

    def __contains__(self, number: str) -> bool:
        return len(number) == len(self.first) and self.first <= number <= self.last


@dataclass(frozen=True, slots=True)
class Entry:
    """A number or extension by which a call enters the graph."""

    key: str
    """E.164 number, or extension."""
    node: NodeId
    span: Span


@dataclass(frozen=True, slots=True)
class Written:
    """Where the manifest says how the calls of a node go on: a place for people, without meaning."""

    id: str
    """The node and its edge: ``novak/users/novakova/busy``, ``novak/time_routes/main/rules/0``."""
    span: Span


class _HasId(Protocol):
    @property
    def id(self) -> str: ...


_T = TypeVar("_T", bound=_HasId)


def _with_id(items: tuple[_T, ...], wanted: str) -> _T:
    """The item with this id, of items that are sorted by id; KeyError if there is none."""
    at = bisect_left(items, wanted, key=lambda item: item.id)
    if at == len(items) or items[at].id != wanted:
        raise KeyError(wanted)
    return items[at]


@dataclass(frozen=True, slots=True)
class Tenant:
    """One exchange."""

    id: str
    name: str
    domain: str
    """SIP domain of its phones, lower case."""
    time_zone: str
    licensed_users: int
    dial_plan: DialPlan
    blocks: tuple[NumberBlock, ...]
    """Owned numbers, sorted, not overlapping."""
    numbers: tuple[Entry, ...]
    """Assigned E.164 numbers, sorted."""
    extensions: tuple[Entry, ...]
    """Extensions, sorted."""
    nodes: tuple[Node, ...]
    """All nodes, sorted by id."""
    schedules: tuple[Schedule, ...]
    """Sorted by id."""
    plans: tuple[Plan, ...]
    """Sorted by id."""
    trunks: tuple[str, ...]
    """Trunks its calls out may use, in the order in which they are tried."""
    span: Span
    prompts: tuple[Prompt, ...] = ()
    """Everything it plays, sorted by id."""
    written: tuple[Written, ...] = ()
    """The edges of users, hunt groups and time routes that are written, sorted by id; no part of the meaning."""

    def node(self, node_id: NodeId) -> Node:
        """The node with this id; KeyError if there is none."""
        return _with_id(self.nodes, node_id)

    def schedule(self, schedule_id: str) -> Schedule:
        """The schedule with this id; KeyError if there is none."""
        return _with_id(self.schedules, schedule_id)

    def edge_span(self, node: Node, edge: str) -> Span:
        """Where an edge of a node is written, ``busy``; the node itself where a default is meant."""
        try:
            return _with_id(self.written, f"{node.id}/{edge}").span
        except KeyError:
            return node.span

    def plan(self, plan_id: str) -> Plan:
        """The calling plan with this id; KeyError if there is none."""
        return _with_id(self.plans, plan_id)

    def prompt(self, prompt_id: str) -> Prompt:
        """The prompt with this id; KeyError if there is none."""
        return _with_id(self.prompts, prompt_id)


@dataclass(frozen=True, slots=True)
class Trunk:
    """A connection to a carrier."""

    id: str
    """Slug, unique on the platform."""
    host: str
    port: int
    transport: str
    """``udp``, ``tcp`` or ``tls``."""
    sources: tuple[str, ...]
    """Addresses its calls come from, sorted."""
    priority: int
    plus: bool
    """Whether numbers are sent with a leading plus."""
    answer_timeout_ms: int
    span: Span
    tenants: tuple[str, ...] = ()
    """Tenants that may call out through it, sorted; empty: all."""
    numbers: bool = True
    """Whether telephone numbers are called through it, or only SIP URIs of its ``domains``."""
    domains: tuple[str, ...] = ()
    """Domains whose SIP URIs are called through it, sorted."""
    diversion: str = "both"
    """How a forwarded call says who forwarded it: ``diversion`` (RFC 5806), ``history_info`` (RFC 7044), ``both`` or
    ``none``."""
    diverted_caller: str = "caller"
    """Whose number From shows on a forwarded call: the ``caller``'s, or the ``diverter``'s."""


@dataclass(frozen=True, slots=True)
class MediaRelay:
    """One rtpengine."""

    id: str
    control_host: str
    control_port: int
    address: str
    port_min: int
    port_max: int
    weight: int
    span: Span


@dataclass(frozen=True, slots=True)
class Socket:
    """A listening socket of the exchange."""

    transport: str
    host: str
    port: int
    span: Span


@dataclass(frozen=True, slots=True)
class Attendant:
    """The second Kamailio, which answers calls; the exchange alone speaks SIP with it, over UDP."""

    host: str
    port: int
    """SIP."""
    digits_port: int
    """UDP port, same host, to which the media relays report pressed digits."""
    workers: int
    span: Span
    clicks_port: int | None = None
    """UDP port, same host, for click-to-dial; None: there is none."""


@dataclass(frozen=True, slots=True)
class Platform:
    """What all tenants share."""

    id: str
    domain: str
    sockets: tuple[Socket, ...]
    workers: int
    tenant_cache: int
    registration_s: int
    """Longest registration, seconds."""
    flood_requests: int
    flood_period_s: int
    relays: tuple[MediaRelay, ...]
    """Sorted by id."""
    dscp: str
    """``EF``, ``CS5``, ``AF41`` or ``none``."""
    trunks: tuple[Trunk, ...]
    """Sorted by priority, then id: the order in which emergency calls try them."""
    span: Span
    attendant: Attendant | None = None
    """None: no calls are answered; tenants that need that are told so."""
    speech: str = ""
    """Command that makes speech of text: reads it from standard input and writes WAV; ``{language}`` is replaced.
    Empty: espeak-ng."""


@dataclass(frozen=True, slots=True)
class Program:
    """Everything a bundle is made from."""

    platform: Platform
    tenants: tuple[Tenant, ...]
    """Sorted by id."""

    def tenant(self, tenant_id: str) -> Tenant:
        """The tenant with this id; KeyError if there is none."""
        for tenant in self.tenants:
            if tenant.id == tenant_id:
                return tenant
        raise KeyError(tenant_id)
