"""Hunt groups, forwards, redirections and transfers on a real Kamailio."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.targets.kamailio import hunting_program
from tests.targets.kamailio.conftest import lane
from tests.targets.kamailio.program import secrets
from tests.targets.kamailio.sip_client import Dialog, Endpoint, Message, sdp, within_as_callee
from tests.targets.kamailio.stack import Stack, write_bundle

from ringplan_kamailio import site

pytestmark = pytest.mark.integration
HOSTS = {"ann-desk": 10, "bob-desk": 11, "cyr-desk": 13, "alfa": 30, "beta": 31, **hunting_program.PHONES}
MEMBERS = ("dan-desk", "eve-desk", "fay-desk")
Parties = Callable[..., list[Endpoint]]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Kamailio and rtpengine with hunt groups."""
    with Stack(hunting_program.program(lane()), Path(tmp_path_factory.mktemp("hunting"))) as running:
        yield running


@pytest.fixture
def parties(stack: Stack) -> Iterator[Parties]:
    """Makes phones, which are registered, and trunks; nobody is engaged when the test ends."""
    with ExitStack() as opened:
        made: list[Endpoint] = []

        def make(*names: str) -> list[Endpoint]:
            new = []
            for name in names:
                host, exchange = f"127.0.{lane()}.{HOSTS[name]}", (f"127.0.{lane()}.1", 5060)
                party = opened.enter_context(Endpoint(host, exchange, user=name, password=f"pw of {name}"))
                if "-" in name:
                    assert party.register().code == 200
                    made.append(party)
                new.append(party)
            return new

        yield make
        for party in made:
            party.pending.clear()
            assert party.register(expires=0).code == 200
    assert table(stack, "lines") == {}
    assert table(stack, "calls") == {}


def table(stack: Stack, name: str) -> dict[str, object]:
    """An htable of the running Kamailio."""
    slots = site.rpc(stack.site, "htable.dump", name)
    assert isinstance(slots, list)
    return {item["name"]: item["value"] for slot in slots for item in slot["slot"]}


def ring(phone: Endpoint, seconds: float = 3.0) -> Message:
    """The phone gets a call, and rings."""
    invite = phone.expect("INVITE", seconds=seconds)
    phone.reply(invite, 180, "Ringing")
    return invite


def answer(phone: Endpoint, invite: Message, call: Dialog) -> None:
    """The phone answers."""
    phone.reply(invite, 200, "OK", sdp(phone.host, 41000))
    call.established()
    phone.expect("ACK")


def stop(phone: Endpoint, invite: Message) -> None:
    """The phone is cancelled."""
    phone.reply(phone.expect("CANCEL"), 200, "OK")
    phone.reply(invite, 487, "Request Terminated")
    phone.expect("ACK")


def hang_up(call: Dialog, phone: Endpoint) -> None:
    """The caller ends the call."""
    call.within("BYE")
    phone.reply(phone.expect("BYE"), 200, "OK")
    assert call.endpoint.answer_to(call.id, call.cseq).code == 200


def test_a_hunt_goes_on_after_a_decline_a_redirection_and_silence(stack: Stack, parties: Parties) -> None:
    ann, dan, eve, fay = parties("ann-desk", *MEMBERS)
    site.rpc(stack.site, "htable.sets", "hunts", "last:novak/hunt_groups/circular", "novak/users/fay")
    call = ann.invite("1300")
    invite = ring(dan)
    dan.reply(invite, 603, "Decline")
    dan.expect("ACK")
    invite = ring(eve)
    redirect(eve, invite, "<sip:1202@novak.example.net>")
    invite = ring(fay)
    assert set(table(stack, "lines")) == {"novak/users/ann", "novak/users/fay"}
    answer(fay, invite, call)
    assert table(stack, "hunts")["last:novak/hunt_groups/circular"] == "novak/users/fay"
    hang_up(call, fay)


def test_nobody_answers_and_the_call_goes_outside_with_its_history(parties: Parties) -> None:
    ann, dan, eve, alfa = parties("ann-desk", "dan-desk", "eve-desk", "alfa")
    call = ann.invite("1303")
    for phone in (dan, eve):
        stop(phone, ring(phone))
    invite = alfa.expect("INVITE")
    assert invite.uri == f"sip:+420602999888@127.0.{lane()}.30:5060"
    assert invite.headers("Diversion") == [
        "<sip:+420222333410@exchange.example.net>;reason=no-answer;counter=1;privacy=off"
    ]
    assert invite.headers("History-Info") == [
        "<sip:+420222333410@exchange.example.net>;index=1, "
        f"<sip:+420602999888@127.0.{lane()}.30:5060;cause=408>;index=1.1"
    ]
    assert "+420222333410@" in invite.header("P-Asserted-Identity")
    assert "+420222333401@" in invite.header("From")
    answer(alfa, invite, call)
    hang_up(call, alfa)


