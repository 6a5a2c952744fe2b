"""A call's way through a hunt group: one turn after the other."""

from __future__ import annotations

import KSR

from . import clock, hunt_memory, hunting, lines, phones
from .core import Core
from .forwarding import divert
from .schedules import switched
from .state import HUNTING, MAX_BRANCHES, SHARED, Call, Hunt
from .tenants import HuntGroup

MOST_AT_ONCE = 16
"""Phones that are rung at the same moment at most."""
KEPT = 8
"""Branches a hunt leaves to what follows it: Kamailio opens no more than `MAX_BRANCHES` in one call."""


def begin(core: Core, call: Call, group_id: str, group: HuntGroup) -> str | None:
    """Begins a hunt; the next node when nobody can be rung, None when the call is taken."""
    if is_busy(group_id, group):
        return divert(call, group_id, "user-busy", group.busy)
    memory = hunt_memory.Remembered(call.tenant, group_id)
    left = "".join(f"{turn} " for turn in hunting.turns(call.tenant, group_id, memory))
    call.hunt = Hunt(group_id, clock.monotonic_ms(), call.branches, left)
    return _go_on(core, call, call.hunt)


def resume(core: Core, call: Call, hunt: Hunt, chains: list[str], result: str) -> str | None:
    """Goes on after a turn that nobody answered."""
    group = call.tenant.hunt_group(hunt.group)
    hunt.seen.add("busy" if result in ("declined", "redirected") else result)
    if result == "no-answer":
        hunt.stays.update(hunting.staying(call.tenant, chains[0]))
    if group.overflow_ms is not None and clock.monotonic_ms() - hunt.begun >= group.overflow_ms:
        return _end(call, hunt, "no-answer", group.overflow)
    return _go_on(core, call, hunt)


def is_busy(group_id: str, group: HuntGroup) -> bool:
    """Group busy, by the operator's switch or as the manifest says."""
    state = switched(group_id)
    return group.is_busy if state is None else state


def _go_on(core: Core, call: Call, hunt: Hunt) -> str | None:
    """Rings the next turn in which somebody is free."""
    group = call.tenant.hunt_group(hunt.group)
    while hunt.left:
        turn, _, hunt.left = hunt.left.partition(" ")
        if hunt.stays and hunting.is_over(turn, hunt.stays):
            continue
        found = _find(call, hunt, turn.split(","), min(MAX_BRANCHES - KEPT - call.branches, MOST_AT_ONCE))
        if found is None:
            return _end(call, hunt, "no-answer", group.overflow)
        if not found:
            continue
        if _ring(core, call, hunt, group, turn, found):
            return None
        hunt.seen.add("unreachable")
    return _nobody(call, hunt, group)


def _find(call: Call, hunt: Hunt, chains: list[str], room: int) -> int | None:
    """Takes whom this turn can ring, and makes their phones destinations; how many phones that are.

    Who has no ``room`` any more is not rung; None when nobody has.
    """
    found = 0
    tried = {chain.rpartition(">")[2] for first, chain in call.rung if first >= hunt.first} | {call.caller}
    for chain in chains:
        path, _, user_id = chain.rpartition(">")
        if user_id in tried:
            continue
        user = call.tenant.user(user_id)
        if found + len(user.phones) > room:
            return found or None
        groups = path.split(">")
        innermost = call.tenant.hunt_group(groups[-1])
        if any(is_busy(one, call.tenant.hunt_group(one)) for one in groups[1:]) or not lines.take(
            user_id, call.name, only_if_free=not innermost.call_waiting
        ):
            hunt.seen.add("busy")
            continue
        before, found = found, phones.find(user, found)
        if found == before:
            lines.leave(user_id, call.name)
        else:
            call.rung.append((call.branches + before, chain))
            tried.add(user_id)
    return found


def _ring(core: Core, call: Call, hunt: Hunt, group: HuntGroup, turn: str, found: int) -> bool:
    """Rings those who were taken; False when that is impossible."""
    taken = [chain for first, chain in call.rung if first >= call.branches]
    ring_ms = hunting.ring_ms(call.tenant, turn)
    if group.overflow_ms is not None:
        ring_ms = max(1, min(ring_ms, group.overflow_ms - (clock.monotonic_ms() - hunt.begun)))
    for chain in taken:
        hunt_memory.rung(call.tenant, chain)
    KSR.setflag(HUNTING)
    if len(taken) > 1:
        KSR.setflag(SHARED)
    return phones.start(core, call, hunt.group, found, ring_ms) is None


def _nobody(call: Call, hunt: Hunt, group: HuntGroup) -> str:
    """All members have been tried: somebody who rang outweighs a busy one, that one one who is gone."""
    if "no-answer" in hunt.seen:
        return _end(call, hunt, "no-answer", group.no_answer)
    if "busy" in hunt.seen:
        return _end(call, hunt, "user-busy", group.busy)
    return _end(call, hunt, "unavailable", group.unreachable)


def _end(call: Call, hunt: Hunt, reason: str, target: str) -> str:
    call.hunt = None
    return divert(call, hunt.group, reason, target)
