"""Real phones: two baresips register, call each other by extension through the exchange, and hear each other.

A wrong callee, one-way audio, echo or silence each give another set of tones.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.integration.baresip import Baresip, line_of
from tests.integration.hearing import RATE, TONES, delivered, find, recorded, spoken, tones, write_tone
from tests.integration.remains import remains

from ringplan.ir import Program
from ringplan.program import load_program
from ringplan_sipp.lab import Lab, Lane

ROOT = Path(__file__).resolve().parents[2]
LANE = 83
TALK_SECONDS = 2.0


@pytest.fixture(scope="module")
def program() -> Program:
    """One example tenant on the examples' platform."""
    loaded = load_program(ROOT / "examples/tenants/lipa")
    assert loaded.program is not None, loaded.diagnostics
    return loaded.program


@pytest.fixture(scope="module")
def lab(program: Program) -> Iterator[Lab]:
    """A running exchange; nothing is left in it."""
    with Lab(program, lanes=1, first_lane=LANE) as running:
        yield running
        assert remains(running.lanes[0]) == []


@pytest.fixture(scope="module")
def lane(lab: Lab) -> Lane:
    return lab.lanes[0]


@contextmanager
def talking(lane: Lane, folder: Path, transport: str = "udp") -> Iterator[tuple[Baresip, Baresip]]:
    """Two phones in a call: the caller and the called."""
    lines = [line_of(lane, "lipa/users/zizka/phones/desk", 201), line_of(lane, "lipa/users/meeting/phones/table", 202)]
    with (
        Baresip(lines[0], folder / "caller", TONES[0], transport) as caller,
        Baresip(lines[1], folder / "called", TONES[1], transport) as called,
    ):
        caller.wait_registered()
        called.wait_registered()
        caller.command("dial", "14")
        caller.wait_for("CALL_ESTABLISHED")
        assert called.wait_for("CALL_ESTABLISHED")["peeruri"] == "sip:13@lipa.ringplan.example"
        time.sleep(TALK_SECONDS)
        yield caller, called


@pytest.mark.integration
@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_two_phones_hear_each_other(lane: Lane, tmp_path: Path, transport: str) -> None:
    with talking(lane, tmp_path, transport) as (caller, called):
        caller.command("hangup")
        called.wait_for("CALL_CLOSED")
    relays = {relay.address for relay in lane.place.program.platform.relays}
    for phone in (caller, called):
        assert phone.hears_from()
        assert phone.hears_from() <= relays
    assert tones(caller.heard()) == {TONES[1]}
    assert tones(called.heard()) == {TONES[0]}


@pytest.mark.integration
def test_hold_and_back(lab: Lab, tmp_path: Path) -> None:
    """Who holds plays nothing and hears nothing; afterwards they hear each other again."""
    begin = lab.capture.begin(LANE)
    with talking(lab.lanes[0], tmp_path) as (caller, called):
        caller.command("hold")
        time.sleep(TALK_SECONDS)
        caller.command("resume")
        time.sleep(TALK_SECONDS)
        called.command("hangup")
        caller.wait_for("CALL_CLOSED")
    for phone, hertz in ((caller, called.hertz), (called, caller.hertz)):
        sound = delivered(lab.capture.taken(LANE), phone.line.rtp_ports, begin)
        assert tones(sound) == {hertz}
        before, after = spoken(sound, hertz)
        for length in (before[1] - before[0], after[0] - before[1], after[1] - after[0]):
            assert length == pytest.approx(TALK_SECONDS, abs=0.4)


@pytest.mark.integration
def test_a_wrong_password_does_not_register(lane: Lane, tmp_path: Path) -> None:
    right = line_of(lane, "lipa/users/zizka/phones/desk", 203)
    with (
        Baresip(replace(right, secret="not-" + right.secret), tmp_path / "phone", TONES[0]) as phone,
        pytest.raises(AssertionError),
    ):
        phone.wait_registered(3.0)


def test_the_ear_tells_the_tones_apart(tmp_path: Path) -> None:
    file = tmp_path / "tone.wav"
    for hertz in TONES:
        write_tone(file, hertz, 2.0)
        assert tones(recorded([file])) == {hertz}
        assert spoken(recorded([file]), hertz) == [(0.0, 2.0)]
    write_tone(file, 0, 2.0)
    assert tones(recorded([file])) == set()


def test_the_ear_finds_a_prompt() -> None:
    noise = np.random.default_rng(1)
    wanted, other = noise.normal(0, 0.1, RATE), noise.normal(0, 0.1, RATE)
    sound = np.concatenate([np.zeros(RATE // 2), other, wanted / 2, np.zeros(RATE)])
    found = find(sound, wanted)
    assert (round(found.likeness, 3), found.at_s, round(found.level, 3)) == (1.0, 1.5, 0.5)
    assert find(sound, noise.normal(0, 0.1, RATE)).likeness < 0.2
    assert find(sound[:RATE], wanted).likeness < 0.2
    assert find(wanted[:100], wanted).likeness == 0
