"""The platform: its manifest becomes its part of the graph (RP204, RP205, RP307, RP805, RP807)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from ringplan import ir
from ringplan.diagnostics import Diagnostic, Label, Sink, Span
from ringplan.diagnostics.codes import diagnostic
from ringplan.frontend.load import LoadedPlatform
from ringplan.values import dataclass
from ringplan_schema import Trunk as ManifestTrunk

from .administrators import check_platform as check_administrators
from .capabilities import Need

_LAST_PORT = 65_535


def lower_platform(loaded: LoadedPlatform, sink: Sink) -> ir.Platform | None:
    """The platform's part of the graph; None when it has errors."""
    found = Sink()
    _ports_exist(loaded, found)
    _whole_seconds(loaded, found)
    check_administrators(loaded, found)
    if not found.has_errors:
        platform = _lower(loaded)
        _sources_unique(loaded, found)
        _addresses_apart(platform, found)
    sink.extend(found.sorted())
    return None if found.has_errors else platform


def _lower(loaded: LoadedPlatform) -> ir.Platform:
    manifest, spans = loaded.manifest, loaded.spans
    exchange = manifest.exchange
    sockets = tuple(
        _socket(written, spans.value(("exchange", "listen", index))) for index, written in enumerate(exchange.listen)
    )
    trunks = [_trunk(name, trunk, spans.key(("trunks", name))) for name, trunk in manifest.trunks.items()]
    return ir.Platform(
        id=manifest.platform,
        domain=manifest.domain,
        sockets=tuple(sorted(sockets, key=lambda s: (s.transport, s.host, s.port))),
        workers=exchange.workers,
        tenant_cache=exchange.tenant_cache,
        registration_s=exchange.registration // 1000,
        flood_requests=exchange.flood.requests,
        flood_period_s=exchange.flood.period // 1000,
        relays=_relays(loaded),
        dscp=manifest.media.dscp,
        trunks=tuple(sorted(trunks, key=lambda trunk: (trunk.priority, trunk.id))),
        span=spans.value(("platform",)),
        attendant=_attendant(loaded),
        speech=manifest.speech.command if manifest.speech is not None else "",
    )


def _attendant(loaded: LoadedPlatform) -> ir.Attendant | None:
    written = loaded.manifest.attendant
    if written is None:
        return None
    host, port = written.listen.split(":")
    span = loaded.spans.key(("attendant",))
    return ir.Attendant(host, int(port), written.digits, written.workers, span, written.clicks)


def _socket(written: str, span: Span) -> ir.Socket:
    transport, host, port = written.split(":")
    return ir.Socket(transport, host, int(port), span)


def _relays(loaded: LoadedPlatform) -> tuple[ir.MediaRelay, ...]:
    relays = []
    for name, relay in loaded.manifest.media.rtpengines.items():
        host, port = relay.control.split(":")
        first, last = relay.ports.split("-")
        relays.append(
            ir.MediaRelay(
                id=name,
                control_host=host,
                control_port=int(port),
                address=relay.address,
                port_min=int(first),
                port_max=int(last),
                weight=relay.weight,
                span=loaded.spans.key(("media", "rtpengines", name)),
            )
        )
    return tuple(sorted(relays, key=lambda relay: relay.id))


def _trunk(name: str, trunk: ManifestTrunk, span: Span) -> ir.Trunk:
    host, port = trunk.address.split(":")
    return ir.Trunk(
        id=name,
        host=host,
        port=int(port),
        transport=trunk.transport,
        sources=tuple(sorted(set(trunk.sources or [host]))),
        priority=trunk.priority,
        plus=trunk.number_format == "e164",
        answer_timeout_ms=trunk.answer_timeout,
        span=span,
        tenants=tuple(sorted(set(trunk.tenants))),
        numbers=trunk.numbers,
        domains=tuple(sorted(set(trunk.domains))),
        diversion=trunk.diversion,
        diverted_caller=trunk.diverted_caller,
    )


# -- values that have the right form but cannot be


def _ports_exist(loaded: LoadedPlatform, sink: Sink) -> None:
    """RP205 for ports beyond 65535 and for media port ranges that end before they begin."""
    for path, written in _endpoints(loaded):
        port = int(written.rsplit(":", 1)[-1])
        if port > _LAST_PORT:
            _out_of_range(loaded, sink, path, f"port {port} does not exist", f"ports go from 1 to {_LAST_PORT}")
    for name, relay in loaded.manifest.media.rtpengines.items():
        first, last = (int(port) for port in relay.ports.split("-"))
        path = ("media", "rtpengines", name, "ports")
        if last > _LAST_PORT:
            _out_of_range(loaded, sink, path, f"port {last} does not exist", f"ports go from 1 to {_LAST_PORT}")
        elif first > last:
            _out_of_range(loaded, sink, path, "the port range ends before it begins", "write `first-last`")


def _endpoints(loaded: LoadedPlatform) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for index, socket in enumerate(loaded.manifest.exchange.listen):
        yield ("exchange", "listen", index), socket
    if loaded.manifest.attendant is not None:
        yield ("attendant", "listen"), loaded.manifest.attendant.listen
    for name, relay in loaded.manifest.media.rtpengines.items():
        yield ("media", "rtpengines", name, "control"), relay.control
    for name, trunk in loaded.manifest.trunks.items():
        yield ("trunks", name, "address"), trunk.address


