"""Reading captured packets."""

from __future__ import annotations

import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringplan_sipp.media import CALLEE, CALLER, FRAMES, frames, recordings
from ringplan_sipp.wire import Packet, TcpStream, call_id, is_rtp, is_sip, media_flows, parse_packet, sip_messages

A, B = "127.0.47.100", "127.0.47.10"


def ip(protocol: int, payload: bytes, tos: int = 0) -> bytes:
    header = struct.pack("!BBHHHBBH", 0x45, tos, 20 + len(payload), 0, 0, 64, protocol, 0)
    return header + socket.inet_aton(A) + socket.inet_aton(B) + payload


def udp(payload: bytes, tos: int = 0) -> bytes:
    return ip(17, struct.pack("!HHHH", 5060, 5080, 8 + len(payload), 0) + payload, tos)


def tcp(sequence: int, payload: bytes) -> bytes:
    return ip(6, struct.pack("!HHIIBBHHH", 40000, 5060, sequence, 0, 8 << 4, 0x18, 100, 0, 0) + bytes(12) + payload)


def packet(payload: bytes, transport: str = "udp", sequence: int = 0, time: float = 1.0, tos: int = 0) -> Packet:
    return Packet(time, f"{A}:1000", f"{B}:2000", transport, tos, sequence, payload)


def rtp(audio: bytes, sources: int = 0, kind: int = 8) -> bytes:
    return struct.pack("!BBHII", 0x80 | sources, kind, 1, 2, 3) + bytes(4 * sources) + audio


def message(body: str = "", name: str = "INVITE") -> bytes:
    return f"{name} sip:1@x SIP/2.0\r\nCall-ID: a@b\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


def test_udp_packet() -> None:
    found = parse_packet(2.5, udp(b"hello", tos=184))
    assert found == Packet(2.5, f"{A}:5060", f"{B}:5080", "udp", 184, 0, b"hello")


def test_tcp_packet_with_options() -> None:
    found = parse_packet(2.5, tcp(77, b"hello"))
    assert found == Packet(2.5, f"{A}:40000", f"{B}:5060", "tcp", 0, 77, b"hello")


@pytest.mark.parametrize("data", [b"", b"\x45" + bytes(10), ip(1, bytes(40)), b"\x60" + bytes(60), ip(17, b"123")])
def test_other_packets_are_left_out(data: bytes) -> None:
    assert parse_packet(0, data) is None


def test_tcp_without_payload_is_left_out() -> None:
    assert parse_packet(0, tcp(1, b"")) is None


def test_what_is_sip_and_what_is_rtp() -> None:
    assert is_sip(b"INVITE sip:1@x SIP/2.0\r\n")
    assert is_sip(b"INVITE urn:service:sos SIP/2.0\r\n")
    assert is_sip(b"SIP/2.0 486 Busy Here\r\n")
    assert not is_sip(b"d7:command4:pinge")
    assert is_rtp(rtp(b"x" * 160))
    assert not is_rtp(rtp(b"x" * 160, kind=200))  # RTCP sender report
    assert not is_rtp(b"INVITE sip:1@x SIP/2.0")


def test_call_id_long_and_compact() -> None:
    assert call_id("INVITE x SIP/2.0\r\nCall-ID: a@b\r\n\r\n") == "a@b"
    assert call_id("INVITE x SIP/2.0\r\ni:a@b\r\n\r\n") == "a@b"
    assert call_id("INVITE x SIP/2.0\r\n\r\n") == ""


@given(st.lists(st.text("abc\r\n", max_size=30), min_size=1, max_size=4), st.data())
def test_tcp_messages_survive_any_segmentation(bodies: list[str], data: st.DataObject) -> None:
    whole = [message(body) for body in bodies]
    stream = b"".join(whole)
    cuts = sorted(data.draw(st.sets(st.integers(1, len(stream) - 1), max_size=6)))
    start = data.draw(st.sampled_from([0, 5, 2**32 - 10]))  # sequence numbers wrap around
    reader, found = TcpStream(), []
    for begin, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        segment = stream[begin:end]
        found += reader.feed((start + begin) % 2**32, segment)
        found += reader.feed((start + begin) % 2**32, segment)  # a retransmission changes nothing
    assert found == whole


def test_tcp_segments_out_of_order() -> None:
    text, reader = message("body"), TcpStream()
    assert reader.feed(100, text[:10]) == []
    assert reader.feed(130, text[30:]) == []
    assert reader.feed(110, text[10:30]) == [text]


def test_tcp_keep_alives_between_messages() -> None:
    reader, text = TcpStream(), message()
    assert reader.feed(0, b"\r\n\r\n" + text + b"\r\n\r\n" + text) == [text, text]


def test_sip_messages_of_a_slice() -> None:
    text = message("x")
    found = sip_messages(
        [packet(b"noise"), packet(text, time=3.0), packet(text[:9], "tcp", 0, 4.0), packet(text[9:], "tcp", 9, 5.0)],
        begin=1.0,
    )
    assert [(m.time, m.transport, m.text) for m in found] == [(2.0, "udp", text.decode()), (4.0, "tcp", text.decode())]


def test_flows_tell_whose_recording_they_carry() -> None:
    wire = [packet(rtp(frame), tos=184, time=7.0) for frame in frames(CALLER)[:3]]
    wire += [packet(rtp(frames(CALLEE)[0], sources=2), tos=184, time=8.0), packet(rtp(bytes(160)), tos=0)]
    marked, unmarked = media_flows(wire, recordings(), begin=6.0)
    assert (marked.packets, marked.heard, marked.tos, marked.last) == (4, ((CALLEE, 1), (CALLER, 3)), 184, 2.0)
    assert (unmarked.packets, unmarked.heard, unmarked.tos) == (1, (), 0)


def test_the_recordings_have_no_frame_in_common() -> None:
    caller, callee = recordings()[CALLER], recordings()[CALLEE]
    assert len(caller) == len(callee) == FRAMES
    assert not caller & callee
    assert {len(frame) for frame in caller | callee} == {160}
