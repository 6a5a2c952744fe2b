"""What becomes of answered calls when something dies, stands still or goes away: a table in docs/answered-calls.md.

Nothing here waits for ever, and every session has its account, but for those of an attendant that died.
"""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest
from tests.targets.kamailio.answering import CLOSED, MENU
from tests.targets.kamailio.attendant.failing import Calling, FailingStack
from tests.targets.kamailio.attendant.media import Media
from tests.targets.kamailio.conftest import lane
from tests.targets.kamailio.sip_client import NothingCameError, within_as_callee

pytestmark = pytest.mark.integration

MAIN = "novak/ivr/main"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FailingStack]:
    with FailingStack(lane() + 160, Path(tmp_path_factory.mktemp("failing"))) as running:
        time.sleep(2.2)  # Kamailio looks again for a relay that was not up before itself
        yield running
        running.nothing_left(seconds=40, transactions=True)
        for log in (running.log, running.exchange_log):
            assert "failed" not in log.read_text("utf-8", "replace")


@pytest.fixture
def calling(stack: FailingStack) -> Iterator[Calling]:
    """Ann and Bob are registered; at the end nothing is left of their calls."""
    with ExitStack() as opened:
        ann, bob = (opened.enter_context(stack.party(name)) for name in ("ann-desk", "bob-desk"))
        for phone in (ann, bob):
            assert phone.register().code == 200
        yield Calling(ann, bob)
        stack.all_over()
        for phone in (ann, bob):
            phone.pending.clear()
            assert phone.register(expires=0).code == 200


@pytest.fixture
def ear(calling: Calling) -> Iterator[Media]:
    with Media(calling.caller.host, 40000) as media:
        yield media


@pytest.fixture
def other(calling: Calling) -> Iterator[Media]:
    with Media(calling.target.host, 41000) as media:
        yield media


def accounts(stack: FailingStack, before: int, wanted: tuple[str, int]) -> None:
    """One account more, of the menu."""
    stack.wait(lambda: len(stack.results()) > before)
    assert stack.results()[before:] == [(MAIN, *wanted)]


class TestRelay:
    def test_killed_while_two_talk(self, stack: FailingStack, calling: Calling, ear: Media, other: Media) -> None:
        before = len(stack.results())
        calling.talks(MENU, ear, other)
        stack.kill(stack.relay)
        try:
            assert calling.is_hung_up(target=True) < 3
        finally:
            stack.start_relay_again()
        accounts(stack, before, ("lost", 200))

    def test_killed_and_back_at_once(self, stack: FailingStack, calling: Calling, ear: Media, other: Media) -> None:
        """A new relay knows nothing of the call: it is over at the next look, and new calls go."""
        before = len(stack.results())
        calling.talks(MENU, ear, other)
        stack.kill(stack.relay)
        stack.start_relay_again()
        assert calling.is_hung_up(target=True) < 3
        accounts(stack, before, ("lost", 200))

    def test_killed_in_a_menu(self, stack: FailingStack, calling: Calling, ear: Media) -> None:
        before = len(stack.results())
        calling.in_a_menu(MENU, ear)
        stack.kill(stack.relay)
        try:
            assert calling.is_hung_up(target=False) < 3
        finally:
            stack.start_relay_again()
        stack.wait(lambda: len(stack.results()) > before)
        ((node, result, code),) = stack.results()[before:]
        assert (node, code) == (MAIN, 200)
        assert result in ("lost", "hung-up")

    def test_killed_while_it_rings(self, stack: FailingStack, calling: Calling, ear: Media) -> None:
        """Whoever rings is called off."""
        before = len(stack.results())
        calling.rings(MENU, ear)
        stack.kill(stack.relay)
        try:
            assert calling.is_hung_up(target=False) < 3
            cancel = calling.target.expect("CANCEL")
            calling.target.reply(cancel, 200, "OK")
            calling.target.reply(calling.invite, 487, "Request Terminated")
        finally:
            stack.start_relay_again()
        accounts(stack, before, ("lost", 200))

    def test_not_there_at_all(self, stack: FailingStack, calling: Calling) -> None:
        """Menus, announcements and treatments are refused within a second, with their code where they have one."""
        stack.kill(stack.relay)
        try:
            for dialled, code in ((MENU, 480), (CLOSED, 480), ("1999", 404)):
                began = time.monotonic()
                assert calling.caller.invite(dialled).rejected().code == code
                assert time.monotonic() - began < 1.5
        finally:
            stack.start_relay_again()

    def test_frozen_for_a_moment(self, stack: FailingStack, calling: Calling, ear: Media) -> None:
        """Shorter than three looks: the call goes on."""
        calling.in_a_menu(MENU, ear)
        with stack.frozen(stack.relay):
            time.sleep(0.6)
        ear.run(0.3)
        ear.press("2")
        invite = calling.target.answer(seconds=5)
        calling.target.expect("ACK")
        calling.call.within("BYE")
        calling.target.reply(calling.target.expect("BYE", call_id=invite.header("Call-ID")), 200, "OK")
        assert calling.caller.answer_to(calling.call.id, calling.call.cseq).code == 200

    def test_frozen_while_two_talk(self, stack: FailingStack, calling: Calling, ear: Media, other: Media) -> None:
        before = len(stack.results())
        calling.talks(MENU, ear, other)
        with stack.frozen(stack.relay):
            assert calling.is_hung_up(target=True, seconds=10) < 8
        accounts(stack, before, ("lost", 200))
        stack.forget_at_relay()

    def test_frozen_before_the_call(self, stack: FailingStack, calling: Calling) -> None:
        with stack.frozen(stack.relay):
            began = time.monotonic()
            assert calling.caller.invite(MENU).rejected(6).code == 480
            assert time.monotonic() - began < 5
        time.sleep(2.1)  # it is left alone for a while
        stack.forget_at_relay()


