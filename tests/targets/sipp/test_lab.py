"""The lab with a real exchange, real relays and SIPp."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ringplan.interpreter import Call, FromPhone, FromTrunk, PhoneState, TrunkState, World, route
from ringplan.ir import Program
from ringplan_kamailio import site
from ringplan_sipp.errors import LabError
from ringplan_sipp.lab import Lab
from ringplan_sipp.player import Played, Player, play_all
from ringplan_sipp.scenario import Observed, Scenario, Shape

pytestmark = pytest.mark.integration

DESK = "novak/users/novakova/phones/desk"
MOBILE = "novak/users/novakova/phones/mobile"
HOME = "novak/users/novakova/phones/home"
RECEPTION = "novak/users/reception/phones/desk"


@pytest.fixture(scope="module")
def lab(program: Program, module_lane: int) -> Iterator[Lab]:
    with Lab(program, lanes=1, first_lane=module_lane) as opened:
        yield opened


@pytest.fixture(scope="module")
def player(lab: Lab) -> Player:
    return Player(lab, lab.lanes[0])


def scene(program: Program, call: Call, world: World | None = None, shape: Shape = Shape.TALK) -> Scenario:
    world = world or World()
    return Scenario("x", "x", "novak", call, world, route(program, call, world), shape)


def rang(observed: Observed) -> list[str]:
    """Who was called by the exchange, once each, in order of time."""
    calls = [m for m in observed.messages if m.text.startswith("INVITE ") and m.source.split(":")[0].endswith(".10")]
    return list(dict.fromkeys(observed.parties[m.destination] for m in calls))


def codes(observed: Observed) -> list[int]:
    """Final codes the caller received for its INVITE, without the challenge."""
    found = [
        int(m.text.split()[1])
        for m in observed.messages
        if m.destination == observed.caller and m.text.startswith("SIP/2.0 ") and "INVITE\r\n" in m.text
    ]
    return list(dict.fromkeys(code for code in found if code >= 200 and code != 407))


def heard(observed: Observed) -> dict[str, set[str]]:
    """Whose recordings arrived at each party."""
    result: dict[str, set[str]] = {}
    for flow in observed.media:
        party = observed.parties.get(flow.destination)
        if party and dict(flow.heard).get("caller", 0) + dict(flow.heard).get("callee", 0) >= 8:
            result.setdefault(party, set()).update(name for name, _ in flow.heard)
    return result


def ended_well(played: Played) -> bool:
    return not any(played.observed.exits.values()) and not played.remarks


def test_an_extension_rings_and_both_hear_each_other(program: Program, player: Player) -> None:
    played = player.play(scene(program, Call(FromPhone(DESK), "1200")))
    assert ended_well(played), played.remarks
    assert rang(played.observed) == [RECEPTION]
    assert codes(played.observed) == [200]
    assert heard(played.observed) == {DESK: {"callee"}, RECEPTION: {"caller"}}
    assert {flow.tos for flow in played.observed.media if flow.destination in played.observed.parties} == {184}


@pytest.mark.parametrize("shape", [Shape.CALLEE_HANGS_UP, Shape.HOLD, Shape.RETRANSMIT])
@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize("nat", [False, True])
def test_the_ways_to_conduct_a_call(program: Program, player: Player, shape: Shape, transport: str, nat: bool) -> None:
    scenario = replace(scene(program, Call(FromPhone(DESK), "1200"), shape=shape), transport=transport, nat=nat)
    played = player.play(scenario)
    assert ended_well(played), played.remarks
    assert heard(played.observed) == {DESK: {"callee"}, RECEPTION: {"caller"}}
    if shape is Shape.RETRANSMIT and transport == "udp":
        sent = [m.text for m in played.observed.messages if m.source == played.observed.caller]
        assert [sum(text.startswith(method) for text in sent) for method in ("INVITE ", "BYE ")] == [1 + 2, 2]
        assert len({text for text in sent if text.startswith("INVITE ")}) == 2


def test_the_caller_gives_up(program: Program, player: Player) -> None:
    scenario = scene(program, Call(FromPhone(DESK), "1200"), shape=Shape.CANCEL)
    expected = replace(scenario.expected, code=487, reason="Request Terminated", answered_by=())
    played = player.play(replace(scenario, expected=expected))
    assert ended_well(played), played.remarks
    assert codes(played.observed) == [487]
    assert rang(played.observed) == [RECEPTION]


@pytest.mark.parametrize(
    ("state", "code", "called"),
    [
        (PhoneState.BUSY, 486, [RECEPTION]),
        (PhoneState.DECLINES, 486, [RECEPTION]),
        (PhoneState.UNREGISTERED, 480, []),
    ],
)
def test_phones_do_what_the_world_says(
    program: Program, player: Player, state: PhoneState, code: int, called: list[str]
) -> None:
    played = player.play(scene(program, Call(FromPhone(DESK), "1200"), World(phones={RECEPTION: state})))
    assert ended_well(played), played.remarks
    assert codes(played.observed) == [code]
    assert rang(played.observed) == called


def test_after_being_away_a_phone_is_back(program: Program, player: Player) -> None:
    away = World(phones={RECEPTION: PhoneState.UNREGISTERED})
    assert codes(player.play(scene(program, Call(FromPhone(DESK), "1200"), away)).observed) == [480]
    assert codes(player.play(scene(program, Call(FromPhone(DESK), "1200"))).observed) == [200]


def test_of_several_phones_the_first_wins(program: Program, player: Player) -> None:
    world = World(phones={DESK: PhoneState.BUSY, HOME: PhoneState.SILENT})
    played = player.play(scene(program, Call(FromPhone(RECEPTION), "1204"), world))
    assert ended_well(played), played.remarks
    assert set(rang(played.observed)) == {DESK, MOBILE, HOME}
    assert heard(played.observed) == {RECEPTION: {"callee"}, MOBILE: {"caller"}}


def test_a_call_out_and_a_call_in(program: Program, player: Player) -> None:
    played = player.play(scene(program, Call(FromPhone(DESK), "0602111222")))
    assert ended_well(played), played.remarks
    assert heard(played.observed) == {DESK: {"callee"}, "alpha": {"caller"}}
    played = player.play(scene(program, Call(FromTrunk("beta", "+420602111222"), "+420222333400")))
    assert ended_well(played), played.remarks
    assert heard(played.observed) == {"beta": {"callee"}, RECEPTION: {"caller"}}


@pytest.mark.parametrize("shape", [Shape.TALK, Shape.CALLEE_HANGS_UP])
def test_a_trunk_on_tcp_is_seen_in_both_directions(program: Program, lane: int, shape: Shape) -> None:
    trunks = (replace(program.platform.trunks[0], transport="tcp"), program.platform.trunks[1])
    program = replace(program, platform=replace(program.platform, trunks=trunks))
    with Lab(program, lanes=1, first_lane=lane) as opened:
        played = Player(opened, opened.lanes[0]).play(scene(program, Call(FromPhone(DESK), "0602111222"), shape=shape))
    assert ended_well(played), played.remarks
    assert heard(played.observed) == {DESK: {"callee"}, "alpha": {"caller"}}
    from_trunk = [m for m in played.observed.messages if played.observed.parties.get(m.source) == "alpha"]
    assert any(m.text.startswith("SIP/2.0 200 ") for m in from_trunk)
    assert any(m.text.startswith("BYE ") for m in from_trunk) == (shape is Shape.CALLEE_HANGS_UP)


@pytest.mark.parametrize("state", [TrunkState.FAILS, TrunkState.SILENT])
def test_the_second_trunk_helps_out(program: Program, player: Player, state: TrunkState) -> None:
    played = player.play(scene(program, Call(FromPhone(DESK), "0602111222"), World(trunks={"alpha": state})))
    assert ended_well(played), played.remarks
    assert rang(played.observed) == ["alpha", "beta"]
    assert heard(played.observed) == {DESK: {"callee"}, "beta": {"caller"}}


@pytest.mark.parametrize(("shape", "code"), [(Shape.REGISTER, 200), (Shape.REGISTER_WRONG_SECRET, 401)])
@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize("nat", [False, True])
def test_registrations_end_with_the_list_of_contacts(
    program: Program, player: Player, shape: Shape, code: int, transport: str, nat: bool
) -> None:
    scenario = scene(program, Call(FromPhone(DESK), "1200"), shape=shape)
    expected = replace(scenario.expected, attempts=(), code=code, answered_by=())
    played = player.play(replace(scenario, expected=expected, transport=transport, nat=nat))
    assert ended_well(played), played.remarks
    answers = [m.text for m in played.observed.messages if m.transport == "udp" and m.text.startswith("SIP/2.0 ")]
    assert answers[-1].startswith("SIP/2.0 200 ")
    assert ("\nContact:" in answers[-1]) == (code == 200)


def test_a_wrong_phone_that_rings_is_seen_and_costs_no_timeout(program: Program, player: Player) -> None:
    scenario = scene(program, Call(FromPhone(DESK), "1200"))
    lie = route(program, Call(FromPhone(RECEPTION), "1205"), World())
    played = player.play(replace(scenario, expected=lie))
    assert rang(played.observed) == [RECEPTION]
    assert codes(played.observed) == [486]
    assert played.observed.exits["novak/users/svoboda/phones/desk"] != 0
    assert played.observed.exits[DESK] != 0
    assert len(played.remarks) == 2
    assert played.seconds < 3


def test_all_scenarios_are_played_and_every_one_is_reported(program: Program, lab: Lab) -> None:
    world = World(phones={RECEPTION: PhoneState.BUSY})
    scenarios = [replace(scene(program, Call(FromPhone(DESK), "1200"), world), id=f"s{n}") for n in range(5)]
    seen: list[str] = []
    play_all(lab, scenarios, lambda scenario, played: seen.append(scenario.id))
    assert seen == ["s0", "s1", "s2", "s3", "s4"]


def test_the_clock_can_be_set(lab: Lab) -> None:
    lane = lab.lanes[0]
    lane.set_clock(datetime(2030, 1, 1, tzinfo=UTC))
    assert "1893456000" in str(site.rpc(lane.site, "htable.get", "clock", "now"))
    lane.set_clock(None)
    with pytest.raises(site.SiteError):
        site.rpc(lane.site, "htable.get", "clock", "now")
    with pytest.raises(ValueError, match="time zone"):
        lane.set_clock(datetime(2030, 1, 1))  # noqa: DTZ001 - that is the point


def test_an_address_in_use_is_named_and_nothing_stays(program: Program, lane: int, tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind((f"127.0.{lane}.11", 2223))
        with pytest.raises(LabError) as caught, Lab(program, lanes=1, first_lane=lane, workdir=tmp_path):
            pass
    assert f"udp:127.0.{lane}.11:2223 cannot be used (Address already in use by process {os.getpid()} " in str(
        caught.value
    )
    assert list(tmp_path.iterdir()) == []


def test_an_exchange_that_died_is_noticed(program: Program, lane: int) -> None:
    with Lab(program, lanes=1, first_lane=lane) as opened:
        opened.lanes[0].children()[-1].kill()
        time.sleep(0.2)
        with pytest.raises(LabError, match=r"kamailio of lane .* has died"):
            Player(opened, opened.lanes[0]).play(scene(program, Call(FromPhone(DESK), "1200")))


DRIVER = """
import sys
sys.path[:0] = {path!r}
import conftest
from ringplan.interpreter import Call, FromPhone, PhoneState, World, route
from ringplan_sipp.lab import Lab
from ringplan_sipp.player import play_all
from ringplan_sipp.scenario import Scenario
program = conftest.make_program()
call, world = Call(FromPhone({desk!r}), "1200"), World(phones={{{reception!r}: PhoneState.SILENT}})
scenario = Scenario("x", "x", "novak", call, world, route(program, call, world))
with Lab(program, lanes=1, first_lane={lane}, workdir={workdir!r}) as lab:
    print(*(child.process.pid for child in lab.lanes[0].children()), flush=True)
    play_all(lab, [scenario], lambda *_: None)
    print("not interrupted", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_whatever_ends_the_driver_nothing_is_left(lane: int, tmp_path: Path, number: signal.Signals) -> None:
    path = [str(Path(__file__).parent), *(entry for entry in sys.path if entry)]
    workdir = tmp_path / "work"
    workdir.mkdir()
    script = DRIVER.format(path=path, desk=DESK, reception=RECEPTION, lane=lane, workdir=str(workdir))
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as driver:
        assert driver.stdout is not None
        groups = [int(pid) for pid in driver.stdout.readline().split()]
        assert len(groups) == 2
        end = time.monotonic() + 10
        while not _on_lane(lane, "sipp") and time.monotonic() < end:
            time.sleep(0.05)
        assert _on_lane(lane, "sipp"), "no call was going on"
        driver.send_signal(number)
        output, _ = driver.communicate(timeout=20)
    assert b"not interrupted" not in output
    while (left := [*_on_lane(lane, ""), *filter(_group_lives, groups)]) and time.monotonic() < end + 5:
        time.sleep(0.05)
    assert left == []
    if number is not signal.SIGKILL:
        assert list(workdir.iterdir()) == []


def _on_lane(lane: int, name: str) -> list[str]:
    """Command lines of the running processes that name an address or a file of the lane."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if command.startswith(("sipp", "kamailio", "rtpengine")) and name in command and f"lane-{lane}/" in command:
            found.append(command)
    return found


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
