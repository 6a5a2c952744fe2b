"""What phones, callers and carriers try on hunting, forwarding and calling plans; docs/security.md."""

from __future__ import annotations

import contextlib
import stat
import subprocess
import time
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
    final,
    hang_up,
    heard,
    ring,
    send,
    table,
    talk,
)
from tests.targets.kamailio.sip_client import Endpoint, NothingCameError, sdp
from tests.targets.kamailio.stack import Stack

from ringplan_kamailio import site

pytestmark = pytest.mark.integration


# -- who forwarded the call: told by phones, and by carriers


FORGED = (
    f"Diversion: <sip:{PREMIUM}@evil>;reason=user-busy;counter=9\r\n"
    "History-Info: <sip:evil@evil;cause=302>;index=1, <sip:evil2@evil;cause=302>;index=1.1\r\n"
    "P-Asserted-Identity: <sip:+420222333401@evil>\r\nRemote-Party-ID: <sip:evil@evil>\r\n"
)


def test_history_told_by_a_phone_is_ignored(parties: Parties, outside: dict[str, Endpoint]) -> None:
    """The forwarded leg asserts who forwards, and counts one diversion."""
    (cyr,) = parties("cyr-desk")
    call = cyr.invite("1303", extra=FORGED)  # dan and eve are not there
    assert call.rejected().code == 480
    dan, ann = parties("dan-desk", "ann-desk")
    call = ann.invite("1303", extra=FORGED)
    invite = ring(dan)
    assert "evil" not in invite.text
    dan.reply(dan.expect("CANCEL"), 200, "OK")
    dan.reply(invite, 487, "Request Terminated")
    invite = outside["alfa"].expect("INVITE")
    assert "evil" not in invite.text
    assert [text.partition("@")[0] for text in invite.headers("P-Asserted-Identity")] == ["<sip:+420222333410"]
    assert ";counter=1;" in invite.header("Diversion")
    outside["alfa"].reply(invite, 486, "Busy Here")
    assert call.rejected().code == 486


MONSTROUS = [
    ("Diversion: <sip:a@b>;counter=999999999\r\n", 480),
    ("Diversion: <sip:a@b>;counter=-1\r\n", 486),
    ("Diversion: <sip:a@b>;counter=\u0669\u0669\r\n", 486),
    ("Diversion: <sip:a@b>;counter=1e9\r\n", 486),
    ("Diversion: " + ", ".join(["<sip:a@b>;reason=unknown"] * 2_000) + "\r\n", 480),
    ("Diversion: <sip:a@b>\r\n" * 1_000, 480),
    ("History-Info: " + ", ".join(f"<sip:a@b;cause=302>;index=1.{at}" for at in range(1_500)) + "\r\n", 480),
    ("Diversion: " + "<" * 30_000 + "\r\n", 486),
    ("Diversion: " + '"' * 30_001 + "\r\n", 486),
    ("Diversion: \r\n", 486),
    ("Diversion: \r\nDiversion: <sip:a@b>;counter=5\r\n", 480),
    ("Diversion: <sip:\udcff\udcfe@b>\r\n", 400),
]


@pytest.mark.parametrize(("headers", "code"), MONSTROUS, ids=lambda item: ascii(item)[:50])
def test_monstrous_history_of_a_carrier(outside: dict[str, Endpoint], headers: str, code: int) -> None:
    """Ann forwards this caller outside, to a number of a carrier: one diversion more."""
    alfa = outside["alfa"]
    call_id = uuid4().hex
    text = (
        f"INVITE sip:+420222333401@{NET}.1 SIP/2.0\r\nVia: {alfa.via()}\r\nMax-Forwards: 70\r\nCall-ID: {call_id}\r\n"
        f"CSeq: 1 INVITE\r\nFrom: <sip:+420602123456@c>;tag=1\r\nTo: <sip:x@y>\r\nContact: {alfa.contact}\r\n"
        f"{headers}Content-Length: 0\r\n\r\n"
    )
    began = time.monotonic()
    send(alfa, text)
    if code == 486:
        invite = alfa.expect("INVITE")
        alfa.reply(invite, 486, "Busy Here")
    assert alfa.expect(480, 486, 400, call_id=call_id).code == code
    assert time.monotonic() - began < 1
    assert heard(outside) == []


def test_empty_header_hides_no_other(parties: Parties) -> None:
    ann, bob = parties("ann-desk", "bob-desk")
    call = ann.invite("1202", extra="Privacy: \r\nPrivacy: id\r\n")
    invite = ring(bob)
    bob.reply(invite, 486, "Busy Here")
    call.rejected()
    assert "anonymous@anonymous.invalid" in invite.header("From")


# -- numbers a plan bars, in every notation


