"""From states to a call that can be made: the reference interpreter must say of it what the proof said."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import suppress
from zoneinfo import ZoneInfo

from ringplan.interpreter import (
    ANONYMOUS,
    ORDINARY_MOMENT,
    Call,
    FromPhone,
    FromTrunk,
    Memory,
    Outcome,
    PhoneState,
    World,
    route,
)
from ringplan.interpreter.caller import Caller
from ringplan.interpreter.walk import Walk
from ringplan.ir import Announcement, Forwarder, Program, Reject, User
from ringplan.values import dataclass

from .profiles import phone_states
from .solving import Solution
from .space import Space, Way, behind


class EngineError(Exception):
    """The proof and the interpreter do not agree: one of them is wrong, and nothing may be built on either."""


@dataclass(frozen=True, slots=True)
class Witness:
    """One call with the state of everything it meets."""

    call: Call
    world: World
    command: str
    """The command that shows it."""


def witness_of(
    space: Space, way: Way, solution: Solution, presses: tuple[str, ...] = (), *, at_a_time: bool
) -> Witness:
    """A call for a solution; ``at_a_time``: whether the time matters."""
    caller = space.callers[solution.caller]
    if caller.user is not None:
        call = Call(FromPhone(caller.user.phones[0].id), way.dialled, caller.withheld, presses=presses)
    else:
        call = Call(FromTrunk(space.platform.trunks[0].id, caller.number), way.dialled, presses=presses)
    phones: dict[str, PhoneState] = {}
    engaged = set()
    for user_id, profile in solution.profiles.items():
        user = space.nodes[user_id]
        assert isinstance(user, User)
        phones |= phone_states(user, profile)
        engaged |= {user_id} if profile.engaged else set()
    now = space.slices[solution.slice].witness if at_a_time else ORDINARY_MOMENT
    world = World(phones, now=now, engaged=frozenset(engaged), memory=dict(solution.memory))
    return Witness(call, world, command(space, call, world, at_a_time=at_a_time))


# -- the command


_OPTIONS = {
    PhoneState.BUSY: "--busy",
    PhoneState.SILENT: "--silent",
    PhoneState.UNREGISTERED: "--unreachable",
    PhoneState.GONE: "--gone",
    PhoneState.DECLINES: "--declines",
}


def command(space: Space, call: Call, world: World, *, at_a_time: bool) -> str:
    """The ``trace`` command that reproduces a call."""
    folder = space.tenant.span.file.rpartition("/")[0] or "."
    words = ["ringplan", "trace", folder]
    if isinstance(call.origin, FromPhone):
        words += ["--from", call.origin.phone.partition("/phones/")[0]]
    elif isinstance(call.origin, FromTrunk):
        words += ["--from", call.origin.number or "anonymous", "--trunk", call.origin.trunk]
    words += ["--to", call.dialled]
    if at_a_time:
        words += ["--at", f"{world.now.astimezone(ZoneInfo(space.tenant.time_zone)):%Y-%m-%d %H:%M}"]
    words += ["--withheld"] if call.withheld else []
    words += [word for keys in call.presses for word in ("--press", keys)]
    words += _phones(space, world)
    words += [word for user in sorted(world.engaged) for word in ("--engaged", user)]
    words += [word for group, memory in sorted(world.memory.items()) for word in memory_options(group, memory)]
    return shlex.join(words)


def _phones(space: Space, world: World) -> Iterator[str]:
    for user in (node for node in space.nodes.values() if isinstance(node, User)):
        states = {phone.id: world.phone(phone.id) for phone in user.phones}
        together = set(states.values())
        named = {user.id: states[user.phones[0].id]} if len(together) == 1 else states
        for name, state in named.items():
            if state in _OPTIONS:
                yield _OPTIONS[state]
                yield name


def memory_options(group: str, memory: Memory) -> Iterator[str]:
    """Options that say what a group remembers."""
    if memory.last is not None:
        yield from ("--remember", f"{group}=last:{memory.last.partition('/')[2]}")
    if memory.turn:
        yield from ("--remember", f"{group}=turn:{memory.turn}")
    if memory.answered:
        users = ",".join(member.partition("/")[2] for member in memory.answered)
        yield from ("--remember", f"{group}=answered:{users}")


# -- what the interpreter says


class _Returned(Exception):  # noqa: N818 - it is no error
    """The walk came back to a node."""


class _Endless(Walk):
    """A walk that is not stopped by the limit of diversions, but by coming back to a node, and when no key is left."""

    entered: list[str]

    def _divert(self, node: Forwarder, reason: str, target: str, edge: str = "") -> Outcome:
        if not isinstance(self.tenant.node(target), Reject | Announcement):
            self.entered.append(behind({one.id: one for one in self.tenant.nodes}, target))
            if self.entered[-1] in self.entered[:-1]:
                raise _Returned
            self._diversions = self._diversions[-1:]
        return super()._divert(node, reason, target, edge)

    def pressed(self) -> str:
        if len(self._waits) >= len(self.call.presses):
            raise _Returned
        return super().pressed()


def nodes_entered(space: Space, way: Way, solution: Solution, witness: Witness) -> tuple[str, ...]:
    """The nodes a call reaches, one after the other, if the number of diversions had no limit; the last one is there
    twice when the call goes round."""
    caller = space.callers[solution.caller]
    hidden = caller.withheld or (caller.user is not None and caller.user.identity.withheld)
    walk = _Endless(Program(space.platform, (space.tenant,)), space.tenant, witness.call, witness.world)
    walk.entered = [way.node]
    with suppress(_Returned):
        walk.enter(way.node, Caller(caller.user, None, caller.canonical, hidden, ANONYMOUS))
    return tuple(walk.entered)


def outcome_of(space: Space, witness: Witness) -> Outcome:
    """What the interpreter says of a witness."""
    return route(Program(space.platform, (space.tenant,)), witness.call, witness.world)
