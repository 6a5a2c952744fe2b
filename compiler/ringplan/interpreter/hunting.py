"""In which order a hunt group rings its members, and what it remembers of it.

Pure functions of the group and its memory; who is free and who answers is the walk's business (``route``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ringplan.ir import HuntGroup, Tenant
from ringplan.values import dataclass

from .call import NOTHING_REMEMBERED, Memory, PhoneState

SILENCE_MS = 4_000
"""After how long a phone that does not react at all counts as unreachable."""

Path = tuple[tuple[str, str], ...]
"""How a user came into a hunt: group and member, by id, from the group that was called inwards."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A user who may be rung."""

    user: str
    path: Path


@dataclass(frozen=True, slots=True)
class Turn:
    """Users who are rung at the same moment."""

    candidates: tuple[Candidate, ...]
    ring_ms: int
    stays_with: Path
    """Groups that do not advance, with their member who is rung: when he does not answer they try no other one."""


def turns(tenant: Tenant, group: HuntGroup, memory: Mapping[str, Memory]) -> tuple[Turn, ...]:
    """Everybody who may be rung, in order; a member that is a group takes its place with its own members."""
    return _turns(tenant, group, memory, ())


def _turns(tenant: Tenant, group: HuntGroup, memory: Mapping[str, Memory], path: Path) -> tuple[Turn, ...]:
    members = order(group, memory.get(group.id, NOTHING_REMEMBERED))
    if group.policy == "simultaneous":
        found = tuple(c for member in members for c in _everybody(tenant, group, member, memory, path))
        return (Turn(found, group.ring_ms, _staying(tenant, path)),)
    result: list[Turn] = []
    for member in members:
        node, within = tenant.node(member), (*path, (group.id, member))
        if isinstance(node, HuntGroup):
            result.extend(_turns(tenant, node, memory, within))
        else:
            result.append(Turn((Candidate(member, within),), group.ring_ms, _staying(tenant, within)))
    return tuple(result)


def _staying(tenant: Tenant, path: Path) -> Path:
    """The groups on the way that do not advance, each with its member on the way."""
    groups = ((tenant.node(group_id), member) for group_id, member in path)
    return tuple((g.id, member) for g, member in groups if isinstance(g, HuntGroup) and not g.advance)


def is_over(turn: Turn, stay_with: Mapping[str, str]) -> bool:
    """Whether a turn belongs to groups that stay with another member, by ``Turn.stays_with`` of turns before."""
    return any(
        stay_with.get(group, member) != member for candidate in turn.candidates for group, member in candidate.path
    )


def _everybody(
    tenant: Tenant, group: HuntGroup, member: str, memory: Mapping[str, Memory], path: Path
) -> tuple[Candidate, ...]:
    """All users of a member of a group that rings everybody."""
    within = (*path, (group.id, member))
    node = tenant.node(member)
    if not isinstance(node, HuntGroup):
        return (Candidate(member, within),)
    members = order(node, memory.get(node.id, NOTHING_REMEMBERED))
    return tuple(c for inner in members for c in _everybody(tenant, node, inner, memory, within))


def order(group: HuntGroup, memory: Memory) -> tuple[str, ...]:
    """The members of one group in the order of its policy."""
    members = tuple(member.node for member in group.members)
    if group.policy == "circular" and memory.last in members:
        begin = members.index(memory.last) + 1
        return members[begin:] + members[:begin]
    if group.policy == "uniform":
        never = tuple(member for member in members if member not in memory.answered)
        return never + tuple(member for member in memory.answered if member in members)
    if group.policy == "weighted" and group.turns:
        begin = memory.turn % len(group.turns)
        by_turn = [members[at] for at in group.turns[begin:] + group.turns[:begin]]
        return tuple(dict.fromkeys((*by_turn, *members)))  # who has no share comes last
    return members


# -- what is remembered


def begun(tenant: Tenant, group: HuntGroup, memory: Mapping[str, Memory]) -> dict[str, Memory]:
    """A hunt began: weighted groups that take part have used a turn."""
    changed = dict(memory)
    for one in _involved(tenant, group):
        if one.policy == "weighted":
            before = changed.get(one.id, NOTHING_REMEMBERED)
            changed[one.id] = replace(before, turn=before.turn + 1)
    return changed


def _involved(tenant: Tenant, group: HuntGroup) -> tuple[HuntGroup, ...]:
    """The group and all groups within it, each once."""
    found = {group.id: group}
    for member in group.members:
        node = tenant.node(member.node)
        if isinstance(node, HuntGroup):
            found.update({inner.id: inner for inner in _involved(tenant, node)})
    return tuple(found.values())


def rung(tenant: Tenant, path: Path, memory: Mapping[str, Memory]) -> dict[str, Memory]:
    """A user was rung: circular groups on the way go on after him."""
    changed = dict(memory)
    for group_id, member in path:
        group = tenant.node(group_id)
        if isinstance(group, HuntGroup) and group.policy == "circular":
            changed[group_id] = replace(changed.get(group_id, NOTHING_REMEMBERED), last=member)
    return changed


def answered(tenant: Tenant, path: Path, memory: Mapping[str, Memory]) -> dict[str, Memory]:
    """A user answered: in uniform groups on the way he is now the one who was idle last."""
    changed = dict(memory)
    for group_id, member in path:
        group = tenant.node(group_id)
        if isinstance(group, HuntGroup) and group.policy == "uniform":
            before = changed.get(group_id, NOTHING_REMEMBERED)
            others = tuple(other for other in before.answered if other != member)
            changed[group_id] = replace(before, answered=(*others, member))
    return changed


# -- what ringing comes to


def ring_result(users: int, states: Mapping[str, PhoneState]) -> str:
    """How ringing the phones of some users ends: ``answered``, ``no-answer``, ``busy``, ``declined``, ``unreachable``.

    A person who declines or redirects ends the ringing when he is the only one who is rung, and is busy for this call
    when others are rung too.
    """
    found = set(states.values())
    refused = found & {PhoneState.DECLINES, PhoneState.REDIRECTS}
    if refused and users == 1:
        return "declined"
    if PhoneState.ANSWERS in found:
        return "answered"
    if PhoneState.SILENT in found:
        return "no-answer"
    return "busy" if refused or PhoneState.BUSY in found else "unreachable"


def duration_ms(result: str, states: Mapping[str, PhoneState], ring_ms: int) -> int:
    """How long a turn that nobody answered took."""
    if result == "no-answer":
        return ring_ms
    gone = result != "declined" and PhoneState.GONE in states.values()
    return min(SILENCE_MS, ring_ms) if gone else 0
