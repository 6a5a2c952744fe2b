"""The ``ringplan trace`` command that shows a witness."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ringplan.interpreter import Call, FromCallback, FromPhone, FromTrunk, PhoneState, World
from ringplan.proofs.witness import memory_options

from .versions import Pair
from .worlds import phones_of

_OPTIONS: Final = {
    PhoneState.BUSY: "--busy",
    PhoneState.SILENT: "--silent",
    PhoneState.UNREGISTERED: "--unreachable",
    PhoneState.GONE: "--gone",
    PhoneState.DECLINES: "--declines",
}


def options(pair: Pair, call: Call, world: World, *, at: str | None) -> list[str]:
    """The options of ``ringplan trace`` that reproduce a call."""
    words: list[str] = []
    if isinstance(call.origin, FromPhone):
        words += ["--from", call.origin.phone.partition("/phones/")[0]]
    elif isinstance(call.origin, FromTrunk):
        words += ["--from", call.origin.number or "anonymous", "--trunk", call.origin.trunk]
    if isinstance(call.origin, FromCallback):
        words += ["--from", call.origin.number, "--callback", call.origin.callback]
    else:
        words += ["--to", call.dialled]
    words += ["--at", at] if at is not None else []
    words += ["--withheld"] if call.withheld else []
    words += [word for keys in call.presses for word in ("--press", keys)]
    for user in sorted({phone.partition("/phones/")[0] for phone in world.phones}):
        words += _states(pair, user, world)
    elsewhere = {phone.partition("/phones/")[0]: to for phone, to in sorted(world.redirects.items())}
    words += [word for user, to in elsewhere.items() for word in ("--redirect", f"{user}={to}")]
    words += [word for user in sorted(world.engaged) for word in ("--engaged", user)]
    words += [word for trunk, _ in sorted(world.trunks.items()) for word in ("--trunk-down", trunk)]
    words += [word for group, memory in sorted(world.memory.items()) for word in memory_options(group, memory)]
    return words


def _states(pair: Pair, user: str, world: World) -> Iterator[str]:
    states = {phone: world.phone(phone) for phone in phones_of(pair, user)}
    named = {user: next(iter(states.values()))} if len(set(states.values())) == 1 else states
    for name, state in named.items():
        if state in _OPTIONS:
            yield _OPTIONS[state]
            yield name
