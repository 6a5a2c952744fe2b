"""Faults in answered calls: the share that the generated scenarios find, fault by fault.

As `test_planted_service_faults`, with a tenant of its own (folder ``answered``) whose prompts and waits are short.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.targets.sipp import planted
from tests.targets.sipp.answered_faults import FAULTS, SURVIVORS
from tests.targets.sipp.conftest import reserved_lane
from tests.targets.sipp.planting import matching, verdict

from ringplan.ir import Program
from ringplan.program import load_program
from ringplan.target import Artifact
from ringplan_sipp.generate import scenarios
from ringplan_sipp.scenario import Scenario

AT_ONCE = 4
"""Exchanges that play faults at the same time; most of the time they wait."""
WITHOUT = 3
"""And without faults, when nothing may be late."""
SHARE = 0.95
"""Share of all faults that must be found."""


@pytest.fixture(scope="module")
def desk() -> Program:
    loaded = load_program(Path(__file__).parent / "answered")
    assert loaded.program is not None, loaded.diagnostics
    return loaded.program


@pytest.fixture(scope="module")
def generated(desk: Program) -> tuple[Scenario, ...]:
    return scenarios(desk)


@pytest.fixture(scope="module")
def said(desk: Program, generated: tuple[Scenario, ...]) -> planted.Said:
    return planted.play(desk, generated, FAULTS, AT_ONCE)


@pytest.mark.integration
@pytest.mark.timeout(300)
def test_without_a_fault_all_these_scenarios_pass(desk: Program, generated: tuple[Scenario, ...]) -> None:
    chosen = matching(generated, tuple(sorted({pattern for fault in FAULTS.values() for pattern in fault.played})))
    with ExitStack() as stack:
        lanes = [stack.enter_context(reserved_lane()) for _ in range(WITHOUT)]
        with ThreadPoolExecutor(WITHOUT) as pool:
            summaries = pool.map(lambda share: verdict(desk, chosen[share::WITHOUT], lanes[share]), range(WITHOUT))
            failures = [result for summary in summaries for result in summary.failures]
    assert {result.scenario.id: result.faults for result in failures} == {}


@pytest.mark.integration
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", sorted(FAULTS.keys() - SURVIVORS.keys()))
def test_a_planted_fault_is_found(name: str, said: planted.Said) -> None:
    assert planted.is_found(FAULTS[name], said[name]), said[name]


@pytest.mark.integration
@pytest.mark.timeout(600)
def test_the_share_of_faults_that_is_found(said: planted.Said, capsys: pytest.CaptureFixture[str]) -> None:
    found = planted.names_found(FAULTS, said)
    with capsys.disabled():
        sys.stdout.write(planted.account("answered calls", found, FAULTS, SURVIVORS))
    assert len(found) / len(FAULTS) >= SHARE
    assert SURVIVORS.keys().isdisjoint(found)


@pytest.fixture(scope="module")
def emitted(desk: Program) -> tuple[Artifact, ...]:
    return planted.emit_all(desk)


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_every_fault_can_still_be_planted(
    name: str, generated: tuple[Scenario, ...], emitted: tuple[Artifact, ...]
) -> None:
    assert planted.is_planted(FAULTS[name], emitted)
    assert matching(generated, FAULTS[name].played)


def test_there_are_at_least_thirty_five_different_faults() -> None:
    assert len({fault.edits for fault in FAULTS.values()}) == len(FAULTS) >= 35
