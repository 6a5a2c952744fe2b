"""Who can call, in classes that both versions treat alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ringplan.interpreter import Call, FromPhone, FromTrunk
from ringplan.interpreter.dialling import calling_number
from ringplan.interpreter.screening import canonical, matches, screen
from ringplan.ir import Callback, Tenant, User
from ringplan.proofs.callers import caller_classes

from .answering import called_back
from .behaviour import Caller
from .versions import Pair, Version
from .worlds import first_phone


@dataclass(frozen=True, slots=True)
class CallerGroup:
    """Callers whom neither version tells apart when they call one number."""

    users: tuple[str, ...]
    """User ids; empty: callers from outside."""
    number: str | None
    """Outside: what the carrier sends for one of them."""
    matching: frozenset[str]
    """Patterns of forwarding entries that match them; withheld and unknown numbers match none."""
    withheld: bool
    """Whether they ask for privacy, or no number is known."""
    is_called: bool = False
    """Whether the caller may be called by his own call."""
    patterns: frozenset[str] = frozenset()
    """All patterns that are asked."""

    @property
    def is_outside(self) -> bool:
        """Whether the calls come in from a carrier."""
        return not self.users

    @property
    def compares(self) -> bool:
        """Whether it matters who calls."""
        return bool(self.patterns)

    def fits(self, compared: str) -> bool:
        """Whether a number that is shown belongs to the callers from outside of this group."""
        return frozenset(pattern for pattern in self.patterns if matches(pattern, compared)) == self.matching

    def callers(self, pair: Pair) -> tuple[Caller, Caller]:
        """One of them, as the two versions see him."""
        return self._caller(pair.old), self._caller(pair.new)

    def call(self, pair: Pair, dialled: str) -> Call:
        """A call by one of them."""
        if self.users:
            return Call(FromPhone(first_phone(pair, self.users[0])), dialled, self.withheld)
        trunk = pair.new.program.platform.trunks[0].id
        return Call(FromTrunk(trunk, self.number), dialled)

    def _caller(self, version: Version) -> Caller:
        if self.users:
            return by_user(version, self.users[0], withheld=self.withheld)
        return from_outside(version.tenant, self.number, withheld=False)


def by_user(version: Version, user_id: str, *, withheld: bool) -> Caller:
    """A user as a caller."""
    user = version.users[user_id]
    return Caller(user_id, user.extension, withheld or user.identity.withheld)


def from_outside(tenant: Tenant, number: str | None, *, withheld: bool) -> Caller:
    """A caller from a trunk."""
    plan = tenant.dial_plan
    compared = canonical(plan, calling_number(plan, number)) if number else None
    return Caller(None, compared, withheld)


@dataclass(frozen=True, slots=True)
class Nodes:
    """What a call can meet, in both versions."""

    old: frozenset[str]
    new: frozenset[str]

    def patterns(self, pair: Pair) -> frozenset[str]:
        """Patterns of callers that are asked anywhere."""
        rules = [rule for user in self.users(pair) for rule in user.rules]
        return frozenset(pattern for rule in rules for pattern in rule.callers) | self.called_back(pair)

    def called_back(self, pair: Pair) -> frozenset[str]:
        """Dial strings of callers who are called back."""
        found = frozenset[str]()
        for version, nodes in ((pair.old, self.old), (pair.new, self.new)):
            callbacks = (version.nodes[node] for node in nodes)
            found = found.union(*(called_back(version.tenant, n) for n in callbacks if isinstance(n, Callback)))
        return found

    def users(self, pair: Pair) -> list[User]:
        """Users on the way, of both versions."""
        found: list[User] = []
        for version, nodes in ((pair.old, self.old), (pair.new, self.new)):
            found += [version.users[node] for node in sorted(nodes) if node in version.users]
        return found


def from_trunks(pair: Pair, nodes: Nodes) -> list[CallerGroup]:
    """Callers from outside."""
    if not pair.old.program.platform.trunks or not pair.new.program.platform.trunks:
        return []
    compared = nodes.patterns(pair)
    found: dict[object, CallerGroup] = {}
    numbers = nodes.called_back(pair)
    for one in caller_classes(pair.new.tenant, nodes.users(pair), outside=True, numbers=numbers):
        if one.user is None:
            hidden = one.canonical is None
            matching = frozenset(p for p in compared if one.canonical is not None and matches(p, one.canonical))
            group = CallerGroup((), one.number, matching, hidden, patterns=compared)
            found.setdefault((matching, hidden and bool(compared)), group)  # others may ask what nobody asks here
    return list(found.values())


def from_users(pair: Pair, nodes: Nodes, dialled: str, users: Iterable[str]) -> list[CallerGroup]:
    """Users as callers: those on the way one by one, the others by what is asked about them."""
    compared = nodes.patterns(pair)
    on_the_way = _told_apart(pair, nodes, dialled)
    found: dict[object, list[str]] = {}
    for user in users:
        for withheld in (False, True) if compared else (False,):
            key = _seen(pair, user, compared, withheld), may_call(pair, user, dialled), withheld, user in on_the_way
            found.setdefault((*key, user if user in on_the_way else None), []).append(user)
    return [_group(pair, compared, tuple(some), key) for key, some in found.items()]


_FEW: Final = 12
"""Parties of a call who are compared as callers one by one."""


def _told_apart(pair: Pair, nodes: Nodes, dialled: str) -> frozenset[str]:
    """Users on the way whom a call of their own meets as busy.

    Of many only those who are called directly, or were edited: what the others notice is what everybody does.
    """
    found = frozenset((nodes.old | nodes.new) & pair.new.users.keys())
    if len(found) <= _FEW:
        return found
    own = {version.entries.get(dialled) for version in (pair.old, pair.new)}
    edited = found & pair.edited_parties
    return frozenset(found & own | edited) if len(edited) <= _FEW else frozenset(found & own)


def _group(pair: Pair, compared: frozenset[str], users: tuple[str, ...], key: object) -> CallerGroup:
    assert isinstance(key, tuple)
    extension = pair.new.users[users[0]].extension
    hidden = key[2] or pair.new.users[users[0]].identity.withheld
    matching = frozenset() if hidden else frozenset(p for p in compared if matches(p, extension))
    return CallerGroup(users, None, matching, key[2], is_called=key[3], patterns=compared)


def _seen(pair: Pair, user: str, compared: frozenset[str], withheld: bool) -> object:
    """What both versions find when they compare a user with all patterns."""
    if not compared:
        return None
    return tuple(
        None if hidden else frozenset(pattern for pattern in compared if matches(pattern, extension))
        for _, extension, hidden in (by_user(version, user, withheld=withheld) for version in (pair.old, pair.new))
        if extension is not None
    )


def may_call(pair: Pair, user: str, key: str) -> tuple[bool, bool]:
    """Whether a user's plan lets a call within the exchange through, in both versions."""
    return _may_call(pair.old, user, key), _may_call(pair.new, user, key)


def _may_call(version: Version, user: str, key: str) -> bool:
    plan = version.plans[version.users[user].plan]
    return screen(plan.outgoing, "internal", canonical(version.tenant.dial_plan, key), plan.id).allowed