class TestAttendant:
    def test_restarted_in_a_menu(self, stack: FailingStack, calling: Calling, ear: Media) -> None:
        """The call is unknown afterwards, which ends it when the caller hangs up; his line is free."""
        calling.in_a_menu(MENU, ear)
        assert list(stack.exchange_table("lines")) == ["novak/users/ann"]
        stack.kill(stack.second)
        stack.start_attendant_alone()
        calling.call.within("BYE")
        assert calling.caller.answer_to(calling.call.id, calling.call.cseq).code == 481
        stack.forget_at_relay()
        assert (f"{MENU}>{MAIN}", "answered", 200) in stack.calls()

    def test_restarted_while_two_talk(self, stack: FailingStack, calling: Calling, ear: Media, other: Media) -> None:
        """They go on talking: the relay has not noticed. Each hangs up on his own."""
        calling.talks(MENU, ear, other)
        stack.kill(stack.second)
        stack.start_attendant_alone()
        other.run(0.1)
        ear.run(0.3)
        assert other.run(0.1) > 6
        calling.call.within("BYE")
        assert calling.caller.answer_to(calling.call.id, calling.call.cseq).code == 481
        within_as_callee(calling.target, calling.invite, "BYE")
        assert calling.target.final().code == 481
        stack.forget_at_relay()

    def test_dead_when_the_caller_hangs_up(self, stack: FailingStack, calling: Calling, ear: Media) -> None:
        calling.in_a_menu(MENU, ear)
        stack.kill(stack.second)
        try:
            calling.call.within("BYE")
            assert calling.caller.final(seconds=8).code == 408
            stack.wait(lambda: not stack.exchange_table("lines"))
        finally:
            stack.start_attendant_alone()
        stack.forget_at_relay()

    def test_frozen_before_the_call(self, stack: FailingStack, calling: Calling) -> None:
        with stack.frozen(stack.second):
            began = time.monotonic()
            assert calling.caller.invite(MENU).rejected(6).code == 480
            assert time.monotonic() - began < 3
        stack.nothing_left(40)

    def test_frozen_in_a_menu(self, stack: FailingStack, calling: Calling, ear: Media) -> None:
        """What was sent meanwhile is done when it goes on."""
        before = len(stack.results())
        calling.in_a_menu(MENU, ear)
        with stack.frozen(stack.second):
            calling.call.within("BYE")
            time.sleep(1)
        assert calling.caller.answer_to(calling.call.id, calling.call.cseq).code == 200
        accounts(stack, before, ("left", 200))


class TestExchange:
    def test_restarted_in_a_menu(self, stack: FailingStack, calling: Calling, ear: Media) -> None:
        before = len(stack.results())
        calling.in_a_menu(MENU, ear)
        stack.restart_exchange()
        calling.call.within("BYE")
        assert calling.caller.answer_to(calling.call.id, calling.call.cseq).code == 200
        accounts(stack, before, ("left", 200))


