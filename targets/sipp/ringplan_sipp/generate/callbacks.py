"""Callback: who is called back, what he can do then, and who is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ringplan.interpreter import Call, FromCallback, FromTrunk, PhoneState, TrunkState, World, route
from ringplan.ir import Callback, User

from ..scenario import Scenario
from .cast import Cast, is_playable


def callback(cast: Cast) -> Iterator[Scenario]:
    """Every allowed number calls, is refused, called back, accepts, and is connected with a colleague."""
    for slug, node in _callbacks(cast):
        for number, owner in node.allowed:
            user = cast.tenant.node(owner)
            assert isinstance(user, User)
            colleague = cast.other(user)
            name = f"{slug}/{number.removeprefix('+')}"
            yield from _called_back(cast, node, number, f"{name}-connected", ("1", colleague.extension))
        for number, owner in node.allowed[:1]:
            user = cast.tenant.node(owner)
            assert isinstance(user, User)
            name = f"{slug}/{number.removeprefix('+')}"
            yield from _further(cast, node, number, name, cast.other(user))


def _further(cast: Cast, node: Callback, number: str, name: str, colleague: User) -> Iterator[Scenario]:
    """One employee who does something else."""
    busy = World(phones={phone.id: PhoneState.BUSY for phone in colleague.phones})
    extension = colleague.extension
    emergency = cast.plan.emergency[0]
    yield from _called_back(cast, node, number, f"{name}-mailbox", ())
    yield from _called_back(cast, node, number, f"{name}-declines", ("2",))
    yield from _called_back(cast, node, number, f"{name}-emergency", ("1", emergency, extension))
    yield from _called_back(cast, node, number, f"{name}-emergency-prefix", ("1", f"0{emergency}", extension))
    yield from _called_back(cast, node, number, f"{name}-busy", ("1", extension, ""), busy)
    yield from _called_back(cast, node, number, f"{name}-tries", ("1", *(extension,) * 3), busy)
    yield from _called_back(cast, node, number, f"{name}-premium", ("1", "0900123456", extension))


def _by_udp(cast: Cast, world: World) -> World:
    """The world in which trunks fail that the lab cannot press keys on: it reaches its parties by UDP only."""
    failing = {trunk.id: TrunkState.FAILS for trunk in cast.program.platform.trunks if trunk.transport != "udp"}
    return replace(world, trunks=failing)


def callback_others(cast: Cast) -> Iterator[Scenario]:
    """Everybody else goes on where all do: another number, none, an allowed one that is withheld."""
    for slug, node in _callbacks(cast):
        allowed, world = node.allowed[0][0], World()
        cases = {
            "stranger": cast.from_outside(node.number, world),
            "no-number": cast.from_outside(node.number, world, caller=None),
            "withheld": cast.from_outside(node.number, world, caller=allowed, withheld=True),
        }
        for name, call in cases.items():
            if call is not None:
                yield cast.scenario(f"{slug}/{name}", call)


def _callbacks(cast: Cast) -> Iterator[tuple[str, Callback]]:
    for node in cast.tenant.nodes:
        if isinstance(node, Callback):
            yield node.id.rpartition("/")[2], node


def _called_back(
    cast: Cast, node: Callback, number: str, name: str, presses: tuple[str, ...], world: World | None = None
) -> Iterator[Scenario]:
    """The call that is refused, and the call back as the scenario's own; the trunk of the first takes no other part."""
    there = _by_udp(cast, world or World())
    back = cast.scenario(name, Call(FromCallback(node.id, number), "", presses=presses), there)
    used = {target for attempt in back.expected.attempts for target in attempt.targets}
    for trunk in cast.program.platform.trunks:
        call = Call(FromTrunk(trunk.id, number), node.number)
        if trunk.id in used or not trunk.numbers:
            continue
        outcome = route(cast.program, call, there)
        if outcome.called_back is not None:
            first = cast.scenario(f"{name}#1", call, there)
            both = replace(back, before=(first,))
            if is_playable(both):
                yield both
            return


__all__ = ["callback", "callback_others"]
