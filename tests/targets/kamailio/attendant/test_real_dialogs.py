"""What phones do within answered calls, on a real Kamailio and a real media relay."""

from __future__ import annotations

import re
import time

import pytest
from tests.targets.kamailio.attendant import place
from tests.targets.kamailio.attendant.media import Media
from tests.targets.kamailio.attendant.place import AttendantStack
from tests.targets.kamailio.sip_client import Dialog, Endpoint, Message, sdp, within_as_callee

pytestmark = pytest.mark.integration


def bridged(attendant: AttendantStack, exchange: Endpoint, caller: Media, target: Media) -> tuple[Dialog, Message]:
    """A call that is connected; its caller, and the INVITE of its target."""
    call = place.visit(attendant, exchange, "ivr/main")
    caller.towards(call.established().body)
    caller.run(0.1)
    caller.press("1")
    invite = exchange.expect("INVITE")
    exchange.reply(invite, 180, "Ringing")
    exchange.reply(invite, 200, "OK", sdp(exchange.host, 41000))
    exchange.expect("ACK", call_id=invite.header("Call-ID"))
    target.towards(invite.body)
    return call, invite


def ended(exchange: Endpoint, call: Dialog, invite: Message) -> None:
    """The caller hangs up, and the target is told."""
    call.within("BYE")
    exchange.reply(exchange.expect("BYE", call_id=invite.header("Call-ID")), 200, "OK")


def acknowledged(attendant: AttendantStack) -> None:
    """Waits until the ACK was dealt with: of two requests two workers may take the later one first."""
    end = time.monotonic() + 3
    while any('"awaited"' in str(session) for session in attendant.table("sessions").values()):
        assert time.monotonic() < end
        time.sleep(0.01)


def origin(description: str) -> tuple[str, int]:
    """Session id and version."""
    found = re.search(r"^o=- (\d+) (\d+) ", description, re.MULTILINE)
    assert found
    return found[1], int(found[2])


def held(description: str) -> str:
    return description.replace("a=sendrecv", "a=sendonly")


def test_hold_plays_music_to_the_other_party(
    attendant: AttendantStack, exchange: Endpoint, caller: Media, target: Media
) -> None:
    call, invite = bridged(attendant, exchange, caller, target)
    assert target.hears_nothing()
    call.within("INVITE", body=held(sdp(exchange.host)))
    answer = exchange.expect(200, call_id=call.id)
    call.within("ACK", cseq=call.cseq)
    assert "a=recvonly" in answer.body
    assert origin(answer.body)[1] > 1
    assert target.hears()
    call.within("INVITE", body=sdp(exchange.host))
    answer = exchange.expect(200, call_id=call.id)
    call.within("ACK", cseq=call.cseq)
    assert "a=sendrecv" in answer.body
    assert target.hears_nothing()
    ended(exchange, call, invite)


def test_target_holds_with_an_update(
    attendant: AttendantStack, exchange: Endpoint, caller: Media, target: Media
) -> None:
    call, invite = bridged(attendant, exchange, caller, target)
    within_as_callee(exchange, invite, "UPDATE", body=held(sdp(exchange.host, 41000)))
    assert "a=recvonly" in exchange.expect(200, call_id=invite.header("Call-ID")).body
    assert caller.hears()
    ended(exchange, call, invite)


def test_target_that_hangs_up_at_once_is_not_missed(
    attendant: AttendantStack, exchange: Endpoint, caller: Media
) -> None:
    for _ in range(10):
        call = place.visit(attendant, exchange, "ivr/main")
        caller.towards(call.established().body)
        caller.run(0.1)
        caller.press("1")
        invite = exchange.expect("INVITE")
        exchange.reply(invite, 200, "OK", sdp(exchange.host, 41000))
        within_as_callee(exchange, invite, "BYE")  # it may overtake the ACK, and what we learn of the answer
        assert exchange.answer_to(invite.header("Call-ID"), 1).code == 200
        exchange.reply(exchange.expect("BYE", call_id=call.id), 200, "OK")


