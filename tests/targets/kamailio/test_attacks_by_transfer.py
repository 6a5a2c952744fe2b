"""What the parties of a call try with REFER: everybody is screened by his own plan; docs/security.md."""

from __future__ import annotations

import re
from functools import partial
from uuid import uuid4

import pytest
from tests.targets.kamailio.attackers import (
    DOMAIN,
    LONG,
    NET,
    PREMIUM,
    QUIET_S,
    Parties,
    again,
    hang_up,
    heard,
    ring,
    send,
    talk,
)
from tests.targets.kamailio.services_program import OTHER
from tests.targets.kamailio.sip_client import Dialog, Endpoint, Message, sdp, within_as_callee

pytestmark = pytest.mark.integration


# -- REFER: whoever transfers is screened by his own plan


REFUSED = [
    f"<sip:0900111222@{DOMAIN}>",
    f"<sip:{PREMIUM}@{NET}.30>",
    f"<tel:{PREMIUM}>",
    f"<sip:000048221234567@{DOMAIN}>",
    f"<sip:1901@{OTHER}>",
    "<sip:alice@other.example>",
    f"<sip:112@{DOMAIN}>",
    "<urn:service:sos>",
    f"<sip:1203@{DOMAIN}?Replaces=a&Route=%3Csip:{NET}.30%3E>",
    f"<sip:1203@{DOMAIN}?Route=%3Csip:{NET}.30%3E>",
    f"<sip:1203@{DOMAIN};method=BYE>",
    f"<sip:1203@{DOMAIN};METHOD=INVITE>",
    f"<sip:1203@{DOMAIN};%6dethod=BYE>",
    f"<sip:1203@{DOMAIN}?Replaces=a%0d%0aRoute:%20%3Csip:{NET}.30%3E>",
    f"sip:1203@{DOMAIN};x=y?Route=%3Csip:{NET}.30%3E",
    f"sip:1203@{DOMAIN};method=BYE",
    f"<sip:1203@{DOMAIN}>, <sip:0900111222@{DOMAIN}>",
    f"<sip:0900111222@{DOMAIN}> <sip:1203@{DOMAIN}>",
    f"<sip:1203@{DOMAIN}> <sip:0900111222@{DOMAIN}>",
    f"<sip:1203@{DOMAIN}>{' ' * 1_500}, <sip:0900111222@{DOMAIN}>",
    f"<sip:1203@{DOMAIN};x={'y' * 1_500}?Route=%3Csip:{NET}.30%3E>",
    f"<sip:1203@{DOMAIN}>\r\nRefer-To: <sip:0900111222@{DOMAIN}>",
    f"<sip:1203@{DOMAIN}>\r\nr: <sip:0900111222@{DOMAIN}>",
    f"<sip:1203@{DOMAIN}>\r\nRefer-To: \r\nRefer-To: <sip:0900111222@{DOMAIN}>",
    "\r\n".join([f"<sip:1203@{DOMAIN}>", *[f"Refer-To: <sip:1203@{DOMAIN}>"] * 3, "Refer-To: <sip:09001@x>"]),
    "",
    "*",
    "<>",
    "<sip:\udcff@x>",
    f"<sip:{'1' * LONG}@{DOMAIN}>",
]


@pytest.mark.parametrize("target", REFUSED, ids=lambda target: ascii(target)[:60])
def test_transfer_against_the_plan_is_refused(parties: Parties, outside: dict[str, Endpoint], target: str) -> None:
    ann, bob = parties("ann-desk", "bob-desk")
    call, invite = talk(ann, "1202", bob)
    bob.send = partial(send, bob)  # type: ignore[method-assign]
    within_as_callee(bob, invite, "REFER", extra=f"Refer-To: {target}\r\n")
    assert 400 <= bob.final().code < 500
    assert ann.silent("REFER", QUIET_S)
    assert heard(outside) == []
    hang_up(call, bob)


def referring(call: Dialog, invite: Message, phone: Endpoint, replace: tuple[str, str], from_: str = "") -> Message:
    """The called phone refers to a premium number, with its Route headers rewritten; the answer."""
    changed = Message(re.sub(*replace, invite.text))
    routes = "".join(f"Route: {value}\r\n" for value in changed.headers("Record-Route"))
    headers = (
        f"{routes}From: {from_ or invite.header('To') + ';tag=callee'}\r\nTo: {invite.header('From')}\r\n"
        f"Contact: {phone.contact}\r\nRefer-To: <sip:0900111222@{DOMAIN}>\r\n"
    )
    contact = re.search(r"<([^>]+)>", invite.header("Contact"))
    assert contact
    phone.request("REFER", contact[1], call.id, headers)
    return phone.final()


