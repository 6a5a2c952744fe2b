"""Calling plans: every mask and every call type that decides, in both directions, and each way out of the exchange."""

from __future__ import annotations

from collections.abc import Iterator

from ringplan.interpreter import Call, FromPhone
from ringplan.interpreter.dialling import OffNet, analyse
from ringplan.interpreter.screening import call_type, canonical, screen
from ringplan.ir import CallTable, Plan, User

from ..scenario import Scenario, Shape
from .cast import Cast, is_playable
from .forwards import redirecting
from .numbers import verdicts


def _plans(cast: Cast) -> Iterator[tuple[str, Plan, list[User]]]:
    """Every plan that a user has: its short name, and whose it is."""
    for plan in cast.tenant.plans:
        users = [user for user in cast.users if user.plan == plan.id]
        if users:
            yield "-".join(plan.id.split("/")[1:-1]) or "tenant", plan, users


def plan_outgoing(cast: Cast) -> Iterator[Scenario]:
    """What each mask and each call type of each plan says of a call, spread over those who have the plan."""
    for name, plan, users in _plans(cast):
        for index, (what, dialled) in enumerate(_telling(cast, users[0], plan.outgoing, plan.forwarding)):
            user = _not_called(cast, users, index, dialled)
            yield cast.scenario(f"{name}/{what}", Call(cast.phone(user, index), dialled))


def _telling(cast: Cast, user: User, table: CallTable, other: CallTable) -> Iterator[tuple[str, str]]:
    """What is dialled for every verdict of a table, and for those of the other direction that are not this one's."""
    own = [(what, dialled) for what, dialled, _ in verdicts(cast.tenant, table)]
    yield from own
    for what, dialled, allowed in verdicts(cast.tenant, other):
        if (what, dialled) not in own and _allows(cast, user, table, dialled) is not allowed:
            yield f"{what}-otherwise", dialled


def _allows(cast: Cast, user: User, table: CallTable, dialled: str) -> bool | None:
    """What a table says of a call out; None: it is none."""
    target, plan = analyse(cast.tenant, user, dialled)[0], cast.plan
    if not isinstance(target, OffNet):
        return None
    return screen(table, call_type(plan, target.number), canonical(plan, target.number)).allowed


def _not_called(cast: Cast, users: list[User], index: int, dialled: str) -> User:
    """Whose turn it is, but not who would call himself, or what he has a speed dial for."""
    turn = users[index % len(users) :] + users[: index % len(users)]
    return next(
        (u for u in turn if dialled not in cast.keys(u.id) and dialled not in dict(u.speed_dial)),
        users[0],
    )


def plan_emergency(cast: Cast) -> Iterator[Scenario]:
    """Whatever a plan says, who has it reaches the emergency centre."""
    for index, (name, _, users) in enumerate(_plans(cast)):
        number = cast.plan.emergency[index % len(cast.plan.emergency)]
        dialled = cast.plan.outside_prefix + number if index % 2 else number
        yield cast.scenario(name, Call(cast.phone(users[-1]), dialled))


def plan_forwarding(cast: Cast) -> Iterator[Scenario]:
    """A phone redirects (302) to a number of each mask and each call type: its owner's plan decides."""
    for name, plan, users in _plans(cast):
        owners = [user for user in users if not user.rules]
        for index, (what, dialled) in enumerate(_telling(cast, users[0], plan.forwarding, plan.outgoing)):
            for user in owners[index % len(owners) :] + owners[: index % len(owners)] if owners else ():
                scenario = _redirected(cast, f"{name}/{what}", user, dialled)
                if scenario is not None:
                    yield scenario
                    break
        yield from _to_uri(cast, name, plan, owners)


def _redirected(cast: Cast, name: str, user: User, text: str) -> Scenario | None:
    world = redirecting(user, text)
    for call in cast.calls_to(user.id, (user.id,)):
        if isinstance(call.origin, FromPhone) and call.origin.phone.startswith(f"{user.id}/"):
            continue
        scenario = cast.scenario(name, call, world)
        # Whoever is called in the end must be somebody else, or nothing of the plan is seen.
        rung = [attempt.result for attempt in scenario.expected.attempts]
        if is_playable(scenario) and rung[:1] == ["redirected"]:
            return scenario
    return None


def _to_uri(cast: Cast, name: str, plan: Plan, owners: list[User]) -> Iterator[Scenario]:
    """The call type that cannot be dialled."""
    domains = [trunk.domains[0] for trunk in cast.program.platform.trunks if trunk.domains]
    for user in owners[:1] if domains else ():
        scenario = _redirected(cast, f"{name}/sip-uri", user, f"sip:guest@{domains[0]}")
        if scenario is not None:
            yield scenario


def plan_transfer(cast: Cast) -> Iterator[Scenario]:
    """A user asks the other party to call somebody else (REFER): once allowed, once barred for each plan, and to
    nobody; the caller or who is called asks."""
    for index, (name, plan, users) in enumerate(_plans(cast)):
        found = {allowed: (what, dialled) for what, dialled, allowed in verdicts(cast.tenant, plan.forwarding)}
        for allowed, (what, dialled) in sorted(found.items()):
            shape = Shape.REFER if (index + allowed) % 2 else Shape.CALLEE_REFERS
            yield from _transferred(cast, f"{name}/{what}-{shape.value}", users, shape, dialled)
        if index == 0:
            yield from _transferred(cast, f"{name}/nobody", users, Shape.REFER, cast.plan.outside_prefix + "2")


def _transferred(cast: Cast, name: str, users: list[User], shape: Shape, text: str) -> Iterator[Scenario]:
    """A call between two users in which one of these wishes to transfer."""
    for user in users:
        for other in cast.users:
            if other is user:
                continue
            caller, called = (user, other) if shape is Shape.REFER else (other, user)
            scenario = cast.scenario(name, Call(cast.phone(caller), called.extension), shape=shape, refer_to=text)
            answering = scenario.expected.answered_by[:1]
            owned = bool(answering) and answering[0].startswith(f"{called.id}/")
            if owned and is_playable(scenario) and _is_one_call(scenario):
                yield scenario
                return


def _is_one_call(scenario: Scenario) -> bool:
    return all(attempt.kind == "phones" for attempt in scenario.expected.attempts)
