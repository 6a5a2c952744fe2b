"""One meaning, two executions: the runtime does with every call what the interpreter says."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.plain_cases import Cases
from tests.runtime import expected
from tests.runtime.fake_ksr import Kamailio
from tests.runtime.harness import Installation, Peers, Seen, invite, observe, play, remembered
from tests.strategies import Case, cases, programs

from ringplan.interpreter import FromPhone, Memory, Outcome, World, route
from ringplan.ir import HuntGroup, Program

CALLS = st.sampled_from((1, 25, 25, 25))
"""Calls played in each random exchange, which costs as much to make as many calls; 1 lets a failure be shrunk."""
MOST_PHONES = 20
"""Of a call that the two executions must agree on: Kamailio opens no more than 30 branches, so the runtime ends a hunt
that has opened more (``test_hunting_limits``)."""
DRIFT_MS = 1_900
"""What busy and declining phones need to say so, which the interpreter takes for no time."""
SHARDS, SHARE = 8, 1_300
"""Parts of the ten thousand, played by several processes, and the calls of each."""
MANY = 65
"""Calls played in one random exchange."""
PHASES = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)
"""Without explaining what it found, which takes longer than finding it."""


def check(installation: Installation, program: Program, case: Case) -> Outcome | None:
    """Play one call and compare; None when it opens too many branches to be compared."""
    outcome = route(program, case.call, case.world)
    if sum(len(attempt.targets) for attempt in outcome.attempts) > MOST_PHONES:
        return None
    peers = Peers(program, case.world)
    kamailio = installation.kamailio(program, peers)
    message = invite(program, case.call, peers)
    play(kamailio, message)
    seen = observe(kamailio, message)
    assert (seen.attempts, seen.code, seen.reason) == (
        expected.attempts(program, outcome, case.call.diversions),
        outcome.code,
        outcome.reason,
    )
    check_times(seen, outcome)
    check_memory(program, kamailio, case.world, outcome)
    check_lines(kamailio, case, seen)
    if outcome.answered_by:
        assert seen.answered_by in outcome.answered_by
        assert kamailio.media == {message.call_id: "answered"}
    else:
        assert kamailio.media == {}
    for _, branch in kamailio.sent:
        assert not [value for _, value in branch.sent.headers if "forged" in value.lower()]
        assert len(branch.sent.all("Record-Route")) == 1
        assert "through-the-relay" in branch.sent.body
    assert not [text for level, text in kamailio.log if level == "err"]
    return outcome


def check_times(seen: Seen, outcome: Outcome) -> None:
    """Phones ring as long as they should, as far as a hunt that may not last longer leaves it."""
    for given_ms, attempt in zip(seen.ring_ms, outcome.attempts, strict=True):
        assert attempt.ring_ms - DRIFT_MS < given_ms <= attempt.ring_ms


def check_memory(program: Program, kamailio: Kamailio, world: World, outcome: Outcome) -> None:
    """Every hunt group remembers what it should, those that had nothing to do with the call included."""
    for tenant in program.tenants:
        for group in tenant.nodes:
            if isinstance(group, HuntGroup):
                before = world.memory.get(group.id, Memory())
                assert remembered(kamailio, group) == outcome.memory.get(group.id, before)


def check_lines(kamailio: Kamailio, case: Case, seen: Seen) -> None:
    """Who is engaged when the call is over or answered: those who were, the caller, and who answered."""
    engaged = set(case.world.engaged)
    if seen.answered_by is not None:
        parties = (case.call.origin.phone if isinstance(case.call.origin, FromPhone) else "", seen.answered_by)
        engaged |= {party.partition("/phones/")[0] for party in parties if "/phones/" in party}
    assert set(kamailio.tables["lines"]) == engaged
    assert bool(kamailio.tables.get("calls")) == (seen.answered_by is not None)


@settings(max_examples=20, print_blob=True)
@given(st.data())
def test_the_runtime_does_what_the_interpreter_says(installation: Installation, data: st.DataObject) -> None:
    program = data.draw(programs(), label="program")
    count = data.draw(CALLS, label="calls")
    for case in data.draw(st.lists(cases(program), min_size=count, max_size=count), label="cases"):
        check(installation, program, case)


@pytest.mark.parametrize("shard", range(SHARDS))
def test_ten_thousand_calls(installation: Installation, shard: int) -> None:
    """Each shard plays its share; what is compared is counted, and that it was worth comparing."""
    met: Counter[str] = Counter()

    @settings(max_examples=SHARE // MANY, print_blob=True, phases=PHASES)
    @given(programs(), st.integers(0, 2**64), st.just(shard))
    def play_many(program: Program, seed: int, _: int) -> None:
        random, pool = Random(seed), Cases(program)
        for case in (pool.case(random) for _ in range(MANY)):
            try:
                outcome = check(installation, program, case)
            except AssertionError as error:
                error.add_note(f"{case}\nof {program}")
                raise
            if outcome is not None:
                met.update(("compared", *what_happened(program, outcome)))

    play_many()
    assert met["compared"] >= SHARE * 0.97, met
    assert len([name for name in WORTH if not met[name]]) <= MAY_MISS, met


def what_happened(program: Program, outcome: Outcome) -> set[str]:
    """Names for what makes a call interesting."""
    found = {outcome.reason, *(attempt.result for attempt in outcome.attempts)}
    for attempt in outcome.attempts:
        found |= {diversion.reason for diversion in attempt.diversions}
        found |= {f"to {attempt.kind} forwarded"} if attempt.diversions else set()
    nodes = {node.id: node for tenant in program.tenants for node in tenant.nodes}
    groups = (nodes.get(step.address) for step in outcome.steps if " rings " in f" {step.text}")
    return found | {group.policy for group in groups if isinstance(group, HuntGroup)}


WORTH = (
    *("circular", "regular", "simultaneous", "uniform", "weighted"),
    *("unconditional", "user-busy", "no-answer", "unavailable", "deflection", "time-of-day"),
    *("answered", "busy", "declined", "redirected", "unreachable", "failed", "to phones forwarded"),
    *("to trunk forwarded", "Call Barred", "Closed", "Too Many Diversions", "No Trunk Available"),
)
"""What a shard should have met."""
MAY_MISS = 4
"""A shard plays in twenty exchanges, in which one thing or another does not occur."""
