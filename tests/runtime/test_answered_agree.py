"""One meaning, two executions, for calls that are answered: a simple attendant follows the menus."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from random import Random

import pytest
from hypothesis import example, given, note, settings
from hypothesis import strategies as st
from tests.plain_cases import Cases
from tests.runtime import expected
from tests.runtime.answering_office import PROGRAM
from tests.runtime.attendant import Attendant
from tests.runtime.harness import ATTENDANT, Installation, Peers, invite, observe, play, seen_attempts
from tests.runtime.test_agrees_with_interpreter import (
    MANY,
    MOST_PHONES,
    PHASES,
    check_memory,
    check_times,
)
from tests.strategies import Case, users_of
from tests.strategies_answering import KEYS, answering_programs

from ringplan.interpreter import Call, FromCallback, FromClick, FromPhone, FromStranger, FromTrunk, Outcome, route
from ringplan.interpreter.dialling import Emergency, analyse, calling_number
from ringplan.ir import Announcement, Callback, Ivr, Program

CLICKED = re.compile("[A-Za-z0-9+*]{1,40}", re.ASCII).fullmatch
"""What is shown on the user's own phones as it stands."""
KEYED = re.compile("[0-9*]{1,20}", re.ASCII).fullmatch
"""What can be dialled with keys."""
SHARDS, SHARE = 2, 1_300
"""Parts of the calls, played by several processes, and the calls of each."""


def check(installation: Installation, program: Program, case: Case) -> Outcome | None:
    """Play one call and compare; None when it opens too many branches to be compared."""
    outcome = route(program, case.call, case.world)
    if sum(len(attempt.targets) for attempt in outcome.attempts) > MOST_PHONES:
        return None
    peers = Peers(program, case.world)
    kamailio = installation.kamailio(program, peers)
    attendant = Attendant(program, kamailio, case.call.presses)
    message = invite(program, case.call, peers)
    play(kamailio, message)
    seen = observe(kamailio, message)
    assert (seen.attempts, seen.code, seen.reason) == (
        expected.attempts(program, outcome, case.call.diversions),
        outcome.code,
        outcome.reason,
    )
    assert tuple(attendant.heard) == outcome.heard
    check_times(seen, outcome)
    check_memory(program, kamailio, case.world, outcome)
    check_who(program, case, outcome, attendant)
    engaged = check_answered(case, outcome, attendant, seen.answered_by)
    assert set(kamailio.tables["lines"]) == set(case.world.engaged) | engaged
    assert set(kamailio.media) <= {message.call_id}
    assert not [text for level, text in kamailio.log if level == "err"]
    return outcome


def check_who(program: Program, case: Case, outcome: Outcome, attendant: Attendant) -> None:
    """The same employee is called back; what the attendant is told is true."""
    found = attendant.called_back
    if found is not None:
        node_id, number = found
        tenant = program.tenant(node_id.partition("/")[0])
        found = node_id, calling_number(tenant.dial_plan, number)
    assert found == outcome.called_back
    for visit in attendant.visits:
        assert visit.moment == int(case.world.now.timestamp())
        assert visit.carried == case.call.diversions
        is_user = isinstance(case.call.origin, FromPhone)
        assert visit.caller == (case.call.origin.phone.partition("/phones/")[0] if is_user else "")  # type: ignore[union-attr]


def check_answered(case: Case, outcome: Outcome, attendant: Attendant, by: str | None) -> set[str]:
    """Who is connected in the end, and who is engaged by that."""
    if by == ATTENDANT:
        by = attendant.answered_by
    if not outcome.answered_by:
        assert by is None
        return set()
    assert by in outcome.answered_by
    parties = (case.call.origin.phone if isinstance(case.call.origin, FromPhone) else "", by)
    return {party.partition("/phones/")[0] for party in parties if "/phones/" in party}


def answered_case(random: Random, program: Program, pool: Cases) -> Case:
    """One call with what is pressed; every other one to what is answered, and many of these from employees."""
    case = pool.case(random)
    call = replace(case.call, presses=tuple(random.choice(("", "9", *KEYS * 2)) for _ in range(random.randrange(5))))
    tenant = random.choice(program.tenants)
    nodes = {node.id: node for node in tenant.nodes}
    if random.random() < 0.5:
        of_phone = isinstance(call.origin, FromPhone) and call.origin.phone.startswith(f"{tenant.id}/")
        entries = [*tenant.numbers, *(tenant.extensions if of_phone else ())]
        found = [entry for entry in entries if isinstance(nodes[entry.node], Ivr | Announcement | Callback)]
        if found:
            entry = random.choice(found)
            call = replace(call, dialled=entry.key)
            node = nodes[entry.node]
            if isinstance(node, Callback) and isinstance(call.origin, FromTrunk):
                number = random.choice([number for number, _ in node.allowed])
                call = replace(call, origin=replace(call.origin, number=random.choice((number, f"00{number[1:]}"))))
    return Case(call, case.world)


