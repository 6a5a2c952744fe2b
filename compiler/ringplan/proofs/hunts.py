"""One hunt for all states of its members at once: with which states it can end with a given result.

The order of ringing, the meaning of a turn's states and its duration are the interpreter's own (``hunting``). Members
that matter nowhere else on the way are counted, not listed: of all their states that lead to the same time elapsed and
the same things seen, one is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import NamedTuple

from ringplan.interpreter import Memory, hunting
from ringplan.interpreter.hunting import Candidate, Path, Turn
from ringplan.ir import HuntGroup, Tenant, User
from ringplan.values import dataclass

from .profiles import PROFILES, possible, states

RANG, BUSY = 1, 2
"""Bits of what a hunt has seen: a member who rang and did not answer, a busy one."""


class UndecidedError(Exception):
    """There are too many combinations of states to look at all of them."""


@dataclass(slots=True)
class Budget:
    """How many steps may still be taken."""

    left: int

    def spend(self, steps: int) -> None:
        """Raises UndecidedError when nothing is left."""
        self.left -= steps
        if self.left < 0:
            raise UndecidedError


class Chosen(NamedTuple):
    """A choice on the way here, and those before it."""

    user: str
    profiles: int
    """Those that lead here; none: the member is tried after all others of ``group``."""
    before: Chosen | None
    group: str = ""


class Known(NamedTuple):
    """What is known between two hunts of one call."""

    box: tuple[int, ...]
    """Profiles each shared user may still have."""
    last: tuple[tuple[str, str], ...]
    """Circular groups whose place matters again later, with the member rung last."""


class _Hunt(NamedTuple):
    """Where a hunt stands between two turns."""

    elapsed: int
    seen: int
    stay_with: Path
    """Groups that try no other member than theirs here."""
    rung: frozenset[str]
    """Shared users who were rung."""
    postponed: bool
    """Whether a member was left for later."""
    known: Known


class _Ringing(NamedTuple):
    """A turn of which some candidates have been looked at."""

    hunt: _Hunt
    free: int
    """How many are rung: none, one, or two for any more."""
    flags: int
    now: frozenset[str]
    """Shared users who are rung in this turn."""


Reached = dict[Known, Chosen | None]
"""What can be known when a hunt ends as wanted, with what was chosen on the way."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What holds for all hunts of one call."""

    tenant: Tenant
    caller: str | None
    """The calling user."""
    shared: Mapping[str, int]
    """Users who matter in more than one place, by id, with their place in ``Known.box``."""
    tracked: frozenset[str]
    """Circular groups whose memory is needed again."""
    budget: Budget


def reached(
    setting: Setting, group: HuntGroup, memory: Mapping[str, Memory], known: Known, wanted: str, *, any_order: bool
) -> Reached:
    """How a hunt can end with the result ``wanted``; ``any_order``: members are tried in whatever order suits."""
    found: Reached = {}
    stand = _Hunt(0, 0, (), frozenset(), postponed=False, known=known)
    frontier: dict[_Hunt, Chosen | None] = {stand: None}
    for turn in hunting.turns(setting.tenant, group, memory):
        following: dict[_Hunt, Chosen | None] = {}
        for hunt, chosen in frontier.items():
            if any_order and group.id not in dict(hunt.stay_with):
                later = Chosen(turn.candidates[0].user, 0, chosen, group.id)
                following.setdefault(hunt._replace(postponed=True), later)
            for after, link in _turn(setting, group, turn, hunt, chosen):
                if group.overflow_ms is not None and after.elapsed >= group.overflow_ms:
                    if wanted == "overflow":
                        found.setdefault(after.known, link)
                elif _may_still(wanted, after.seen):
                    following.setdefault(after, link)
        setting.budget.spend(len(following))
        frontier = following
    for hunt, chosen in frontier.items():
        everybody_tried = not hunt.postponed or group.id in dict(hunt.stay_with)
        if everybody_tried and _result(hunt.seen) == wanted:
            found.setdefault(hunt.known, chosen)
    return found


def _may_still(wanted: str, seen: int) -> bool:
    """Whether a hunt that has seen this can end as wanted."""
    return not (wanted == "busy" and seen & RANG) and not (wanted == "unreachable" and seen)


def _result(seen: int) -> str:
    return "no-answer" if seen & RANG else "busy" if seen & BUSY else "unreachable"


# -- one turn


def _turn(
    setting: Setting, group: HuntGroup, turn: Turn, hunt: _Hunt, chosen: Chosen | None
) -> Iterator[tuple[_Hunt, Chosen | None]]:
    """Every way a turn can go without being answered."""
    if hunting.is_over(turn, dict(hunt.stay_with)):
        yield hunt, chosen
        return
    partial: dict[_Ringing, Chosen | None] = {_Ringing(hunt, 0, 0, frozenset()): chosen}
    for candidate in turn.candidates:
        following: dict[_Ringing, Chosen | None] = {}
        for ringing, link in partial.items():
            for after, further in _candidate(setting, candidate, ringing, link):
                following.setdefault(after, further)
        setting.budget.spend(len(following))
        partial = following
    for ringing, link in partial.items():
        ended = _rung(setting, group, turn, ringing) if ringing.free else ringing.hunt
        if ended is not None:
            yield ended, link


