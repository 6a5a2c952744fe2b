"""Who attacks services, and whom: two tenants' phones, trunks, and a stranger, around one exchange."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.targets.kamailio.services_program import HOSTS, OTHER, program
from tests.targets.kamailio.sip_client import Dialog, Endpoint, Message, sdp
from tests.targets.kamailio.stack import Stack

from ringplan_kamailio import site

LANE = 90 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 8
NET = f"127.0.{LANE}"
DOMAIN = "novak.example.net"
PREMIUM = "+420900111222"
QUIET_S = 0.15
TRUNKS = ("alfa", "beta", "gamma", "stranger")
LONG = 10_000

Parties = Callable[..., list[Endpoint]]


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Kamailio and rtpengine with services, for two tenants."""
    with Stack(program(LANE), Path(tmp_path_factory.mktemp("services"))) as running:
        time.sleep(2.2)  # Kamailio looks again for a relay that was not up before itself
        yield running


@pytest.fixture
def outside() -> Iterator[dict[str, Endpoint]]:
    """All trunks and a stranger, whom no attack may reach."""
    with ExitStack() as opened:
        yield {name: opened.enter_context(party(name)) for name in TRUNKS}


@pytest.fixture
def parties(services: Stack) -> Iterator[Parties]:
    """Makes phones, which are registered; nobody is engaged when the test ends."""
    with ExitStack() as opened:
        made: list[Endpoint] = []

        def make(*names: str) -> list[Endpoint]:
            new = [opened.enter_context(party(name)) for name in names]
            for phone in new:
                assert phone.register().code == 200
            made.extend(new)
            return new

        yield make
        for phone in made:
            phone.pending.clear()
            assert phone.register(expires=0).code == 200
    try:
        assert table(services, "lines") == {}
        assert table(services, "calls") == {}
    finally:
        for name in ("lines", "calls"):
            site.rpc(services.site, "htable.flush", name)


def party(name: str) -> Endpoint:
    domain = OTHER if name.startswith("zoe") else DOMAIN
    return Endpoint(f"{NET}.{HOSTS[name]}", (f"{NET}.1", 5060), user=name, password=f"pw of {name}", domain=domain)


def table(services: Stack, name: str) -> dict[str, object]:
    """An htable of the running Kamailio."""
    slots = site.rpc(services.site, "htable.dump", name)
    assert isinstance(slots, list)
    return {item["name"]: item["value"] for slot in slots for item in slot["slot"]}


def heard(outside: dict[str, Endpoint], method: str = "INVITE") -> list[str]:
    """Who of those who should not gets such a request."""
    return [name for name, one in outside.items() if not one.silent(method, QUIET_S / 2)]


def ring(phone: Endpoint) -> Message:
    """The phone gets a call, and rings; what it says next is not to be dealt with by another worker before that."""
    invite = phone.expect("INVITE")
    phone.reply(invite, 180, "Ringing")
    time.sleep(0.02)
    return invite


def talk(caller: Endpoint, dialled: str, phone: Endpoint, trunk: bool = False) -> tuple[Dialog, Message]:
    """An answered call, and the INVITE the phone got."""
    call = caller.invite(dialled, trunk=trunk)
    invite = ring(phone)
    phone.reply(invite, 200, "OK", sdp(phone.host, 41000))
    call.established()
    phone.expect("ACK")
    return call, invite


def hang_up(call: Dialog, phone: Endpoint) -> None:
    call.within("BYE")
    phone.reply(phone.expect("BYE"), 200, "OK")
    answer = call.endpoint.answer_to(call.id, call.cseq)
    assert answer.code == 200, answer.start


def send(phone: Endpoint, text: str) -> None:
    """Bytes as they are, also those that are no text."""
    phone.socket.sendto(text.encode("utf-8", "surrogateescape"), phone.exchange)


def final(phone: Endpoint, invite: Message, code: int, headers: str = "", to: str = "") -> None:
    """The phone's final answer with headers of its own choice, bytes as they are."""
    lines = [f"SIP/2.0 {code} Answer", *(f"Via: {via}" for via in invite.headers("Via"))]
    lines += [f"From: {invite.header('From')}", to or f"To: {invite.header('To')};tag=c"]
    lines += [f"Call-ID: {invite.header('Call-ID')}", f"CSeq: {invite.header('CSeq')}"]
    send(phone, "\r\n".join(lines) + "\r\n" + headers + "Content-Length: 0\r\n\r\n")


def again(phone: Endpoint, uri: str, call_id: str) -> Dialog:
    """A call with a Call-ID of one's choice."""
    call = Dialog(phone, call_id, f"<sip:{phone.user}@{phone.domain}>")
    call.headers = f"From: {call.from_};tag={call.tag}\r\nTo: <{uri}>\r\nContact: {phone.contact}\r\n"
    call.uri, call.body = uri, sdp(phone.host)
    call.last = phone.request("INVITE", uri, call_id, call.headers, call.body)
    challenge = phone.expect(407, call_id=call_id)
    call.ack(challenge)
    call.cseq = 2
    headers = call.headers + phone.credentials(challenge, "INVITE", uri)
    call.last = phone.request("INVITE", uri, call_id, headers, call.body, cseq=2)
    return call
