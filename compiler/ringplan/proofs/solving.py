"""Whether a chain of forwards can happen in one call: states that satisfy every node of it at once.

Exact: a user has one profile in the whole call, a hunt group one memory when it begins. Only the users who matter in
more than one node of the chain are told apart; that is few, however large the groups are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import permutations, product
from typing import Final

from ringplan.interpreter import Memory
from ringplan.ir import HuntGroup, User
from ringplan.values import dataclass

from . import hunts
from .graph import Transition
from .hunts import Budget, Chosen, Known, Setting, UndecidedError
from .profiles import BUSY, DIRECT, GONE, PROFILES, SILENT, Profile, chosen, possible
from .space import Space

_STEPS: Final = 100_000
"""Steps for one chain; less than a second."""
_FEW: Final = 5
"""Members of a uniform group within another one whose orders are all tried."""
_GUESSES: Final = tuple(
    sum(1 << index for index, profile in enumerate(PROFILES) if profile == Profile(flags, engaged))
    for engaged in (False, True)
    for flags in (SILENT, BUSY, 0, GONE)
)
"""What many users are at first assumed to be, all alike."""


@dataclass(frozen=True, slots=True)
class Solution:
    """States under which a chain happens."""

    slice: int
    """Index of the time slice."""
    caller: int
    """Index of the class of caller."""
    profiles: Mapping[str, Profile]
    """Of the users it depends on, by id; all others answer."""
    memory: Mapping[str, Memory]
    """Of the hunt groups it depends on, by id."""


Hunt = tuple[HuntGroup, str]
"""A group and the result it must have."""


def solve(space: Space, chain: tuple[Transition, ...], slices: int, callers: int, budget: Budget) -> Solution | None:
    """States for a chain within some slices and classes of callers; None: there are none.

    Raises UndecidedError when there are too many combinations, for this chain or for all that share the budget.
    """
    direct: dict[str, int] = {}
    hunted: list[Hunt] = []
    for forward in chain:
        node = space.nodes[forward.source]
        if isinstance(node, User) and forward.result in DIRECT:
            direct[node.id] = possible(node) & DIRECT[forward.result]
        elif isinstance(node, HuntGroup) and forward.result != "group-busy":
            hunted.append((node, forward.result))
    time = _lowest(slices)
    if not hunted:
        return Solution(time, _lowest(callers), {user: chosen(mask) for user, mask in direct.items()}, {})
    own = Budget(min(_STEPS, budget.left))
    granted = own.left
    try:
        search = _Search(space, direct, tuple(hunted), own)
        for caller in _callers(space, hunted, callers):
            found = search.run(caller)
            if found is not None:
                return Solution(time, caller, *found)
        return None
    finally:
        budget.left -= granted - max(own.left, 0)


def _lowest(mask: int) -> int:
    return (mask & -mask).bit_length() - 1


def _callers(space: Space, hunted: list[Hunt], callers: int) -> Iterator[int]:
    """One class of caller for each that hunts tell apart: any who is no member, and every member."""
    members = {user for group, _ in hunted for user in hunts.everybody(space.tenant, group)}
    others = callers
    for user in members:
        others &= ~space.same_user[user]
    if others:
        yield _lowest(others)
    for user in sorted(members):
        if callers & space.same_user[user]:
            yield _lowest(callers & space.same_user[user])


class _Search:
    """The search for states of one chain with at least one hunt."""

    def __init__(self, space: Space, direct: dict[str, int], hunted: tuple[Hunt, ...], budget: Budget) -> None:
        self._space, self._direct, self._hunted, self._budget = space, direct, hunted, budget
        listed = Counter(direct.keys())
        for group, _ in hunted:
            listed.update(hunts.everybody(space.tenant, group))
        self._shared = {user: at for at, user in enumerate(sorted(u for u, times in listed.items() if times > 1))}
        self._minding = tuple(hunts.minds_order(space.tenant, group) for group, _ in hunted)

    def run(self, caller: int) -> tuple[dict[str, Profile], dict[str, Memory]] | None:
        """Profiles and memory, if there are any, for one class of caller."""
        user = self._space.callers[caller].user
        setting = Setting(
            self._space.tenant, user.id if user is not None else None, self._shared, self._tracked(), self._budget
        )
        for memory in self._memories():
            for box in self._boxes():
                found = self._with(setting, memory, box)
                if found is not None:
                    return found
        return None

    def _boxes(self) -> Iterator[tuple[int, ...]]:
        """What shared users can be, at first in a few simple ways when they are many."""
        nodes = self._space.nodes
        users = [node for user in self._shared if isinstance(node := nodes[user], User)]
        full = tuple(self._direct.get(user.id, possible(user)) for user in users)
        if len(users) > 2:
            for guess in _GUESSES:
                yield tuple(mask & guess or mask for mask in full)
        yield full

    def _with(
        self, setting: Setting, memory: dict[str, Memory], box: tuple[int, ...]
    ) -> tuple[dict[str, Profile], dict[str, Memory]] | None:
        frontier: dict[Known, tuple[Chosen | None, dict[str, Memory]]] = {Known(box, ()): (None, memory)}
        for (group, wanted), minding in zip(self._hunted, self._minding, strict=True):
            following: dict[Known, tuple[Chosen | None, dict[str, Memory]]] = {}
            any_order = minding and self._is_free(group)
            for known, (link, remembered) in frontier.items():
                ends = hunts.reached(setting, group, remembered, known, wanted, any_order=any_order)
                for after, further in ends.items():
                    then = hunts.begun(setting.tenant, group, remembered, after)
                    following.setdefault(after, (_joined(further, link), then))
            frontier = following
        if not frontier:
            return None
        known, (link, _) = next(iter(frontier.items()))
        profiles = {user: chosen(known.box[at]) for user, at in self._shared.items()}
        profiles |= {user: chosen(mask) for user, mask in self._direct.items() if user not in self._shared}
        later: dict[str, set[str]] = {}
        while link is not None:
            if link.profiles:
                profiles[link.user] = chosen(link.profiles)
            else:
                later.setdefault(link.group, set()).add(link.user)
            link = link.before
        orders = {group.id: _order(group, later[group.id]) for group, _ in self._hunted if group.id in later}
        return profiles, {**memory, **orders}

    # -- memory

    def _is_free(self, group: HuntGroup) -> bool:
        """Whether the order of a group can be chosen while its members are tried."""
        alone = all(
            group.id not in {one.id for one in hunts.involved(self._space.tenant, other)}
            for other, _ in self._hunted
            if other is not group
        )
        nested = any(isinstance(self._space.nodes[member.node], HuntGroup) for member in group.members)
        return group.policy == "uniform" and alone and not nested

    def _stateful(self) -> dict[str, HuntGroup]:
        """Groups whose memory can change a result."""
        found: dict[str, HuntGroup] = {}
        for (group, _), minding in zip(self._hunted, self._minding, strict=True):
            if minding and not self._is_free(group):
                found |= {one.id: one for one in hunts.involved(self._space.tenant, group)}
        return found

    def _tracked(self) -> frozenset[str]:
        """Circular groups that take part in more than one hunt of the chain."""
        times = Counter(one.id for group, _ in self._hunted for one in hunts.involved(self._space.tenant, group))
        stateful = self._stateful()
        return frozenset(g for g, count in times.items() if count > 1 and g in stateful)

    def _memories(self) -> Iterator[dict[str, Memory]]:
        """Every memory that makes a difference."""
        groups = self._stateful()
        for chosen_memories in product(*(_memories_of(group) for group in groups.values())):
            self._budget.spend(1)
            yield {group: memory for group, memory in zip(groups, chosen_memories, strict=True) if memory != Memory()}


def _memories_of(group: HuntGroup) -> list[Memory]:
    members = [member.node for member in group.members]
    match group.policy:
        case "circular":
            return [Memory(), *(Memory(last=member) for member in members[:-1])]
        case "weighted" if group.turns:
            return [Memory(turn=turn) for turn in range(len(group.turns))]
        case "uniform" if len(members) > _FEW:
            raise UndecidedError
        case "uniform":
            return [Memory(), *(Memory(answered=order) for order in permutations(members) if list(order) != members)]
        case _:
            return [Memory()]


def _order(group: HuntGroup, later: set[str]) -> Memory:
    """What makes a uniform group try some members after the others."""
    members = [member.node for member in group.members]
    return Memory(answered=(*(m for m in members if m not in later), *(m for m in members if m in later)))


def _joined(chosen_now: Chosen | None, before: Chosen | None) -> Chosen | None:
    """All choices in one list."""
    found = before
    while chosen_now is not None:
        found = chosen_now._replace(before=found)
        chosen_now = chosen_now.before
    return found
