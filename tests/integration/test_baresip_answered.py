"""Real phones and calls the attendant answers: a menu, a callback, transfers, hold.

Every phone is a baresip that plays a tone of its own. What one heard is compared with the prompt's file and searched
for the others' tones, so a wrong prompt, a wrong callee, one-way audio and echo are all seen.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

import pytest
from tests.integration.baresip import Baresip, carrier_line, line_of
from tests.integration.hearing import RATE, TONES, Match, Samples, delivered, find, prompt, spoken, tones
from tests.integration.remains import remains

from ringplan.program import load_program
from ringplan.prompts.identity import stem
from ringplan_sipp.lab import Lab

PHONES = Path(__file__).parent / "phones"
LANE = 84
DOMAIN = "hlas.ringplan.example"
MOBILE, CALLBACK = "+420602111222", "+420234500120"
HOSTS = {"adam": 201, "berta": 202, "cyril": 203}
TONE = dict(zip(HOSTS, TONES, strict=True))
TALK_SECONDS = 1.2
GREETING, CONNECTING = "Good day.", "You are being connected."
ACCEPT, ASK = "Call back.", "Dial the number"

_log = logging.getLogger(__name__)

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]

Phone = Callable[[str], Baresip]


class Search(Protocol):
    """Finds a prompt in a sound."""

    def __call__(self, sound: Samples, name: str, seconds: float | None = None) -> Match: ...


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """A running exchange with its attendant; nothing is left in them."""
    program = load_program(PHONES).program
    assert program is not None
    with Lab(program, lanes=1, first_lane=LANE) as running:
        yield running
        assert remains(running.lanes[0]) == []


@pytest.fixture
def phone(lab: Lab, tmp_path: Path) -> Iterator[Phone]:
    """Makes phones by name, registered; after the test, no call is left anywhere."""
    lane = lab.lanes[0]
    lab.capture.begin(LANE)
    with ExitStack() as opened:

        def make(name: str) -> Baresip:
            if name == "carrier":
                line = carrier_line(lane, "carrier", MOBILE)
                return opened.enter_context(Baresip(line, tmp_path / name, TONE["adam"]))
            line = line_of(lane, f"hlas/users/{name}/phones/desk", HOSTS[name], "auto" if name == "cyril" else "manual")
            made = opened.enter_context(Baresip(line, tmp_path / name, TONE[name]))
            made.wait_registered()
            return made

        yield make
        assert remains(lane, transactions=False, seconds=3.0) == []


@pytest.fixture
def search(lab: Lab) -> Search:
    """Where a prompt, or its beginning, is heard; named by its first words or its file."""
    folder = lab.folder / f"lane-{LANE}" / "bundle" / "prompts"
    (tenant,) = lab.lanes[0].place.program.tenants
    files = {one.words.strip("“”"): stem(one.id) for one in tenant.prompts}

    def search(sound: Samples, name: str, seconds: float | None = None) -> Match:
        (path,) = [path for words, path in files.items() if words.startswith(name)] or [name]
        found = find(sound, prompt(folder / f"{path}.au", seconds))
        _log.info("%s: %s", name, found)
        return found

    return search


def connected(caller: Baresip, called: Baresip, key: str = "1") -> None:
    """The caller gets through the menu to the called, who answers at once."""
    caller.command("dial", "1900")
    caller.wait_for("CALL_ESTABLISHED")
    time.sleep(1.0)
    caller.press(key)
    rings = called.wait_for("CALL_INCOMING")
    assert (rings["peeruri"], rings["peerdisplayname"]) == (f"sip:1201@{DOMAIN}", "Adam")
    called.command("accept")
    called.wait_for("CALL_ESTABLISHED")
    time.sleep(TALK_SECONDS)


def wait_closed(*phones: Baresip) -> None:
    for one in phones:
        one.wait_for("CALL_CLOSED")


@pytest.mark.parametrize("who_hangs_up", ["caller", "called"])
def test_a_menu_is_heard_and_connects(lab: Lab, phone: Phone, search: Search, who_hangs_up: str) -> None:
    adam, berta = phone("adam"), phone("berta")
    whole = who_hangs_up == "caller"
    adam.command("dial", "1900")
    dialled = time.monotonic()
    adam.wait_for("CALL_ESTABLISHED")
    answered = time.monotonic()
    time.sleep(4.4 if whole else 1.5)  # the greeting lasts 4.06 s; in the other call the key stops it
    pressed = time.monotonic() - answered
    adam.press("1")
    rings = berta.wait_for("CALL_INCOMING")
    assert (rings["peeruri"], rings["peerdisplayname"]) == (f"sip:1201@{DOMAIN}", "Adam")
    time.sleep(1.2)
    berta.command("accept")
    berta.wait_for("CALL_ESTABLISHED")
    time.sleep(TALK_SECONDS)
    (adam if whole else berta).command("hangup")
    wait_closed(berta if whole else adam)

    heard = adam.heard()
    found = [search(heard, GREETING, None if whole else 1.3), search(heard, CONNECTING), search(heard, "ringback", 0.8)]
    ((talk, _),) = spoken(heard, TONE["berta"])
    for match in found:
        assert match.likeness > 0.98
        assert match.level == pytest.approx(1.0, abs=0.05)
    assert found[0].at_s < 0.1
    assert [match.at_s for match in found] == sorted(match.at_s for match in found)
    assert found[-1].at_s < talk
    assert search(heard, ASK).likeness < 0.3  # prompts are told apart
    assert tones(heard[int(talk * RATE) :]) == {TONE["berta"]}
    assert tones(berta.heard()) == {TONE["adam"]}
    delay = search(delivered(lab.capture.taken(LANE), adam.line.rtp_ports, answered), CONNECTING).at_s - pressed
    _log.info("answered after %.3f s; from the key to the next prompt %.3f s", answered - dialled, delay)
    assert answered - dialled < 1.0
    assert 0.0 < delay < 0.6
    relays = {relay.address for relay in lab.lanes[0].place.program.platform.relays}
    assert adam.hears_from() == berta.hears_from() == relays


def test_an_employee_is_called_back(lab: Lab, phone: Phone, search: Search) -> None:
    carrier, berta = phone("carrier"), phone("berta")
    carrier.command("dial", f"sip:{CALLBACK}@{lab.lanes[0].exchange}")
    assert str(carrier.wait_for("CALL_CLOSED")["param"]).startswith("486")
    refused = time.monotonic()
    assert str(carrier.wait_for("CALL_INCOMING")["peeruri"]).startswith(f"sip:{CALLBACK}@")
    delay = time.monotonic() - refused
    _log.info("called back after %.3f s", delay)
    assert 1.9 < delay < 3.0
    carrier.command("accept")
    carrier.wait_for("CALL_ESTABLISHED")
    time.sleep(3.5)  # the prompt lasts 3.18 s
    carrier.press("1")
    time.sleep(2.2)
    carrier.press("1202#")
    rings = berta.wait_for("CALL_INCOMING")
    assert (rings["peeruri"], rings["peerdisplayname"]) == (f"sip:1201@{DOMAIN}", "Adam")
    berta.command("accept")
    berta.wait_for("CALL_ESTABLISHED")
    time.sleep(TALK_SECONDS)
    carrier.command("hangup")
    wait_closed(berta)

    accept, ask = search(carrier.heard(), ACCEPT), search(carrier.heard(), ASK, 2.0)
    ((talk, _),) = spoken(carrier.heard(), TONE["berta"])
    assert accept.likeness > 0.98
    assert ask.likeness > 0.98
    assert accept.at_s < ask.at_s < talk
    assert tones(berta.heard()) == {TONE["adam"]}


def test_hold_music_and_a_blind_transfer_by_the_called(lab: Lab, phone: Phone, search: Search) -> None:
    adam, berta, cyril = phone("adam"), phone("berta"), phone("cyril")
    connected(adam, berta)
    berta.command("hold")
    time.sleep(2.5)
    berta.command("resume")
    resumed = time.monotonic()
    time.sleep(TALK_SECONDS)
    berta.command("transfer", f"sip:1203@{DOMAIN}")
    begun = time.monotonic()
    assert cyril.wait_for("CALL_ESTABLISHED")["peeruri"] == f"sip:1201@{DOMAIN}"
    _log.info("transferred after %.3f s", time.monotonic() - begun)
    wait_closed(berta)
    time.sleep(TALK_SECONDS)
    cyril.command("hangup")
    wait_closed(adam)

    music = search(adam.heard(), "hold", 1.5)
    before, after = spoken(adam.heard(), TONE["berta"])
    assert music.likeness > 0.95
    assert before[1] - 0.1 <= music.at_s < music.at_s + 1.5 < after[0]
    assert after[0] - before[1] == pytest.approx(2.5, abs=0.4)
    ((third, _),) = spoken(adam.heard(), TONE["cyril"])
    assert third >= after[1] - 0.1
    assert tones(cyril.heard()) == {TONE["adam"]}
    to_berta = delivered(lab.capture.taken(LANE), berta.line.rtp_ports, resumed)
    assert spoken(to_berta, TONE["adam"])[-1][1] == pytest.approx(TALK_SECONDS, abs=0.4)


def test_a_blind_transfer_by_the_caller(phone: Phone) -> None:
    adam, berta, cyril = phone("adam"), phone("berta"), phone("cyril")
    connected(adam, berta)
    adam.command("transfer", f"sip:1203@{DOMAIN}")
    assert cyril.wait_for("CALL_ESTABLISHED")["peeruri"] == f"sip:1202@{DOMAIN}"
    wait_closed(adam)
    time.sleep(TALK_SECONDS)
    berta.command("hangup")
    wait_closed(cyril)
    assert tones(cyril.heard()) == {TONE["berta"]}
    assert [len(spoken(berta.heard(), TONE[who])) for who in ("adam", "cyril")] == [1, 1]


def test_an_attended_transfer(phone: Phone) -> None:
    """baresip 1.0 has no command for it, so its user writes Replaces into the Refer-To; nor does it act on Replaces,
    so the call of the two is taken down by its maker."""
    adam, berta, cyril = phone("adam"), phone("berta"), phone("cyril")
    adam.command("dial", "1900")
    adam.wait_for("CALL_ESTABLISHED")
    adam.press("1")
    first = str(berta.wait_for("CALL_INCOMING")["id"])
    berta.command("accept")
    berta.wait_for("CALL_ESTABLISHED")
    berta.command("hold")
    time.sleep(0.5)
    berta.command("dial", "1203")
    second = str(berta.wait_for("CALL_ESTABLISHED")["id"])
    cyril.wait_for("CALL_ESTABLISHED")
    time.sleep(TALK_SECONDS)
    berta.command("callfind", first)
    replaces = berta.replaces(second)
    berta.command("transfer", f"<sip:1203@{DOMAIN}?Replaces={quote(replaces, safe='')}>")
    assert cyril.wait_for("CALL_ESTABLISHED")["peeruri"] == f"sip:1201@{DOMAIN}"
    assert berta.wait_for("CALL_CLOSED")["id"] == first
    time.sleep(TALK_SECONDS)
    berta.command("hangup")
    adam.command("hangup")
    wait_closed(cyril, cyril)
    assert re.findall(r"^Replaces: (\S+)", cyril.log(), re.MULTILINE) == [replaces]
    assert tones(cyril.heard()) == {TONE["berta"], TONE["adam"]}
    assert len(spoken(adam.heard(), TONE["cyril"])) == 1