def test_both_hear_each_other_through_the_relay(
    attendant: AttendantStack, exchange: Endpoint, caller: Media, target: Media
) -> None:
    call, invite = bridged(attendant, exchange, caller, target)
    target.voice = caller.voice = b"\x2a"
    end = time.monotonic() + 2
    heard = [0, 0]
    while min(heard) < 6 and time.monotonic() < end:
        heard = [heard[0] + caller.run(0.02), heard[1] + target.run(0.02)]
    assert min(heard) >= 6
    ended(exchange, call, invite)


def test_reinvite_without_description_is_offered_one(
    attendant: AttendantStack, exchange: Endpoint, caller: Media, target: Media
) -> None:
    call, invite = bridged(attendant, exchange, caller, target)
    call.within("INVITE")
    offer = exchange.expect(200, call_id=call.id)
    assert "m=audio" in offer.body
    call.within("ACK", cseq=call.cseq, body=sdp(exchange.host))
    acknowledged(attendant)
    call.within("UPDATE")
    assert exchange.expect(200, call_id=call.id).body == ""
    ended(exchange, call, invite)


def test_refused_descriptions(attendant: AttendantStack, exchange: Endpoint, caller: Media, target: Media) -> None:
    call, invite = bridged(attendant, exchange, caller, target)
    call.within("UPDATE", body=sdp(exchange.host, 0))
    exchange.expect(488, call_id=call.id)
    call.within("INFO", cseq=1)
    exchange.expect(500, call_id=call.id)
    ended(exchange, call, invite)


def test_session_timer_is_agreed_to(attendant: AttendantStack, exchange: Endpoint) -> None:
    timer = "Supported: timer\r\nSession-Expires: 1800\r\n"
    call = place.visit(attendant, exchange, "ivr/main", extra=timer)
    answer = call.established()
    assert answer.header("Session-Expires") == "1800;refresher=uac"
    assert answer.header("Require") == "timer"
    call.within("UPDATE", extra=timer)
    assert exchange.expect(200, call_id=call.id).header("Session-Expires") == "1800;refresher=uac"
    call.within("BYE")
    exchange.expect(200, call_id=call.id)


def test_caller_without_description_gets_an_offer(attendant: AttendantStack, exchange: Endpoint, caller: Media) -> None:
    call = place.visit(attendant, exchange, "ivr/main", offer="")
    offer = exchange.expect(200, call_id=call.id)
    call.remote = offer
    assert "m=audio" in offer.body
    call.within("ACK", cseq=call.cseq, body=sdp(exchange.host))
    caller.towards(offer.body)
    assert caller.hears()
    call.within("BYE")
    exchange.expect(200, call_id=call.id)


def test_keys_by_info(attendant: AttendantStack, exchange: Endpoint, caller: Media) -> None:
    call = place.visit(attendant, exchange, "ivr/main")
    caller.towards(call.established().body)
    call.within("INFO", extra="Content-Type: application/dtmf-relay\r\nX: ", body="Signal=1\r\nDuration=160\r\n")
    exchange.expect(200, call_id=call.id)
    call.within("BYE")
    exchange.expect(200, call_id=call.id)


def test_second_answer_is_hung_up(attendant: AttendantStack, exchange: Endpoint, caller: Media, target: Media) -> None:
    call, invite = bridged(attendant, exchange, caller, target)
    exchange.reply(invite, 200, "OK", sdp(exchange.host, 42000), tag="other")
    for method in ("ACK", "BYE"):
        request = exchange.expect(method, call_id=invite.header("Call-ID"))
        assert request.header("To").endswith("tag=other")
    exchange.reply(request, 200, "OK")
    assert exchange.silent("BYE")
    ended(exchange, call, invite)