def check_own_call(installation: Installation, program: Program, case: Case) -> Outcome | None:
    """Play one call the attendant makes by itself, and compare."""
    outcome = route(program, case.call, case.world)
    if sum(len(attempt.targets) for attempt in outcome.attempts) > MOST_PHONES:
        return None
    peers = Peers(program, case.world)
    kamailio = installation.kamailio(program, peers)
    attendant = Attendant(program, kamailio, case.call.presses)
    match case.call.origin:
        case FromClick(user):
            attendant.click(user, case.call.dialled, case.call.withheld)
        case FromCallback(node_id, number):
            node = program.tenant(node_id.partition("/")[0]).node(node_id)
            assert isinstance(node, Callback)
            attendant.call_back(node, number)
    kamailio.clock.run()
    assert seen_attempts(kamailio) == expected.attempts(program, outcome, 0)
    assert tuple(attendant.heard) == outcome.heard
    ends = attendant.last or attendant.first
    assert ends is not None
    if attendant.answered_by is None:
        assert (ends.code, ends.reason) == (outcome.code, outcome.reason)
        assert not outcome.answered_by
    else:
        assert attendant.answered_by in outcome.answered_by
    check_memory(program, kamailio, case.world, outcome)
    assert not kamailio.media
    assert not [text for level, text in kamailio.log if level == "err"]
    return outcome


def own_call(random: Random, program: Program, pool: Cases) -> Case | None:
    """A click, or a call back; emergency numbers are not clicked: the attendant refuses them itself."""
    case = pool.case(random)
    tenant = random.choice(program.tenants)
    user = random.choice(users_of(tenant))
    texts = [pool.dialled(random, tenant.id) for _ in range(4)]
    if random.random() < 0.5:
        clicked = texts[0]
        if not CLICKED(clicked) or isinstance(analyse(tenant, user, clicked)[0], Emergency):
            return None
        return Case(Call(FromClick(user.id), clicked, random.random() < 0.25), case.world)
    callbacks = [node for node in tenant.nodes if isinstance(node, Callback)]
    if not callbacks:
        return None
    number, employee = random.choice(callbacks[0].allowed)
    speed = {code for code, _ in next(node for node in users_of(tenant) if node.id == employee).speed_dial}
    keys = [text for text in texts if KEYED(text) and f"{text}#" not in speed]
    if tenant.extensions and random.random() < 0.5:  # a colleague: at random, few numbers reach anybody
        keys.insert(0, random.choice(tenant.extensions).key)
    presses = (random.choice(("1", "1", "1", "2", "")), *keys[:3])
    return Case(Call(FromCallback(callbacks[0].id, number), "", presses=presses), case.world)


def test_calls_of_the_attendant_itself(installation: Installation) -> None:
    met: Counter[str] = Counter()

    @settings(max_examples=40, print_blob=True, phases=PHASES)
    @example(PROGRAM, 1)  # few random employees can be reached at all
    @given(answering_programs(), st.integers(0, 2**64))
    def play_many(program: Program, seed: int) -> None:
        random, pool = Random(seed), Cases(program)
        for case in filter(None, (own_call(random, program, pool) for _ in range(MANY))):
            note(case)
            outcome = check_own_call(installation, program, case)
            if outcome is not None:
                reached = len(outcome.attempts) > 1 and outcome.attempts[-1].result == "answered"
                met[f"{type(case.call.origin).__name__} {'connected' if reached else outcome.code}"] += 1

    play_many()
    wanted = ("FromClick 404", "FromClick 486", "FromClick connected", "FromCallback 503", "FromCallback connected")
    assert all(met[name] for name in wanted), met


@settings(max_examples=20, print_blob=True)
@given(st.data())
def test_the_runtime_does_what_the_interpreter_says(installation: Installation, data: st.DataObject) -> None:
    program = data.draw(answering_programs(), label="program")
    for seed in data.draw(st.lists(st.integers(0, 2**64), min_size=1, max_size=25), label="calls"):
        case = answered_case(Random(seed), program, Cases(program))
        note(case)
        check(installation, program, case)


@pytest.mark.parametrize("shard", range(SHARDS))
def test_many_calls(installation: Installation, shard: int) -> None:
    """Each shard plays its share; what is compared is counted, and that it was worth comparing."""
    met: Counter[str] = Counter()

    @settings(max_examples=SHARE // MANY, print_blob=True, phases=PHASES)
    @given(answering_programs(), st.integers(0, 2**64), st.just(shard))
    def play_many(program: Program, seed: int, _: int) -> None:
        random, pool = Random(seed), Cases(program)
        for case in (answered_case(random, program, pool) for _ in range(MANY)):
            try:
                outcome = check(installation, program, case)
            except AssertionError as error:
                error.add_note(f"{case}\nof {program}")
                raise
            if outcome is not None and not isinstance(case.call.origin, FromStranger):
                met.update(_what_happened(program, outcome))

    play_many()
    assert met["compared"] >= SHARE * 0.9, met
    assert not [name for name in WORTH if not met[name]], met


def _what_happened(program: Program, outcome: Outcome) -> set[str]:
    found = {"compared"}
    nodes = {node.id: node for tenant in program.tenants for node in tenant.nodes}
    menus = [step for step in outcome.steps if isinstance(nodes.get(step.address), Ivr) and step.text == "answers"]
    found |= {"menu"} if menus else set()
    found |= {"menu within a menu"} if len(menus) > 1 else set()
    found |= {"transferred"} if menus and outcome.attempts and outcome.answered_by else set()
    found |= {"hung up"} if menus and any(by in nodes for by in outcome.answered_by) else set()
    found |= {"announced"} if outcome.heard and outcome.code >= 400 else set()
    found |= {"called back"} if outcome.called_back else set()
    return found


WORTH = ("menu", "menu within a menu", "transferred", "hung up", "announced", "called back")
"""What a shard should have met."""
