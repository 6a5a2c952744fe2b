"""Random tenants and edits: what a plan says against what the interpreter does with thousands of single calls."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.plan.edits import edited
from tests.strategies import OUTSIDE, numbers_of, phones_of, programs, worlds
from tests.strategies_services import moments

from ringplan.interpreter import Call, FromPhone, FromTrunk, PhoneState, World, route
from ringplan.ir import Program
from ringplan.plan.differ import Names, compare_pair
from ringplan.plan.model import TenantPlan
from ringplan.plan.versions import Pair, Version
from ringplan.plan.worlds import observed

NAMES = Names("tenants", "HEAD")
SLOW = settings(
    max_examples=20,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def pair_of(old: Program, new: Program) -> Pair:
    """The first tenant of both versions, alone."""
    sides = [Program(program.platform, program.tenants[:1]) for program in (old, new)]
    return Pair(Version(sides[0], sides[0].tenants[0]), Version(sides[1], sides[1].tenants[0]))


def all_calls(pair: Pair) -> Iterator[Call]:
    """Every caller to everything that can be dialled, as far as classes can differ."""
    both = (
        Program(pair.old.program.platform, (pair.old.tenant,)),
        Program(pair.new.program.platform, (pair.new.tenant,)),
    )
    phones = [phone for phone in phones_of(both[0]) if phone in phones_of(both[1])]
    owned = {number for one in both for number in numbers_of(one.tenants[0])}
    extensions = {e.key for one in both for e in one.tenants[0].extensions}
    codes = {code for user in pair.old.users.values() for code, _ in user.speed_dial}
    for dialled in sorted({*owned, *extensions, *codes, *OUTSIDE, "112", "urn:service:sos.police"}):
        for withheld in (False, True):
            yield from (Call(FromPhone(phone), dialled, withheld) for phone in phones)
        if dialled in owned:
            trunk = pair.new.program.platform.trunks[0].id
            numbers = (None, "+420602123456", "+420910123456", "+493090182000", "1204", "602123456")
            yield from (Call(FromTrunk(trunk, number), dialled) for number in numbers)
            yield Call(FromTrunk(trunk, "+420602123456"), dialled, withheld=True)


def differs(pair: Pair, call: Call, world: World) -> bool:
    """Whether anybody notices which version is in force."""
    old, new = route(pair.old.alone, call, world), route(pair.new.alone, call, world)
    return observed(old, pair.old, identity=True) != observed(new, pair.new, identity=True)


def is_covered(plan: TenantPlan, call: Call, moment: datetime) -> bool:
    """Whether some change of the plan stands for a call."""
    return any(change.covers(call, moment) for change in plan.changes)


def without_redirections(world: World) -> World:
    """Where a phone sends a call is the phone's own call, which is compared as such; switches are no edit."""
    phones = {p: PhoneState.BUSY if s is PhoneState.REDIRECTS else s for p, s in world.phones.items()}
    return World(phones, world.trunks, world.now, {}, world.engaged, world.memory, {})


@SLOW
@given(st.data())
def test_every_call_that_changes_is_reported(data: st.DataObject) -> None:
    old = data.draw(programs())
    pair = pair_of(old, data.draw(edited(old)))
    plan = compare_pair(pair, NAMES)
    found = [
        without_redirections(world) for world in data.draw(st.lists(worlds(pair.new.alone), min_size=3, max_size=8))
    ]
    for call in all_calls(pair):
        for world in found:
            assert not differs(pair, call, world) or is_covered(plan, call, world.now), (call, world, plan.changes)


@SLOW
@given(st.data())
def test_every_change_comes_with_a_call_that_changes(data: st.DataObject) -> None:
    old = data.draw(programs())
    pair = pair_of(old, data.draw(edited(old)))
    for change in compare_pair(pair, NAMES).changes:
        if change.witness is not None:
            assert differs(pair, change.witness.call, change.witness.world), change
            redirects = bool(change.witness.world.redirects)  # what a phone does is of no class of calls
            assert redirects or change.covers(change.witness.call, change.witness.world.now), change


@SLOW
@given(programs())
def test_nothing_changes_between_equal_versions(program: Program) -> None:
    plan = compare_pair(pair_of(program, program), NAMES)
    assert not plan.changes
    assert not plan.notes


@given(st.data())
def test_moments_are_in_the_class_of_their_time(data: st.DataObject) -> None:
    program = data.draw(programs())
    pair = pair_of(program, data.draw(edited(program)))
    old, new = frozenset(pair.old.schedules), frozenset(pair.new.schedules)
    line = pair.timeline(old, new)
    moment = data.draw(moments)
    classes = {one.opened: one for one in line.classes}
    assert line.opened_at(moment) in classes
    for opened, one in classes.items():
        assert line.opened_at(one.witness) == opened
