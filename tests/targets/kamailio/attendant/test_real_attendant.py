"""Answered calls on a real Kamailio and a real media relay; the test is the exchange, and all who are called."""

from __future__ import annotations

import pytest
from tests.targets.kamailio.attendant import place
from tests.targets.kamailio.attendant.media import Media
from tests.targets.kamailio.attendant.place import AttendantStack
from tests.targets.kamailio.sip_client import Endpoint, sdp, within_as_callee

pytestmark = pytest.mark.integration


def test_answers_plays_and_ends(attendant: AttendantStack, exchange: Endpoint) -> None:
    with Media(exchange.host, 40000) as caller:
        call = place.visit(attendant, exchange, "ivr/main")
        answer = call.established()
        caller.towards(answer.body)
        assert caller.hears()
        call.within("BYE")
        assert exchange.final().code == 200


def test_a_key_dials_bridges_and_the_target_hangs_up(attendant: AttendantStack, exchange: Endpoint) -> None:
    with Media(exchange.host, 40000) as caller, Media(exchange.host, 41000) as target:
        call = place.visit(attendant, exchange, "ivr/main")
        caller.towards(call.established().body)
        caller.run(0.3)
        caller.press("1")
        invite = exchange.expect("INVITE")
        errand = place.errand_of(attendant, invite)
        assert (errand.kind, errand.node, errand.diversions) == (
            "enter",
            "novak/users/ann",
            (("novak/ivr/main", "unconditional"),),
        )
        assert caller.hears()  # ringback
        exchange.reply(invite, 180, "Ringing")
        exchange.reply(invite, 200, "OK", sdp(exchange.host, 41000))
        exchange.expect("ACK")
        target.towards(invite.body)
        assert caller.hears_nothing()
        assert target.hears_nothing()
        within_as_callee(exchange, invite, "BYE")
        bye = exchange.expect("BYE", call_id=call.id)
        exchange.reply(bye, 200, "OK")
        assert exchange.final().code == 200


def test_busy_target_brings_the_menu_back_then_hangs_up(attendant: AttendantStack, exchange: Endpoint) -> None:
    with Media(exchange.host, 40000) as caller:
        call = place.visit(attendant, exchange, "ivr/main")
        caller.towards(call.established().body)
        for _ in range(2):
            caller.run(0.3)
            caller.press("1")
            invite = exchange.expect("INVITE")
            exchange.reply(invite, 486, "Busy Here")
            exchange.expect("ACK", call_id=invite.header("Call-ID"))
            assert caller.hears()
        exchange.reply(exchange.expect("BYE", call_id=call.id, seconds=4), 200, "OK")


def test_hang_up_while_the_target_rings(attendant: AttendantStack, exchange: Endpoint) -> None:
    with Media(exchange.host, 40000) as caller:
        call = place.visit(attendant, exchange, "ivr/main")
        caller.towards(call.established().body)
        caller.run(0.3)
        caller.press("1")
        invite = exchange.expect("INVITE")
        exchange.reply(invite, 180, "Ringing")
        call.within("BYE")
        cancel = exchange.expect("CANCEL")
        assert cancel.header("Call-ID") == invite.header("Call-ID")
        exchange.reply(cancel, 200, "OK")
        exchange.reply(invite, 487, "Request Terminated")
        exchange.expect("ACK", call_id=invite.header("Call-ID"))


def test_target_answers_although_it_was_taken_back(attendant: AttendantStack, exchange: Endpoint) -> None:
    with Media(exchange.host, 40000) as caller:
        call = place.visit(attendant, exchange, "ivr/main")
        caller.towards(call.established().body)
        caller.run(0.3)
        caller.press("1")
        invite = exchange.expect("INVITE")
        exchange.reply(invite, 180, "Ringing")
        call.within("BYE")
        exchange.reply(exchange.expect("CANCEL"), 200, "OK")
        exchange.reply(invite, 200, "OK", sdp(exchange.host, 41000))
        exchange.expect("ACK", call_id=invite.header("Call-ID"))
        bye = exchange.expect("BYE", call_id=invite.header("Call-ID"))
        exchange.reply(bye, 200, "OK")


def test_announcement_is_never_answered(attendant: AttendantStack, exchange: Endpoint) -> None:
    with Media(exchange.host, 40000) as caller:
        call = place.visit(attendant, exchange, "announcements/closed")
        progress = exchange.expect(183)
        caller.towards(progress.body)
        assert caller.hears()
        assert call.rejected().code == 480


def test_announcement_is_cancelled(attendant: AttendantStack, exchange: Endpoint) -> None:
    call = place.visit(attendant, exchange, "announcements/closed")
    exchange.expect(183)
    call.cancel()
    assert call.rejected().code == 487
    assert exchange.final().code == 200
