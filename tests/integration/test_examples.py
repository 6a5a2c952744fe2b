"""Every generated call of every example, on the real stack; and nothing is left behind when they are over."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.integration.remains import remains

from ringplan.program import load_program
from ringplan_sipp.generate import scenarios
from ringplan_sipp.judge import judge
from ringplan_sipp.lab import Lab
from ringplan_sipp.player import Played, play_all
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
        left = [line for lane in lab.lanes for line in remains(lane)]
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