NOTATIONS = [
    "0900111222",
    "+420900111222",
    "000420900111222",
    "00900111222",
    "00420900111222",
    "00000420900111222",
    "+00420900111222",
    "++420900111222",
    "\uff10\uff19\uff10\uff10\uff11\uff11\uff11\uff12\uff12\uff12",
    "0\u0669\u0660\u0660111222",
    "%30%39%30%30111222",
    "0900-111-222",
    "0%20900%20111%20222",
    "0900111222;phone-context=+420",
    "0900111222;isub=1",
    "0900111222%3bphone-context=+420",
    "0900111222:secret",
    "%2b420900111222",
    "0976123456",
    "000048221234567",
    "+48221234567",
    "0%30048221234567",
]


@pytest.mark.parametrize("dialled", NOTATIONS, ids=ascii)
def test_no_notation_gets_past_a_plan(parties: Parties, outside: dict[str, Endpoint], dialled: str) -> None:
    (eve,) = parties("eve-desk")
    call = eve.invite(f"sip:{dialled}@{DOMAIN}", from_=f"<sip:eve-desk@{DOMAIN}>")
    assert call.rejected().code in (403, 404)
    assert heard(outside) == []


TELEPHONE_URIS = [
    "tel:+420900111222",
    "tel:+420-900-111-222",
    "tel:0900111222",
    "TEL:+420(900)111222;ext=1",
    "tel:%2b420900111222",
]


@pytest.mark.parametrize("uri", TELEPHONE_URIS)
def test_no_telephone_uri_gets_past_a_plan(parties: Parties, outside: dict[str, Endpoint], uri: str) -> None:
    (eve,) = parties("eve-desk")
    call = eve.invite(uri, from_=f"<sip:eve-desk@{DOMAIN}>")
    assert call.rejected().code in (403, 404)
    assert heard(outside) == []


@pytest.mark.parametrize("claimed", ["ann-desk", "ann", "1201", "cyr-desk"])
def test_plan_is_that_of_the_password_not_of_from(parties: Parties, outside: dict[str, Endpoint], claimed: str) -> None:
    (eve,) = parties("eve-desk")
    call = eve.invite("0900111222", from_=f"<sip:{claimed}@{DOMAIN}>", extra=FORGED)
    assert call.rejected().code == 403
    assert heard(outside) == []


def test_speed_dial_of_another_user_is_nobodys(parties: Parties, outside: dict[str, Endpoint]) -> None:
    """Cyr's code; a redirection to it is read as its owner would dial it."""
    ann, bob, eve = parties("ann-desk", "bob-desk", "eve-desk")
    assert eve.invite(f"sip:15**@{DOMAIN}").rejected().code == 404
    call = ann.invite("1202")
    final(bob, ring(bob), 302, f"Contact: <sip:15**@{DOMAIN}>\r\n")
    assert call.rejected().code == 486
    assert heard(outside) == []


def test_forwarding_chain_is_screened_by_the_last_who_forwards(parties: Parties, outside: dict[str, Endpoint]) -> None:
    """Ann may call premium numbers, Bob may not send her there."""
    ann, bob, cyr = parties("ann-desk", "bob-desk", "cyr-desk")
    call = ann.invite("1203")
    final(cyr, ring(cyr), 302, f"Contact: <sip:1202@{DOMAIN}>\r\n")
    final(bob, ring(bob), 302, f"Contact: <sip:0900111222@{DOMAIN}>\r\n")
    assert call.rejected().code == 486
    assert heard(outside) == []


# -- nobody keeps others engaged, and nothing grows without bounds


