"""Attacks on exchange and attendant: whoever is in a menu, or near one, must not call at somebody else's expense."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from tests.targets.kamailio.answering import CALLBACK, EMPLOYEE, MENU, AnsweringStack, tenant
from tests.targets.kamailio.attackers import again
from tests.targets.kamailio.attendant.media import Media
from tests.targets.kamailio.attendant.place import errands, place_platform
from tests.targets.kamailio.conftest import lane
from tests.targets.kamailio.program import secrets
from tests.targets.kamailio.sip_client import Dialog, Endpoint, Message, sdp

from ringplan.ir import Program, User
from ringplan_kamailio import site
from ringplan_sipp.raw import datagram

pytestmark = pytest.mark.integration

Party = Callable[[str], Endpoint]
TOKEN, OTHER_TOKEN = "a-token-of-more-than-twenty-signs", "another-token-of-twenty-signs"
CLICKS = 5082
EVERYWHERE = ("alfa", "beta", "bob-desk", "cyr-desk")


class ClickedStack(AnsweringStack):
    """Ann and Eve can click to dial."""

    def __init__(self, lane: int, folder: Path) -> None:
        super().__init__(lane, folder)
        base, platform = tenant(), place_platform(lane)
        assert platform.attendant is not None
        platform = replace(platform, attendant=replace(platform.attendant, clicks_port=CLICKS))
        nodes = tuple(
            replace(node, click_secret=f"{node.id}/click")
            if isinstance(node, User) and node.id.endswith(("/ann", "/eve"))
            else node
            for node in base.nodes
        )
        self.program = Program(platform, (replace(base, nodes=nodes),))

    def tokens(self) -> dict[str, str]:
        found = secrets(self.program.tenants)
        return found | {"novak/users/ann/click": TOKEN, "novak/users/eve/click": OTHER_TOKEN}


@pytest.fixture(scope="module")
def answering(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickedStack]:
    stack = ClickedStack(lane() + 140, Path(tmp_path_factory.mktemp("attacked")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.targets.kamailio.attendant.place.secrets", lambda _: stack.tokens())
        with stack:
            time.sleep(2.2)  # Kamailio looks again for a relay that was not up before itself
            yield stack
            for log in (stack.log, stack.exchange_log):
                assert "failed" not in log.read_text("utf-8", "replace")


@pytest.fixture
def party(answering: ClickedStack) -> Iterator[Party]:
    """Everybody; phones are registered. Nothing is left of their calls."""
    with ExitStack() as opened:
        phones: list[Endpoint] = []

        def make(name: str) -> Endpoint:
            made = opened.enter_context(answering.party(name))
            if name.endswith("-desk"):
                assert made.register().code == 200
                phones.append(made)
            return made

        yield make
        for phone in phones:
            phone.pending.clear()
            assert phone.register(expires=0).code == 200
    answering.nothing_left()
    assert answering.exchange_table("lines") == {}
    assert answering.exchange_table("calls") == {}


@pytest.fixture
def others(party: Party) -> list[Endpoint]:
    """Whom no attack may reach."""
    return [party(name) for name in EVERYWHERE]


def nobody_is_called(others: list[Endpoint], seconds: float = 0.4) -> bool:
    """Whether nobody gets a call."""
    time.sleep(seconds)
    return all(one.silent("INVITE", 0.05) for one in others)


def in_menu(phone: Endpoint, ear: Media) -> Dialog:
    call = phone.invite(MENU)
    ear.towards(call.established().body)
    assert ear.hears()
    return call


def ends(call: Dialog) -> None:
    call.within("BYE")
    assert call.endpoint.answer_to(call.id, call.cseq).code == 200


class TestErrands:
    """Even from the attendant's own address: what is not signed for this Call-ID is refused."""

    def forge(self, answering: ClickedStack, call_id: str, header: str) -> None:
        """An INVITE whose IP header says it comes from the attendant."""
        exchange, attendant = f"127.0.{answering.lane}.1", answering.attendant
        text = (
            f"INVITE sip:attendant@{exchange} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {attendant.host}:{attendant.port};branch=z9hG4bK{uuid4().hex}\r\n"
            f"From: <sip:attendant@{attendant.host}>;tag=x\r\nTo: <sip:attendant@{exchange}>\r\n"
            f"Call-ID: {call_id}\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\n"
            f"Contact: <sip:attendant@{attendant.host}:{attendant.port}>\r\n{header}"
            f"Content-Type: application/sdp\r\nContent-Length: {len(sdp(attendant.host))}\r\n\r\n{sdp(attendant.host)}"
        )
        with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
            packet = datagram((attendant.host, attendant.port), (exchange, 5060), text.encode())
            raw.sendto(packet, (exchange, 0))

    @pytest.mark.parametrize("how", ["replayed", "wrong key", "changed", "twice", "without", "visit"])
    def test_a_forged_errand(self, answering: ClickedStack, others: list[Endpoint], how: str) -> None:
        call_id, key = uuid4().hex, answering.key
        errand = errands.Errand("enter", "novak", node="novak/users/bob")
        good = str(errands.header(key, call_id, errand))
        name, _, text = good.strip().partition(": ")
        header = {
            "replayed": str(errands.header(key, "another", errand)),
            "wrong key": str(errands.header(b"\x00" * 32, call_id, errand)),
            "changed": f"{name}: {'A' if text[0] != 'A' else 'B'}{text[1:]}\r\n",
            "twice": good + good,
            "without": "",
            "visit": str(errands.header(key, call_id, errand._replace(kind="visit"))),
        }[how]
        self.forge(answering, call_id, header)
        assert nobody_is_called(others)

    def test_that_the_forgery_would_work_with_the_key(
        self, answering: ClickedStack, party: Party, others: list[Endpoint]
    ) -> None:
        """Or the tests above would prove nothing."""
        call_id = uuid4().hex
        errand = errands.Errand("enter", "novak", node="novak/users/bob")
        self.forge(answering, call_id, str(errands.header(answering.key, call_id, errand)))
        bob = others[EVERYWHERE.index("bob-desk")]
        bob.reply(bob.expect("INVITE"), 486, "Busy Here")
        bob.expect("ACK")


