"""SIPp scenario files: whole, well formed, and deaf to what a text tries to be."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from ringplan.interpreter import Call, FromPhone, FromStranger, FromTrunk, Outcome, PhoneState, TrunkState, World, route
from ringplan.ir import Program
from ringplan_sipp.casting import Cast, Stage, cast, request_uri
from ringplan_sipp.errors import LabError
from ringplan_sipp.relocate import relocate
from ringplan_sipp.render import render, sipp_text
from ringplan_sipp.scenario import Scenario, Shape

DESK = "novak/users/novakova/phones/desk"
MOBILE = "novak/users/novakova/phones/mobile"
HOME = "novak/users/novakova/phones/home"
RECEPTION = "novak/users/reception/phones/desk"
SOUNDS = {"caller": Path("/lab/caller.al"), "callee": Path("/lab/callee.al")}


def players(program: Program, scenario: Scenario) -> Cast:
    place = relocate(program, 47)
    return cast(scenario, Stage(place, dict.fromkeys(place.phones, "5ec4e7"), SOUNDS), "L47n1")


def scene(program: Program, call: Call, world: World | None = None, shape: Shape = Shape.TALK) -> Scenario:
    world = world or World()
    return Scenario("x", "x", "novak", call, world, route(program, call, world), shape)


def message(text: str, start: str, number: int = 0) -> list[str]:
    """Lines of a message in a rendered file."""
    blocks = re.findall(r"<!\[CDATA\[\n(.*?)\n\s*\]\]>", text, re.DOTALL)
    chosen: str = [block for block in blocks if block.startswith(start)][number]
    return chosen.split("\n")


@pytest.mark.parametrize("shape", list(Shape))
@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize("code", [200, 486])
def test_every_file_is_well_formed(program: Program, shape: Shape, transport: str, code: int) -> None:
    world = World(phones={RECEPTION: PhoneState.BUSY} if code == 486 else {})
    scenario = replace(scene(program, Call(FromPhone(DESK), "1200"), world, shape), transport=transport, nat=True)
    found = players(program, scenario)
    for party in (found.caller, *found.called):
        text = render(party)
        root = ET.fromstring(text)  # noqa: S314 - our own file
        labels = {element.get("id") for element in root.iter("label")}
        jumps = {e.get(a) for e in root.iter() for a in ("next", "ontimeout") if e.get(a)}
        assert jumps <= labels
        for block in re.findall(r"<!\[CDATA\[\n(.*?)\n\s*\]\]>", text, re.DOTALL):
            head, gap, body = block.partition("\n\n")
            assert gap or "Content-Length: 0" in head
            assert ("v=0" in body) == ("application/sdp" in head)


@pytest.mark.parametrize("text", ["a\r\nX: y", "a\nb", "a\0b"])
def test_line_breaks_are_refused(text: str) -> None:
    with pytest.raises(LabError, match="line break"):
        sipp_text(text)


def test_text_cannot_be_a_keyword_an_escape_or_the_end_of_the_section() -> None:
    escaped = sipp_text("[local_ip] \\x41 ]]> <a&b> č {{ p }}")
    assert "[" not in escaped
    assert "]" not in escaped
    assert "&" not in escaped
    back = re.sub(r"\\x(..)", lambda found: chr(int(found[1], 16)), escaped).encode("latin-1").decode()
    assert back == "[local_ip] \\x41 ]]> <a&b> č {{ p }}"


@pytest.mark.parametrize(
    ("dialled", "uri"),
    [
        ("1200", "sip:1200@d"),
        ("+420602111222", "sip:+420602111222@d"),
        ("15**", "sip:15**@d"),
        ("6#", "sip:6%23@d"),
        ("a@b c", "sip:a%40b%20c@d"),
        ("urn:service:sos.fire", "urn:service:sos.fire"),
    ],
)
def test_request_uri(dialled: str, uri: str) -> None:
    assert request_uri(dialled, "d") == uri


def test_a_phone_calls_with_its_account(program: Program) -> None:
    found = players(program, scene(program, Call(FromPhone(DESK), "1200")))
    lines = message(render(found.caller), "INVITE", 1)
    assert "INVITE sip:1200@novak.voice.example SIP/2.0" in lines
    assert "From: <sip:novakova-desk@novak.voice.example>;tag=L47n1c" in lines
    assert "[authentication username=novakova-desk password=5ec4e7]" in lines


def test_withheld_emergency_and_carrier_calls_say_who_they_are(program: Program) -> None:
    def invite(call: Call) -> list[str]:
        return message(render(players(program, scene(program, call)).caller), "INVITE")

    withheld = invite(Call(FromPhone(DESK), "1200", withheld=True))
    assert 'From: "Anonymous" <sip:anonymous@anonymous.invalid>;tag=L47n1c' in withheld
    assert "Privacy: id" in withheld
    sos = invite(Call(FromPhone(DESK), "urn:service:sos", withheld=True))
    assert 'From: "Anonymous" <sip:anonymous@anonymous.invalid>;tag=L47n1c' in sos
    carrier = invite(Call(FromTrunk("alpha", "602111222"), "+420222333404"))
    assert carrier[0] == "INVITE sip:+420222333404@127.0.47.10 SIP/2.0"
    assert "From: <sip:602111222@127.0.47.20>;tag=L47n1c" in carrier
    assert "P-Asserted-Identity: <sip:602111222@127.0.47.20>" in carrier
    hidden = invite(Call(FromTrunk("alpha", "602111222"), "+420222333404", withheld=True))
    assert "P-Asserted-Identity: <sip:602111222@127.0.47.20>" in hidden
    assert "Privacy: id" in hidden
    nameless = invite(Call(FromTrunk("alpha"), "+420222333404"))
    assert not any(line.startswith(("P-Asserted-Identity", "Privacy")) for line in nameless)


def test_a_stranger_has_no_password(program: Program) -> None:
    found = players(program, scene(program, Call(FromStranger("novak.voice.example"), "1204")))
    assert "[authentication" not in render(found.caller)
    assert found.caller.endpoint.host == "127.0.47.99"


def test_behind_nat_the_private_address_is_announced(program: Program) -> None:
    scenario = replace(scene(program, Call(FromPhone(DESK), "1200")), nat=True)
    lines = message(render(players(program, scenario).caller), "INVITE")
    assert "Contact: <sip:novakova-desk@192.168.77.20:5060>" in lines
    assert "c=IN IP4 192.168.77.20" in lines


def test_forged_headers_are_sent_as_they_are(program: Program) -> None:
    scenario = replace(scene(program, Call(FromPhone(DESK), "1200")), forged=(("X-A", "[call_id]"),))
    assert "X-A: \\x5Bcall_id\\x5D" in message(render(players(program, scenario).caller), "INVITE")


def test_phones_act_in_an_order_that_makes_the_expected_result_certain(program: Program) -> None:
    world = World(phones={DESK: PhoneState.ANSWERS, MOBILE: PhoneState.DECLINES, HOME: PhoneState.SILENT})
    found = players(program, scene(program, Call(FromPhone(RECEPTION), "1204"), world))
    rings = {party.endpoint.id: party.rings_ms for party in found.called}
    assert (rings[MOBILE] or 0) + 200 <= (rings[DESK] or 0)
    assert (rings[HOME] or 0) > 5_000
    silent = next(party for party in found.called if party.endpoint.id == HOME)
    assert "ontimeout" not in render(silent)


def test_deaf_parties_are_bound_but_not_played(program: Program) -> None:
    world = World(phones={RECEPTION: PhoneState.GONE})
    found = players(program, scene(program, Call(FromPhone(DESK), "1200"), world))
    assert [end.id for end in found.silent] == [RECEPTION]
    assert found.called == ()
    world = World(trunks={"alpha": TrunkState.SILENT, "beta": TrunkState.BUSY})
    found = players(program, scene(program, Call(FromPhone(DESK), "0602111222"), world))
    assert [end.id for end in found.silent] == ["alpha"]
    assert [(party.endpoint.id, party.code) for party in found.called] == [("beta", 486)]


def test_a_wrong_secret_is_wrong(program: Program) -> None:
    call = Call(FromPhone(DESK), "")
    scenario = Scenario("x", "x", "novak", call, World(), Outcome("novak", (), (), 401, "Unauthorized"))
    right = players(program, replace(scenario, shape=Shape.REGISTER))
    wrong = players(program, replace(scenario, shape=Shape.REGISTER_WRONG_SECRET))
    assert right.caller.password == "5ec4e7"
    assert wrong.caller.password not in ("", right.caller.password)
    assert "REGISTER sip:novak.voice.example SIP/2.0" in render(wrong.caller)
