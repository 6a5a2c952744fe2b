"""What strangers, registered phones and carriers try on a real exchange; docs/security.md says why."""

from __future__ import annotations

import os
import re
import subprocess
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.targets.kamailio.program import program
from tests.targets.kamailio.sip_client import Dialog, Endpoint, Message, NothingCameError, sdp
from tests.targets.kamailio.stack import Stack

pytestmark = pytest.mark.integration

LANE = 60 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 8
NET = f"127.0.{LANE}"
ODD = f"127.0.0{LANE}.030"
"""The address of trunk alfa, written so that no list of addresses has it."""
PREMIUM = "+420900111222"
DOMAIN = "novak.example.net"
QUIET_S = 0.12
RELAY_S = 2.2
"""Kamailio looks again for a relay that was not up before itself, seconds."""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(program(LANE), Path(tmp_path_factory.mktemp("attacked"))) as running:
        time.sleep(RELAY_S)
        yield running


@dataclass
class Parties:
    """Everybody around the exchange; ann, bob and cyr (who withholds his number) are registered."""

    ann: Endpoint
    bob: Endpoint
    cyr: Endpoint
    alfa: Endpoint
    beta: Endpoint
    stranger: Endpoint
    accomplice: Endpoint

    def heard(self, method: str = "INVITE") -> list[str]:
        """Who of those who should not gets such a request."""
        return [
            name
            for name in ("alfa", "beta", "stranger", "accomplice")
            if not getattr(self, name).silent(method, QUIET_S)
        ]

    def talk(self) -> tuple[Dialog, Message]:
        """Ann and bob talk; the call, and the INVITE bob got."""
        call = self.ann.invite("1202")
        invite = self.bob.answer()
        call.established()
        self.bob.expect("ACK")
        return call, invite


@pytest.fixture
def parties(stack: Stack) -> Iterator[Parties]:
    users = {"ann": 10, "bob": 11, "cyr": 13, "alfa": 30, "beta": 31, "stranger": 98, "accomplice": 99}
    with ExitStack() as opened:
        made = {}
        for name, host in users.items():
            account = f"{name}-desk" if host < 30 else name
            endpoint = Endpoint(f"{NET}.{host}", (f"{NET}.1", 5060), user=account, password=f"pw of {account}")
            made[name] = opened.enter_context(endpoint)
            if host < 30:
                assert endpoint.register().code == 200
        yield Parties(**made)


def from_to(call: Dialog, to: str = "") -> str:
    """Headers of a request within a call, without Route."""
    assert call.remote
    return (
        f"From: {call.from_};tag={call.tag}\r\nTo: {to or call.remote.header('To')}\r\n"
        f"Contact: {call.endpoint.contact}\r\n"
    )


def route_set(call: Dialog) -> str:
    assert call.remote
    return "".join(f"Route: {value}\r\n" for value in reversed(call.remote.headers("Record-Route")))


# -- toll fraud by registration: the phone's contact is somebody else


@pytest.mark.parametrize(
    "contact",
    [
        f"<sip:{PREMIUM}@{NET}.30:5060>",
        f"<sip:{PREMIUM}@{ODD}:5060>",
        f"<sip:{PREMIUM}@{NET}.11;maddr={NET}.30>",
        f"<sip:{PREMIUM}@{NET}.1:5060>",
        f"<sip:x@{NET}.99:5060>",
        f"<sip:bob-desk@{NET}.11:5060>, <sip:{PREMIUM}@{NET}.30:5060>",
        f"<sip:bob-desk@{NET}.11:5060>\r\nm: <sip:{PREMIUM}@{NET}.30:5060>",
    ],
)
def test_calls_go_only_where_the_registration_came_from(parties: Parties, contact: str) -> None:
    parties.bob.register(contact=contact)
    call = parties.ann.invite("1202")
    invite = parties.bob.expect("INVITE")
    assert parties.heard() == []
    parties.bob.reply(invite, 486, "Busy Here")
    try:
        call.rejected(seconds=1)
    except NothingCameError:  # the second of two contacts rings on
        call.cancel()
    assert parties.bob.register(contact="*", expires=0).code == 200


# -- toll fraud within a call between phones: the next request goes to a trunk