@pytest.mark.parametrize(
    "replace",
    [(r";ftag=[^;>]*", ";ftag=callee"), (r";ftag=[^;>]*", ""), (r";ftag=[^;>]*", ";ftag=x"), (r";vsf=[^;>]*", "")],
)
def test_called_party_is_not_screened_by_the_callers_plan(parties: Parties, replace: tuple[str, str]) -> None:
    """Who sends a REFER does not follow from what he says in Route."""
    ann, bob = parties("ann-desk", "bob-desk")
    call, invite = talk(ann, "1202", bob)
    assert referring(call, invite, bob, replace).code == 403
    assert ann.silent("REFER", QUIET_S)
    hang_up(call, bob)


def test_caller_is_not_screened_by_the_called_partys_plan(parties: Parties) -> None:
    bob, cyr = parties("bob-desk", "cyr-desk")
    call, _ = talk(bob, "1203", cyr)
    assert call.remote
    routes = "".join(f"Route: {value}\r\n" for value in reversed(call.remote.headers("Record-Route")))
    for forged in (routes, re.sub(";ftag=[^;>]*", ";ftag=callee", routes), re.sub(";ftag=[^;>]*", "", routes)):
        call.cseq += 1
        headers = (
            f"{forged}From: {call.from_};tag={call.tag}\r\nTo: {call.remote.header('To')}\r\n"
            f"Contact: {bob.contact}\r\nRefer-To: <sip:0900111222@{DOMAIN}>\r\n"
        )
        bob.request("REFER", f"sip:cyr-desk@{NET}.13:5060", call.id, headers, cseq=call.cseq)
        assert bob.answer_to(call.id, call.cseq).code == 403
    assert cyr.silent("REFER", QUIET_S)
    hang_up(call, cyr)


def test_transfer_is_not_screened_by_the_plan_of_another_call(parties: Parties) -> None:
    """A second call with the same Call-ID changes nothing of the first, and both end."""
    ann, bob, cyr, eve = parties("ann-desk", "bob-desk", "cyr-desk", "eve-desk")
    call, invite = talk(ann, "1202", bob)
    other = again(cyr, f"sip:1211@{DOMAIN}", call.id)
    second = ring(eve)
    eve.reply(second, 200, "OK", sdp(eve.host, 41000), tag="eve")
    other.established()
    eve.expect("ACK")
    within_as_callee(bob, invite, "REFER", extra=f"Refer-To: <sip:0602111222@{DOMAIN}>\r\n")
    assert bob.final().code == 403
    hang_up(call, bob)
    hang_up(other, eve)


def test_transfer_with_the_token_of_another_call(parties: Parties, outside: dict[str, Endpoint]) -> None:
    ann, bob, cyr = parties("ann-desk", "bob-desk", "cyr-desk")
    call, invite = talk(ann, "1202", bob)
    routes = "".join(f"Route: {value}\r\n" for value in invite.headers("Record-Route"))
    headers = f"{routes}From: <sip:x@y>;tag=1\r\nTo: <sip:x@y>;tag=2\r\nContact: {cyr.contact}\r\n"
    cyr.request("REFER", f"sip:ann-desk@{NET}.10:5060", uuid4().hex, headers + f"Refer-To: <sip:1203@{DOMAIN}>\r\n")
    assert cyr.final().code == 481
    assert ann.silent("REFER", QUIET_S)
    assert heard(outside, "REFER") == []
    hang_up(call, bob)


def test_transfer_after_the_call_is_refused(parties: Parties) -> None:
    ann, bob = parties("ann-desk", "bob-desk")
    call, invite = talk(ann, "1202", bob)
    hang_up(call, bob)
    within_as_callee(bob, invite, "REFER", extra=f"Refer-To: <sip:1203@{DOMAIN}>\r\n")
    assert bob.final().code == 403
    assert ann.silent("REFER", QUIET_S)


def test_trunk_transfers_nobody_and_is_transferred_only_within_the_plan(
    parties: Parties, outside: dict[str, Endpoint]
) -> None:
    (bob,) = parties("bob-desk")
    alfa = outside["alfa"]
    call, invite = talk(alfa, "+420222333402", bob, trunk=True)
    call.within("REFER", extra=f"Refer-To: <sip:1203@{DOMAIN}>\r\n")
    assert alfa.answer_to(call.id, call.cseq).code == 403
    assert bob.silent("REFER", QUIET_S)
    within_as_callee(bob, invite, "REFER", extra=f"Refer-To: <sip:{PREMIUM}@{DOMAIN}>\r\n")
    assert bob.final().code == 403
    assert alfa.silent("REFER", QUIET_S)
    hang_up(call, bob)