def _whole_seconds(loaded: LoadedPlatform, sink: Sink) -> None:
    """RP204: the exchange counts these periods in seconds."""
    exchange = loaded.manifest.exchange
    periods: tuple[tuple[tuple[str | int, ...], int], ...] = (
        (("exchange", "registration"), exchange.registration),
        (("exchange", "flood", "period"), exchange.flood.period),
    )
    for path, milliseconds in periods:
        if milliseconds % 1000:
            sink.report(
                diagnostic(
                    "RP204",
                    f"{milliseconds}ms is not a whole number of seconds",
                    loaded.spans.value(path),
                    label="whole seconds expected",
                    help=f"write `{round(milliseconds / 1000) or 1}s`",
                )
            )


def _out_of_range(loaded: LoadedPlatform, sink: Sink, path: tuple[str | int, ...], message: str, advice: str) -> None:
    sink.report(
        diagnostic(
            "RP205",
            message,
            loaded.spans.value(path),
            help=advice,
        )
    )


# -- addresses


def _sources_unique(loaded: LoadedPlatform, sink: Sink) -> None:
    """RP805: a call in is recognised by its source address, so no two trunks, nor one and the attendant, share one."""
    owners: dict[str, tuple[str, Span]] = {}
    attendant = loaded.manifest.attendant.listen.split(":")[0] if loaded.manifest.attendant is not None else None
    for name, trunk in loaded.manifest.trunks.items():
        for source, span in _sources(loaded, name, trunk):
            if source == attendant:
                sink.report(_source_of_attendant(loaded, name, source, span))
            owner, first = owners.setdefault(source, (name, span))
            if owner != name:
                sink.report(
                    diagnostic(
                        "RP805",
                        f"trunks `{owner}` and `{name}` share the source address {source}",
                        span,
                        label=f"source of trunk `{name}`",
                        secondary=(Label(first, f"source of trunk `{owner}`"),),
                        help="calls in are told apart by their source address; list each in one trunk only",
                    )
                )


def _source_of_attendant(loaded: LoadedPlatform, name: str, source: str, span: Span) -> Diagnostic:
    """RP805 for a trunk that would be taken for the attendant, whose every call needs an errand."""
    return diagnostic(
        "RP805",
        f"trunk `{name}` and the attendant share the source address {source}",
        span,
        label=f"source of trunk `{name}`",
        secondary=(Label(loaded.spans.value(("attendant", "listen")), "address of the attendant"),),
        help="calls in are told apart by their source address; give the attendant another one",
    )


def _sources(loaded: LoadedPlatform, name: str, trunk: ManifestTrunk) -> Iterator[tuple[str, Span]]:
    """The addresses a trunk's calls come from, and where each is written."""
    for index, source in enumerate(trunk.sources):
        yield source, loaded.spans.value(("trunks", name, "sources", index))
    if not trunk.sources:
        yield trunk.address.split(":")[0], loaded.spans.value(("trunks", name, "address"))


@dataclass(frozen=True, slots=True)
class _Listener:
    """A range of ports on which something will listen."""

    what: str
    protocol: str
    host: str
    first: int
    last: int
    span: Span

    def collides(self, other: _Listener) -> bool:
        same = (self.protocol, self.host) == (other.protocol, other.host)
        return same and self.first <= other.last and other.first <= self.last


def _listeners(platform: ir.Platform) -> Iterator[_Listener]:
    for socket in platform.sockets:
        protocol = "udp" if socket.transport == "udp" else "tcp"
        yield _Listener("the exchange", protocol, socket.host, socket.port, socket.port, socket.span)
    if (found := platform.attendant) is not None:
        yield _Listener("the attendant", "udp", found.host, found.port, found.port, found.span)
        digits = "the attendant's port for digits"
        yield _Listener(digits, "udp", found.host, found.digits_port, found.digits_port, found.span)
    for relay in platform.relays:
        control = f"the control port of relay `{relay.id}`"
        yield _Listener(control, "udp", relay.control_host, relay.control_port, relay.control_port, relay.span)
        media = f"the media ports of relay `{relay.id}`"
        yield _Listener(media, "udp", relay.address, relay.port_min, relay.port_max, relay.span)


def _addresses_apart(platform: ir.Platform, sink: Sink) -> None:
    """RP807."""
    for one, other in combinations(_listeners(platform), 2):
        if not one.collides(other):
            continue
        first, later = sorted((one, other), key=lambda listener: listener.span)
        ports = _shared_ports(one, other)
        sink.report(
            diagnostic(
                "RP807",
                f"{first.what} and {later.what} both use {first.protocol} {first.host}:{ports}",
                later.span,
                label=later.what,
                secondary=(Label(first.span, first.what),) if first.span != later.span else (),
                help="give one of them another address or port",
            )
        )


def _shared_ports(one: _Listener, other: _Listener) -> str:
    first, last = max(one.first, other.first), min(one.last, other.last)
    return str(first) if first == last else f"{first}-{last}"


def platform_needs(loaded: LoadedPlatform) -> Iterator[Need]:
    """What the platform asks of the targets."""
    spans = loaded.spans
    for index, written in enumerate(loaded.manifest.exchange.listen):
        yield Need.transport(written.split(":")[0], spans.value(("exchange", "listen", index)))
    for name, trunk in loaded.manifest.trunks.items():
        yield Need.transport(trunk.transport, spans.value(("trunks", name, "transport")))
    yield Need.media(spans.key(("media",)))