@pytest.mark.parametrize(
    ("uri", "route"),
    [
        (f"sip:{PREMIUM}@{NET}.30:5060", ""),
        (f"sip:{PREMIUM}@{ODD}:5060", ""),
        (f"sip:{PREMIUM}@{NET}.1:5060", ""),
        (f"sip:{PREMIUM}@localhost", ""),
        (f"sips:{PREMIUM}@{NET}.30", ""),
        (f"tel:{PREMIUM}", ""),
        ("urn:service:sos", ""),
        (f"sip:{PREMIUM}@{NET}.9;alias={NET}.30~5060~1", ""),
        (f"sip:{PREMIUM}@{NET}.9;alias={ODD}~5060~1", ""),
        (f"sip:{PREMIUM}@{NET}.9", f"Route: <sip:{NET}.30;lr>\r\n"),
        (f"sip:{PREMIUM}@{NET}.9", f"Route: <sip:{ODD};lr>\r\n"),
        (f"sip:{PREMIUM}@{NET}.9", f"Route: <sip:{NET}.30;lr;maddr={NET}.30>\r\n"),
        (f"sip:{NET}.1;lr", f"Route: <sip:{PREMIUM}@{NET}.30>\r\n"),
        (f"sip:{NET}.1;lr", f"Route: <sip:{PREMIUM}@{ODD}>\r\n"),
    ],
)
def test_call_between_phones_never_turns_to_a_trunk(parties: Parties, uri: str, route: str) -> None:
    call, _ = parties.talk()
    headers = route_set(call) + route + from_to(call)
    parties.ann.request("INVITE", uri, call.id, headers, sdp(parties.ann.host), 9)
    assert parties.heard() == []


def test_token_is_good_for_its_own_call_only(parties: Parties) -> None:
    call, _ = parties.talk()
    headers = route_set(call) + from_to(call)
    for call_id in (call.id + "x", call.id.upper(), ""):
        parties.ann.request("INVITE", f"sip:x@{NET}.99:5060", call_id, headers, sdp(parties.ann.host), 9)
    assert parties.heard() == []


def test_token_of_another_kind_is_refused(parties: Parties) -> None:
    call, _ = parties.talk()
    forged = route_set(call).replace(";tk=p.", ";tk=t.")
    parties.ann.request("INVITE", f"sip:{PREMIUM}@{NET}.30:5060", call.id, forged + from_to(call), "", 9)
    assert parties.ann.answer_to(call.id, 9).code == 481
    assert parties.heard() == []


@pytest.mark.parametrize("method", ["MESSAGE", "PUBLISH", "REGISTER", "WHATEVER"])
def test_token_serves_only_what_belongs_to_a_call(parties: Parties, method: str) -> None:
    call, _ = parties.talk()
    parties.ann.request(method, f"sip:x@{NET}.99:5060", call.id, route_set(call) + from_to(call), "", 9)
    assert parties.ann.answer_to(call.id, 9).code == 405
    assert parties.heard(method) == []


def test_party_outside_cannot_transfer_a_phone(parties: Parties) -> None:
    call = parties.alfa.invite("+420222333402", trunk=True)
    parties.bob.answer()
    call.established()
    call.within("REFER", extra=f"Refer-To: <sip:0900111222@{DOMAIN}>\r\n")
    assert parties.alfa.answer_to(call.id, 2).code == 403
    assert parties.bob.silent("REFER", QUIET_S)


# -- requests of strangers


@pytest.mark.parametrize(
    "method", ["MESSAGE", "REFER", "UPDATE", "SUBSCRIBE", "INFO", "NOTIFY", "PUBLISH", "PRACK", "BYE", "WHATEVER"]
)
def test_requests_outside_a_call_are_not_relayed(parties: Parties, method: str) -> None:
    headers = (
        f"Route: <sip:{NET}.30;lr>\r\nFrom: <sip:x@y>;tag=1\r\nTo: <sip:1202@{DOMAIN}>\r\n"
        f"Contact: {parties.stranger.contact}\r\nRefer-To: <sip:x@y>\r\nEvent: presence\r\n"
    )
    parties.stranger.request(method, f"sip:{PREMIUM}@{NET}.30:5060", f"out-{method}", headers)
    assert parties.stranger.final().code == 405
    assert parties.alfa.silent(method, QUIET_S)


@pytest.mark.parametrize("uri", ["urn:service:sos", f"sip:112@{DOMAIN}", "tel:112", f"sip:0900111222@{DOMAIN}"])
def test_stranger_calls_nobody(parties: Parties, uri: str) -> None:
    headers = (
        f"Route: <sip:{NET}.30;lr>\r\nFrom: <sip:ann-desk@{DOMAIN}>;tag=1\r\nTo: <{uri}>\r\nContact: <sip:x@y>\r\n"
    )
    parties.stranger.request("INVITE", uri, "stranger", headers, sdp(parties.stranger.host))
    assert parties.stranger.final().code == 407
    assert parties.heard() == []


