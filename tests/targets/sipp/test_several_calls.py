"""Scenarios of several calls: in a row, at the same moment; transfers; and what the judge says of each call."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.targets.sipp.perfect import Trace
from tests.targets.sipp.services import services

from ringplan.interpreter import FromPhone, PhoneState, World
from ringplan.ir import Program
from ringplan_sipp.generate import scenarios
from ringplan_sipp.generate.cast import engaged, is_playable
from ringplan_sipp.judge import judge
from ringplan_sipp.report.ladder import ladder
from ringplan_sipp.scenario import Message, Observed, Scenario, Shape
from ringplan_sipp.timing import duration, waiting_time


@pytest.fixture(scope="module")
def works() -> Program:
    return services()


@pytest.fixture(scope="module")
def by_id(works: Program) -> dict[str, Scenario]:
    return {scenario.id: scenario for scenario in scenarios(works)}


def owners(scenario: Scenario) -> list[str]:
    """Who answers each call of a scenario."""
    calls = (*scenario.before, scenario)
    return [call.expected.answered_by[0].split("/")[2] for call in calls]


def test_every_scenario_with_all_its_calls_passes_when_played_perfectly(
    works: Program, by_id: dict[str, Scenario]
) -> None:
    faults = {name: judge(scenario, Trace(scenario, works).observed(), works) for name, scenario in by_id.items()}
    assert {name: found for name, found in faults.items() if found} == {}


@pytest.mark.parametrize(
    ("name", "answered"),
    [
        ("sales/circular", ["anna", "bela", "cyril", "anna"]),
        ("crew/uniform", ["anna", "bela", "cyril"]),
        ("share/weighted", ["anna", "anna", "bela"]),
        ("once/regular", ["bela", "bela"]),
        ("all/simultaneous", ["cyril"]),
    ],
)
def test_a_row_of_calls_shows_the_policy(by_id: dict[str, Scenario], name: str, answered: list[str]) -> None:
    assert owners(by_id[f"works/hunt-policy/{name}"]) == answered


def test_calls_that_meet_know_who_is_engaged(by_id: dict[str, Scenario]) -> None:
    for scenario in by_id.values():
        for first in scenario.meanwhile:
            assert scenario.world.engaged == engaged(first) != frozenset()
    ringing = by_id["works/hunt-meeting/crew/ringing"]
    assert ringing.meanwhile[0].shape is Shape.CANCEL
    assert ringing.meanwhile[0].expected.code == 487
    assert owners(ringing) == ["bela"]


def test_with_call_waiting_who_is_engaged_is_rung(by_id: dict[str, Scenario]) -> None:
    scenario = by_id["works/hunt-meeting/waiting/member-calls"]
    first, second = scenario.expected.attempts
    assert first.targets == ("works/users/anna/phones/desk",)
    assert scenario.meanwhile[0].call.origin == FromPhone("works/users/anna/phones/desk")
    assert second.targets[0].startswith("works/users/bela/")


def test_nobody_plays_two_parts(by_id: dict[str, Scenario]) -> None:
    assert all(is_playable(scenario) for scenario in by_id.values())
    talking = by_id["works/hunt-meeting/sales/talking"]
    assert not is_playable(replace(talking, call=talking.meanwhile[0].call))


def test_faults_name_the_call_they_belong_to(works: Program, by_id: dict[str, Scenario]) -> None:
    row = by_id["works/hunt-policy/sales/circular"]
    seen = Trace(row, works).observed()
    first, second, third = seen.before
    swapped = judge(row, replace(seen, before=(second, first, third)), works)
    assert any(fault.startswith("call 1: phone works/users/bela") for fault in swapped)
    assert any(fault.startswith("call 2: phone works/users/anna") for fault in swapped)
    assert "only 2 of 3 calls were made (call)" in judge(row, replace(seen, before=(first, second)), works)
    meeting = by_id["works/hunt-meeting/crew/talking"]
    silent = replace(Trace(meeting, works).observed(), meanwhile=(Observed((), (), {}, {}, ""),))
    assert any(fault.startswith("meanwhile 1: the caller sent no INVITE") for fault in judge(meeting, silent, works))


def test_a_turn_that_overlaps_the_next_is_a_fault(works: Program, by_id: dict[str, Scenario]) -> None:
    scenario = next(s for name, s in by_id.items() if name.startswith("works/hunt-wait/") and name.endswith("/advance"))
    seen = Trace(scenario, works).observed()
    first = scenario.expected.attempts[0].targets[0]
    place = next(endpoint for endpoint, party in seen.parties.items() if party == first)

    def late(message: Message) -> Message:
        is_end = message.text.startswith("CANCEL") or message.source == place
        return replace(message, time=message.time + 1.5) if is_end and place in _ends(message) else message

    moved = tuple(sorted((late(message) for message in seen.messages), key=lambda message: message.time))
    assert any("still rang when" in fault for fault in judge(scenario, replace(seen, messages=moved), works))


def _ends(message: Message) -> tuple[str, str]:
    return message.source, message.destination


def test_a_redirection_that_reaches_the_caller_is_a_fault(works: Program, by_id: dict[str, Scenario]) -> None:
    scenario = next(s for name, s in by_id.items() if name.startswith("works/forward-redirect/emergency/"))
    seen = Trace(scenario, works).observed()
    told = tuple(
        replace(m, text=m.text.replace("486 Busy Here", "302 Moved Temporarily")) if m.destination == seen.caller else m
        for m in seen.messages
    )
    assert any("the exchange's business" in fault for fault in judge(scenario, replace(seen, messages=told), works))


@pytest.mark.parametrize("edited", ["REFER", "SIP/2.0 202"])
def test_a_transfer_that_goes_wrong_is_a_fault(works: Program, by_id: dict[str, Scenario], edited: str) -> None:
    scenario = next(s for s in by_id.values() if s.transfer is not None and s.transfer.code == 202)
    seen = Trace(scenario, works).observed()
    kept = [m for m in seen.messages if not (m.text.startswith(edited) and m.source == Trace.EXCHANGE)]
    faults = judge(scenario, replace(seen, messages=tuple(kept)), works)
    wanted = "the REFER was not passed on" if edited == "REFER" else "the REFER was not answered"
    assert wanted in faults


def test_the_time_of_a_scenario_includes_all_its_calls(works: Program, by_id: dict[str, Scenario]) -> None:
    from ringplan_sipp.relocate import relocate

    place = relocate(works, 47)
    row = by_id["works/hunt-policy/sales/circular"]
    assert duration(row, place) == pytest.approx(4 * duration(row.before[0], place))
    assert waiting_time(by_id["works/hunt-meeting/crew/ringing"].meanwhile[0], place) == 0
    silent = World(phones={"works/users/anna/phones/desk": PhoneState.SILENT})
    assert silent.phone("works/users/anna/phones/desk") is PhoneState.SILENT


def test_the_ladder_shows_all_calls_in_order(works: Program, by_id: dict[str, Scenario]) -> None:
    row = by_id["works/hunt-policy/sales/circular"]
    drawn = ladder(row, Trace(row, works).observed())
    times = [arrow.time for arrow in drawn.arrows]
    assert times == sorted(times)
    assert {"anna/desk", "bela/desk", "cyril/desk"} <= set(drawn.columns)
    assert not any(arrow.wrong for arrow in drawn.arrows)
