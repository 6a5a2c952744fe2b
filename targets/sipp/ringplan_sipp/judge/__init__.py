"""The verdict: what was observed, held against what the reference interpreter expects."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ringplan.ir import Program

from ..scenario import Observed, Scenario, Shape
from .diversion import diversion
from .ending import answer, dialog, losers
from .evidence import Evidence
from .identity import forbidden_headers, identity, leaks
from .media import media, session_descriptions
from .prompts import prompts
from .registration import registration
from .ringing import bypass, ring_time, ringing
from .transfer import transfer

Check = Callable[[Evidence], Iterator[str]]

CALL_CHECKS: tuple[Check, ...] = (
    ringing,
    ring_time,
    bypass,
    identity,
    diversion,
    forbidden_headers,
    leaks,
    answer,
    losers,
    dialog,
    transfer,
    session_descriptions,
    media,
    prompts,
)
"""What is checked of a call, in the order in which faults are listed."""

_REGISTRATIONS = frozenset({Shape.REGISTER, Shape.REGISTER_WRONG_SECRET})


def judge(scenario: Scenario, observed: Observed, program: Program) -> tuple[str, ...]:
    """What was wrong, one sentence each, without repetition; empty when the scenario passed.

    Faults of the calls that belong to a scenario name the call: ``call 1: …`` for the first of those before it,
    ``meanwhile 1: …`` for the first of those that were up.
    """
    faults = [
        *_of_steps("call", scenario.before, observed.before, program),
        *_of_steps("meanwhile", scenario.meanwhile, observed.meanwhile, program),
    ]
    evidence = Evidence(scenario, observed, program)
    checks = (registration,) if scenario.shape in _REGISTRATIONS else CALL_CHECKS
    faults += [fault for check in checks for fault in check(evidence)]
    faults += [f"SIPp of {party} ended with exit code {code}" for party, code in _failed(observed)]
    return tuple(dict.fromkeys(faults))


def _of_steps(name: str, steps: tuple[Scenario, ...], seen: tuple[Observed, ...], program: Program) -> Iterator[str]:
    if len(steps) != len(seen):
        yield f"only {len(seen)} of {len(steps)} calls were made ({name})"
    for index, (step, observed) in enumerate(zip(steps, seen, strict=False), start=1):
        yield from (f"{name} {index}: {fault}" for fault in judge(step, observed, program))


def _failed(observed: Observed) -> list[tuple[str, int]]:
    return sorted((party, code) for party, code in observed.exits.items() if code != 0)


__all__ = ["CALL_CHECKS", "judge"]
