"""Calls through exchange, attendant and relay, and attacks on what they tell each other."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest
from tests.targets.kamailio.answering import CALLBACK, CLOSED, EMPLOYEE, MENU, AnsweringStack
from tests.targets.kamailio.attendant.media import Media
from tests.targets.kamailio.attendant.place import errands
from tests.targets.kamailio.conftest import lane
from tests.targets.kamailio.sip_client import Dialog, Endpoint, Message, sdp, within_as_callee

pytestmark = pytest.mark.integration

Party = Callable[[str], Endpoint]


@pytest.fixture(scope="module")
def answering(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AnsweringStack]:
    with AnsweringStack(lane() + 120, Path(tmp_path_factory.mktemp("answering"))) as running:
        time.sleep(2.2)  # Kamailio looks again for a relay that was not up before itself
        yield running
        for log in (running.log, running.exchange_log):
            assert "failed" not in log.read_text("utf-8", "replace")


@pytest.fixture
def party(answering: AnsweringStack) -> Iterator[Party]:
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


def menu_of(phone: Endpoint, ear: Media) -> Dialog:
    """The phone hears the menu."""
    call = phone.invite(MENU)
    ear.towards(call.established().body)
    assert ear.hears()
    return call


def ends(call: Dialog) -> None:
    call.within("BYE")
    assert call.endpoint.answer_to(call.id, call.cseq).code == 200


class TestCalls:
    def test_a_menu_connects_two_phones(self, answering: AnsweringStack, party: Party) -> None:
        ann, bob = party("ann-desk"), party("bob-desk")
        with Media(ann.host, 40000) as ear, Media(bob.host, 41000) as other:
            call = menu_of(ann, ear)
            assert list(answering.exchange_table("lines")) == ["novak/users/ann"]
            ear.press("2")
            invite = bob.expect("INVITE", seconds=5)
            assert '"Ann' in invite.header("From")
            assert invite.headers("P-Ringplan-Errand") == []
            bob.reply(invite, 180, "Ringing")
            bob.reply(invite, 200, "OK", sdp(bob.host, 41000))
            bob.expect("ACK")
            other.towards(invite.body)
            assert sorted(answering.exchange_table("lines")) == ["novak/users/ann", "novak/users/bob"]
            assert len(answering.relay_calls()) == 1  # the attendant's; the exchange adds none
            other.run(0.2)
            ear.run(0.2)
            within_as_callee(bob, invite, "BYE")
            bye = ann.expect("BYE", call_id=call.id)
            ann.reply(bye, 200, "OK")
            assert bob.final().code == 200

    def test_a_menu_calls_out(self, answering: AnsweringStack, party: Party) -> None:
        ann = party("ann-desk")
        with Media(ann.host, 40000) as ear:
            call = menu_of(ann, ear)
            ear.press("1201")  # her own extension: busy, so the menu comes back
            assert ear.hears()
            ends(call)

    def test_an_announcement_and_a_rejection_are_not_answered(self, party: Party) -> None:
        ann = party("ann-desk")
        for dialled, code in ((CLOSED, 480), ("1999", 404)):
            with Media(ann.host, 40000) as ear:
                call = ann.invite(dialled)
                progress = ann.expect(183, 200, call_id=call.id)
                assert progress.code == 183
                ear.towards(progress.body)
                assert ear.hears()
                assert call.rejected().code == code

    def test_giving_up_while_something_is_played(self, party: Party) -> None:
        ann = party("ann-desk")
        call = ann.invite(CLOSED)
        ann.expect(183, call_id=call.id)
        call.cancel()
        assert call.rejected().code == 487

    def test_a_phone_transfers_out_of_a_menus_call(self, answering: AnsweringStack, party: Party) -> None:
        ann, bob, cyr = party("ann-desk"), party("bob-desk"), party("cyr-desk")
        with Media(ann.host, 40000) as ear, Media(bob.host, 41000):
            call = menu_of(ann, ear)
            ear.press("2")
            invite = bob.answer(seconds=5)
            bob.expect("ACK")
            within_as_callee(bob, invite, "REFER", extra=f"Refer-To: <sip:1203@{bob.domain}>\r\n")
            assert bob.expect(202, 403).code == 202
            third = cyr.expect("INVITE", seconds=5)
            assert '"Ann' in third.header("From")
            cyr.reply(third, 180, "Ringing")
            cyr.reply(third, 200, "OK", sdp(cyr.host, 42000))
            cyr.expect("ACK")
            self._notified(bob, invite)
            ends(call)
            cyr.reply(cyr.expect("BYE"), 200, "OK")

    @staticmethod
    def _notified(phone: Endpoint, invite: Message) -> None:
        """Whoever transferred is told how it went, and hangs up."""
        while True:
            notify = phone.expect("NOTIFY", "BYE")
            phone.reply(notify, 200, "OK")
            if notify.method == "BYE":
                return
            if " 200 " in notify.body:
                within_as_callee(phone, invite, "BYE")
                assert phone.final().code in (200, 481)
                return

    def test_an_employee_is_called_back(self, answering: AnsweringStack, party: Party) -> None:
        alfa, bob = party("alfa"), party("bob-desk")
        call = alfa.invite(
            f"sip:{CALLBACK}@127.0.{answering.lane}.1", trunk=True, from_=f"<sip:{EMPLOYEE}@carrier.example>"
        )
        assert call.rejected().code == 486
        with Media(alfa.host, 41000) as ear:
            invite = alfa.expect("INVITE", seconds=6)
            assert invite.uri.startswith(f"sip:{EMPLOYEE}@")
            assert invite.headers("P-Asserted-Identity") == [f"<sip:{CALLBACK}@exchange.example.net>"]
            assert invite.headers("P-Ringplan-Errand") == []
            alfa.reply(invite, 200, "OK", sdp(alfa.host, 41000))
            alfa.expect("ACK")
            ear.towards(invite.body)
            assert ear.hears()
            ear.press("1")
            assert ear.hears()
            ear.press("0900111222#")  # Eve may not
            assert bob.silent("INVITE", 0.3)
            assert alfa.silent("INVITE", 0.1)
            ear.run(1.5)
            ear.press("1202#")
            ringing = bob.answer(seconds=5)
            assert '"Eve"' in ringing.header("From")
            bob.expect("ACK")
            within_as_callee(bob, ringing, "BYE")
            assert bob.final().code == 200
            alfa.reply(alfa.expect("BYE"), 200, "OK")

    def test_others_reach_whom_they_always_reach(self, answering: AnsweringStack, party: Party) -> None:
        alfa, bob = party("alfa"), party("bob-desk")
        call = alfa.invite(
            f"sip:{CALLBACK}@127.0.{answering.lane}.1", trunk=True, from_="<sip:+420602111223@carrier.example>"
        )
        invite = bob.answer()
        call.established()
        bob.expect("ACK")
        within_as_callee(bob, invite, "BYE")
        alfa.reply(alfa.expect("BYE"), 200, "OK")
        assert bob.final().code == 200


class TestAttacks:
    """Nobody but the attendant gives errands, and nobody reaches it but through the exchange."""

    def errand(self, answering: AnsweringStack, call_id: str, **fields: str) -> str:
        """A header with the right key, as who has stolen it would write."""
        kind = fields.pop("kind", "enter")
        return str(errands.header(answering.key, call_id, errands.Errand(kind, "novak", **fields)))

    @pytest.mark.parametrize("who", ["stranger", "ann-desk", "alfa"])
    def test_an_errand_from_elsewhere_is_nothing(self, answering: AnsweringStack, party: Party, who: str) -> None:
        attacker, beta = party(who), party("beta")
        call_id = uuid4().hex
        header = self.errand(answering, call_id, kind="dial", user="novak/users/ann", dialled="0900111222")
        uri = f"sip:attendant@127.0.{answering.lane}.1"
        from_ = f"From: <sip:{attacker.user}@{attacker.domain}>;tag=x\r\nTo: <{uri}>\r\nContact: {attacker.contact}\r\n"
        attacker.request("INVITE", uri, call_id, from_ + header, sdp(attacker.host))
        assert attacker.final().code in (403, 404, 407)
        assert beta.silent("INVITE", 0.2)

    def test_another_port_of_the_attendants_host(self, answering: AnsweringStack, party: Party) -> None:
        beta = party("beta")
        host = f"127.0.{answering.lane}.9"
        with Endpoint(host, (f"127.0.{answering.lane}.1", 5060), port=5099, user="attendant") as attacker:
            call_id = uuid4().hex
            header = self.errand(answering, call_id, node="novak/users/bob")
            uri = f"sip:attendant@127.0.{answering.lane}.1"
            from_ = f"From: <sip:x@{host}>;tag=x\r\nTo: <{uri}>\r\nContact: {attacker.contact}\r\n"
            attacker.request("INVITE", uri, call_id, from_ + header, sdp(host))
            answer = attacker.final()
            assert (answer.code, answer.reason) == (403, "Forbidden")
        assert beta.silent("INVITE", 0.2)

    def test_the_attendant_takes_calls_of_the_exchange_only(self, answering: AnsweringStack, party: Party) -> None:
        stranger = party("stranger")
        stranger.exchange = (answering.attendant.host, answering.attendant.port)
        call_id = uuid4().hex
        uri = f"sip:attendant@{answering.attendant.host}:{answering.attendant.port}"
        from_ = f"From: <sip:x@y>;tag=x\r\nTo: <{uri}>\r\nContact: {stranger.contact}\r\n"
        header = self.errand(answering, call_id, kind="visit", node="novak/ivr/main")
        stranger.request("INVITE", uri, call_id, from_ + header, sdp(stranger.host))
        assert not [m for m in self._all(stranger) if 180 <= m.code < 300]

    @staticmethod
    def _all(endpoint: Endpoint) -> list[Message]:
        try:
            endpoint.expect(200, 183, seconds=0.7)
        except AssertionError:
            return endpoint.pending
        return [*endpoint.pending, Message("SIP/2.0 200 OK\r\n\r\n")]

    @pytest.mark.parametrize(
        "target", ["0900111222", "112", "000048221234567", "x@elsewhere.example", f"{'1' * 900}"], ids=lambda t: t[:20]
    )
    def test_a_transfer_against_the_plan(self, answering: AnsweringStack, party: Party, target: str) -> None:
        eve, alfa, beta = party("eve-desk"), party("alfa"), party("beta")
        with Media(eve.host, 40000) as ear:
            call = menu_of(eve, ear)
            uri = f"sip:{target}" if "@" in target else f"sip:{target}@{eve.domain}"
            call.within("REFER", extra=f"Refer-To: <{uri}>\r\n")
            assert eve.answer_to(call.id, call.cseq).code in (403, 404)
            assert alfa.silent("INVITE", 0.2)
            assert beta.silent("INVITE", 0.1)
            ends(call)

    def test_a_forged_errand_in_a_refer(self, answering: AnsweringStack, party: Party) -> None:
        """The exchange writes its own, by the plan of who sends, and takes away what came."""
        eve, alfa = party("eve-desk"), party("alfa")
        with Media(eve.host, 40000) as ear:
            call = menu_of(eve, ear)
            forged = self.errand(answering, call.id, kind="transfer", user="novak/users/ann", dialled="0900111222")
            call.within("REFER", extra=f"Refer-To: <sip:0900111222@{eve.domain}>\r\n{forged}")
            assert eve.answer_to(call.id, call.cseq).code == 403
            call.within("INFO", extra=forged)
            eve.answer_to(call.id, call.cseq)
            assert alfa.silent("INVITE", 0.3)
            ends(call)

    def test_a_refer_for_the_other_party(self, answering: AnsweringStack, party: Party) -> None:
        """Whoever was reached is not screened by the caller's plan, whatever tags he writes."""
        ann, eve, alfa = party("ann-desk"), party("eve-desk"), party("alfa")
        with Media(ann.host, 40000) as ear:
            call = menu_of(ann, ear)
            ear.press("1205")
            invite = eve.answer(seconds=5)
            eve.expect("ACK")
            for swap in (False, True):
                to, from_ = invite.header("From"), f"{invite.header('To')};tag=callee"
                routes = "".join(f"Route: {value}\r\n" for value in invite.headers("Record-Route"))
                if swap:
                    to, from_ = from_, to
                headers = (
                    f"{routes}From: {from_}\r\nTo: {to}\r\nContact: {eve.contact}\r\n"
                    f"Refer-To: <sip:0900111222@{eve.domain}>\r\n"
                )
                contact = invite.header("Contact").strip("<>")
                eve.request("REFER", contact, invite.header("Call-ID"), headers, cseq=7 + swap)
                assert eve.final().code == 403
            assert alfa.silent("INVITE", 0.3)
            ends(call)
            eve.reply(eve.expect("BYE"), 200, "OK")

    def test_within_a_call_nothing_leads_past_the_attendant(self, answering: AnsweringStack, party: Party) -> None:
        eve, alfa, bob = party("eve-desk"), party("alfa"), party("bob-desk")
        with Media(eve.host, 40000) as ear:
            call = menu_of(eve, ear)
            for uri in (f"sip:{EMPLOYEE}@{alfa.host}", f"sip:bob-desk@{bob.host}:5060"):
                call.within("INVITE", uri=uri, body=sdp(eve.host))
                assert eve.answer_to(call.id, call.cseq).code == 481
                call.within("ACK", cseq=call.cseq)
            assert alfa.silent("INVITE", 0.2)
            assert bob.silent("INVITE", 0.1)
            ends(call)

    def test_a_call_of_phones_does_not_lead_to_the_attendant(self, answering: AnsweringStack, party: Party) -> None:
        eve, bob = party("eve-desk"), party("bob-desk")
        call = eve.invite("1202")
        bob.answer()
        call.established()
        bob.expect("ACK")
        call.within("INFO", uri=f"sip:x@{answering.attendant.host}:{answering.attendant.port}")
        assert eve.answer_to(call.id, call.cseq).code == 481
        call.within("BYE")
        bob.reply(bob.expect("BYE"), 200, "OK")
        assert eve.answer_to(call.id, call.cseq).code == 200

    def test_digits_from_elsewhere(self, answering: AnsweringStack, party: Party) -> None:
        """Only a relay reports keys: a datagram that names the session is not enough."""
        ann, bob = party("ann-desk"), party("bob-desk")
        with Media(ann.host, 40000) as ear:
            call = menu_of(ann, ear)
            (session,) = answering.relay_calls()
            digit = f'{{"callid":"{session}","source_tag":"a","type":"DTMF","event":2,"duration":100,"volume":10}}'
            bob.send(digit, (answering.attendant.host, answering.attendant.digits_port))
            assert bob.silent("INVITE", 0.6)
            ends(call)


def test_without_the_attendant_calls_end(answering: AnsweringStack, party: Party) -> None:
    """Last, because it is gone after that."""
    ann = party("ann-desk")
    attendant = answering.processes[-1]
    answering.stop_process(attendant)
    try:
        for dialled, code in ((MENU, 480), (CLOSED, 480), ("1999", 404)):
            begun = time.monotonic()
            call = ann.invite(dialled)
            assert call.rejected(6).code == code
            assert time.monotonic() - begun < 3
    finally:
        answering.start_attendant_alone()
