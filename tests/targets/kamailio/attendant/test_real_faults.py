"""What answered calls do when something is not as it should be: relays that go, tones, reloads, refusals."""

from __future__ import annotations

import os
import signal
import time

import pytest
from tests.targets.kamailio.attendant import place
from tests.targets.kamailio.attendant.media import Media
from tests.targets.kamailio.attendant.place import AttendantStack
from tests.targets.kamailio.sip_client import Endpoint, sdp

from ringplan_kamailio import site

pytestmark = pytest.mark.integration


def without_events(description: str) -> str:
    return description.replace(" 8 101", " 8").replace("a=rtpmap:101 telephone-event/8000\r\n", "")


def test_keys_as_tones(attendant: AttendantStack, exchange: Endpoint, caller: Media) -> None:
    call = place.visit(attendant, exchange, "ivr/main", offer=without_events(sdp(exchange.host)))
    answer = call.established()
    assert "telephone-event" not in answer.body
    caller.towards(answer.body)
    caller.run(0.2)
    caller.sing("1")
    invite = exchange.expect("INVITE")
    assert place.errand_of(attendant, invite).node == "novak/users/ann"
    exchange.reply(invite, 200, "OK", sdp(exchange.host, 41000))
    exchange.expect("ACK", call_id=invite.header("Call-ID"))
    call.within("BYE")
    exchange.reply(exchange.expect("BYE", call_id=invite.header("Call-ID")), 200, "OK")
    exchange.expect(200, call_id=call.id)


def test_reload_in_a_menu(attendant: AttendantStack, exchange: Endpoint, caller: Media) -> None:
    call = place.visit(attendant, exchange, "ivr/main")
    caller.towards(call.established().body)
    caller.run(0.1)
    site.rpc(attendant.site, "app_python.reload", role="attendant")
    caller.press("1")
    invite = exchange.expect("INVITE")
    site.rpc(attendant.site, "app_python.reload", role="attendant")
    exchange.reply(invite, 486, "Busy Here")
    exchange.expect("ACK", call_id=invite.header("Call-ID"))
    assert caller.hears()
    exchange.reply(exchange.expect("BYE", call_id=call.id, seconds=6), 200, "OK")


@pytest.mark.parametrize("code", [401, 407, 603])
def test_refusals_of_a_target(attendant: AttendantStack, exchange: Endpoint, caller: Media, code: int) -> None:
    call = place.visit(attendant, exchange, "ivr/main")
    caller.towards(call.established().body)
    caller.press("1")
    invite = exchange.expect("INVITE")
    exchange.reply(invite, code, "No", extra="")
    exchange.expect("ACK", call_id=invite.header("Call-ID"))
    assert caller.hears()
    assert exchange.silent("INVITE")
    call.within("BYE")
    exchange.expect(200, call_id=call.id)


def test_exchange_that_says_nothing_is_a_failed_target(
    attendant: AttendantStack, exchange: Endpoint, caller: Media
) -> None:
    call = place.visit(attendant, exchange, "ivr/main")
    caller.towards(call.established().body)
    caller.press("1")
    exchange.expect("INVITE")
    caller.run(4.5)
    exchange.pending.clear()
    caller.run(1.5)
    assert not caller.quiet
    exchange.reply(exchange.expect("BYE", call_id=call.id, seconds=6), 200, "OK")


def test_other_codecs(attendant: AttendantStack, exchange: Endpoint, caller: Media) -> None:
    offer = sdp(exchange.host).replace("RTP/AVP 8 101", "RTP/AVP 0 101").replace("a=rtpmap:8 PCMA", "a=rtpmap:0 PCMU")
    call = place.visit(attendant, exchange, "ivr/main", offer=offer)
    answer = call.established()
    assert "RTP/AVP 0 101" in answer.body
    caller.towards(answer.body)
    caller.run(0.3)
    assert caller.types == {0}
    caller.press("1")
    invite = exchange.expect("INVITE")
    assert "PCMA/8000" in invite.body  # the relay transcodes for who cannot do what the caller can
    exchange.reply(invite, 200, "OK", sdp(exchange.host, 41000))
    exchange.expect("ACK", call_id=invite.header("Call-ID"))
    call.within("BYE")
    exchange.reply(exchange.expect("BYE", call_id=invite.header("Call-ID")), 200, "OK")
    exchange.expect(200, call_id=call.id)


def test_unknown_extension_is_required(attendant: AttendantStack, exchange: Endpoint) -> None:
    call = place.visit(attendant, exchange, "ivr/main", extra="Require: 100rel\r\n")
    refused = call.rejected()
    assert (refused.code, refused.header("Unsupported")) == (420, "100rel")


def test_description_without_audio(attendant: AttendantStack, exchange: Endpoint) -> None:
    call = place.visit(attendant, exchange, "ivr/main", offer=sdp(exchange.host, 0))
    assert call.rejected().code == 488


def test_session_the_relay_has_lost(attendant: AttendantStack, exchange: Endpoint, caller: Media) -> None:
    call = place.visit(attendant, exchange, "ivr/main")
    caller.towards(call.established().body)
    relay = attendant.processes[0]
    attendant.stop_process(relay)
    attendant.processes.insert(0, attendant.start_relay())
    attendant.processes.pop()
    exchange.reply(exchange.expect("BYE", call_id=call.id, seconds=15), 200, "OK")
    time.sleep(0.5)  # the relay still starts


def test_relay_that_does_not_answer(attendant: AttendantStack, exchange: Endpoint) -> None:
    relay = attendant.processes[0]
    os.kill(relay.pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        call = place.visit(attendant, exchange, "ivr/main")
        assert call.rejected().code == 503
        assert time.monotonic() - began < 2
    finally:
        os.kill(relay.pid, signal.SIGCONT)
    attendant.nothing_left(10)  # the relay has begun it now, and is asked again to end it


def test_bytes_that_are_no_text_end_nothing(attendant: AttendantStack, exchange: Endpoint) -> None:
    call = place.visit(attendant, exchange, "ivr/main")
    call.established()
    for method in ("INFO", "UPDATE", "MESSAGE"):
        call.within(method, extra="Subject: STRANGE\r\nContent-Type: application/dtmf\r\nX: ", body="STRANGE")
        assert exchange.final().code in (200, 405)
    call.within("BYE")
    exchange.expect(200, call_id=call.id)


def test_ok_is_repeated_and_nobody_is_hung_up_before_he_acknowledges(
    attendant: AttendantStack, exchange: Endpoint, caller: Media
) -> None:
    call = place.visit(attendant, exchange, "ivr/main")
    answer = exchange.expect(200, call_id=call.id)
    repeated = [exchange.expect(200, call_id=call.id) for _ in range(3)]
    assert {each.text for each in repeated} == {answer.text}
    assert exchange.silent("BYE", seconds=1.0)  # although the menu has long ended
    call.remote = answer
    call.within("ACK", cseq=1)
    exchange.reply(exchange.expect("BYE", call_id=call.id), 200, "OK")