class TestParties:
    def test_caller_vanishes_in_a_menu(self, stack: FailingStack, calling: Calling, ear: Media) -> None:
        """Nothing comes from him any more, and nobody answers the BYE."""
        before = len(stack.results())
        calling.in_a_menu(MENU, ear)
        stack.wait(lambda: len(stack.results()) > before, 6)
        stack.wait(lambda: not stack.exchange_table("lines"), 10)

    def test_caller_vanishes_while_two_talk(
        self, stack: FailingStack, calling: Calling, ear: Media, other: Media
    ) -> None:
        before = len(stack.results())
        calling.talks(MENU, ear, other)
        took = calling.is_hung_up(target=True, seconds=10, talking=(other,))
        assert 1 < took < 8
        accounts(stack, before, ("lost", 200))

    def test_target_vanishes(self, stack: FailingStack, calling: Calling, ear: Media, other: Media) -> None:
        before = len(stack.results())
        calling.talks(MENU, ear, other)
        calling.is_hung_up(target=True, seconds=10, talking=(ear,))
        accounts(stack, before, ("lost", 200))

    def test_who_holds_may_be_silent(self, stack: FailingStack, calling: Calling, ear: Media, other: Media) -> None:
        calling.talks(MENU, ear, other)
        held = calling.call.body.replace("a=sendrecv", "a=sendonly")
        calling.call.within("INVITE", body=held)
        assert calling.caller.answer_to(calling.call.id, calling.call.cseq).code == 200
        calling.call.within("ACK", cseq=calling.call.cseq)
        end = time.monotonic() + 5
        while time.monotonic() < end:
            other.run(0.1)
        with pytest.raises(NothingCameError):
            calling.caller.expect("BYE", seconds=0.1, call_id=calling.call.id)
        calling.call.within("BYE")
        calling.target.reply(calling.target.expect("BYE", call_id=calling.invite.header("Call-ID")), 200, "OK")


class TestDigits:
    """Only the relay reports keys, and only of a session that is there."""

    def key(self, session: str, **changed: object) -> str:
        report = {"callid": session, "source_tag": "a", "type": "DTMF", "event": 2, "duration": 100, "volume": 10}
        return json.dumps(report | changed)

    def send(self, stack: FailingStack, host: str, *datagrams: bytes) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
            channel.bind((host, 0))
            for datagram in datagrams:
                channel.sendto(datagram, (stack.attendant.host, stack.attendant.digits_port))

    @pytest.mark.parametrize("last", [10, 30, 1, 9, 77])
    def test_from_anybody_else(self, stack: FailingStack, calling: Calling, ear: Media, last: int) -> None:
        """Phones, trunks, the exchange's and the attendant's own address, and strangers."""
        calling.in_a_menu(MENU, ear)
        (session,) = stack.relay_calls()
        self.send(stack, f"127.0.{stack.lane}.{last}", self.key(session).encode())
        assert calling.target.silent("INVITE", 0.8)
        calling.call.within("BYE")
        assert calling.caller.answer_to(calling.call.id, calling.call.cseq).code == 200

    def test_nonsense_of_the_relay(self, stack: FailingStack, calling: Calling, ear: Media) -> None:
        calling.in_a_menu(MENU, ear)
        (session,) = stack.relay_calls()
        good = self.key(session)
        nonsense = [
            b"{", b"", b"\0" * 50, b"[]", b"null", b"[" * 5000, os_noise(), good.encode()[:-1], good.encode("utf-16"),
            *(self.key(session, **{name: value}).encode() for name, value in NONSENSE),
            self.key(uuid4().hex).encode(), self.key("../../" + session).encode(),
            good.replace('"event": 2', '"event": 1, "event": 2').encode(), good.encode() + b" " * 60_000,
        ]  # fmt: skip
        self.send(stack, stack.relay_host, *nonsense)
        assert calling.target.silent("INVITE", 0.8)
        self.send(stack, stack.relay_host, good.encode())
        invite = calling.target.expect("INVITE", seconds=5)
        calling.target.reply(invite, 180, "Ringing")
        assert calling.target.silent("INVITE", 0.2)
        calling.call.within("BYE")
        calling.target.reply(calling.target.expect("CANCEL"), 200, "OK")
        calling.target.reply(invite, 487, "Request Terminated")
        assert calling.caller.answer_to(calling.call.id, calling.call.cseq).code == 200

    def test_a_key_that_comes_twice_or_late(self, stack: FailingStack, calling: Calling, ear: Media) -> None:
        """While it rings keys mean nothing; after the end neither."""
        calling.rings(MENU, ear)
        (session,) = stack.relay_calls()
        self.send(stack, stack.relay_host, *[self.key(session).encode()] * 20)
        assert calling.target.silent("INVITE", 0.5)
        calling.call.within("BYE")
        calling.target.reply(calling.target.expect("CANCEL"), 200, "OK")
        calling.target.reply(calling.invite, 487, "Request Terminated")
        assert calling.caller.answer_to(calling.call.id, calling.call.cseq).code == 200
        self.send(stack, stack.relay_host, *[self.key(session).encode()] * 20)
        assert calling.target.silent("INVITE", 0.5)


NONSENSE = (
    ("callid", None), ("callid", 7), ("callid", ""), ("callid", ["x"]), ("source_tag", "b"), ("source_tag", "r"),
    ("source_tag", None), ("event", 12), ("event", -1), ("event", True), ("event", "2"), ("event", 2.0),
    ("event", 10**400), ("type", "dtmf"), ("type", None),
)  # fmt: skip


def os_noise() -> bytes:
    """Bytes that are no text."""
    return bytes(range(256)) * 4
