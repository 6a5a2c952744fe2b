"""What holds of every answered call, whatever the menus and whatever is pressed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.strategies import users_of, worlds
from tests.strategies_answering import answering_programs, prompt_ids

from ringplan.interpreter import Call, FromCallback, FromClick, FromPhone, FromTrunk, Origin, Outcome, World, route
from ringplan.ir import (
    KEYS,
    MAX_DIVERSIONS,
    Action,
    Callback,
    DialExtension,
    DialName,
    HangUp,
    Ivr,
    Menu,
    Play,
    Program,
    Repeat,
    Retry,
    Return,
    Submenu,
    Tenant,
    Transfer,
)

SOME = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
PRESSES = st.lists(st.sampled_from(("", "1", "2", "3", "9", "#", "*", "88", "20", "889#", "22")), max_size=8).map(tuple)


@st.composite
def meandering(draw: st.DrawFn) -> Program:
    """Menus with every action, that lead to each other and back."""
    program = draw(answering_programs())
    tenants = tuple(_meandering(draw, tenant) for tenant in program.tenants)
    return replace(program, tenants=tenants)


def _meandering(draw: st.DrawFn, tenant: Tenant) -> Tenant:
    changed = {node.id: replace(node, open=_menu(draw, tenant)) for node in tenant.nodes if isinstance(node, Ivr)}
    return replace(tenant, nodes=tuple(changed.get(node.id, node) for node in tenant.nodes))


def _menu(draw: st.DrawFn, tenant: Tenant) -> Menu:
    some = st.none() | st.sampled_from(prompt_ids(tenant.id))
    submenus = [Submenu(node.id) for node in tenant.nodes if isinstance(node, Ivr)]
    targets = [node.id for node in tenant.nodes if not isinstance(node, Callback)]
    names = tuple(
        (digits, user.id, prompt_ids(tenant.id)[0]) for digits, user in zip("2279", users_of(tenant), strict=False)
    )
    ends: st.SearchStrategy[Action] = st.one_of(
        st.builds(Transfer, st.sampled_from(targets), some),
        st.sampled_from([*submenus, Return()]),
        st.builds(HangUp, some),
    )
    keys: st.SearchStrategy[Action] = st.one_of(
        ends,
        st.sampled_from([Repeat(), Play(prompt_ids(tenant.id)[1]), DialExtension(None, None), DialName(None, names)]),
    )
    retries = st.builds(Retry, st.integers(0, 2), some, ends)
    return Menu(
        greeting=draw(some),
        keys=tuple(sorted(draw(st.dictionaries(st.sampled_from(KEYS), keys, max_size=6)).items())),
        dial_extensions=draw(st.booleans()),
        barge_in=True,
        first_digit_ms=10_000,
        inter_digit_ms=3_000,
        no_input=draw(retries),
        invalid=draw(retries),
        failed=draw(retries),
    )


Answered = tuple[Program, Call, World, Outcome]


def answered(data: st.DataObject) -> Iterator[Answered]:
    """A few calls of one program, most often to something that answers."""
    program = data.draw(meandering())
    tenant = program.tenants[0]
    keys = [e.key for e in (*tenant.numbers, *tenant.extensions) if isinstance(tenant.node(e.node), Ivr | Callback)]
    assume(keys)
    users = users_of(tenant)
    callers: list[Origin] = [FromTrunk(program.platform.trunks[0].id, "+420602123456")]
    callers += [FromClick(users[0].id), *(FromPhone(phone.id) for phone in users[0].phones[:1])]
    back = [FromCallback(one.id, one.allowed[0][0]) for one in tenant.nodes if isinstance(one, Callback)]
    for world in data.draw(st.lists(worlds(program), min_size=3, max_size=3)):
        presses = data.draw(PRESSES)
        call = Call(data.draw(st.sampled_from(callers)), data.draw(st.sampled_from(keys)), presses=presses)
        yield program, call, world, route(program, call, world)
        for origin in back:
            call = Call(origin, "", presses=("1", *presses))
            yield program, call, world, route(program, call, world)


@SOME
@given(st.data())
def test_what_holds_of_every_answered_call(data: st.DataObject) -> None:
    for one in answered(data):
        _waits_for_one_after_the_other(*one)
        _hears_what_the_tenant_plays(*one)


def _waits_for_one_after_the_other(program: Program, call: Call, world: World, outcome: Outcome) -> None:
    pressed = [waiting.pressed for waiting in outcome.waits]
    assert pressed == [*call.presses, *[""] * len(pressed)][: len(pressed)]
    heard = [waiting.heard for waiting in outcome.waits]
    assert heard == sorted(heard)
    assert all(count <= len(outcome.heard) for count in heard)
    if len(pressed) < len(call.presses):  # what nobody waits for changes nothing
        assert route(program, replace(call, presses=call.presses[: len(pressed)]), world) == outcome
    else:  # and silence is silence, said or not
        assert route(program, replace(call, presses=tuple(pressed)), world) == outcome
    if outcome.code != 200 and not isinstance(call.origin, FromClick):
        assert pressed == []


def _hears_what_the_tenant_plays(program: Program, call: Call, _: World, outcome: Outcome) -> None:
    known = {prompt.id for tenant in program.tenants if tenant.id == outcome.tenant for prompt in tenant.prompts}
    assert set(outcome.heard) <= known
    assert len([step for step in outcome.steps if step.text.startswith("plays ")]) == len(outcome.heard)
    assert bool(outcome.answered_by) == (outcome.code == 200)
    assert all(len(attempt.diversions) <= MAX_DIVERSIONS for attempt in outcome.attempts)
    assert not outcome.emergency
    assert outcome.called_back is None or (outcome.code == 486 and isinstance(call.origin, FromTrunk))