@pytest.mark.parametrize(
    "to", ["tag=\udcff\udcfe", 'tag="a\r\n b"', "tag=", "x=y", f"tag={'t' * LONG}", "tag=a%0ab", 'tag="a\tb"']
)
def test_odd_tag_of_who_answers_engages_nobody_for_good(services: Stack, parties: Parties, to: str) -> None:
    ann, bob = parties("ann-desk", "bob-desk")
    call = ann.invite("1202")
    invite = ring(bob)
    odd = f"To: {invite.header('To')};{to}"
    body = sdp(bob.host, 41000)
    text = (
        "SIP/2.0 200 OK\r\n"
        + "".join(f"Via: {via}\r\n" for via in invite.headers("Via"))
        + "".join(f"Record-Route: {route}\r\n" for route in invite.headers("Record-Route"))
        + f"{odd}\r\nFrom: {invite.header('From')}\r\nCall-ID: {call.id}\r\nCSeq: {invite.header('CSeq')}\r\n"
        f"Contact: {bob.contact}\r\nContent-Type: application/sdp\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    )
    send(bob, text)
    try:
        answer = ann.expect(200, call_id=call.id, seconds=1)
    except NothingCameError:
        call.cancel()
        bob.silent("CANCEL", QUIET_S)
        bob.reply(invite, 487, "Request Terminated")
        time.sleep(QUIET_S)
        return
    routes = "".join(f"Route: {route}\r\n" for route in reversed(answer.headers("Record-Route")))
    bye = (
        f"BYE sip:bob-desk@{NET}.11:5060 SIP/2.0\r\nVia: {ann.via()}\r\nMax-Forwards: 70\r\nCall-ID: {call.id}\r\n"
        f"CSeq: 3 BYE\r\n{routes}From: {call.from_};tag={call.tag}\r\n{odd}\r\nContent-Length: 0\r\n\r\n"
    )
    send(ann, bye)
    # A BYE that goes on would be repeated into the next test.
    with contextlib.suppress(NothingCameError, UnicodeEncodeError):
        bob.reply(bob.expect("BYE", call_id=call.id, seconds=QUIET_S), 200, "OK")
    time.sleep(QUIET_S)


def test_same_call_id_twice_engages_nobody_for_good(parties: Parties) -> None:
    ann, bob, cyr = parties("ann-desk", "bob-desk", "cyr-desk")
    call_id = uuid4().hex
    calls = []
    for target, phone in (("1202", bob), ("1203", cyr)):
        call = again(ann, f"sip:{target}@{DOMAIN}", call_id)
        invite = ring(phone)
        phone.reply(invite, 200, "OK", sdp(phone.host, 41000), tag=f"of-{phone.user}")
        call.established()
        phone.expect("ACK")
        calls.append((call, phone))
    for call, phone in calls:
        call.cseq += 3 if phone is cyr else 1
        call.within("BYE")
        phone.reply(phone.expect("BYE"), 200, "OK")
        ann.final()


@pytest.mark.parametrize("gives_up", [True, False])
def test_flood_of_calls_engages_nobody_for_good(services: Stack, parties: Parties, gives_up: bool) -> None:
    """Callers who cancel at once, or who are never heard of again; Dan's phone rings and nobody answers."""
    ann, dan = parties("ann-desk", "dan-desk")
    for _ in range(40):
        call = ann.invite("1300")
        if gives_up:
            call.cancel()
    deadline = time.monotonic() + 12
    while table(services, "lines") and time.monotonic() < deadline:
        dan.silent("NOTHING", 0.2)
        for invite in dan.pending:
            if invite.method == "INVITE":
                dan.reply(invite, 487 if gives_up else 180, "Answer")
        dan.pending.clear()
    ann.pending.clear()


def test_calls_that_never_end_keep_a_bounded_entry(services: Stack, parties: Parties) -> None:
    """A user's entry is read at each of his calls; it must not grow by every call that nobody ends."""
    ann, bob = parties("ann-desk", "bob-desk")
    calls = [talk(ann, "1202", bob)[0] for _ in range(45)]
    longest = max(len(str(value)) for value in table(services, "lines").values())
    for call in calls:
        hang_up(call, bob)
    assert longest <= 1_000


def test_stranger_leaves_nothing_in_shared_tables(services: Stack, outside: dict[str, Endpoint]) -> None:
    before = {name: table(services, name) for name in ("lines", "calls", "hunts", "flows")}
    stranger = outside["stranger"]
    for at in range(200):
        headers = f"From: <sip:ann-desk@{DOMAIN}>;tag={at}\r\nTo: <sip:1300@{DOMAIN}>\r\nContact: <sip:x@y>\r\n"
        stranger.request("INVITE", f"sip:130{at % 4}@{DOMAIN}", f"flood-{at}", headers, sdp(stranger.host))
        stranger.request("REGISTER", f"sip:{DOMAIN}", f"reg-{at}", headers)
        stranger.request("BYE", f"sip:1300@{DOMAIN}", f"bye-{at}", headers.replace("1300@", f"130{at}@"))
    stranger.silent("NOTHING", 0.3)
    assert {name: table(services, name) for name in before} == before


# -- what stays on the machine


def test_switches_are_the_owners_alone(services: Stack) -> None:
    """The socket takes any command; so do the files that are read at a start."""
    run = services.site / "run"
    assert stat.S_IMODE(services.site.stat().st_mode) == 0o711  # media relays go through to the prompts
    assert stat.S_IMODE(run.stat().st_mode) == 0o700
    kept = [path for path in (services.site / "current").resolve().iterdir() if path.name != "prompts"]
    assert [path.name for path in kept if stat.S_IMODE(path.stat().st_mode) & 0o077] == []
    assert stat.S_IMODE((run / "state").stat().st_mode) == 0o700
    sockets = [path for path in run.iterdir() if path.is_socket()]
    if not sockets:
        sockets = [site._rpc_socket(services.site)]
    assert [oct(path.stat().st_mode) for path in sockets if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


def test_nothing_raised_and_both_run(services: Stack) -> None:
    """Last: everything above has been logged."""
    log = services.log.read_text("utf-8", "replace")
    assert [line for line in log.splitlines() if "failed" in line and "Traceback" in line] == []
    assert services.alive
    used = subprocess.run(["ps", "-o", "stat=", "-p", str(services.processes[-1].pid)], capture_output=True, text=True)
    assert "Z" not in used.stdout