def _candidate(
    setting: Setting, candidate: Candidate, ringing: _Ringing, chosen: Chosen | None
) -> Iterator[tuple[_Ringing, Chosen | None]]:
    """Every way one candidate can be found."""
    user_id, hunt = candidate.user, ringing.hunt
    if user_id == setting.caller or user_id in hunt.rung or user_id in ringing.now:
        yield ringing, chosen
        return
    at = setting.shared.get(user_id)
    user = setting.tenant.node(user_id)
    assert isinstance(user, User)
    profiles = hunt.known.box[at] if at is not None else possible(user)
    waiting, closed = _is_called_waiting(setting.tenant, candidate)
    for found, mask in _alike(profiles, waiting, closed):
        known, link, now = hunt.known, chosen, ringing.now
        if at is None:
            link = Chosen(user_id, mask, chosen)
        else:
            box = (*known.box[:at], mask, *known.box[at + 1 :])
            known = known._replace(box=box)
            now = now | {user_id} if found > 0 else now
        seen = hunt.seen | BUSY if found < 0 else hunt.seen
        if found > 0:
            known = known._replace(last=_last(setting, candidate, known.last))
        after = hunt._replace(known=known, seen=seen)
        free = min(ringing.free + (found > 0), 2)
        yield _Ringing(after, free, ringing.flags | max(found, 0), now), link


@cache
def _alike(profiles: int, waiting: bool, closed: bool) -> tuple[tuple[int, int], ...]:
    """Profiles by what a turn sees of them: the flags, 0: nobody is there, -1: busy."""
    found: dict[int, int] = {}
    for index, profile in enumerate(PROFILES):
        if profiles >> index & 1:
            busy = closed or (profile.engaged and not waiting)
            seen = -1 if busy else profile.flags
            found[seen] = found.get(seen, 0) | 1 << index
    return tuple(found.items())


def _is_called_waiting(tenant: Tenant, candidate: Candidate) -> tuple[bool, bool]:
    """Whether the candidate is rung although engaged, and whether an inner group is switched to busy."""
    groups = [tenant.node(group) for group, _ in candidate.path]
    waiting = isinstance(groups[-1], HuntGroup) and groups[-1].call_waiting
    return waiting, any(isinstance(inner, HuntGroup) and inner.is_busy for inner in groups[1:])


def _last(setting: Setting, candidate: Candidate, last: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    changes = {group: member for group, member in candidate.path if group in setting.tracked}
    return tuple(sorted({**dict(last), **changes}.items())) if changes else last


def _rung(setting: Setting, group: HuntGroup, turn: Turn, ringing: _Ringing) -> _Hunt | None:
    """Where the hunt stands after ringing; None: somebody answered."""
    hunt = ringing.hunt
    met = {str(state): state for state in states(ringing.flags)}
    result = hunting.ring_result(ringing.free, met)
    if result == "answered":
        return None
    seen = {"no-answer": RANG, "unreachable": 0}.get(result, BUSY)
    elapsed = hunt.elapsed
    if group.overflow_ms is not None:
        elapsed += hunting.duration_ms(result, met, min(turn.ring_ms, group.overflow_ms - elapsed))
    stay_with = hunt.stay_with
    if result == "no-answer" and turn.stays_with:
        stay_with = tuple(sorted({**dict(stay_with), **dict(turn.stays_with)}.items()))
    return hunt._replace(elapsed=elapsed, seen=hunt.seen | seen, stay_with=stay_with, rung=hunt.rung | ringing.now)


# -- groups


def involved(tenant: Tenant, group: HuntGroup) -> tuple[HuntGroup, ...]:
    """The group and all groups within it, each once."""
    found = {group.id: group}
    for member in group.members:
        node = tenant.node(member.node)
        if isinstance(node, HuntGroup):
            found.update({inner.id: inner for inner in involved(tenant, node)})
    return tuple(found.values())


def everybody(tenant: Tenant, group: HuntGroup) -> tuple[str, ...]:
    """All users the group and the groups within it can ring, as often as they are listed."""
    return tuple(c.user for turn in hunting.turns(tenant, group, {}) for c in turn.candidates)


def minds_order(tenant: Tenant, group: HuntGroup) -> bool:
    """Whether the result can depend on the order in which members are tried."""
    if group.overflow_ms is not None or any(not one.advance for one in involved(tenant, group)):
        return True
    users = everybody(tenant, group)
    return len(set(users)) < len(users)


def begun(tenant: Tenant, group: HuntGroup, memory: Mapping[str, Memory], known: Known) -> dict[str, Memory]:
    """What is remembered after a hunt, as far as later hunts of the call can tell."""
    after = hunting.begun(tenant, group, memory)
    for group_id, member in known.last:
        after[group_id] = replace(after.get(group_id, Memory()), last=member)
    return after