def test_who_withholds_his_number_is_not_shown_by_a_forward(parties: Parties) -> None:
    cyr, dan, eve, alfa, beta = parties("cyr-desk", "dan-desk", "eve-desk", "alfa", "beta")
    call = cyr.invite("1303")
    for phone in (dan, eve):
        stop(phone, ring(phone))
    first = alfa.expect("INVITE")
    assert first.header("From").startswith('"Anonymous" <sip:anonymous@anonymous.invalid>')
    assert first.header("Privacy") == "id"
    alfa.reply(first, 503, "Service Unavailable")
    alfa.expect("ACK")
    second = beta.expect("INVITE")
    assert second.header("From").startswith("<sip:420222333410@exchange.example.net>;tag=")
    assert not second.headers("Privacy")
    assert not second.headers("History-Info")
    for invite in (first, second):
        assert "cyr" not in invite.text
        assert "1203" not in invite.text
        assert f"127.0.{lane()}.13" not in invite.header("Contact")
        assert re.search(r"P-Asserted-Identity: <sip:\+?420222333410@", invite.text)
    answer(beta, second, call)
    hang_up(call, beta)


def test_two_calls_at_the_same_moment_never_ring_one_phone(parties: Parties) -> None:
    ann, cyr, dan, eve, fay = parties("ann-desk", "cyr-desk", *MEMBERS)
    for _ in range(5):
        calls = [ann.invite("1301"), cyr.invite("1301")]
        rung: dict[str, tuple[Endpoint, Message]] = {}
        for phone in (dan, eve, fay):
            phone.silent("NOTHING", 0.1)
            invites = {message.header("Call-ID"): message for message in phone.pending}
            phone.pending.clear()
            assert len(invites) <= 1, phone.user  # of one call, however often it was sent
            rung.update({call_id: (phone, invite) for call_id, invite in invites.items()})
        assert set(rung) == {call.id for call in calls}
        for call in calls:
            answer(*rung[call.id], call)
        for call in calls:
            hang_up(call, rung[call.id][0])


def test_simultaneous_first_answer_wins_and_a_decline_ends_nothing(parties: Parties) -> None:
    ann, dan, eve, fay = parties("ann-desk", *MEMBERS)
    call = ann.invite("1302")
    first, second, third = (ring(phone) for phone in (dan, eve, fay))
    dan.reply(first, 603, "Decline")
    dan.expect("ACK")
    assert eve.silent("CANCEL", 0.2)
    answer(eve, second, call)
    stop(fay, third)
    hang_up(call, eve)


def test_a_caller_who_gives_up_in_the_second_turn(parties: Parties) -> None:
    ann, dan, eve = parties("ann-desk", "dan-desk", "eve-desk")
    call = ann.invite("1303")
    stop(dan, ring(dan))
    invite = ring(eve)
    call.cancel()
    stop(eve, invite)
    assert call.rejected().code == 487


def test_a_forwarded_call_from_outside(parties: Parties) -> None:
    alfa, beta = parties("alfa", "beta")
    extra = "Diversion: <sip:+420999111222@carrier>;reason=user-busy;counter=2\r\n"
    call = alfa.invite(
        f"sip:+420222333401@127.0.{lane()}.1", from_="<sip:+420602123456@carrier>", extra=extra, trunk=True
    )
    invite = alfa.expect("INVITE")
    assert "+420602123456@" in invite.header("From")
    diversions = ["<sip:+420222333401@exchange.example.net>;reason=unconditional;counter=3;privacy=off"]
    assert invite.headers("Diversion") == diversions
    alfa.reply(invite, 503, "Service Unavailable")
    alfa.expect("ACK")
    invite = beta.expect("INVITE")
    assert "<sip:420222333401@" in invite.header("Diversion")
    beta.reply(invite, 486, "Busy Here")
    beta.expect("ACK")
    assert call.rejected().code == 486


def redirect(phone: Endpoint, invite: Message, contacts: str) -> None:
    """The phone answers 302."""
    lines = ["SIP/2.0 302 Moved Temporarily", f"Contact: {contacts}", *(f"Via: {via}" for via in invite.headers("Via"))]
    lines += [f"From: {invite.header('From')}", f"To: {invite.header('To')};tag=c"]
    lines += [f"Call-ID: {invite.header('Call-ID')}", f"CSeq: {invite.header('CSeq')}", "Content-Length: 0"]
    phone.send("\r\n".join(lines) + "\r\n\r\n")
    phone.expect("ACK")