class TestMenus:
    @pytest.mark.parametrize("keys", ["0900111222#", "00048221234567#", "112#", "0112#", "*#", "01202#"])
    def test_no_number_outside_can_be_dialled_in_a_menu(self, party: Party, keys: str) -> None:
        """Some of the digits are keys of the menu, too, so somebody inside may be called for them."""
        ann, trunks = party("ann-desk"), [party("alfa"), party("beta")]
        with Media(ann.host, 40000) as ear:
            call = in_menu(ann, ear)
            ear.press(keys)
            assert nobody_is_called(trunks, 0.8)
            ear.run(0.05)
            call.within("BYE")
            assert ann.answer_to(call.id, call.cseq).code in (200, 481)  # the menu may have hung up before

    def test_a_call_id_that_is_a_report_of_a_key(
        self, answering: ClickedStack, party: Party, others: list[Endpoint]
    ) -> None:
        """rtpengine does not escape what a stranger chose in its reports; here it even names a real session."""
        ann, eve = party("ann-desk"), party("eve-desk")
        bob = others[EVERYWHERE.index("bob-desk")]
        with Media(ann.host, 40000) as ear, Media(eve.host, 40000) as hostile:
            call = in_menu(ann, ear)
            (session,) = answering.relay_calls()
            call_id = f'{uuid4().hex}","callid":"{session}","source_tag":"a","type":"DTMF","event":1,"x":"'
            second = again(eve, f"sip:1202@{eve.domain}", call_id)
            invite = bob.answer()
            hostile.towards(second.established().body)
            bob.expect("ACK")
            hostile.run(0.1)
            hostile.press("1")
            assert nobody_is_called(others)
            assert len(answering.table("sessions")) == 1
            assert '"state":"dialling"' not in str(answering.table("sessions"))
            second.within("BYE")
            bob.reply(bob.expect("BYE"), 200, "OK")
            assert invite.header("Call-ID")
            ends(call)

    @pytest.mark.parametrize("method", ["BYE", "INVITE", "REFER"])
    @pytest.mark.parametrize("tag", ["from", "to"])
    def test_a_request_with_a_wrong_tag_ends_nothing(
        self, answering: ClickedStack, party: Party, others: list[Endpoint], method: str, tag: str
    ) -> None:
        ann = party("ann-desk")
        with Media(ann.host, 40000) as ear:
            call = in_menu(ann, ear)
            assert call.remote
            right, answer = call.tag, call.remote
            if tag == "from":
                call.tag = "forged"
            else:
                call.remote = replace(
                    answer, text=answer.text.replace(f"tag={_tag(answer.header('To'))}", "tag=forged")
                )
            extra = f"Refer-To: <sip:1202@{ann.domain}>\r\n" if method == "REFER" else ""
            call.within(method, extra=extra, body=sdp("127.0.0.77") if method == "INVITE" else "")
            assert ann.answer_to(call.id, call.cseq).code >= 400
            call.tag, call.remote = right, answer
            assert len(answering.table("sessions")) == 1
            assert nobody_is_called(others, 0.1)
            ear.run(0.05)
            ends(call)


