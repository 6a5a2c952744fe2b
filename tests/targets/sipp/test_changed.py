"""From plans to calls that show them, and what is said when a call does not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.plan.side_by_side import opened, own_platform, renamed
from tests.plan.test_changes import NAMES
from tests.targets.sipp.perfect import Trace

from ringplan.interpreter import FromCallback, FromPhone, FromTrunk, Memory, PhoneState, World
from ringplan.ir import Program
from ringplan.plan.fleet import Sides
from ringplan.plan.model import Plan
from ringplan_sipp.changed import Trial, Trials, Untried, affected, lines, trials
from ringplan_sipp.changed.playing import of_base
from ringplan_sipp.generate import scenarios
from ringplan_sipp.judge import judge
from ringplan_sipp.relocate import relocate
from ringplan_sipp.remembering import commands
from ringplan_sipp.scenario import Observed, Result, Scenario, Shape


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> tuple[Sides, Plan]:
    """All recorded changes, side by side."""
    folder = tmp_path_factory.mktemp("fleet")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        both, plan = opened(folder)
    return both.sides, plan


@pytest.fixture(scope="module")
def found(fleet: tuple[Sides, Plan]) -> Trials:
    """What can be played of them."""
    return trials(fleet[1], fleet[0])


def trial(found: Trials, name: str, sentence: str, tenant: str = "acme") -> Trial:
    """The trial of one change."""
    [one] = [t for t in found.played if t.change.tenant == renamed(tenant, name) and sentence in t.change.sentence]
    return one


def result(scenario: Scenario, program: Program) -> Result:
    """What a perfect exchange makes of a scenario."""
    seen = Trace(scenario, program).observed()
    return Result(scenario, judge(scenario, seen, program), seen)


def test_every_recorded_change_of_a_tenant_can_be_played(fleet: tuple[Sides, Plan], found: Trials) -> None:
    assert found.untried == ()
    assert len(found.played) == len(fleet[1].changes) >= 45
    played = {one.change.tenant.partition("-")[2].replace("-", "_") for one in found.played}
    assert played == {name for name in NAMES if not own_platform(name) and not name.startswith("nothing_")}


def test_both_versions_are_asked_the_same(found: Trials) -> None:
    for one in found.played:
        assert one.before.id == one.after.id
        first = [(one_side.before or (one_side,))[0] for one_side in (one.before, one.after)]
        assert first[0].call == first[1].call
        assert first[0].world == first[1].world
        assert first[0].expected != first[1].expected
    assert len({one.after.id for one in found.played}) == len(found.played)


def test_who_is_called_back_is_called_back_before_the_next_scenario(found: Trials) -> None:
    one = trial(found, "callback_employee_removed", "was called back")
    assert isinstance(one.before.call.origin, FromCallback)
    assert one.before.before[0].call == one.after.call
    assert one.after.before == ()


def test_no_result_depends_on_a_race(found: Trials) -> None:
    second = trial(found, "second_phone", "now rings desk and mobile")
    assert second.after.world.phone(f"{second.change.tenant}/users/boris/phones/mobile") is PhoneState.SILENT
    for scenario in (side for one in found.played for side in (one.before, one.after)):
        assert len(scenario.expected.answered_by) <= 1


def test_who_would_take_part_twice_is_replaced_by_another_caller(found: Trials) -> None:
    one = trial(found, "hunt_forwards_outside", "now goes out")
    assert isinstance(one.change.witness.call.origin, FromTrunk)  # type: ignore[union-attr]
    assert isinstance(one.after.call.origin, FromPhone)
    assert one.change.covers(one.after.call, one.after.world.now)
    assert one.after.expected.answered_by == ("carrier",)


@pytest.mark.parametrize(
    ("name", "sentence", "shapes"),
    [
        ("user_added", "now can call", (Shape.REGISTER_WRONG_SECRET, Shape.REGISTER)),
        ("user_removed", "no longer there", (Shape.REGISTER, Shape.REGISTER_WRONG_SECRET)),
        ("second_phone", "now can register", (Shape.REGISTER_WRONG_SECRET, Shape.REGISTER)),
        ("password", "now needs the password", (Shape.REGISTER_WRONG_SECRET, Shape.REGISTER)),
    ],
)
def test_phones_that_come_or_go_register(found: Trials, name: str, sentence: str, shapes: tuple[Shape, ...]) -> None:
    one = trial(found, name, sentence)
    assert (one.before.shape, one.after.shape) == shapes


def test_a_phone_of_the_other_version_takes_part(fleet: tuple[Sides, Plan], found: Trials) -> None:
    [phone] = trial(found, "user_added", "now can call").change.phones
    assert phone not in relocate(fleet[0].old, 47).phones
    assert relocate(fleet[0].old, 47, other=fleet[0].new).guests >= {phone}
    assert phone in relocate(fleet[0].old, 47, other=fleet[0].new).phones
    assert phone not in relocate(fleet[0].new, 47, other=fleet[0].old).guests


def test_a_perfect_old_version_fails_what_is_new(fleet: tuple[Sides, Plan], found: Trials) -> None:
    sides, _ = fleet
    known = {tenant.id for tenant in sides.old.tenants} & {tenant.id for tenant in sides.new.tenants}
    for one in found.played:
        speaks = bool(one.before.expected.heard or one.after.expected.heard)  # which the trace does not
        if one.before.shape is Shape.TALK and one.change.tenant in known and not speaks:
            before, after = result(one.before, sides.old), result(one.after, sides.new)
            assert before.faults == after.faults == ()
            assert of_base(one, before, sides.new) == (), one.change.sentence
            assert judge(one.after, before.observed, sides.new) != ()


def test_an_old_version_that_passes_what_is_new_is_a_fault(fleet: tuple[Sides, Plan], found: Trials) -> None:
    one = trial(found, "forward_always", "now rings users/anna")
    passes = result(one.after, fleet[0].new)
    [fault] = of_base(one, passes, fleet[0].new)
    assert "the old version passes this call as well" in fault


def test_an_old_version_that_does_something_else_is_a_fault(fleet: tuple[Sides, Plan], found: Trials) -> None:
    one = trial(found, "forward_always", "now rings users/anna")
    wrong = replace(result(one.before, fleet[0].old), faults=("the caller got no final answer",))
    assert of_base(one, wrong, fleet[0].new) == ("the old version: the caller got no final answer",)


def test_what_cannot_be_played_is_named_and_counted(found: Trials) -> None:
    first, second, *_ = found.played
    some = Trials((first, second), (Untried(found.played[2].change, "nobody can call it"),))
    failed = Result(second.after, ("the caller got 404",), Observed((), (), {}, {}))
    said = list(lines(some, [failed], is_base_played=True))
    assert said[0].startswith(f"shown       {first.after.id}: ")
    assert said[1].startswith(f"FAILED      {second.after.id}: ")
    assert said[2].startswith("not played  ")
    assert said[3] == "            because nobody can call it"
    assert said[-1].startswith("1 of 3 changes shown on the wire (the old version fails")
    assert said[-1].endswith("1 failed, 1 not played")


def test_generated_scenarios_of_what_changes_are_played_and_no_others(fleet: tuple[Sides, Plan]) -> None:
    sides, plan = fleet
    name = renamed("acme", "hours_shorter_on_friday")
    program = replace(sides.new, tenants=(sides.new.tenant(name),))
    every = scenarios(program)
    chosen = affected(every, plan, sides)
    assert 0 < len(chosen) < len(every) / 4
    number = next(one for one in plan.changes if one.tenant == name).about[0]
    assert {step.call.dialled[-3:] for one in chosen for step in (one, *one.before, *one.meanwhile)} == {number[-3:]}


def test_all_scenarios_of_a_new_tenant_are_played(fleet: tuple[Sides, Plan]) -> None:
    sides, plan = fleet
    program = replace(sides.new, tenants=(sides.new.tenant(renamed("zeta", "tenant_created")),))
    every = scenarios(program)
    assert affected(every, plan, sides) == every


def test_what_a_group_remembers_is_written_as_the_exchange_writes_it() -> None:
    memory = {
        "t/hunt_groups/c": Memory(last="t/users/a"),
        "t/hunt_groups/u": Memory(answered=("t/users/b", "t/users/a")),
        "t/hunt_groups/w": Memory(turn=3),
    }
    written = [command[1:] for command in commands(World(memory=memory))]
    assert written == [
        ("hunts", "last:t/hunt_groups/c", "t/users/a"),
        ("hunts", "tick:t/hunt_groups/u:t/users/b", 1),
        ("hunts", "tick:t/hunt_groups/u:t/users/a", 2),
        ("hunts", "tick:t/hunt_groups/u", 2),
        ("hunts", "turn:t/hunt_groups/w", 3),
    ]
    [line] = commands(World(engaged=frozenset({"t/users/a"})))
    assert line[:3] == ("htable.sets", "lines", "t/users/a")
