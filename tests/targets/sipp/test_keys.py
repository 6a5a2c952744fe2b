"""Pressed keys as RTP, packet by packet."""

from __future__ import annotations

import math
import struct
from itertools import pairwise

import pytest

from ringplan_sipp.dtmf import EVENTS, FRAME_S, PAUSE_S, Stream
from ringplan_sipp.media import FRAME_BYTES, SAMPLE_RATE
from ringplan_sipp.raw import datagram
from ringplan_sipp.wire import parse_packet

SOURCE = 0x01020304


def test_the_packets_of_one_key_byte_by_byte() -> None:
    """RFC 4733: one timestamp, a growing duration, the marker on the first packet, the end said three times."""
    packets = list(Stream(SOURCE).events("5"))
    assert [payload.hex(" ", 4) for _, payload in packets] == [
        "80e50000 00003e80 01020304 050a00a0",
        "80650001 00003e80 01020304 050a0140",
        "80650002 00003e80 01020304 050a01e0",
        "80650003 00003e80 01020304 050a0280",
        "80650004 00003e80 01020304 058a0320",
        "80650005 00003e80 01020304 058a0320",
        "80650006 00003e80 01020304 058a0320",
    ]
    assert [after for after, _ in packets] == pytest.approx([0.0, 0.02, 0.04, 0.06, 0.08, 0.08, 0.08])


@pytest.mark.parametrize(("key", "event"), [*((str(n), n) for n in range(10)), ("*", 10), ("#", 11)])
def test_every_key_has_its_event(key: str, event: int) -> None:
    assert {payload[12] for _, payload in Stream(SOURCE).events(key)} == {event}
    assert EVENTS[event] == key


def test_the_next_key_begins_after_the_first_and_its_pause() -> None:
    stream = Stream(SOURCE)
    first, second = list(stream.events("1")), list(stream.events("1"))
    numbers = [struct.unpack_from("!H", payload, 2)[0] for _, payload in (*first, *second)]
    assert numbers == list(range(14))
    (begun,) = {struct.unpack_from("!I", payload, 4)[0] for _, payload in first}
    (again,) = {struct.unpack_from("!I", payload, 4)[0] for _, payload in second}
    assert again - begun == (5 * FRAME_S + PAUSE_S) * SAMPLE_RATE


def test_numbers_wrap() -> None:
    stream = Stream(SOURCE, sequence=0xFFFF, timestamp=0xFFFFFFFF)
    (_, first), (_, second), *_ = stream.events("0")
    assert struct.unpack_from("!HI", first, 2) == (0xFFFF, 0xFFFFFFFF)
    assert struct.unpack_from("!H", second, 2)[0] == 0


def _power(samples: list[int], hertz: float) -> float:
    """How much of a frequency there is (Goertzel)."""
    angle = 2 * math.pi * hertz / SAMPLE_RATE
    real = sum(sample * math.cos(angle * n) for n, sample in enumerate(samples))
    imaginary = sum(sample * math.sin(angle * n) for n, sample in enumerate(samples))
    return math.hypot(real, imaginary) / len(samples)


def _linear(code: int) -> int:
    code ^= 0x55
    exponent, mantissa = code >> 4 & 7, code & 15
    magnitude = (mantissa << 1 | 1) << 3 if exponent == 0 else (mantissa << 1 | 33) << (exponent + 2)
    return magnitude if code & 0x80 else -magnitude


@pytest.mark.parametrize(
    ("key", "row", "column"), [("1", 697, 1209), ("6", 770, 1477), ("*", 941, 1209), ("0", 941, 1336)]
)
def test_tones_are_the_two_of_the_key_and_silence_follows(key: str, row: int, column: int) -> None:
    packets = [payload for _, payload in Stream(SOURCE).tones(key)]
    assert [payload[1] for payload in packets] == [0x88] + [0x08] * 14
    assert all(len(payload) == 12 + FRAME_BYTES for payload in packets)
    heard = [_linear(byte) for payload in packets[:5] for byte in payload[12:]]
    powers = {hertz: _power(heard, hertz) for hertz in (697, 770, 852, 941, 1209, 1336, 1477)}
    assert set(sorted(powers, key=powers.__getitem__)[-2:]) == {row, column}
    others = [power for hertz, power in powers.items() if hertz not in (row, column)]
    assert min(powers[row], powers[column]) > 4 * max(others)
    assert {byte for payload in packets[5:] for byte in payload[12:]} == {0xD5}
    stamps = [struct.unpack_from("!I", payload, 4)[0] for payload in packets]
    assert {after - before for before, after in pairwise(stamps)} == {FRAME_BYTES}


def test_a_datagram_comes_from_the_partys_own_port() -> None:
    packet = parse_packet(1.5, datagram(("127.0.40.30", 20_000), ("127.0.40.11", 30_002), b"payload"))
    assert packet is not None
    assert (packet.source, packet.destination) == ("127.0.40.30:20000", "127.0.40.11:30002")
    assert (packet.transport, packet.tos, packet.payload) == ("udp", 0xB8, b"payload")
