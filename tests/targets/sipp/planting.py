"""Planting faults: what the targets emit is edited by pattern, and scenarios are played on the result."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from ringplan import target
from ringplan.ir import Program
from ringplan.target import Artifact, Target
from ringplan_sipp.generate import scenarios
from ringplan_sipp.report.summary import Summary
from ringplan_sipp.scenario import Scenario
from ringplan_sipp.verify import Selection, Settings, verify

RUNTIME = "exchange/ringplan_runtime"


@dataclass(frozen=True, slots=True)
class Edit:
    """Every match of ``pattern`` in one artifact becomes ``text``; there must be exactly ``times``."""

    path: str
    pattern: str
    text: str
    times: int = 1

    def apply(self, artifact: Artifact) -> Artifact:
        content, found = re.subn(self.pattern, self.text, artifact.content.decode(), flags=re.MULTILINE)
        assert found == self.times, f"{self.path} has {found} times {self.pattern!r}, not {self.times}: plant it anew"
        return replace(artifact, content=content.encode())


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault, the scenarios that must be able to see it, and what they must say."""

    edits: tuple[Edit, ...]
    played: tuple[str, ...]
    says: str
    """Pattern of a fault sentence."""


def planting(fault: Fault) -> Callable[[Iterable[Target], Program], tuple[Artifact, ...]]:
    """`ringplan.target.emit` with the fault in what it emits."""

    def emit(targets: Iterable[Target], program: Program) -> tuple[Artifact, ...]:
        return edited(fault, target.emit(targets, program))

    return emit


def edited(fault: Fault, emitted: Iterable[Artifact]) -> tuple[Artifact, ...]:
    """What was emitted, with the fault in it."""
    artifacts = {artifact.path: artifact for artifact in emitted}
    for edit in fault.edits:
        artifacts[edit.path] = edit.apply(artifacts[edit.path])
    return tuple(artifacts.values())


def matching(generated: Iterable[Scenario], patterns: tuple[str, ...]) -> tuple[Scenario, ...]:
    """The scenarios whose id matches; there is at least one for every pattern."""
    found = tuple(generated)
    for pattern in patterns:
        assert any(scenario in Selection(only=(pattern,)) for scenario in found), f"no scenario matches {pattern}"
    return tuple(scenario for scenario in found if scenario in Selection(only=patterns))


def played(program: Program, patterns: tuple[str, ...], lane: int, lanes: int = 1) -> Summary:
    """Generates, plays and judges the scenarios that match."""
    return verdict(program, matching(scenarios(program), patterns), lane, lanes)


def verdict(program: Program, chosen: tuple[Scenario, ...], lane: int, lanes: int = 1) -> Summary:
    """Plays and judges scenarios."""
    return verify(program, chosen, Settings(lanes=lanes, first_lane=lane))[0]
