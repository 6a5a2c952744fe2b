"""Floods, relays that are down, phones that vanish: what the exchange does when things go wrong."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.targets.kamailio.conftest import lane
from tests.targets.kamailio.program import program
from tests.targets.kamailio.sip_client import Endpoint, NothingCameError
from tests.targets.kamailio.stack import Stack

pytestmark = pytest.mark.integration
FLOOD = 20


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack with a low flood limit and a second relay that does not run."""
    base = program(lane(), flood=FLOOD)
    relay = base.platform.relays[0]
    dead = replace(relay, id="two", control_host=f"127.0.{lane()}.7")
    changed = replace(base, platform=replace(base.platform, relays=(relay, dead)))
    with Stack(changed, Path(tmp_path_factory.mktemp("small"))) as running:
        yield running


def endpoint(host: int, user: str, **options: str) -> Endpoint:
    """A phone or trunk of the lane."""
    address = (f"127.0.{lane()}.1", 5060)
    return Endpoint(f"127.0.{lane()}.{host}", address, user=user, password=f"pw of {user}", **options)  # type: ignore[arg-type]


def options(sender: Endpoint, count: int) -> int:
    """Sends OPTIONS; how many were answered."""
    answered = 0
    for number in range(count):
        headers = f"From: <sip:x@y>;tag=1\r\nTo: <sip:y>\r\nX: {os.urandom(4).hex()}\r\n"
        sender.request("OPTIONS", f"sip:127.0.{lane()}.1", f"o{number}{time.monotonic()}", headers)
        try:
            sender.expect(200, seconds=0.05)
        except NothingCameError:
            continue
        answered += 1
    return answered


def test_flood_is_cut_but_not_the_emergency_call(small: Stack) -> None:
    with endpoint(10, "ann-desk") as ann, endpoint(30, "alfa") as alfa:
        answered = options(ann, 4 * FLOOD)
        assert answered < 3 * FLOOD
        call = ann.invite("112")
        alfa.answer()
        call.established()
        alfa.expect("ACK")
        call.within("BYE")
        alfa.reply(alfa.expect("BYE"), 200, "OK")
        assert ann.final().code == 200


def test_emergency_calls_have_a_limit_too(small: Stack) -> None:
    with endpoint(14, "ann-desk") as ann:
        for number in range(3 * FLOOD):
            headers = "From: <sip:ann-desk@novak.example.net>;tag=1\r\nTo: <sip:112@y>\r\nContact: <sip:a@b>\r\n"
            ann.request("INVITE", "sip:112@novak.example.net", f"e{number}", headers)
        found = 0
        while True:
            try:
                ann.expect(407, seconds=0.3)
            except NothingCameError:
                break
            found += 1
        assert FLOOD // 2 < found <= 2 * FLOOD


def test_trunks_have_no_limit(small: Stack) -> None:
    with endpoint(30, "alfa") as alfa:
        assert options(alfa, 4 * FLOOD) == 4 * FLOOD


def test_calls_use_the_relay_that_works(small: Stack) -> None:
    with endpoint(30, "alfa") as alfa, endpoint(11, "bob-desk") as bob:
        assert bob.register().code == 200
        for _ in range(6):
            call = alfa.invite("+420222333402", trunk=True)
            invite = bob.answer()
            assert f"c=IN IP4 127.0.{lane()}.6" in invite.body
            call.established()
            bob.expect("ACK")
            call.within("BYE")
            bob.reply(bob.expect("BYE"), 200, "OK")
            assert alfa.final().code == 200
        assert bob.register(expires=0).code == 200


def test_vanished_tcp_phone(small: Stack) -> None:
    with endpoint(30, "alfa") as alfa:
        with endpoint(13, "cyr-desk", transport="tcp") as cyr, endpoint(12, "bob-mobile", transport="tcp") as bob:
            assert cyr.register().code == 200
            assert bob.register().code == 200
        started = time.monotonic()
        answer = alfa.invite("+420222333402", trunk=True).rejected(seconds=6)
        assert (answer.code, answer.reason) == (480, "Temporarily Unavailable")
        assert time.monotonic() - started < 5


def test_relay_down_is_noticed_at_once(small: Stack) -> None:
    with endpoint(30, "alfa") as alfa, endpoint(11, "bob-desk") as bob:
        assert bob.register().code == 200
        small.stop_process(small.processes[0])
        took = []
        for _ in range(4):
            started = time.monotonic()
            answer = alfa.invite("+420222333402", trunk=True).rejected()
            took.append(time.monotonic() - started)
            assert (answer.code, answer.reason, answer.header("Retry-After")) == (503, "Media Not Available", "2")
        assert took[0] < 1.5
        assert max(took[2:]) < 0.1


def test_emergency_call_goes_without_a_relay(small: Stack) -> None:
    with endpoint(16, "ann-desk") as ann, endpoint(30, "alfa") as alfa:
        call = ann.invite("112")
        invite = alfa.answer()
        assert f"c=IN IP4 127.0.{lane()}.16" in invite.body
        call.established()
    assert small.alive