@pytest.mark.parametrize(
    "extra",
    [
        'From: "Boss" <sip:1203@x>;tag=q',
        'f: "Boss" <sip:1203@x>;tag=q',
        "To: <sip:x@y>;tag=5",
        "Call-ID: other",
        "i: other",
        "CSeq: 99 INVITE",
        "Max-Forwards: 5",
        "Content-Length: 0",
        "l: 0",
    ],
)
def test_headers_that_may_come_once(parties: Parties, extra: str) -> None:
    """Two parties that read different ones would disagree about who calls: no answer is the answer."""
    headers = f"From: <sip:ann-desk@{DOMAIN}>;tag=1\r\nTo: <sip:1202@{DOMAIN}>\r\nContact: <sip:x@y>\r\n{extra}\r\n"
    parties.ann.request("INVITE", f"sip:1202@{DOMAIN}", "double", headers)
    assert parties.ann.silent("INVITE", QUIET_S)
    assert not parties.ann.pending


# -- passwords


def credentials_of(phone: Endpoint, uri: str, call_id: str, headers: str) -> str:
    phone.request("INVITE", uri, call_id, headers, sdp(phone.host))
    return phone.credentials(phone.expect(407, call_id=call_id), "INVITE", uri)


@pytest.mark.parametrize("order", ["other first", "other last", "other within"])
def test_two_credentials_prove_only_the_one_whose_password_was_used(parties: Parties, order: str) -> None:
    uri, call_id = f"sip:0602111222@{DOMAIN}", order.replace(" ", "-")
    headers = f"From: <sip:cyr-desk@{DOMAIN}>;tag=1\r\nTo: <{uri}>\r\nContact: {parties.ann.contact}\r\n"
    own = credentials_of(parties.ann, uri, call_id, headers)
    other = own.replace('username="ann-desk"', 'username="cyr-desk"')
    both = {
        "other first": other.replace(f'realm="{DOMAIN}"', 'realm="x"') + own,
        "other last": own + other,
        "other within": own.replace("Digest ", 'Digest username="cyr-desk", '),
    }[order]
    parties.ann.request("INVITE", uri, call_id, headers + both, sdp(parties.ann.host), 2)
    if order == "other first":
        assert parties.heard() == []
    else:
        invite = parties.alfa.expect("INVITE")
        assert "+420222333401" in invite.header("From")  # ann's own number
        parties.alfa.reply(invite, 486, "Busy Here")


def test_overheard_credentials_are_worth_nothing_elsewhere(parties: Parties) -> None:
    uri = f"sip:0900111222@{DOMAIN}"
    headers = f"From: <sip:ann-desk@{DOMAIN}>;tag=1\r\nTo: <{uri}>\r\nContact: {parties.ann.contact}\r\n"
    overheard = credentials_of(parties.ann, uri, "heard", headers)
    parties.stranger.request("INVITE", uri, "replayed", headers + overheard, sdp(parties.stranger.host), 2)
    assert parties.stranger.final().code == 407
    assert parties.heard() == []


# -- what is dialled


@pytest.mark.parametrize(
    "uri",
    [
        f"sip:112%00@{DOMAIN}",
        f"sip:1202%0d%0aX-Evil:1@{DOMAIN}",
        f"sip:112900111222@{DOMAIN}",
        f"sip:0112900111222@{DOMAIN}",
        f"sip:{'9' * 3000}@{DOMAIN}",
        f"sip:\u0661\u0661\u0662@{DOMAIN}",
        f"sip:+420%2B900111222@{DOMAIN}",
        f"sip:0900111222%3b@{DOMAIN}",
    ],
)
def test_odd_numbers_are_unknown(parties: Parties, uri: str) -> None:
    call = parties.ann.invite(uri, from_=f"<sip:ann-desk@{DOMAIN}>")
    assert call.rejected().code == 404
    assert parties.heard() == []


@pytest.mark.parametrize("uri", ["urn:service:sos.police.900111222", "urn:service:sos.0900111222"])
def test_emergency_urn_reaches_no_other_number(parties: Parties, uri: str) -> None:
    call = parties.ann.invite(uri, from_=f"<sip:ann-desk@{DOMAIN}>")
    invite = parties.alfa.expect("INVITE")
    assert invite.uri.startswith("sip:112@")
    parties.alfa.reply(invite, 200, "OK", sdp(parties.alfa.host))
    call.established()


def test_emergency_call_with_line_ends_still_finds_the_next_trunk(parties: Parties) -> None:
    call = parties.ann.invite(f"sip:urn%3Aservice%3Asos.x%0a1%0a@{DOMAIN}", from_=f"<sip:ann-desk@{DOMAIN}>")
    parties.alfa.reply(parties.alfa.expect("INVITE"), 503, "No")
    invite = parties.beta.expect("INVITE")
    assert invite.uri.startswith("sip:112@")
    parties.beta.reply(invite, 200, "OK", sdp(parties.beta.host))
    call.established()