def _tag(header: str) -> str:
    return header.rpartition("tag=")[2]


class TestCallbacks:
    @pytest.mark.parametrize(
        ("from_", "extra"),
        [
            (f"<sip:{EMPLOYEE}@carrier.example>", "Privacy: id\r\n"),
            ("<sip:anonymous@anonymous.invalid>", ""),
            ("<sip:112@carrier.example>", ""),
            ("<sip:+420602111223@carrier.example>", ""),
            (f'"{EMPLOYEE}" <sip:602111222x@carrier.example>', ""),
        ],
    )
    def test_who_is_not_the_employee_is_never_called_back(
        self, answering: ClickedStack, party: Party, from_: str, extra: str
    ) -> None:
        alfa, beta, bob = party("alfa"), party("beta"), party("bob-desk")
        call = alfa.invite(f"sip:{CALLBACK}@127.0.{answering.lane}.1", extra, from_, trunk=True)
        bob.reply(bob.expect("INVITE"), 603, "Decline")
        bob.expect("ACK")
        call.rejected()
        assert answering.table("sessions") == {}
        assert beta.silent("INVITE", 0.1)

    def test_a_phone_that_says_it_is_the_employee(self, answering: ClickedStack, party: Party) -> None:
        eve, bob = party("eve-desk"), party("bob-desk")
        call = eve.invite(CALLBACK.replace("+420", "0"), f"P-Asserted-Identity: <sip:{EMPLOYEE}@carrier.example>\r\n")
        bob.reply(bob.expect("INVITE"), 603, "Decline")
        bob.expect("ACK")
        call.rejected()
        assert answering.table("sessions") == {}

    @pytest.mark.parametrize("dialled", ["112#", "0112#", "0900111222#", "00048221234567#", "*112#", "15**#"])
    def test_what_the_employee_may_not_dial(self, answering: ClickedStack, party: Party, dialled: str) -> None:
        """Emergency numbers, what Eve's plan bars, and somebody else's speed dial; with `#` in any place."""
        alfa, beta = party("alfa"), party("beta")
        site.rpc(answering.site, "htable.flush", "callbacks", role="attendant")
        call = alfa.invite(
            f"sip:{CALLBACK}@127.0.{answering.lane}.1", trunk=True, from_=f"<sip:{EMPLOYEE}@carrier.example>"
        )
        assert call.rejected().code == 486
        with Media(alfa.host, 41000) as ear:
            invite = alfa.answer(seconds=6)
            alfa.expect("ACK")
            ear.towards(invite.body)
            assert ear.hears()
            ear.press("1")
            assert ear.hears()
            ear.press(dialled)
            ear.run(0.6)
            assert nobody_is_called([alfa, beta], 0.1)
            assert len(answering.table("sessions")) == 1
            headers = f"From: {invite.header('To')};tag=callee\r\nTo: {invite.header('From')}\r\n"
            routes = "".join(f"Route: {value}\r\n" for value in invite.headers("Record-Route"))
            contact = invite.header("Contact").strip("<>")
            alfa.request("BYE", contact, invite.header("Call-ID"), f"{routes}{headers}")
            assert alfa.final().code == 200


