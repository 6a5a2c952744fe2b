"""What is played to callers who are not answered: announcements, and rejections that speak."""

from __future__ import annotations

from collections.abc import Iterator

from ringplan.interpreter import Call, FromPhone, Outcome, PhoneState, World, route
from ringplan.ir import Announcement

from ..scenario import Scenario
from .cast import Cast


def announcement(cast: Cast) -> Iterator[Scenario]:
    """Every announcement that can be called, from outside and from inside."""
    for node in cast.tenant.nodes:
        if isinstance(node, Announcement):
            calls = list(cast.calls_to(node.id))
            chosen = [call for call in calls if isinstance(call.origin, FromPhone)][:1]
            chosen += [call for call in calls if not isinstance(call.origin, FromPhone)][:1]
            for call in chosen:
                inside = "inside" if isinstance(call.origin, FromPhone) else "outside"
                yield cast.scenario(f"{node.id.rpartition('/')[2]}-{inside}", call)


def treatment(cast: Cast) -> Iterator[Scenario]:
    """Every way a call can end that plays something first, as far as a simple call ends that way."""
    seen: set[str] = set()
    for name, call, world in _ending(cast):
        outcome = route(cast.program, call, world)
        rejection = _rejection(outcome)
        if rejection is not None and rejection not in seen:
            seen.add(rejection)
            yield cast.scenario(f"{rejection}-{name}", call, world)


def _ending(cast: Cast) -> Iterator[tuple[str, Call, World]]:
    """Calls that end in every deliberate way."""
    if not cast.users:
        return
    caller = cast.caller(0)
    for text in (cast.unknown_extension, cast.plan.outside_prefix + "0" * 3, cast.plan.outside_prefix + "900123456"):
        yield "dialled", Call(cast.phone(caller), text), World()
    for state in (PhoneState.BUSY, PhoneState.UNREGISTERED, PhoneState.SILENT):
        world = World(phones={phone.id: state for user in cast.users for phone in user.phones if user is not caller})
        for user in cast.users:
            yield str(state), Call(cast.phone(caller), user.extension), world
            for number in cast.numbers(user.id):
                call = cast.from_outside(number, world)
                if call is not None:
                    yield f"{state}-outside", call, world


def _rejection(outcome: Outcome) -> str | None:
    """The name of the rejection whose prompt the caller heard; None: there was none."""
    if not outcome.heard or outcome.code < 400 or not outcome.steps:
        return None
    for step in reversed(outcome.steps):
        if "/reject/" in step.address:
            return step.address.rpartition("/")[2]
    return None


__all__ = ["announcement", "treatment"]