def test_early_media_is_heard(attendant: AttendantStack, exchange: Endpoint, caller: Media, target: Media) -> None:
    call = place.visit(attendant, exchange, "ivr/main")
    caller.towards(call.established().body)
    caller.run(0.1)
    caller.press("1")
    invite = exchange.expect("INVITE")
    assert caller.hears()  # ringback
    exchange.reply(invite, 183, "Session Progress", sdp(exchange.host, 41000))
    target.towards(invite.body)
    assert caller.hears_nothing()
    target.voice = b"\x2a"
    target.run(0.3)
    assert caller.run(0.02) > 3
    exchange.reply(invite, 486, "Busy Here")
    exchange.expect("ACK", call_id=invite.header("Call-ID"))
    assert caller.hears()  # sorry
    call.within("BYE")
    exchange.expect(200, call_id=call.id)


def test_repeated_invite_begins_one_session(attendant: AttendantStack, exchange: Endpoint) -> None:
    call = place.visit(attendant, exchange, "ivr/main")
    exchange.send(call.last)
    answers = [exchange.expect(200, call_id=call.id) for _ in range(2)]
    assert answers[0].text == answers[1].text
    assert len(attendant.table("sessions")) == 1
    call.remote = answers[0]
    call.within("ACK", cseq=1)
    call.within("BYE")
    exchange.expect(200, call_id=call.id)


def test_forged_requests_are_nobodys(attendant: AttendantStack, exchange: Endpoint) -> None:
    call = place.visit(attendant, exchange, "ivr/main")
    call.established()
    tag, call.tag = call.tag, "forged"
    call.within("BYE")
    exchange.expect(481, call_id=call.id)
    call.tag = tag
    call.within("REFER", extra="Refer-To: <sip:1202@novak.example.net>\r\n")
    exchange.expect(403, call_id=call.id)
    call.within("BYE")
    exchange.expect(200, call_id=call.id)


def test_invite_without_errand_and_strangers(attendant: AttendantStack, exchange: Endpoint) -> None:
    uri = f"sip:attendant@{attendant.attendant.host}:{attendant.attendant.port}"
    call = exchange.invite(uri, trunk=True)
    assert call.rejected().code == 403
    with Endpoint(f"127.0.{attendant.lane}.77", exchange.exchange, user="stranger") as stranger:
        call = stranger.invite(uri, trunk=True)
        assert stranger.silent("INVITE")
        assert not stranger.pending


def test_blind_transfer_by_the_target(
    attendant: AttendantStack, exchange: Endpoint, caller: Media, target: Media
) -> None:
    call, invite = bridged(attendant, exchange, caller, target)
    errand = place.errands.Errand("transfer", "novak", user="novak/users/ann", dialled="sip:1202@novak.example.net")
    call_id = invite.header("Call-ID")
    header = place.errands.header(attendant.key, call_id, errand)
    within_as_callee(exchange, invite, "REFER", extra=f"Refer-To: <sip:1202@novak.example.net>\r\n{header}")
    exchange.expect(202, call_id=call_id)
    onwards = exchange.expect("INVITE")
    assert place.errand_of(attendant, onwards).kind == "transfer"
    within_as_callee(exchange, invite, "INVITE", body=held(sdp(exchange.host, 41000)), cseq=2)
    assert "a=inactive" in exchange.expect(200, call_id=call_id).body
    within_as_callee(exchange, invite, "ACK", cseq=2)
    assert caller.hears()
    exchange.reply(onwards, 180, "Ringing")
    exchange.reply(onwards, 200, "OK", sdp(exchange.host, 42000))
    exchange.expect("ACK", call_id=onwards.header("Call-ID"))
    final = ""
    while "terminated" not in final:
        notify = exchange.expect("NOTIFY", call_id=call_id)
        final = notify.header("Subscription-State")
        exchange.reply(notify, 200, "OK")
    assert notify.body.startswith("SIP/2.0 200")
    exchange.reply(exchange.expect("BYE", call_id=call_id), 200, "OK")
    call.within("BYE")
    exchange.reply(exchange.expect("BYE", call_id=onwards.header("Call-ID")), 200, "OK")