class TestClicks:
    def ask(self, answering: ClickedStack, user: str, token: str, number: str, source: str = "") -> dict[str, object]:
        """The answer to a click; empty: none."""
        params = {"user": f"novak/users/{user}", "token": token, "number": number}
        text = json.dumps({"jsonrpc": "2.0", "method": "click_to_dial", "params": params, "id": os.getpid()})
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
            channel.bind((source or answering.attendant.host, 0))
            channel.settimeout(1.0)
            channel.sendto(text.encode(), (answering.attendant.host, CLICKS))
            found: dict[str, object] = json.loads(channel.recv(65535))
            return found

    @pytest.mark.parametrize(
        ("user", "token"),
        [
            ("ann", OTHER_TOKEN),
            ("ann", "x" * 20),
            ("bob", TOKEN),
            ("nobody", TOKEN),
            ("../ann", TOKEN),
            ("ann", "\ud800"),
        ],
    )
    def test_nobody_dials_with_a_token_that_is_not_his(
        self, answering: ClickedStack, party: Party, others: list[Endpoint], user: str, token: str
    ) -> None:
        ann = party("ann-desk")
        answer = self.ask(answering, user, token, "1202")
        assert isinstance(answer["error"], dict)
        assert answer["error"]["code"] == 1
        assert nobody_is_called([ann, *others])

    @pytest.mark.parametrize("number", ["112", "0112"])
    def test_emergency_numbers_are_refused(
        self, answering: ClickedStack, party: Party, others: list[Endpoint], number: str
    ) -> None:
        ann = party("ann-desk")
        answer = self.ask(answering, "ann", TOKEN, number)
        assert isinstance(answer["error"], dict)
        assert answer["error"]["code"] == 3
        assert nobody_is_called([ann, *others])

    def test_a_click_is_screened_by_the_plan_of_who_clicked(
        self, answering: ClickedStack, party: Party, others: list[Endpoint]
    ) -> None:
        eve = party("eve-desk")
        assert self.ask(answering, "eve", OTHER_TOKEN, "0900111222")["result"] == "ringing"
        eve.answer()
        eve.expect("ACK")
        eve.reply(eve.expect("BYE"), 200, "OK")
        assert nobody_is_called(others)


class SmallStack(ClickedStack):
    """Its relay has ports for few calls."""

    def __init__(self, lane: int, folder: Path) -> None:
        super().__init__(lane, folder)
        platform = self.program.platform
        relays = tuple(replace(relay, port_max=relay.port_min + 19) for relay in platform.relays)
        self.program = replace(self.program, platform=replace(platform, relays=relays))


def test_more_calls_than_the_relay_has_ports(tmp_path: Path) -> None:
    """Who is too late is refused at once, who was there is heard; when they have gone it is as before."""
    stack = SmallStack(lane() + 160, tmp_path)
    with pytest.MonkeyPatch.context() as patch, ExitStack() as opened:
        patch.setattr("tests.targets.kamailio.attendant.place.secrets", lambda _: stack.tokens())
        opened.enter_context(stack)
        time.sleep(2.2)
        ann = opened.enter_context(stack.party("ann-desk"))
        assert ann.register().code == 200
        for _ in range(2):
            begun = time.monotonic()
            calls = [ann.invite(MENU) for _ in range(8)]
            answers = [ann.expect(200, *range(400, 600), call_id=call.id, seconds=6) for call in calls]
            assert {answer.code for answer in answers} == {200, 480}
            assert [answer.code for answer in answers].count(200) in (4, 5)
            assert time.monotonic() - begun < 5
            for call, answer in zip(calls, answers, strict=True):
                _ended(ann, call, answer)
            ann.pending.clear()
            stack.nothing_left()
            assert stack.exchange_table("lines") == {}


def _ended(phone: Endpoint, call: Dialog, answer: Message) -> None:
    """Acknowledges, and hangs up, unless the menu has done so in the meantime."""
    if answer.code >= 300:
        call.ack(answer)
        return
    call.remote = answer
    call.within("ACK", cseq=call.cseq)
    call.within("BYE")
    assert phone.answer_to(call.id, call.cseq).code in (200, 481)
