"""The media relays' protocol, against relays that answer, do not, and answer strangely."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from ringplan_kamailio.runtime.ringplan_runtime.attendant import relay as relays
from ringplan_kamailio.runtime.ringplan_runtime.attendant.audio import Audio
from ringplan_kamailio.runtime.ringplan_runtime.attendant.prompts import Prompts
from ringplan_kamailio.runtime.ringplan_runtime.attendant.relay import RelayError, Relays
from ringplan_kamailio.runtime.ringplan_runtime.attendant.session import Leg, Session
from ringplan_kamailio.runtime.ringplan_runtime.settings import Relay

Answers = Callable[[bytes, dict[str, Any]], list[bytes]]


class Answering:
    """A relay on a port of its own: what it was asked, and answers as a function says."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.asked: list[tuple[bytes, dict[str, Any]]] = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.thread = Thread(target=self._run, daemon=True)
        self.thread.start()

    @property
    def relay(self) -> Relay:
        return Relay("127.0.0.1", self.socket.getsockname()[1], "192.0.2.5", 1)

    @property
    def name(self) -> str:
        return f"127.0.0.1:{self.relay.port}"

    def _run(self) -> None:
        while True:
            data, source = self.socket.recvfrom(65535)
            if data == b"end":
                return
            cookie, _, body = data.partition(b" ")
            self.asked.append((cookie, json.loads(body)))
            for answer in self.answers(cookie, self.asked[-1][1]):
                self.socket.sendto(answer, source)

    def end(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
            channel.sendto(b"end", self.socket.getsockname())
        self.thread.join(5)
        self.socket.close()


@pytest.fixture
def serve() -> Iterator[Callable[[Answers], Answering]]:
    made: list[Answering] = []

    def start(answers: Answers) -> Answering:
        made.append(Answering(answers))
        return made[-1]

    yield start
    for each in made:
        each.end()


@pytest.fixture
def ours() -> Iterator[Callable[..., Relays]]:
    """Makes our side."""
    made: list[Relays] = []

    def make(*places: Relay) -> Relays:
        made.append(Relays(places))
        return made[-1]

    yield make
    for each in made:
        each.close()


def ok(cookie: bytes, _: dict[str, Any]) -> list[bytes]:
    return [cookie + b' {"result":"ok","sdp":"v=0"}']


def test_asks_with_names_of_the_protocol(ours: Callable[..., Relays], serve: Callable[[Answers], Answering]) -> None:
    server = serve(ok)
    answer = ours(server.relay).ask(server.name, "play media", call_id="x", from_tag="a", repeat_times=3)
    assert answer["sdp"] == "v=0"
    (_, asked), *others = server.asked
    assert asked == {"command": "play media", "call-id": "x", "from-tag": "a", "repeat-times": 3}
    assert not others


def test_no_cookie_comes_twice(ours: Callable[..., Relays], serve: Callable[[Answers], Answering]) -> None:
    server = serve(ok)
    for _ in range(20):
        ours(server.relay).ask(server.name, "ping")
    assert len({cookie for cookie, _ in server.asked}) == 20


def test_answers_to_something_else_are_passed_over(
    ours: Callable[..., Relays], serve: Callable[[Answers], Answering]
) -> None:
    server = serve(lambda cookie, _: [b'other {"result":"error"}', b"rubbish", b"", *ok(cookie, {})])
    assert ours(server.relay).ask(server.name, "ping")["result"] == "ok"


@pytest.mark.parametrize(
    ("reason", "why"),
    [("Unknown call-id", relays.UNKNOWN), ("unknown call", relays.UNKNOWN), ("Invalid file", relays.REFUSED)],
)
def test_reasons(ours: Callable[..., Relays], serve: Callable[[Answers], Answering], reason: str, why: str) -> None:
    text = json.dumps({"result": "error", "error-reason": reason}).encode()
    server = serve(lambda cookie, _: [cookie + b" " + text])
    with pytest.raises(RelayError, match=reason) as error:
        ours(server.relay).ask(server.name, "query")
    assert error.value.why == why


@pytest.mark.parametrize("text", [b"not json", b"[]", b"7", b'"ok"'])
def test_an_answer_that_is_none(
    ours: Callable[..., Relays], serve: Callable[[Answers], Answering], text: bytes
) -> None:
    server = serve(lambda cookie, _: [cookie + b" " + text])
    with pytest.raises(RelayError) as error:
        ours(server.relay).ask(server.name, "query")
    assert error.value.why == relays.UNREACHABLE


def test_silent_relay_is_asked_twice_with_one_cookie_and_then_left_alone(
    ours: Callable[..., Relays], serve: Callable[[Answers], Answering], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relays, "WAIT_S", 0.05)
    monkeypatch.setattr(relays, "DEAD_S", 0.3)
    server = serve(lambda cookie, _: [])
    made = ours(server.relay)
    for _ in range(2):
        with pytest.raises(RelayError) as error:
            made.ask(server.name, "ping")
        assert error.value.why == relays.UNREACHABLE
    assert len(server.asked) == 2
    assert len({cookie for cookie, _ in server.asked}) == 1
    time.sleep(0.35)
    server.answers = ok
    assert made.ask(server.name, "ping")["result"] == "ok"


def test_lost_datagram_costs_one_try(
    ours: Callable[..., Relays], serve: Callable[[Answers], Answering], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relays, "WAIT_S", 0.1)
    server = serve(lambda cookie, _: ok(cookie, {}) if len(server.asked) > 1 else [])
    assert ours(server.relay).ask(server.name, "ping")["result"] == "ok"


def test_relay_that_is_not_there_costs_nothing(ours: Callable[..., Relays]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        channel.bind(("127.0.0.1", 0))
        port = channel.getsockname()[1]
    began = time.monotonic()
    with pytest.raises(RelayError):
        ours(Relay("127.0.0.1", port, "192.0.2.5", 1)).ask(f"127.0.0.1:{port}", "ping")
    assert time.monotonic() - began < relays.WAIT_S


def test_new_sessions_avoid_dead_relays_and_weigh_the_others(
    ours: Callable[..., Relays], serve: Callable[[Answers], Answering]
) -> None:
    alive = serve(ok)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        channel.bind(("127.0.0.1", 0))
        gone = Relay("127.0.0.1", channel.getsockname()[1], "192.0.2.6", 1_000)
    made = ours(alive.relay, gone)
    assert f"127.0.0.1:{gone.port}" in {made.choose() for _ in range(50)}
    with pytest.raises(RelayError):
        made.ask(f"127.0.0.1:{gone.port}", "ping")
    assert {made.choose() for _ in range(50)} == {alive.name}
    assert made.address(alive.name) == "192.0.2.5"
    assert made.address("127.0.0.1:1") == "0.0.0.0"  # noqa: S104


def test_relay_without_weight_gets_nothing(ours: Callable[..., Relays]) -> None:
    made = ours(Relay("127.0.0.1", 1, "192.0.2.5", 0), Relay("127.0.0.1", 2, "192.0.2.6", 1))
    assert {made.choose() for _ in range(30)} == {"127.0.0.1:2"}


def test_a_session_no_relay_has_goes_to_one_that_answers(
    ours: Callable[..., Relays], serve: Callable[[Answers], Answering], tmp_path: Path
) -> None:
    """Or every relay that is down would cost a call of each worker whenever it is tried again."""
    alive = serve(lambda cookie, _: [cookie + b' {"result":"ok","sdp":"v=0\\r\\nm=audio 9 RTP/AVP 8\\r\\n"}'])
    gone = Relay("127.0.0.1", 1, "192.0.2.6", 1_000)
    audio = Audio(ours(alive.relay, gone), Prompts(tmp_path))
    call = Session("a" * 32, "novak", "novak/ivr/main", "new", {}, 0, {"a": Leg("x", "calling")}, relay="127.0.0.1:1")
    assert audio.propose(call, "a")
    assert call.relay == alive.name
    call.relay = "127.0.0.1:1"  # it stays where it is from now on
    with pytest.raises(RelayError):
        audio.propose(call, "a")
