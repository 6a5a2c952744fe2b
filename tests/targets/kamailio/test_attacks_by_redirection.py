"""What phones and carriers try with redirections (3xx) and other answers; docs/security.md."""

from __future__ import annotations

import re

import pytest
from tests.targets.kamailio.attackers import DOMAIN, LONG, NET, PREMIUM, QUIET_S, Parties, final, heard, ring
from tests.targets.kamailio.services_program import OTHER
from tests.targets.kamailio.sip_client import Endpoint, Message

pytestmark = pytest.mark.integration


# -- 302: a phone sends the call where its owner may not call


ELSEWHERE = [
    f"<sip:0900111222@{DOMAIN}>",
    f"<sip:{PREMIUM}@{DOMAIN}>",
    f"<sip:{PREMIUM}@{NET}.1>",
    f"<sip:{PREMIUM}@{NET}.30:5060>",
    f"<sip:{PREMIUM}@{NET}.030:5060>",
    f"<sip:000048221234567@{DOMAIN}>",
    f"<sip:1202@{OTHER}>",
    f"<sip:1901@{OTHER}>",
    f"<sip:112@{DOMAIN}>",
    f"<sip:0112@{DOMAIN}>",
    "<urn:service:sos>",
    "<tel:112>",
    f"<tel:{PREMIUM}>",
    f"<tel:{PREMIUM};phone-context=+420>",
    "<tel:900111222;phone-context=+420>",
    f"<sip:1203@{DOMAIN}@{NET}.30>",
    f"<sip:09001%31122%32@{DOMAIN}>",
    f"<sip:1203%0d%0aRoute:%20%3csip:{NET}.30%3e@{DOMAIN}>",
    f"<sip:x%0d%0aRoute:%20y@{NET}.30>",
    "<sip:alice@other.example>",
    f"<sip:x@{NET}.98:5060>",
    f"<sips:{PREMIUM}@{NET}.30>",
    f"<mailto:x@{DOMAIN}>",
    "*",
    "",
    "<>",
    "<<<<<<>>>>>>",
    '"' * 501,
    f"<sip:{'9' * LONG}@{DOMAIN}>",
    ", ".join(f"<sip:{at}@{NET}.30>" for at in range(200)),
    f"<sip:0900111222@{DOMAIN}> <sip:9999@{DOMAIN}>;q=1",
    f"<sip:9999@{DOMAIN}> <sip:0900111222@{DOMAIN}>;q=1",
    f"<sip:\u0661\u0662\u0660\u0663@{DOMAIN}>",
    "<sip:\udcff\udcfe@\udcff>",
    "\udcff",
]
"""Contacts Bob's phone answers with; Bob may forward nothing outside."""


@pytest.mark.parametrize("contact", ELSEWHERE, ids=lambda contact: ascii(contact)[:50])
def test_redirection_against_the_plan_is_a_decline(
    parties: Parties, outside: dict[str, Endpoint], contact: str
) -> None:
    ann, bob, zoe = parties("ann-desk", "bob-desk", "zoe-desk")
    call = ann.invite("1202")
    final(bob, ring(bob), 302, f"Contact: {contact}\r\n")
    answer = call.rejected()
    assert answer.code == 486
    assert "Contact: <sip:" not in answer.text
    assert heard(outside) == []
    assert zoe.silent("INVITE", QUIET_S)


@pytest.mark.parametrize("code", [300, 301, 302, 305, 380, 399])
def test_caller_never_sees_a_redirection(parties: Parties, outside: dict[str, Endpoint], code: int) -> None:
    ann, bob = parties("ann-desk", "bob-desk")
    call = ann.invite("1202")
    final(bob, ring(bob), code, f"Contact: <sip:{PREMIUM}@{NET}.30>\r\n")
    assert call.rejected().code == 486
    assert heard(outside) == []


PARAMETERS = [
    f";maddr={NET}.30",
    f";transport=tcp;maddr={NET}.30",
    f";alias={NET}.30~5060~1",
    ";lr",
    f"?Route=%3Csip:{NET}.30%3E",
    f"?Replaces=x&Route=%3Csip:{NET}.30%3E&P-Asserted-Identity=%3Csip:112@x%3E",
    ";method=BYE",
]


