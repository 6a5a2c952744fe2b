"""Menus, announcements and callbacks: what a plan says against what the interpreter does with single calls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.plan.edits_answering import edited_answers
from tests.plan.test_brute_force import NAMES, all_calls, differs, is_covered, pair_of, without_redirections
from tests.strategies import worlds
from tests.strategies_answering import KEYS, answering_programs

from ringplan.interpreter import Call, FromCallback, FromTrunk, World, route
from ringplan.ir import Callback, Ivr
from ringplan.plan.differ import compare_pair
from ringplan.plan.model import TenantPlan
from ringplan.plan.versions import Pair

SLOW = settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def answered_calls(pair: Pair) -> Iterator[Call]:
    """Calls with every key, two of them, and none; by everybody who may be called back too."""
    versions = (pair.old, pair.new)
    entries = {key for version in versions for key in version.entries}
    met = {
        key: [v.nodes[n] for v in versions if key in v.entries for n in v.closure(v.entries[key])] for key in entries
    }
    numbers = {n for v in versions for c in v.nodes.values() if isinstance(c, Callback) for n, _ in c.allowed}
    for call in all_calls(pair):
        yield call
        if any(isinstance(node, Ivr) for node in met.get(call.dialled, ())):
            yield from (replace(call, presses=(key,)) for key in KEYS)
            yield from (replace(call, presses=(key, other)) for key in KEYS[:3] for other in KEYS[:3])
    trunk = pair.new.program.platform.trunks[0].id
    for key in sorted(entries):
        yield from (Call(FromTrunk(trunk, number), key) for number in sorted(numbers) if key.startswith("+"))


@SLOW
@given(st.data())
def test_every_call_that_changes_is_reported(data: st.DataObject) -> None:
    old = data.draw(answering_programs())
    pair = pair_of(old, data.draw(edited_answers(old)))
    plan = compare_pair(pair, NAMES)
    found = [without_redirections(w) for w in data.draw(st.lists(worlds(pair.new.alone), min_size=2, max_size=4))]
    for call in answered_calls(pair):
        for world in found:
            assert not differs(pair, call, world) or is_covered(plan, call, world.now), _said(pair, call, world, plan)


@SLOW
@given(st.data())
def test_every_change_comes_with_a_call_that_changes(data: st.DataObject) -> None:
    old = data.draw(answering_programs())
    pair = pair_of(old, data.draw(edited_answers(old)))
    for change in compare_pair(pair, NAMES).changes:
        witness = change.witness
        if witness is not None:
            assert differs(pair, witness.call, witness.world), change
            other = bool(witness.world.redirects) or isinstance(witness.call.origin, FromCallback)
            assert other or change.covers(witness.call, witness.world.now), change


def _said(pair: Pair, call: Call, world: World, plan: TenantPlan) -> str:
    """Both outcomes, and what the plan says."""
    outcomes = [[step.text for step in route(v.alone, call, world).steps] for v in (pair.old, pair.new)]
    return "\n".join(["", str(call), str(world), *map(str, outcomes), *(one.sentence for one in plan.changes)])
