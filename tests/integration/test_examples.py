"""Every generated call of every example, on the real stack; and nothing is left behind when they are over."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ringplan.ir import Program
from ringplan.program import load_program
from ringplan_kamailio import site
from ringplan_sipp.generate import scenarios
from ringplan_sipp.judge import judge
from ringplan_sipp.lab import Lab, Lane
from ringplan_sipp.player import Played, play_all
from ringplan_sipp.relocate import relocate
from ringplan_sipp.scenario import Scenario

TENANTS = Path(__file__).parents[2] / "examples" / "tenants"
FIRST_LANE = 101

pytestmark = [pytest.mark.integration, pytest.mark.timeout(1200)]


def test_all_calls_of_the_examples() -> None:
    program = load_program(TENANTS).program
    assert program is not None
    wanted = scenarios(program)
    assert len({scenario.tenant for scenario in wanted}) == len(program.tenants) >= 4
    faults: dict[str, tuple[str, ...]] = {}
    played: set[str] = set()
    unknown: set[str] = set()

    def on_played(scenario: Scenario, what: Played) -> None:
        played.add(scenario.id)
        if found := judge(scenario, what.observed, program):
            faults[scenario.id] = (*found, *what.remarks)
        unknown.update(senders_unknown_to_carriers(what))

    with Lab(program, first_lane=FIRST_LANE) as lab:
        play_all(lab, wanted, on_played)
        left = [line for lane in lab.lanes for line in remains(lane, program)]
    assert faults == {}
    assert unknown == set()
    assert played == {scenario.id for scenario in wanted}
    assert left == []


def senders_unknown_to_carriers(what: Played) -> set[str]:
    """Where trunks got requests from that is not the exchange's own address (``.10`` of its lane), over TCP too."""
    trunks = {place for place, party in what.observed.parties.items() if "/" not in party}
    to_trunks = (message for message in what.observed.messages if message.destination in trunks)
    senders = {message.source.partition(":")[0] for message in to_trunks}
    return {host for host in senders if host.rpartition(".")[2] != "10"}


def remains(lane: Lane, program: Program) -> list[str]:
    """Transactions, media sessions and engaged users that are still there although no call is."""
    relays = relocate(program, lane.number).program.platform.relays
    left = [f"lane {lane.number}: {count} transactions" for count in settled(lambda: transactions(lane))]
    for table in ("lines", "calls"):
        left += [f"lane {lane.number}: {count} {table}" for count in settled(lambda t=table: entries(lane, t))]  # type: ignore[misc]
    for relay in relays:
        address = relay.control_host, relay.control_port
        left += [f"lane {lane.number}: {relay.id}: {count} calls" for count in settled(lambda a=address: calls(a))]  # type: ignore[misc]
    return left


def settled(count: Callable[[], int]) -> list[int]:
    """Nothing when the count falls to zero within the time a transaction lingers, else the count."""
    end = time.monotonic() + 15
    while (last := count()) and time.monotonic() < end:
        time.sleep(0.2)
    return [last] if last else []


def transactions(lane: Lane) -> int:
    """Transactions the exchange holds."""
    found = site.rpc(lane.site, "tm.stats")
    assert isinstance(found, dict)
    return int(found["current"])


def entries(lane: Lane, table: str) -> int:
    """Entries of one of the exchange's tables."""
    found = site.rpc(lane.site, "htable.dump", table)
    assert isinstance(found, list)
    return sum(len(slot["slot"]) for slot in found)


def calls(control: tuple[str, int]) -> int:
    """Calls a media relay holds."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(2)
        sock.sendto(b"cookie " + json.dumps({"command": "list"}).encode(), control)
        cookie, _, answer = sock.recv(65535).partition(b" ")
    assert cookie == b"cookie"
    return len(json.loads(answer)["calls"])