class TestRedirect:
    def test_is_followed_inside_and_never_seen(self, parties: Parties) -> None:
        ann, cyr, dan = parties("ann-desk", "cyr-desk", "dan-desk")
        call = ann.invite("1203")
        redirect(cyr, ring(cyr), "<sip:1211@novak.example.net>;q=0.3, <sip:12%310@novak.example.net>;q=0.9")
        invite = ring(dan)
        assert not invite.headers("Diversion")
        answer(dan, invite, call)
        hang_up(call, dan)

    def test_to_a_domain_of_a_trunk(self, parties: Parties) -> None:
        ann, cyr, beta = parties("ann-desk", "cyr-desk", "beta")
        call = ann.invite("1203")
        redirect(cyr, ring(cyr), "<sip:alice@partner.example>")
        invite = beta.expect("INVITE")
        assert invite.uri == "sip:alice@partner.example"
        beta.reply(invite, 404, "Not Found")
        beta.expect("ACK")
        assert call.rejected().code == 404

    def test_outside_against_the_plan_is_a_decline(self, parties: Parties) -> None:
        ann, bob, alfa = parties("ann-desk", "bob-desk", "alfa")
        call = ann.invite("1202")
        redirect(bob, ring(bob), "<sip:0602123456@novak.example.net>")
        assert call.rejected().code == 486
        assert alfa.silent("INVITE", 0.2)


class TestTransfer:
    @pytest.mark.parametrize(
        ("target", "code"),
        [
            ("<sip:1210@novak.example.net>", 202),
            ("<sip:1210@novak.example.net?Replaces=a%40b%3Bto-tag%3Dc>", 202),
            ("<sip:0602123456@novak.example.net>", 403),
            ("<sip:112@novak.example.net>", 403),
            ("<sip:999999@novak.example.net>", 404),
            ("<sip:x@elsewhere.example>", 404),
            ("<sip:1210@novak.example.net;method=BYE>", 403),
            ("<sip:1210@novak.example.net?Subject=x>", 403),
        ],
    )
    def test_of_the_called_party_is_screened_by_his_plan(self, parties: Parties, target: str, code: int) -> None:
        ann, bob = parties("ann-desk", "bob-desk")
        call = ann.invite("1202")
        invite = ring(bob)
        answer(bob, invite, call)
        within_as_callee(bob, invite, "REFER", extra=f"Refer-To: {target}\r\n")
        if code == 202:
            ann.reply(ann.expect("REFER"), 202, "Accepted")
        assert bob.final().code == code
        hang_up(call, bob)


class TestWhatIsRemembered:
    def test_survives_a_reload(self, stack: Stack, parties: Parties) -> None:
        ann, dan, eve, fay = parties("ann-desk", *MEMBERS)
        site.rpc(stack.site, "htable.sets", "hunts", "last:novak/hunt_groups/circular", "novak/users/dan")
        call = ann.invite("1300")
        invite = ring(eve)
        bundle = write_bundle(stack.program, stack.folder / "next")
        site.activate(bundle, stack.site, secrets(stack.program.tenants))
        site.reload(stack.site)
        eve.reply(invite, 603, "Decline")
        eve.expect("ACK")
        invite = ring(fay)
        answer(fay, invite, call)
        hang_up(call, fay)
        call = ann.invite("1300")
        answer(dan, ring(dan), call)
        hang_up(call, dan)

    def test_survives_a_restart_and_a_kill_brings_back_what_was_written_last(self, stack: Stack) -> None:
        key = "last:novak/hunt_groups/circular"
        site.rpc(stack.site, "htable.sets", "hunts", key, "novak/users/eve")
        site.rpc(stack.site, "htable.seti", "hunts", "turn:novak/hunt_groups/w", 7)
        site.rpc(stack.site, "htable.sets", "switches", "novak/schedules/open", "1")
        stack.restart()
        assert table(stack, "hunts")[key] == "novak/users/eve"
        assert table(stack, "hunts")["turn:novak/hunt_groups/w"] == 7
        assert table(stack, "switches")["novak/schedules/open"] == "1"
        site.rpc(stack.site, "htable.sets", "hunts", key, "novak/users/fay")
        stack.restart(kill=True)
        assert table(stack, "hunts")[key] == "novak/users/eve"
        site.rpc(stack.site, "htable.delete", "switches", "novak/schedules/open")


def test_every_log_line_of_an_error_is_a_failure(stack: Stack) -> None:
    log = stack.log.read_text("utf-8", "replace")
    assert "failed: Traceback" not in log
    assert not re.findall(r"ERROR: (?:htable|tm|app_python3).*", log)
