"""The routing graph: what a tenant's exchange does, free of YAML words and of any target's words.

Everything is frozen; collections are tuples sorted by id, number or code, so that equal meaning is equal data.
Ids are logical addresses such as ``novak/users/novakova``: stable under reordering and file moves.
"""

from __future__ import annotations

from dataclasses import dataclass

from ringplan.diagnostics import Span

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


Node = User | Reject
"""Later services add their nodes here: hunt group, schedule, menu, announcement, external target."""


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
    trunks: tuple[str, ...]
    """Trunks its calls out may use, in the order in which they are tried."""
    span: Span

    def node(self, node_id: NodeId) -> Node:
        """The node with this id; KeyError if there is none."""
        for node in self.nodes:
            if node.id == node_id:
                return node
        raise KeyError(node_id)


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
