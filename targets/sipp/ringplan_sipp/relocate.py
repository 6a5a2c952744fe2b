"""Moves a program onto the loopback addresses of one lane; a function from IR to IR.

A *lane* is a complete exchange of its own, so that several play calls at the same time. Lane ``L`` owns 127.0.L.0/24:

========================  ==========================================================================
127.0.L.10, .9 … .2       the exchange's sockets, one address for each host of the platform
127.0.L.11 – .19          the media relays, control and media
127.0.L.20 – .59          where calls out are sent to, one address for each trunk
127.0.L.60 – .98          addresses that only send calls in, one for each further source of a trunk
127.0.L.99                a stranger
127.0.L.250               the attendant
127.0.L.100 – .249        the phones of all tenants; the next port when every address has one more phone
========================  ==========================================================================

Ports stay as they are. Phones are spread over the addresses before the ports, because the exchange counts requests
by address and would take a hundred registrations from one of them for a flood.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ringplan.ir import MediaRelay, Phone, Program, Socket, Tenant, Trunk, User

from .errors import LabError

_EXCHANGE = range(10, 1, -1)
_RELAYS = range(11, 20)
_TRUNKS = range(20, 60)
_SOURCES = range(60, 99)
_STRANGER = 99
_ATTENDANT = 250
_PHONES = range(100, 250)
_PHONE_SIP_PORT = 5060
_PHONE_MEDIA_PORT = 10_000
_TRUNK_MEDIA_PORT = 10_000
_MEDIA_PORT_STEP = 4
_MAX_PHONES_PER_ADDRESS = 4_000


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where one party of the lab lives."""

    id: str
    """Phone or trunk id; ``stranger`` for nobody's."""
    host: str
    port: int
    transport: str
    """Transport it listens on."""
    media_port: int
    """UDP port of its audio, on ``host``; the port two above is used by SIPp as well."""

    @property
    def sip(self) -> str:
        """``address:port`` of its signalling."""
        return f"{self.host}:{self.port}"

    @property
    def media(self) -> str:
        """``address:port`` of its audio."""
        return f"{self.host}:{self.media_port}"


@dataclass(frozen=True, slots=True)
class Account:
    """What a phone needs to register and to call."""

    phone: Phone
    user: User
    tenant: Tenant


@dataclass(frozen=True, slots=True)
class Relocated:
    """A program on a lane, and who lives where."""

    lane: int
    program: Program
    phones: Mapping[str, Endpoint]
    trunks: Mapping[str, Endpoint]
    """Where calls out arrive."""
    trunk_sources: Mapping[str, Endpoint]
    """Where calls in come from: the first source of the trunk."""
    stranger: Endpoint
    accounts: Mapping[str, Account]
    """By phone id."""
    guests: frozenset[str] = frozenset()
    """Phones that take part although the exchange does not know them; by id."""

    @property
    def parties(self) -> dict[str, str]:
        """``address:port`` of signalling and of audio to the phone or trunk that owns it."""
        ends = (*self.phones.values(), *self.trunks.values(), *self.trunk_sources.values())
        return {place: end.id for end in ends for place in (end.sip, end.media)}


def relocate(program: Program, lane: int, listen: str | None = None, other: Program | None = None) -> Relocated:
    """The program with every address moved to ``lane`` (1 to 255), and where its parties live.

    ``listen``: an address of this machine that the exchange's sockets and the relays' media take instead, so that
    real phones can reach them. ``other``: another version of the program, whose further phones take part as guests.
    Raises LabError when the lane has too few addresses.
    """
    trunks, endpoints, sources = _trunks(program, lane)
    attendant = program.platform.attendant
    platform = replace(
        program.platform,
        sockets=_sockets(program, lane, listen),
        relays=_relays(program, lane, listen),
        trunks=trunks,
        attendant=attendant and replace(attendant, host=_address(lane, _ATTENDANT)),
    )
    own = _accounts(program)
    accounts = own if other is None else _accounts(other) | own
    return Relocated(
        lane=lane,
        program=replace(program, platform=platform),
        phones={phone: _phone(phone, lane, index) for index, phone in enumerate(accounts)},
        trunks=endpoints,
        trunk_sources=sources,
        stranger=Endpoint("stranger", _address(lane, _STRANGER), 5060, "udp", _TRUNK_MEDIA_PORT),
        accounts=accounts,
        guests=frozenset(accounts) - frozenset(own),
    )


def _address(lane: int, last: int) -> str:
    return f"127.0.{lane}.{last}"


def _hosts(lane: int, last_octets: range, wanted: int, what: str) -> Iterator[str]:
    if wanted > len(last_octets):
        raise LabError(f"the platform has {wanted} {what}, the lab has addresses for {len(last_octets)}")
    return iter([_address(lane, octet) for octet in last_octets])


def _sockets(program: Program, lane: int, listen: str | None) -> tuple[Socket, ...]:
    sockets = program.platform.sockets
    old = list(dict.fromkeys(socket.host for socket in sockets))
    new = dict(zip(old, _hosts(lane, _EXCHANGE, len(old), "listening addresses"), strict=False))
    return tuple(replace(socket, host=listen or new[socket.host]) for socket in sockets)


def _relays(program: Program, lane: int, listen: str | None) -> tuple[MediaRelay, ...]:
    relays = program.platform.relays
    hosts = _hosts(lane, _RELAYS, len(relays), "media relays")
    pairs = zip(relays, hosts, strict=False)
    return tuple(replace(relay, control_host=host, address=listen or host) for relay, host in pairs)


def _trunks(program: Program, lane: int) -> tuple[tuple[Trunk, ...], dict[str, Endpoint], dict[str, Endpoint]]:
    """Trunks with new hosts and sources; where calls out arrive; where calls in come from."""
    trunks = program.platform.trunks
    hosts = _hosts(lane, _TRUNKS, len(trunks), "trunks")
    further = [(t.id, source) for t in trunks for source in t.sources if source != t.host]
    spare = dict(zip(further, _hosts(lane, _SOURCES, len(further), "further trunk sources"), strict=False))
    moved, ends, sources = [], {}, {}
    for trunk, host in zip(trunks, hosts, strict=False):
        origins = [host if old == trunk.host else spare[trunk.id, old] for old in trunk.sources]
        moved.append(replace(trunk, host=host, sources=tuple(origins)))
        ends[trunk.id] = Endpoint(trunk.id, host, trunk.port, trunk.transport, _TRUNK_MEDIA_PORT)
        sources[trunk.id] = replace(ends[trunk.id], host=(origins or [host])[0])
    return tuple(moved), ends, sources


def _accounts(program: Program) -> dict[str, Account]:
    return {
        phone.id: Account(phone, node, tenant)
        for tenant in program.tenants
        for node in tenant.nodes
        if isinstance(node, User)
        for phone in node.phones
    }


def _phone(phone: str, lane: int, index: int) -> Endpoint:
    row, column = divmod(index, len(_PHONES))
    if row >= _MAX_PHONES_PER_ADDRESS:
        raise LabError(f"the lab has addresses for {len(_PHONES) * _MAX_PHONES_PER_ADDRESS} phones only")
    media = _PHONE_MEDIA_PORT + row * _MEDIA_PORT_STEP
    return Endpoint(phone, _address(lane, _PHONES[column]), _PHONE_SIP_PORT + row, "udp", media)
