"""Playing planted faults side by side, each with the scenarios that ought to see it; and what was found in the end."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from tests.targets.sipp.conftest import reserved_lane
from tests.targets.sipp.planting import Fault, edited, matching, verdict

import ringplan_kamailio
import ringplan_rtpengine
from ringplan import target
from ringplan.ir import Program
from ringplan.target import Artifact, Target
from ringplan_sipp import lab
from ringplan_sipp.scenario import Scenario

Said = Mapping[str, list[str]]
"""What the verdicts said, by fault."""


class _Planted:
    """`ringplan.target.emit` with the fault that the calling thread plays; a thread has one lane, so it emits once."""

    def __init__(self) -> None:
        self._here = threading.local()

    def use(self, fault: Fault) -> None:
        self._here.fault = fault

    def __call__(self, targets: Iterable[Target], program: Program) -> tuple[Artifact, ...]:
        if not hasattr(self._here, "emitted"):
            self._here.emitted = target.emit(targets, program)
        return edited(self._here.fault, self._here.emitted)


def play(program: Program, generated: tuple[Scenario, ...], faults: Mapping[str, Fault], at_once: int) -> Said:
    """Plays every fault; ``at_once``: on how many exchanges at the same time."""
    planted = _Planted()
    found: dict[str, list[str]] = {}
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setattr(lab, "emit", planted)
        lanes = [stack.enter_context(reserved_lane()) for _ in range(at_once)]

        def play_share(share: int) -> None:
            for name in sorted(faults)[share::at_once]:
                planted.use(faults[name])
                summary = verdict(program, matching(generated, faults[name].played), lanes[share])
                found[name] = [sentence for result in summary.failures for sentence in result.faults]

        with ThreadPoolExecutor(at_once) as pool:
            list(pool.map(play_share, range(at_once)))
    return found


def is_found(fault: Fault, sentences: Iterable[str]) -> bool:
    """Whether a verdict said what the fault ought to make it say."""
    return any(re.search(fault.says, sentence) for sentence in sentences)


def names_found(faults: Mapping[str, Fault], said: Said) -> list[str]:
    """Faults that were found, sorted."""
    return sorted(name for name, fault in faults.items() if is_found(fault, said[name]))


def account(where: str, found: list[str], faults: Mapping[str, Fault], survivors: Mapping[str, str]) -> str:
    """How many of the faults were found, and why the others were not, for whoever reads the test's output."""
    lines = [f"planted faults in {where}: {len(found)} of {len(faults)} found ({len(found) / len(faults):.0%})"]
    lines += [f"not found: {name}: {reason}" for name, reason in survivors.items()]
    return "\n" + "\n".join(lines) + "\n"


def emit_all(program: Program) -> tuple[Artifact, ...]:
    """What faults are planted in."""
    return target.emit((ringplan_kamailio.TARGET, ringplan_rtpengine.TARGET), program)


def is_planted(fault: Fault, emitted: Iterable[Artifact]) -> bool:
    """Whether every edit of a fault changes something; AssertionError when its pattern does not fit any more."""
    by_path = {artifact.path: artifact for artifact in emitted}
    return all(edit.apply(by_path[edit.path]) != by_path[edit.path] for edit in fault.edits)
