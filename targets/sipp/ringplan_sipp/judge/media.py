"""What the parties heard, and which way the voice went."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..parties import host
from ..scenario import MediaFlow
from .evidence import Evidence

_ENOUGH_PACKETS = 5
"""Packets with the other party's recording that count as hearing it (0.1 s of voice)."""
_TOS = {"EF": 0xB8, "CS5": 0xA0, "AF41": 0x88, "none": 0x00}
"""IPv4 TOS byte of each DSCP name."""
_ECN_MASK = 0xFC
_RUN_OUT_S = 1.0
"""How long after the end of the call the relay may still empty its buffers, seconds."""

_CONNECTION = re.compile(r"^c=IN IP4 (\S+)", re.MULTILINE)
_ORIGIN = re.compile(r"^o=.* IN IP4 (\S+)\s*$", re.MULTILINE)
_HOLD_ADDRESS = "0.0.0.0"  # noqa: S104 - the address that meant "on hold" in RFC 2543


def session_descriptions(evidence: Evidence) -> Iterator[str]:
    """An SDP that reaches a party names the relay's address only."""
    relays = {host(end) for flow in evidence.observed.media for end in (flow.source, flow.destination)}
    relays -= evidence.parties.hosts
    own = evidence.parties.hosts | _advertised_addresses(evidence)
    for sip in evidence.messages:
        party = evidence.party(sip.destination) or ("the caller" if evidence.is_caller(sip.destination) else None)
        if party is None or evidence.party(sip.source) is not None or not sip.body:
            continue
        for address in sorted({*_CONNECTION.findall(sip.body), *_ORIGIN.findall(sip.body)} - {_HOLD_ADDRESS}):
            if address in own:
                yield f"{party} got the address {address} of another party in the SDP of {sip.title}"
            elif relays and address not in relays and address in _CONNECTION.findall(sip.body):
                yield f"{party} got {address} in the SDP of {sip.title}, which is no media relay"


def _advertised_addresses(evidence: Evidence) -> frozenset[str]:
    """Addresses parties name in their own SDP, which behind a NAT are not those they send from."""
    found = {
        address
        for sip in evidence.messages
        if evidence.party(sip.source) is not None
        for address in _CONNECTION.findall(sip.body)
    }
    return frozenset(found - {_HOLD_ADDRESS})


def media(evidence: Evidence) -> Iterator[str]:
    """Answered calls are heard in both directions, through a relay, with priority, and end with the call."""
    flows = evidence.observed.media
    relays = evidence.observed.relays
    for flow in flows:
        ends = host(flow.source), host(flow.destination)
        known = sum(end in evidence.parties.hosts for end in ends)
        if known == 2:
            yield f"voice went directly from {flow.source} to {flow.destination}, not through a media relay"
        elif known == 0 and not set(ends) <= relays:
            yield f"voice went from {flow.source} to {flow.destination}, and neither takes part in the call"
    from_relay = [f for f in flows if host(f.source) not in evidence.parties.hosts]
    yield from _priority(evidence, from_relay)
    if evidence.is_answered and evidence.answering is not None and not evidence.exchange_answers:
        yield from _heard(evidence, from_relay)
        yield from _stopped(evidence, from_relay)
    elif any(_voices(flow) for flow in from_relay):
        yield "voice was relayed although the call was not answered"


def _heard(evidence: Evidence, flows: list[MediaFlow]) -> Iterator[str]:
    answering = evidence.answering
    for listener, voice, name in (
        (evidence.party(evidence.observed.caller), "callee", "the caller"),
        (answering, "caller", answering),
    ):
        to_listener = [flow for flow in flows if evidence.party(flow.destination) == listener]
        packets = sum(count for flow in to_listener for who, count in flow.heard if who == voice)
        if packets < _ENOUGH_PACKETS:
            expected = f"at least {_ENOUGH_PACKETS} were expected"
            yield f"{name} heard {packets} packets of the {voice}'s voice, {expected} (seen: {_table(evidence)})"
        for who in sorted({who for flow in to_listener for who, count in flow.heard if count and who != voice}):
            yield f"{name} heard the voice of {'itself' if who in ('caller', 'callee') else who}"
    for flow in flows:
        listener = evidence.party(flow.destination)
        if listener is not None and listener not in (answering, evidence.party(evidence.observed.caller)):
            yield f"{listener} heard the call, but does not take part in it"


def _table(evidence: Evidence) -> str:
    """All flows of the call, for whoever looks for the place where the voice was lost."""
    rows = (f"{flow.source} to {flow.destination} {flow.packets}" for flow in evidence.observed.media)
    return ", ".join(rows) or "no voice at all"


def _voices(flow: MediaFlow) -> int:
    return sum(count for _, count in flow.heard)


def _priority(evidence: Evidence, flows: list[MediaFlow]) -> Iterator[str]:
    wanted = _TOS[evidence.program.platform.dscp]
    for flow in flows:
        if _voices(flow) and flow.tos & _ECN_MASK != wanted:
            yield f"voice from {host(flow.source)} was marked TOS 0x{flow.tos:02x}, not 0x{wanted:02x}"


def _stopped(evidence: Evidence, flows: list[MediaFlow]) -> Iterator[str]:
    ended = [sip.time for sip in evidence.messages if sip.method == "BYE"]
    for flow in flows:
        if ended and flow.last is not None and flow.last > max(ended) + _RUN_OUT_S:
            yield f"voice to {flow.destination} went on for {flow.last - max(ended):.1f} s after the call had ended"
