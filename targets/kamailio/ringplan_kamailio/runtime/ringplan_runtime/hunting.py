"""In which order a hunt group rings its members: pure functions of the groups and what is remembered.

A *chain* is how a user came into a hunt: the groups on the way and the user, ids with ``>`` between them. A *turn* is
the chains of all who are rung at the same moment, with ``,`` between them. That is how they are kept with a call.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Protocol

from .tenants import HuntGroup, Tenant


class Memory(Protocol):
    """What is remembered of earlier calls."""

    def last(self, group: str) -> str:
        """Circular: the member rung last; empty: nobody yet."""

    def turn(self, group: str) -> int:
        """Weighted: how many hunts had begun before this one."""

    def ticks(self, group: str, members: Sequence[str]) -> dict[str, int]:
        """Uniform: members that had a call through the group; who had it later has the higher number."""


def turns(tenant: Tenant, group_id: str, memory: Memory) -> Iterator[str]:
    """Everybody who may be rung, in order; a member that is a group takes its place with its own members."""
    return _turns(tenant, group_id, memory, group_id)


def _turns(tenant: Tenant, group_id: str, memory: Memory, chain: str) -> Iterator[str]:
    group = tenant.hunt_group(group_id)
    if group.policy == "simultaneous":
        together = ",".join(_everybody(tenant, group_id, memory, chain))
        if together:
            yield together
        return
    for member in order(group_id, group, memory):
        within = f"{chain}>{member}"
        if isinstance(tenant.nodes[member], HuntGroup):
            yield from _turns(tenant, member, memory, within)
        else:
            yield within


def _everybody(tenant: Tenant, group_id: str, memory: Memory, chain: str) -> Iterator[str]:
    """All users of a group, and of the groups within it."""
    for member in order(group_id, tenant.hunt_group(group_id), memory):
        within = f"{chain}>{member}"
        if isinstance(tenant.nodes[member], HuntGroup):
            yield from _everybody(tenant, member, memory, within)
        else:
            yield within


def order(group_id: str, group: HuntGroup, memory: Memory) -> Sequence[str]:
    """The members of one group in the order of its policy."""
    members = group.members
    match group.policy:
        case "circular":
            last = memory.last(group_id)
            begin = members.index(last) + 1 if last in members else 0
            return members[begin:] + members[:begin]
        case "uniform":
            ticks = memory.ticks(group_id, members)
            return sorted(members, key=lambda member: ticks.get(member, 0))
        case "weighted" if group.turns:
            begin = memory.turn(group_id) % len(group.turns)
            by_turn = (members[at] for at in group.turns[begin:] + group.turns[:begin])
            return tuple(dict.fromkeys((*by_turn, *members)))  # who has no share comes last
        case _:
            return members


def ring_ms(tenant: Tenant, turn: str) -> int:
    """How long a turn rings: as the group says that rings everybody, else the innermost."""
    *groups, _ = turn.partition(",")[0].split(">")
    for group_id in groups:
        group = tenant.hunt_group(group_id)
        if group.policy == "simultaneous":
            break
    return group.ring_ms


def staying(tenant: Tenant, chain: str) -> dict[str, str]:
    """The groups of a turn that do not advance, with their member on the way: they try nobody else."""
    found = {}
    for group_id, member in steps(chain):
        group = tenant.hunt_group(group_id)
        if group.policy == "simultaneous":
            break
        if not group.advance:
            found[group_id] = member
    return found


def is_over(turn: str, stays: dict[str, str]) -> bool:
    """Whether a turn belongs to groups that stay with another member."""
    return any(stays.get(group, member) != member for chain in turn.split(",") for group, member in steps(chain))


def steps(chain: str) -> Iterator[tuple[str, str]]:
    """Every group of a chain, with the member that follows it."""
    return pairwise(chain.split(">"))


def involved(tenant: Tenant, group_id: str) -> Iterator[str]:
    """The group and all groups within it, each once."""
    found: dict[str, None] = {group_id: None}
    waiting = [group_id]
    while waiting:
        for member in tenant.hunt_group(waiting.pop()).members:
            if member not in found and isinstance(tenant.nodes[member], HuntGroup):
                found[member] = None
                waiting.append(member)
    return iter(found)
