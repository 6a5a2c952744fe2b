"""One meaning, two executions: the runtime does with every call what the interpreter says."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.runtime.harness import Installation, Opened, Peers, Seen, invite, observe, play, visible
from tests.strategies import Case, cases, programs

from ringplan.interpreter import Attempt, Outcome, route
from ringplan.ir import Program

CALLS = st.sampled_from((1, 25, 25, 25))
"""Calls played in each random exchange, which costs as much to make as many calls; 1 lets a failure be shrunk."""


def expected(outcome: Outcome) -> tuple[tuple[Opened, ...], int, str]:
    """What must be seen."""
    return tuple(_opened(attempt) for attempt in outcome.attempts), outcome.code, outcome.reason


def _opened(attempt: Attempt) -> Opened:
    name = attempt.presented.name
    presented = replace(attempt.presented, name=(visible(name) or None) if name is not None else None)
    return Opened(attempt.kind, attempt.targets, attempt.request_user, presented)


def check(installation: Installation, program: Program, case: Case) -> None:
    """Play one call and compare."""
    peers = Peers(program, case.world)
    kamailio = installation.kamailio(program, peers)
    message = invite(program, case.call, peers)
    play(kamailio, message)
    seen: Seen = observe(kamailio, message)
    outcome = route(program, case.call, case.world)
    assert (seen.attempts, seen.code, seen.reason) == expected(outcome)
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


@settings(max_examples=120, derandomize=False, print_blob=True)
@given(st.data())
def test_the_runtime_does_what_the_interpreter_says(installation: Installation, data: st.DataObject) -> None:
    program = data.draw(programs(), label="program")
    count = data.draw(CALLS, label="calls")
    for case in data.draw(st.lists(cases(program), min_size=count, max_size=count), label="cases"):
        check(installation, program, case)
