"""How long scenarios take, and which lane plays what."""

from __future__ import annotations

from collections.abc import Sequence

from ringplan.interpreter import Attempt, FromCallback, PhoneState, TrunkState

from .relocate import Relocated
from .scenario import Scenario, Shape

_BASE_S = 5.0
"""Time allowed to a call that waits for nobody; an ordinary one takes half a second."""
_CALL_S = 0.7
"""What a call costs that waits for nobody."""
_PROMPT_S = 4.0
"""What a prompt takes on average, and with it the time the exchange waits for somebody who presses nothing."""
_LONG_PROMPT_S = 20.0
"""What it may take."""
_CALL_BACK_S = 4.0
"""Until an employee is called back."""
_DEAF_PHONE_S = 6.0
"""What a phone that does not react costs at most: the exchange's transaction timeout and a little."""


def time_limit(scenario: Scenario, place: Relocated) -> float:
    """Seconds after which the caller is given up: what the expected attempts may take, and some."""
    prompts = len(scenario.expected.heard) * (_LONG_PROMPT_S - _PROMPT_S)
    return _BASE_S + waiting_time(scenario, place) + prompts


def waiting_time(scenario: Scenario, place: Relocated) -> float:
    """Seconds that the expected attempts spend waiting for parties that do not react."""
    if scenario.shape is Shape.CANCEL:
        return 0.0
    waited = sum(_waiting(scenario, attempt, place) for attempt in scenario.expected.attempts)
    return waited + _listening(scenario)


def _listening(scenario: Scenario) -> float:
    """Seconds in which the caller listens, or the exchange waits for his keys."""
    outcome = scenario.expected
    listened = len(outcome.heard) * _PROMPT_S + sum(wait.ms / 1000 for wait in outcome.waits if not wait.pressed)
    return listened + (_CALL_BACK_S if isinstance(scenario.call.origin, FromCallback) else 0.0)


def _waiting(scenario: Scenario, attempt: Attempt, place: Relocated) -> float:
    if attempt.kind == "trunk":
        trunks = {trunk.id: trunk for trunk in place.program.platform.trunks}
        silent = [t for t in attempt.targets if scenario.world.trunk(t) is TrunkState.SILENT]
        return sum(trunks[trunk].answer_timeout_ms for trunk in silent) / 1000
    if attempt.result not in ("no-answer", "unreachable", "busy"):
        return 0.0
    states = {scenario.world.phone(phone) for phone in attempt.targets}
    if PhoneState.SILENT in states:
        return attempt.ring_ms / 1000
    return _DEAF_PHONE_S if PhoneState.GONE in states else 0.0


def duration(scenario: Scenario, place: Relocated) -> float:
    """Seconds a scenario takes with all calls that belong to it, roughly."""
    own = waiting_time(scenario, place) + _CALL_S
    return own + sum(duration(step, place) for step in (*scenario.before, *scenario.meanwhile))


def assign(scenarios: Sequence[Scenario], lanes: int, place: Relocated) -> list[list[Scenario]]:
    """Which lane plays what: the longest first, each to the lane with the least to do. Same input, same result."""
    plans: list[list[Scenario]] = [[] for _ in range(lanes)]
    loads = [0.0] * lanes
    costs = [(duration(scenario, place), index) for index, scenario in enumerate(scenarios)]
    for cost, index in sorted(costs, key=lambda item: (-item[0], item[1])):
        lane = loads.index(min(loads))
        loads[lane] += cost
        plans[lane].append(scenarios[index])
    return plans
