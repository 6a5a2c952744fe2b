"""From the changes of a plan to calls that tell the two versions apart, each as a scenario of either version."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from ringplan.interpreter import (
    Attempt,
    Call,
    FromCallback,
    FromPhone,
    FromTrunk,
    Origin,
    Outcome,
    PhoneState,
    World,
    route,
)
from ringplan.ir import Callback, Program, User
from ringplan.plan.fleet import Sides
from ringplan.plan.model import Change, Plan, Witness

from ..generate.cast import is_playable
from ..scenario import Scenario, Shape

KIND: Final = "changed"
"""Kind of the scenarios that show changes."""
_CANDIDATES: Final = 300
"""Calls of a class that are looked at for one the lab can play."""
_REGISTERED = Outcome(None, (), (), 200, "OK")
_REFUSED = Outcome(None, (), (), 401, "Unauthorized")


@dataclass(frozen=True, slots=True)
class Trial:
    """A change, and one call as either version should treat it."""

    change: Change
    before: Scenario
    after: Scenario
    """The same call; where a version calls the caller back, that is played as well."""


@dataclass(frozen=True, slots=True)
class Untried:
    """A change that no call in the lab shows."""

    change: Change
    reason: str
    """Why not, as half a sentence."""


@dataclass(frozen=True, slots=True)
class Trials:
    """What can be played of a plan, and what cannot."""

    played: tuple[Trial, ...]
    untried: tuple[Untried, ...]


def trials(plan: Plan, sides: Sides) -> Trials:
    """One trial for every change; or the reason why there is none."""
    played, untried = list[Trial](), list[Untried]()
    for tenant in plan.tenants:
        for number, change in enumerate(tenant.changes, start=1):
            found = _trial(f"{tenant.tenant or 'platform'}/{KIND}/{number}", change, (sides.old, sides.new))
            played += [found] if isinstance(found, Trial) else []
            untried += [found] if isinstance(found, Untried) else []
    return Trials(tuple(played), tuple(untried))


Programs = tuple[Program, Program]
"""The old and the new version."""


def _trial(name: str, change: Change, programs: Programs) -> Trial | Untried:
    if change.witness is not None:
        return _call(name, change, change.witness, programs)
    for phone in change.phones:
        found = _registration(name, change, phone, programs)
        if found is not None:
            return found
    if not change.tenant:
        return Untried(change, "it is about the platform; `ringplan verify` without a base plays all calls")
    return Untried(change, "it is about no single call, or no call was found that shows it")


# -- registrations


def _registration(name: str, change: Change, phone: str, programs: Programs) -> Trial | None:
    """A phone registers with the password of the new version, else with that of the old one."""
    old, new = (phone in _phones(program) for program in programs)
    if not (old or new):
        return None
    results = (not new, new)
    scenarios = [
        Scenario(
            id=name,
            kind=KIND,
            tenant=change.tenant,
            call=Call(FromPhone(phone), ""),
            world=World(),
            expected=_REGISTERED if registers else _REFUSED,
            shape=Shape.REGISTER if registers else Shape.REGISTER_WRONG_SECRET,
        )
        for registers in results
    ]
    return Trial(change, *scenarios)


def _phones(program: Program) -> frozenset[str]:
    users = (node for tenant in program.tenants for node in tenant.nodes if isinstance(node, User))
    return frozenset(phone.id for user in users for phone in user.phones)


# -- calls


def _call(name: str, change: Change, witness: Witness, programs: Programs) -> Trial | Untried:
    """The witness, or another call of its classes that the lab can play."""
    reason = "its caller is not there in both versions"
    for call, world in islice(_candidates(change, witness, programs), _CANDIDATES):
        if not all(_is_known(call, program) for program in programs):
            continue
        before, after = (
            Scenario(name, KIND, expected.tenant or change.tenant, call, settled, expected, is_planted=True)
            for settled, expected in _settled(call, world, programs)
        )
        if call != witness.call and _seen(before.expected) == _seen(after.expected):
            continue
        pair = [_asked_for(one, program) for one, program in zip((before, after), programs, strict=True)]
        if all(one is not None and is_playable(one) for one in pair):
            return Trial(change, *[one for one in pair if one is not None])
        reason = "somebody would have to take part in the call twice, which the lab cannot play"
    return Untried(change, reason)


def _asked_for(scenario: Scenario, program: Program) -> Scenario | None:
    """With the call that is refused before somebody is called back, by a trunk that takes no other part; None: there is
    no such trunk."""
    origin = scenario.call.origin
    if not isinstance(origin, FromCallback):
        return _with_call_back(scenario, program)
    called = _callback(program, origin).number
    used = {target for attempt in scenario.expected.attempts for target in attempt.targets}
    for trunk in program.platform.trunks:
        call = Call(FromTrunk(trunk.id, origin.number), called)
        outcome = route(program, call, scenario.world)
        if trunk.id not in used and outcome.called_back is not None:
            first = replace(scenario, id=f"{scenario.id}#1", call=call, expected=outcome)
            return replace(scenario, before=(first,), is_planted=False)
    return None


def _with_call_back(scenario: Scenario, program: Program) -> Scenario:
    """With the call back, if there is one: nobody presses anything, and it must not come in the next scenario."""
    if scenario.expected.called_back is None:
        return scenario
    back = Call(FromCallback(*scenario.expected.called_back), "")
    first = replace(scenario, id=f"{scenario.id}#1")
    return replace(
        scenario, call=back, expected=route(program, back, scenario.world), before=(first,), is_planted=False
    )


def _callback(program: Program, origin: FromCallback) -> Callback:
    tenant = program.tenant(origin.callback.partition("/")[0])
    node = tenant.node(origin.callback)
    assert isinstance(node, Callback)
    return node


def _candidates(change: Change, witness: Witness, programs: Programs) -> Iterator[tuple[Call, World]]:
    """The witness, then what others dial to the same effect, in the same world."""
    yield witness.call, witness.world
    keys = dict.fromkeys((witness.call.dialled, *(key for key in change.about if "/" not in key)))
    shown = witness.call.origin.number if isinstance(witness.call.origin, FromTrunk) else None
    phones = sorted(_phones(programs[0]) & _phones(programs[1]))
    for key in keys:
        origins: list[Origin] = [
            *(FromTrunk(trunk.id, shown) for trunk in programs[1].platform.trunks if shown is not None),
            *(FromPhone(phone) for phone in phones if phone.startswith(f"{change.tenant}/")),
        ]
        for call in (replace(witness.call, origin=origin, dialled=key) for origin in origins):
            if call != witness.call and change.covers(call, witness.world.now):
                yield call, witness.world


def _is_known(call: Call, program: Program) -> bool:
    match call.origin:
        case FromPhone(phone):
            return phone in _phones(program)
        case FromTrunk(trunk):
            return trunk in {one.id for one in program.platform.trunks}
        case FromCallback(callback, number):
            nodes = {node.id: node for tenant in program.tenants for node in tenant.nodes}
            node = nodes.get(callback)
            return isinstance(node, Callback) and number in dict(node.allowed)
    return False


def _settled(call: Call, world: World, programs: Programs) -> tuple[tuple[World, Outcome], ...]:
    """The world in which at most one phone answers in either version, so that no result depends on a race."""
    while True:
        outcomes = [route(program, call, world) for program in programs]
        answering = [one.answered_by for one in outcomes if one.attempts and one.attempts[-1].kind == "phones"]
        kept = set(answering[0][:1]) if answering else set()
        for phones in answering[1:]:
            kept |= set() if kept & set(phones) else set(phones[:1])
        spare = {phone for phones in answering if len(phones) > 1 for phone in phones} - kept
        if not spare:
            return tuple((world, outcome) for outcome in outcomes)
        world = replace(world, phones={**world.phones, **dict.fromkeys(sorted(spare), PhoneState.SILENT)})


def _seen(outcome: Outcome) -> object:
    """What can be seen of an outcome on the wire, as far as that is independent of the version."""
    answering = outcome.heard, outcome.waits, outcome.called_back
    return tuple(map(_attempt, outcome.attempts)), outcome.code, outcome.reason, outcome.answered_by, answering


def _attempt(attempt: Attempt) -> Attempt:
    told = attempt.diversions if attempt.kind == "trunk" else ()
    return replace(attempt, diversions=told, ring_ms=attempt.ring_ms if attempt.result == "no-answer" else 0)
