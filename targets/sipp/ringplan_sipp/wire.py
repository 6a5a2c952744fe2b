"""Reads captured packets: SIP over UDP and TCP, and RTP.

Works on a slice of the capture after the fact, so that the capture itself only has to keep up with the wire.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from .scenario import MediaFlow, Message

_UDP, _TCP = 17, 6
_IP_HEADER = struct.Struct("!BBHHHBBH4s4s")
_RTP_HEADER_BYTES = 12
_SIP_START = re.compile(rb"(?:SIP/2\.0 \d{3} |[A-Z]{3,10} \S+ SIP/2\.0\r?\n)")
_CONTENT_LENGTH = re.compile(rb"^(?:content-length|l)[ \t]*:[ \t]*(\d{1,7})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_CALL_ID = re.compile(r"^(?:call-id|i)[ \t]*:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Packet:
    """One IPv4 packet that carries UDP or TCP."""

    time: float
    """Seconds, on the monotonic clock."""
    source: str
    """``address:port``."""
    destination: str
    transport: str
    tos: int
    """IPv4 TOS byte."""
    sequence: int
    """TCP sequence number of the first payload byte; 0 for UDP."""
    payload: bytes


def parse_packet(time: float, data: bytes) -> Packet | None:
    """A packet from its IPv4 header on; None when it carries neither UDP nor TCP payload."""
    if len(data) < _IP_HEADER.size:
        return None
    version, tos, total, _, _, _, protocol, _, source, destination = _IP_HEADER.unpack_from(data)
    header = (version & 15) * 4
    if version >> 4 != 4 or protocol not in (_UDP, _TCP) or len(data) < header + (8 if protocol == _UDP else 20):
        return None
    source_port, destination_port = struct.unpack_from("!HH", data, header)
    sequence, start = 0, header + 8
    if protocol == _TCP:
        sequence = struct.unpack_from("!I", data, header + 4)[0]
        start = header + (data[header + 12] >> 4) * 4
    end = total or len(data)  # segmentation offload leaves the length of large packets open
    if end <= start:
        return None
    return Packet(
        time=time,
        source=f"{_dotted(source)}:{source_port}",
        destination=f"{_dotted(destination)}:{destination_port}",
        transport="udp" if protocol == _UDP else "tcp",
        tos=tos,
        sequence=sequence,
        payload=data[start:end],
    )


def _dotted(address: bytes) -> str:
    return ".".join(map(str, address))


def is_sip(payload: bytes) -> bool:
    """Whether a datagram is a SIP request or response."""
    return _SIP_START.match(payload) is not None


def is_rtp(payload: bytes) -> bool:
    """Whether a datagram is RTP version 2, and not RTCP (RFC 5761 section 4)."""
    return len(payload) > _RTP_HEADER_BYTES and payload[0] >> 6 == 2 and not 192 <= payload[1] <= 223


def rtp_audio(payload: bytes) -> bytes:
    """The audio of an RTP packet, without header and contributing sources."""
    return payload[_RTP_HEADER_BYTES + 4 * (payload[0] & 15) :]


def call_id(message: str) -> str:
    """Call-ID of a SIP message; empty when it has none."""
    found = _CALL_ID.search(message)
    return found[1] if found else ""


@dataclass(slots=True)
class TcpStream:
    """Puts one direction of a TCP connection together and cuts it into SIP messages by Content-Length."""

    expected: int | None = None
    """Next sequence number; None: nothing received yet."""
    buffer: bytes = b""
    early: dict[int, bytes] = field(default_factory=dict)
    """Segments that came before their turn, by sequence number."""

    def feed(self, sequence: int, payload: bytes) -> list[bytes]:
        """Messages that are complete now that this segment has arrived."""
        if self.expected is None:
            self.expected = sequence
        self.early[sequence] = payload
        while (segment := self._next()) is not None:
            self.buffer += segment
            self.expected = (self.expected + len(segment)) % 2**32
        return self._cut()

    def _next(self) -> bytes | None:
        """The bytes that follow; repeated bytes are dropped."""
        assert self.expected is not None
        for sequence in list(self.early):
            skip = (self.expected - sequence) % 2**32
            if skip < 2**31:
                segment = self.early.pop(sequence)[skip:]
                if segment:
                    return segment
        return None

    def _cut(self) -> list[bytes]:
        messages: list[bytes] = []
        while True:
            self.buffer = self.buffer.lstrip(b"\r\n")  # keep-alives between messages (RFC 5626 section 4.4.1)
            head, separator, rest = self.buffer.partition(b"\r\n\r\n")
            if not separator:
                return messages
            length = _CONTENT_LENGTH.search(head)
            body = int(length[1]) if length else 0
            if len(rest) < body:
                return messages
            messages.append(head + separator + rest[:body])
            self.buffer = rest[body:]


def sip_messages(packets: Iterable[Packet], begin: float) -> tuple[Message, ...]:
    """All SIP messages, in order of time; times count from ``begin``."""
    streams: dict[tuple[str, str], TcpStream] = {}
    messages: list[Message] = []
    for packet in packets:
        if packet.transport == "udp":
            found = [packet.payload] if is_sip(packet.payload) else []
        else:
            stream = streams.setdefault((packet.source, packet.destination), TcpStream())
            found = [text for text in stream.feed(packet.sequence, packet.payload) if is_sip(text)]
        for text in found:
            decoded = text.decode("utf-8", "replace")
            messages.append(Message(packet.time - begin, packet.source, packet.destination, packet.transport, decoded))
    return tuple(messages)


def media_flows(
    packets: Iterable[Packet], recordings: Mapping[str, frozenset[bytes]], begin: float
) -> tuple[MediaFlow, ...]:
    """RTP by direction, in order of the first packet; ``recordings``: the frames of each party's recording."""
    flows: dict[tuple[str, str, int], list[Packet]] = {}
    for packet in packets:
        if packet.transport == "udp" and is_rtp(packet.payload):
            flows.setdefault((packet.source, packet.destination, packet.tos), []).append(packet)
    return tuple(
        MediaFlow(
            source=source,
            destination=destination,
            packets=len(flow),
            heard=_heard(flow, recordings),
            tos=tos,
            last=flow[-1].time - begin,
        )
        for (source, destination, tos), flow in flows.items()
    )


def _heard(flow: Iterable[Packet], recordings: Mapping[str, frozenset[bytes]]) -> tuple[tuple[str, int], ...]:
    audio = [rtp_audio(packet.payload) for packet in flow]
    counts = {party: sum(frame in frames for frame in audio) for party, frames in recordings.items()}
    return tuple(sorted((party, count) for party, count in counts.items() if count))