@pytest.mark.parametrize("tail", PARAMETERS)
def test_parameters_of_a_redirection_lead_nowhere_else(
    parties: Parties, outside: dict[str, Endpoint], tail: str
) -> None:
    ann, bob, cyr = parties("ann-desk", "bob-desk", "cyr-desk")
    call = ann.invite("1202")
    final(bob, ring(bob), 302, f"Contact: <sip:1203@{DOMAIN}{tail}>\r\n")
    invite = ring(cyr)
    cyr.reply(invite, 486, "Busy Here")
    cyr.expect("ACK")
    assert call.rejected().code == 486
    assert "BYE" not in invite.text
    assert "112@x" not in invite.text
    assert heard(outside) == []


def test_redirections_in_a_circle_end(parties: Parties) -> None:
    ann, bob, cyr = parties("ann-desk", "bob-desk", "cyr-desk")
    call = ann.invite("1202")
    for at in range(5):
        phone, other = ((bob, 1203), (cyr, 1202))[at % 2]
        final(phone, phone.expect("INVITE"), 302, f"Contact: <sip:{other}@{DOMAIN}>\r\n")
        phone.expect("ACK")
    final(cyr, cyr.expect("INVITE"), 302, f"Contact: <sip:1202@{DOMAIN}>\r\n")
    answer = call.rejected()
    assert (answer.code, answer.reason) == (480, "Too Many Diversions")
    assert bob.silent("INVITE", QUIET_S)


def test_redirection_to_oneself_ends(parties: Parties) -> None:
    ann, bob = parties("ann-desk", "bob-desk")
    call = ann.invite("1202")
    for _ in range(6):
        final(bob, bob.expect("INVITE"), 302, f"Contact: <sip:1202@{DOMAIN}>\r\n")
        bob.expect("ACK")
    assert call.rejected().code == 480
    assert bob.silent("INVITE", QUIET_S)


def test_redirection_stops_the_other_phones_whatever_it_says(parties: Parties) -> None:
    ann, desk, mobile = parties("ann-desk", "bob-desk", "bob-mobile")
    call = ann.invite("1202")
    first, second = ring(desk), ring(mobile)
    final(desk, first, 302, "Contact: <sip:\udcff\udcfe@x>\r\n")
    mobile.reply(mobile.expect("CANCEL", seconds=1), 200, "OK")
    mobile.reply(second, 487, "Request Terminated")
    assert call.rejected().code == 486


@pytest.mark.parametrize("contact", [f"<sip:{PREMIUM}@{NET}.31>", f"<sip:1203@{DOMAIN}>", f"<sip:1202@{NET}.1>"])
def test_redirection_of_a_trunk_is_its_failure(parties: Parties, outside: dict[str, Endpoint], contact: str) -> None:
    ann, bob, cyr = parties("ann-desk", "bob-desk", "cyr-desk")
    call = ann.invite("0602111222")
    for name in ("alfa", "beta"):
        invite = outside[name].expect("INVITE")
        assert "602111222@" in invite.uri
        final(outside[name], invite, 302, f"Contact: {contact}\r\n")
    assert call.rejected().code == 503
    assert heard(outside) == []
    assert bob.silent("INVITE", QUIET_S)
    assert cyr.silent("INVITE", QUIET_S)


@pytest.mark.parametrize("code", [180, 200, 302, 401, 486])
@pytest.mark.parametrize("who", ["bob", "stranger"])
def test_answer_that_belongs_to_no_branch_of_ours_reaches_nobody(
    parties: Parties, outside: dict[str, Endpoint], code: int, who: str
) -> None:
    """Else a phone's own 302 or 200 would get past all that is done to answers: it knows the caller's Via."""
    ann, bob = parties("ann-desk", "bob-desk")
    call = ann.invite("1202")
    invite = ring(bob)
    ann.expect(180, call_id=call.id)
    forged = Message(re.sub(r"branch=z9hG4bK[^;\r]*", "branch=z9hG4bKforged.0", invite.text, count=1))
    from_ = bob if who == "bob" else outside["stranger"]
    final(from_, forged, code, f"Contact: <sip:0602111222@{DOMAIN}>\r\nP-Asserted-Identity: <sip:evil@x>\r\n")
    ann.silent("NOTHING", QUIET_S)
    assert [message.start for message in ann.pending if message.code > 100] == []
    assert heard(outside) == []
    bob.reply(invite, 486, "Busy Here")
    assert call.rejected().code == 486
