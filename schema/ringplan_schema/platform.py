"""The platform manifest: addresses, trunks and media relays, owned by the operator."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from .administrators import AdministratorId, Operator
from .base import Section
from .types import Endpoint, Flag, HostName, IPv4, ListenSocket, Slug, TenantSlug, duration


class Flood(Section):
    """How many requests one source address may send; trunks are exempt."""

    requests: Annotated[int, Field(ge=10, le=100_000)] = 200
    """Requests allowed in the period."""
    period: Annotated[int, duration("1s", "60s")] = 2_000
    """Length of the period; milliseconds in the model."""


class Attendant(Section):
    """The second Kamailio instance, which answers calls: menus, announcements, callbacks."""

    listen: Endpoint
    """Address and UDP port on which the exchange alone speaks SIP with it, for example ``127.0.0.9:5080``."""
    digits: Annotated[int, Field(ge=1024, le=65_535)]
    """UDP port at the same address to which the media relays report pressed keys."""
    clicks: Annotated[int, Field(ge=1024, le=65_535)] | None = None
    """UDP port at the same address for click-to-dial: JSON-RPC of programs on this machine. Default: none."""
    workers: Annotated[int, Field(ge=1, le=64)] = 4
    """Its processes."""


class Speech(Section):
    """How words become speech; without it ``espeak-ng``."""

    command: Annotated[str, Field(min_length=1, max_length=500)]
    """A command that reads text and writes WAV to standard output; `{language}` stands for cs, en or sk."""


class Exchange(Section):
    """The Kamailio instance that registers phones and routes calls."""

    listen: Annotated[list[ListenSocket], Field(min_length=1, max_length=8)]
    """Sockets for phones and trunks, for example ``udp:192.0.2.10:5060``."""
    workers: Annotated[int, Field(ge=1, le=64)] = 4
    """Processes for each UDP socket, and for TCP together."""
    tenant_cache: Annotated[int, Field(ge=1, le=100_000)] = 256
    """Tenants each worker keeps in memory; the least recently used is dropped."""
    registration: Annotated[int, duration("60s", "1h")] = 600_000
    """Longest registration a phone is given; milliseconds in the model."""
    flood: Flood = Flood()
    """Protection against floods."""


class RtpEngine(Section):
    """One rtpengine media relay."""

    control: Endpoint
    """Address and UDP port of its ng control protocol."""
    address: IPv4
    """Address media is sent to and from."""
    ports: Annotated[str, Field(pattern=r"^[0-9]{4,5}-[0-9]{4,5}$")] = "30000-39999"
    """UDP ports for media, ``first-last``."""
    weight: Annotated[int, Field(ge=1, le=100)] = 1
    """Share of the calls relative to the other relays."""


class Media(Section):
    """Media relays; every call is anchored on one of them."""

    rtpengines: Annotated[dict[Slug, RtpEngine], Field(min_length=1, max_length=32)]
    """The relays; a relay that does not answer is left out until it does."""
    dscp: Literal["EF", "CS5", "AF41", "none"] = "EF"
    """Priority mark on voice packets (RFC 4594)."""


class Trunk(Section):
    """A connection to another network's carrier, recognised by its addresses."""

    address: Endpoint
    """Where calls out are sent."""
    transport: Literal["udp", "tcp", "tls"] = "udp"
    """Transport of calls out."""
    sources: Annotated[list[IPv4], Field(max_length=64)] = []
    """Addresses calls come in from; default: the host of ``address``."""
    priority: Annotated[int, Field(ge=1, le=100)] = 10
    """Trunks are tried from the lowest number up; equal priorities in the order of their names."""
    number_format: Literal["e164", "e164_without_plus"] = "e164"
    """How numbers are written in requests to this trunk."""
    answer_timeout: Annotated[int, duration("500ms", "30s")] = 4_000
    """How long the trunk may stay silent before the next one is tried; milliseconds in the model."""
    tenants: Annotated[list[TenantSlug], Field(max_length=10_000)] = []
    """Tenants that may call out through it; empty: all. Emergency calls may use every trunk."""
    numbers: Flag = True
    """Whether telephone numbers, emergency numbers too, are called through it; else only SIP URIs of its domains."""
    domains: Annotated[list[HostName], Field(max_length=100)] = []
    """Domains whose SIP URIs calls may be forwarded to, through this trunk."""
    diversion: Literal["both", "diversion", "history_info", "none"] = "both"
    """How a forwarded call tells the carrier who forwarded it (RFC 5806, RFC 7044)."""
    diverted_caller: Literal["caller", "diverter"] = "caller"
    """Whose number a forwarded call shows: the caller's, or that of who forwarded, for carriers that insist."""


class Platform(Section):
    """The operator's side: one exchange with its trunks and media relays."""

    model_config = ConfigDict(title="Ringplan platform")

    platform: Slug
    """The platform's identifier."""
    domain: HostName
    """Parent of the tenants' default SIP domains, and host part of identities sent to trunks."""
    administrators: Annotated[dict[AdministratorId, Operator], Field(max_length=1000)] = {}
    """The operator's people, who may change everything of the platform and of its tenants."""
    exchange: Exchange
    """The Kamailio instance that registers phones and routes calls."""
    attendant: Attendant | None = None
    """The Kamailio instance that answers calls. Without it no tenant can have IVRs, announcements or callbacks."""
    speech: Speech | None = None
    """How words become speech. Default: espeak-ng."""
    media: Media
    """Media relays."""
    trunks: Annotated[dict[Slug, Trunk], Field(min_length=1, max_length=100)]
    """Connections to carriers."""