@pytest.mark.parametrize("tail", [f";maddr={NET}.30", f"?Route=%3Csip:{NET}.30%3E", ";lr", f";alias={NET}.30~5060~1"])
def test_parameters_of_the_request_uri_lead_nowhere_else(parties: Parties, tail: str) -> None:
    call = parties.ann.invite(f"sip:1202@{DOMAIN}{tail}", extra=f"Route: <sip:{NET}.30;lr>\r\n")
    parties.bob.reply(parties.bob.expect("INVITE"), 486, "Busy Here")
    call.rejected()
    assert parties.heard() == []


# -- who calls


@pytest.mark.parametrize(
    "header",
    [
        "P-Asserted-Identity : <sip:112@evil>",
        "p-ASSERTED-identity: <sip:112@evil>",
        "P-Asserted-Identity\t: <sip:112@evil>",
        "P-Asserted-Identity:\r\n <sip:112@evil>",
        "X-A: b\nP-Asserted-Identity: <sip:112@evil>",
        "Remote-Party-ID : <sip:112@evil>",
        "b: <sip:evil@x>",
        "y: evil",
        "n: <https://evil>",
        "Resource-Priority: evil.0",
        "Priority: psap-callback;evil",
        "Join: evil;to-tag=1;from-tag=2",
        "Path: <sip:evil@x;lr>",
    ],
)
def test_forged_header_does_not_pass(parties: Parties, header: str) -> None:
    call = parties.ann.invite("1202", extra=header + "\r\n")
    invite = parties.bob.expect("INVITE")
    parties.bob.reply(invite, 486, "Busy Here")
    call.rejected()
    assert "evil" not in invite.text


@pytest.mark.parametrize("name", ["sip:+420112112112@x", "tel:112", '\\"<sip:112@x>', "<tel:112>"])
def test_name_of_an_outside_caller_is_not_his_number(parties: Parties, name: str) -> None:
    asserted = f'P-Asserted-Identity: "{name}" <sip:+420777123456@carrier.example>\r\n'
    call = parties.alfa.invite("+420222333402", extra=asserted, trunk=True)
    invite = parties.bob.expect("INVITE")
    parties.bob.reply(invite, 486, "Busy Here")
    call.rejected()
    assert invite.header("From").startswith(f"<sip:+420777123456@{DOMAIN}>")


def test_callee_cannot_have_a_hidden_contact_read_out(parties: Parties) -> None:
    call = parties.cyr.invite("1202")
    invite = parties.bob.answer()
    call.established()
    hidden = re.findall(r"<([^>]+)>", invite.header("Contact"))[0]
    routes = "".join(f"Route: {value}\r\n" for value in invite.headers("Record-Route"))
    headers = (
        f"{routes}Route: <sip:{NET}.99:5060;lr>\r\nFrom: {invite.header('To')};tag=callee\r\n"
        f"To: {invite.header('From')}\r\nContact: {parties.bob.contact}\r\n"
    )
    parties.bob.request("INFO", hidden, invite.header("Call-ID"), headers)
    assert parties.heard("INFO") == []
    assert parties.bob.final().code == 481


def vsf_of(invite: Message) -> bytes:
    """What Kamailio's uac module hides of the caller's From in its Record-Route."""
    found = re.search(r";vsf=([^;>]+)", invite.header("Record-Route"))
    text = found[1].rstrip("-").translate(str.maketrans("._", "+/")) if found else ""
    return b64decode(text + "=" * (-len(text) % 4))


def xor(*texts: bytes) -> bytes:
    size = max(map(len, texts))
    return bytes(a ^ b ^ c for a, b, c in zip(*(text.ljust(size, b"\0") for text in texts), strict=True))


def test_callee_cannot_learn_who_hides_from_a_call_of_his_own(parties: Parties) -> None:
    own = f"sip:{'A' * 60}@{DOMAIN}"
    parties.bob.invite("1201", from_=f"<{own}>")
    key = xor(vsf_of(parties.ann.expect("INVITE")), own.encode(), f"sip:1202@{DOMAIN}".encode())
    parties.cyr.invite("1202")
    hidden = vsf_of(parties.bob.expect("INVITE"))
    assert b"cyr-desk" not in xor(hidden, key[: len(hidden)], b"sip:anonymous@anonymous.invalid")


# -- what stays on the machine


def test_secrets_are_neither_on_command_lines_nor_in_logs(stack: Stack) -> None:
    """Last: everything above has been logged."""
    ids = ",".join(str(process.pid) for process in stack.processes)
    shown = subprocess.run(["ps", "-ww", "-o", "args=", "-p", ids], capture_output=True, text=True, check=True).stdout
    log = stack.log.read_text("utf-8", "replace")
    keys = [(stack.site / name).read_text("ascii") for name in ("token.key", "uac.key", "nonce.key")]
    assert not [secret for secret in (*keys, "pw of ") if secret in shown + log]
    assert not [line for line in log.splitlines() if "failed: Traceback" in line]
    assert stack.alive
