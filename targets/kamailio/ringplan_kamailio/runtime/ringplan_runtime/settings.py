"""The platform: trunks, addresses, bounds."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from .data import load

FORMAT = 3
"""Format of the data modules this runtime reads."""


ATTENDANT = "@attendant"
"""Stands among the sources for the attendant; no trunk has such a name."""


class Trunk(NamedTuple):
    """One connection to a carrier."""

    host: str
    """Address or name calls out are sent to."""
    authority: str
    """What follows ``@`` in a request URI: host, port and transport."""
    plus: bool
    """Whether numbers are sent with a leading plus."""
    answer_timeout_ms: int
    """How long it may stay silent before the next trunk is tried, milliseconds."""
    diversion: str
    """How a forwarded call says who forwarded it: ``diversion``, ``history_info``, ``both`` or ``none``."""
    shows_diverter: bool
    """Whether From of a forwarded call shows who forwarded it, not the caller."""


class Attendant(NamedTuple):
    """The second Kamailio, which answers calls; UDP."""

    host: str
    port: int
    """SIP."""
    digits_port: int
    """Where media relays report pressed keys."""
    clicks_port: int
    """Where media relays report pressed digits, on the same host."""

    @property
    def uri(self) -> str:
        """The request URI of calls to it."""
        return f"sip:attendant@{self.host}:{self.port}"


class Relay(NamedTuple):
    """One media relay, as the attendant speaks with it."""

    host: str
    """Where it takes commands."""
    port: int
    address: str
    """Where it takes audio."""
    weight: int
    """How much of the work it gets, relative to the others."""


class Settings(NamedTuple):
    """What ``exchange/platform.py`` says."""

    domain: str
    """Host part of identities sent to trunks."""
    hosts: frozenset[str]
    """Addresses of the exchange's own sockets."""
    tenant_cache: int
    """Tenants a worker keeps in memory."""
    flood_requests: int
    trunks: dict[str, Trunk]
    order: tuple[str, ...]
    """Trunk ids in the order in which emergency calls try them."""
    sources: dict[str, str]
    """Address to the id of the trunk whose calls come from it, or `ATTENDANT`."""
    trunk_hosts: frozenset[str]
    """Every name and address by which a trunk or the attendant may be reached."""
    number_types: dict[str, str]
    """Call types of national numbers by how they begin in E.164 form, without the plus."""
    domains: dict[str, tuple[tuple[str, tuple[str, ...]], ...]]
    """Domain to the trunks through which its SIP URIs are called, each with the tenants that may; none: all."""
    exchange: str
    """Address and port of the exchange's first UDP socket, to which the attendant sends; empty: it has none."""
    relays: tuple[Relay, ...]
    attendant: Attendant | None
    """None: no calls are answered."""

    def trunk_to(self, tenant: str, domain: str) -> str | None:
        """The first trunk through which a tenant may call SIP URIs of a domain."""
        for trunk, tenants in self.domains.get(domain, ()):
            if not tenants or tenant in tenants:
                return trunk
        return None


def read(path: Path) -> Settings:
    """The settings in ``path``; ValueError when they are of another format."""
    names = load(path)
    if names["FORMAT"] != FORMAT:
        raise ValueError(f"{path} has format {names['FORMAT']}, this runtime reads {FORMAT}")
    trunks = {key: Trunk._make(record) for key, record in names["TRUNKS"].items()}
    attendant = Attendant._make(names["ATTENDANT"]) if names["ATTENDANT"] is not None else None
    sources = {**names["SOURCES"], **({attendant.host: ATTENDANT} if attendant is not None else {})}
    return Settings(
        names["DOMAIN"],
        frozenset(names["HOSTS"]),
        names["TENANT_CACHE"],
        names["FLOOD"][0],
        trunks,
        names["TRUNK_ORDER"],
        sources,
        frozenset(sources).union(trunk.host for trunk in trunks.values()),
        names["NUMBER_TYPES"],
        names["DOMAINS"],
        names["EXCHANGE"],
        tuple(Relay._make(record) for record in names["RELAYS"]),
        attendant,
    )
