"""Keys are pressed when the exchange waits for them, by what is heard; packets are made up, nothing is sent."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.targets.sipp.listening import EAR, PROMPTS, RELAY, frame, rtp

from ringplan.interpreter import Waiting
from ringplan_sipp import keypad
from ringplan_sipp.keypad import Fingers, Keypad
from ringplan_sipp.relocate import Endpoint
from ringplan_sipp.wire import Packet

PHONE = Endpoint("desk", "127.0.40.30", 5060, "udp", 20_000)
VOICE = b"v" * 160
ANSWER = b"SIP/2.0 200 OK\r\nCall-ID: abc\r\n\r\nv=0\r\nc=IN IP4 127.0.40.11\r\nm=audio 30004 RTP/AVP 8 101\r\n"


class Sent:
    """What is sent instead of packets: keys, by what was heard before."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.relays: set[tuple[str, int] | None] = set()

    def wait(self, count: int) -> None:
        end = time.monotonic() + 3
        while len(self.keys) < count and time.monotonic() < end:
            time.sleep(0.005)
        assert len(self.keys) >= count, self.keys


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    found = Sent()

    def send(self: Keypad, packets: Iterator[tuple[float, bytes]]) -> None:
        (_, first), *_ = packets
        found.keys.append("0123456789*#"[first[12]] if first[1] & 0x7F == 101 else "tone")
        found.relays.add(self._relay)

    monkeypatch.setattr(Keypad, "_send", send)
    for name in ("_REACTION_S", "_AFTER_S", "PAUSE_S"):
        monkeypatch.setattr(keypad, name, 0.0)
    return found


def sip(payload: bytes) -> Packet:
    return Packet(0.0, "127.0.40.10:5060", PHONE.sip, "udp", 0, 0, payload)


@contextmanager
def pressing(*waits: Waiting, talks: bool = False, in_band: bool = False) -> Iterator[tuple[Keypad, list[str]]]:
    """A keypad in a call that is up, and the Call-IDs for which talk began."""
    begun: list[str] = []
    fingers = Fingers(PHONE, waits, talks, in_band)
    with Keypad(fingers, PROMPTS, frozenset({VOICE}), begun.append) as pad:
        yield pad, begun


def hear(pad: Keypad, prompt: str, frames: range) -> None:
    for index in frames:
        pad(rtp(frame(prompt, index), index * 0.02))


def idle() -> None:
    """Long enough for the keypad's thread to deal with what it got."""
    time.sleep(0.1)


def test_a_key_interrupts_a_prompt(sent: Sent) -> None:
    with pressing(Waiting(1, 2000, True, "2")) as (pad, _):
        pad(sip(ANSWER))
        hear(pad, "hello", range(4))
        idle()
        assert sent.keys == []
        hear(pad, "hello", range(4, 5))
        sent.wait(1)
    assert sent.keys == ["2"]
    assert sent.relays == {("127.0.40.11", 30004)}


def test_without_a_description_nobody_knows_where_to_send(sent: Sent) -> None:
    with pressing(Waiting(1, 2000, True, "2")) as (pad, _):
        hear(pad, "hello", range(20))
        idle()
        assert sent.keys == []
        pad(sip(ANSWER))
        sent.wait(1)


def test_the_second_key_waits_for_the_second_prompt(sent: Sent) -> None:
    with pressing(Waiting(1, 2000, True, "2"), Waiting(2, 2000, True, "3")) as (pad, _):
        pad(sip(ANSWER))
        hear(pad, "hello", range(30))
        sent.wait(1)
        idle()
        assert sent.keys == ["2"]
        hear(pad, "menu", range(10))
        sent.wait(2)
    assert sent.keys == ["2", "3"]


def test_where_prompts_hear_no_keys_one_is_pressed_too_soon_and_again_at_the_end(sent: Sent) -> None:
    with pressing(Waiting(1, 2000, False, "7")) as (pad, _):
        pad(sip(ANSWER))
        hear(pad, "hello", range(10))
        sent.wait(1)
        hear(pad, "hello", range(10, 49))
        idle()
        assert sent.keys == ["7"]
        hear(pad, "hello", range(49, 50))
        sent.wait(2)
    assert sent.keys == ["7", "7"]


def test_nothing_is_pressed_where_nothing_should_be(sent: Sent) -> None:
    with pressing(Waiting(1, 2000, True, ""), Waiting(2, 2000, True, "3")) as (pad, _):
        pad(sip(ANSWER))
        hear(pad, "hello", range(50))
        idle()
        assert sent.keys == []
        hear(pad, "menu", range(10))
        sent.wait(1)
    assert sent.keys == ["3"]


def test_several_digits_end_with_a_hash(sent: Sent) -> None:
    with pressing(Waiting(1, 2000, True, "1201")) as (pad, _):
        pad(sip(ANSWER))
        hear(pad, "hello", range(10))
        sent.wait(5)
    assert "".join(sent.keys) == "1201#"
    assert [key for _, key in pad.pressed] == list("1201#")
    assert [moment for moment, _ in pad.pressed] == sorted(moment for moment, _ in pad.pressed)


def test_tones_are_sent_in_band(sent: Sent) -> None:
    with pressing(Waiting(1, 2000, True, "1"), in_band=True) as (pad, _):
        pad(sip(ANSWER))
        hear(pad, "hello", range(10))
        sent.wait(1)
    assert sent.keys == ["tone"]


def test_talk_begins_once_when_the_other_one_is_heard(sent: Sent) -> None:
    with pressing(talks=True) as (pad, begun):
        pad(sip(b"INVITE sip:desk@127.0.40.30 SIP/2.0\r\nCall-ID: back\r\n\r\n" + ANSWER.partition(b"\r\n\r\n")[2]))
        hear(pad, "hello", range(10))
        idle()
        assert begun == []
        for _ in range(3):
            pad(rtp(VOICE, 1.0))
        idle()
    assert begun == ["back"]


def test_other_parties_packets_are_not_listened_to(sent: Sent) -> None:
    with pressing(Waiting(1, 2000, True, "2"), talks=True) as (pad, begun):
        pad(Packet(0.0, RELAY, "127.0.40.31:5060", "udp", 0, 0, ANSWER))
        for index in range(10):
            pad(rtp(frame("hello", index), 0.0, destination="127.0.40.31:20000"))
        idle()
    assert sent.keys == []
    assert begun == []


def test_a_call_that_ends_ends_the_pressing(sent: Sent) -> None:
    begin = time.monotonic()
    with pressing(Waiting(1, 2000, True, "2")) as (pad, _):
        pad(sip(ANSWER))
    assert time.monotonic() - begin < 1.5
    assert sent.keys == []
    assert PHONE.media == EAR
