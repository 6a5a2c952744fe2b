"""Faults in answered calls: the share that the generated scenarios find, fault by fault.

As `test_planted_service_faults`, with a tenant of its own (folder ``answered``) whose prompts and waits are short.
"""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.targets.sipp.answered_faults import FAULTS, SURVIVORS
from tests.targets.sipp.conftest import reserved_lane
from tests.targets.sipp.planting import Fault, matching, verdict

import ringplan_kamailio
import ringplan_rtpengine
from ringplan import target
from ringplan.ir import Program
from ringplan.program import load_program
from ringplan.target import Artifact, Target
from ringplan_sipp import lab
from ringplan_sipp.generate import scenarios
from ringplan_sipp.scenario import Scenario

AT_ONCE = 4
"""Exchanges that play faults at the same time; most of the time they wait."""
WITHOUT = 3
"""And without faults, when nothing may be late."""
SHARE = 0.95
"""Share of all faults that must be found."""


class Planted:
    """`ringplan.target.emit` with the fault that the calling thread plays; a thread has one lane, so it emits once."""

    def __init__(self) -> None:
        self._here = threading.local()

    def use(self, fault: Fault) -> None:
        self._here.fault = fault

    def __call__(self, targets: Iterable[Target], program: Program) -> tuple[Artifact, ...]:
        if not hasattr(self._here, "emitted"):
            self._here.emitted = target.emit(targets, program)
        artifacts = {artifact.path: artifact for artifact in self._here.emitted}
        for edit in self._here.fault.edits:
            artifacts[edit.path] = edit.apply(artifacts[edit.path])
        return tuple(artifacts.values())


@pytest.fixture(scope="module")
def desk() -> Program:
    loaded = load_program(Path(__file__).parent / "answered")
    assert loaded.program is not None, loaded.diagnostics
    return loaded.program


@pytest.fixture(scope="module")
def generated(desk: Program) -> tuple[Scenario, ...]:
    return scenarios(desk)


@pytest.fixture(scope="module")
def said(desk: Program, generated: tuple[Scenario, ...]) -> Iterator[dict[str, list[str]]]:
    """What the verdicts said, by fault."""
    planted = Planted()
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setattr(lab, "emit", planted)
        lanes = [stack.enter_context(reserved_lane()) for _ in range(AT_ONCE)]
        found: dict[str, list[str]] = {}

        def play(share: int) -> None:
            for name in sorted(FAULTS)[share::AT_ONCE]:
                planted.use(FAULTS[name])
                summary = verdict(desk, matching(generated, FAULTS[name].played), lanes[share])
                found[name] = [sentence for result in summary.failures for sentence in result.faults]

        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(play, range(AT_ONCE)))
        yield found


def is_found(name: str, said: dict[str, list[str]]) -> bool:
    return any(re.search(FAULTS[name].says, sentence) for sentence in said[name])


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
def test_a_planted_fault_is_found(name: str, said: dict[str, list[str]]) -> None:
    assert is_found(name, said), said[name]


@pytest.mark.integration
@pytest.mark.timeout(600)
def test_the_share_of_faults_that_is_found(said: dict[str, list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    found = sorted(name for name in FAULTS if is_found(name, said))
    share = len(found) / len(FAULTS)
    lines = [f"planted faults in answered calls: {len(found)} of {len(FAULTS)} found ({share:.0%})"]
    lines += [f"not found: {name}: {reason}" for name, reason in SURVIVORS.items()]
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(lines) + "\n")
    assert share >= SHARE
    assert SURVIVORS.keys().isdisjoint(found)


@pytest.fixture(scope="module")
def emitted(desk: Program) -> tuple[Artifact, ...]:
    return target.emit((ringplan_kamailio.TARGET, ringplan_rtpengine.TARGET), desk)


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_every_fault_can_still_be_planted(
    name: str, generated: tuple[Scenario, ...], emitted: tuple[Artifact, ...]
) -> None:
    fault = FAULTS[name]
    by_path = {artifact.path: artifact for artifact in emitted}
    for edit in fault.edits:
        assert edit.apply(by_path[edit.path]) != by_path[edit.path]
    assert matching(generated, fault.played)


def test_there_are_at_least_thirty_five_different_faults() -> None:
    assert len({fault.edits for fault in FAULTS.values()}) == len(FAULTS) >= 35
