"""Two versions walked in step: where they part for a call, for all states of the phones at once.

A call goes from node to node. What time, caller and manifest decide is followed at once (``settled``) until something
happens that a phone, a carrier or the caller can notice: an *action*. As long as both versions do the same, the walk
goes on with every result that action can have; where they do not, they part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from ringplan.interpreter import Diversion
from ringplan.interpreter.dialling import OffNet
from ringplan.interpreter.redirecting import screen_target
from ringplan.interpreter.screening import matches
from ringplan.ir import (
    MAX_DIVERSIONS,
    Announcement,
    Callback,
    HuntGroup,
    Ivr,
    Outside,
    Reject,
    Rule,
    SipUri,
    TimeRoute,
    User,
)

from .answering import all_choices, called_back
from .answering import signature as signature_of_menus
from .versions import Pair, Version, phones


class Caller(NamedTuple):
    """Who calls, as far as the way of the call depends on it."""

    user: str | None
    """User id; None: the call comes from a trunk."""
    compared: str | None
    """Canonical dial string that forwarding entries compare."""
    withheld: bool

    def is_among(self, rule: Rule) -> bool:
        """Whether a forwarding entry applies to the caller."""
        if not rule.callers:
            return True
        if self.withheld or self.compared is None:
            return rule.anonymous
        return any(matches(pattern, self.compared) for pattern in rule.callers)

    def is_called_back(self, version: Version, node: Callback) -> bool:
        """Whether a callback refuses the call and calls back."""
        return self.user is None and not self.withheld and self.compared in called_back(version.tenant, node)


@dataclass(frozen=True, slots=True)
class Ring:
    """All phones of a user are rung."""

    user: str
    phones: tuple[str, ...]
    ring_ms: int


@dataclass(frozen=True, slots=True)
class Hunt:
    """A hunt group is called; equal signatures ring the same phones in the same order for the same time."""

    group: str = field(compare=False)
    signature: object


@dataclass(frozen=True, slots=True)
class End:
    """The call is refused."""

    code: int
    reason: str
    heard: tuple[str, ...] = ()
    """Prompts that are played before."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An IVR answers; equal signatures play the same and ask the same."""

    ivr: str = field(compare=False)
    signature: object


@dataclass(frozen=True, slots=True)
class CalledBack:
    """The call is refused, and the caller called back."""

    callback: str
    signature: object


@dataclass(frozen=True, slots=True)
class Out:
    """The call leaves the exchange."""

    number: str
    """E.164 number, short code, or ``sip:user@host``."""
    trunks: object
    told: object
    """What the trunks are told of how the call came about."""
    refused: str | None = None
    """Prompt that is heard when no trunk takes the call."""


Action = Ring | Hunt | End | Out | Answer | CalledBack


@dataclass(frozen=True, slots=True)
class Place:
    """A node that a call reaches, and how often it was forwarded on the way."""

    node: str
    diversions: tuple[Diversion, ...] = ()
    is_answered: bool = False
    """Whether a menu has transferred the call there; then a rejection is not heard."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What happens next in one version."""

    action: Action
    diversions: tuple[Diversion, ...]
    decided: tuple[str, ...]
    """Everything that was asked on the way: nodes, schedules and plans, by id."""
    was_self: str | None = None
    """The user whose own call counted as busy on the way."""
    is_answered: bool = False
    """Whether a menu has transferred the call there."""


Start = Place | Settled
"""Where a call begins: at a node, or it is over before it reaches one."""


def is_barred(settled: Settled) -> bool:
    """Whether the caller's own plan bars a call."""
    is_end = isinstance(settled.action, End) and settled.action.code == 403
    return is_end and settled.decided[0].endswith("/reject/barred")


class Step(NamedTuple):
    """One thing that happened alike in both versions."""

    node: str
    """User, hunt group or IVR, by its id in the new version."""
    old_node: str
    result: str
    """``busy``, ``no-answer``, ``gone``, ``unregistered``; of a hunt ``busy``, ``no-answer``, ``unreachable``,
    ``overflow``; of an IVR what is pressed (`Choice.text`)."""


@dataclass(frozen=True, slots=True)
class Parting:
    """Where the versions part."""

    path: tuple[Step, ...]
    old: Settled
    new: Settled
    decided: tuple[tuple[str, ...], tuple[str, ...]]
    """What was asked on the whole way, in the old and in the new version."""


class View(NamedTuple):
    """One version, one moment, one caller."""

    version: Version
    open: frozenset[str]
    caller: Caller


# -- one version


def settled(view: View, place: Place, known: Mapping[str, str]) -> Settled:
    """What happens next to a call; ``known``: results of users who were rung before, who keep their state."""
    found = _settled(view, place, known)
    return replace(found, is_answered=True) if place.is_answered else found


def _settled(view: View, place: Place, known: Mapping[str, str]) -> Settled:
    version, decided = view.version, list[str]()
    node, diversions, own = version.nodes[place.node], place.diversions, None
    while True:
        decided.append(node.id)
        match node:
            case Reject() | Announcement():
                return Settled(end_of(node, is_answered=place.is_answered), diversions, tuple(decided), own)
            case Ivr():
                asks = signature_of_menus(version, node.id, view.open)
                decided.extend(schedule for schedule in (node.holidays, node.hours) if schedule is not None)
                return Settled(Answer(node.id, asks), diversions, tuple(decided), own)
            case Callback():
                if not diversions and view.caller.is_called_back(version, node):
                    back = CalledBack(node.id, version.treatment(node.id))
                    return Settled(back, diversions, tuple(decided), own)
                node = version.nodes[node.otherwise]
                continue
            case Outside() | SipUri():
                return Settled(
                    _out(version, node, diversions, decided, place.is_answered), diversions, tuple(decided), own
                )
            case TimeRoute():
                reason, target = "time-of-day", _by_time(view, node, decided)
            case HuntGroup():
                if not node.is_busy:
                    return Settled(
                        Hunt(node.id, signature(version, node, view.caller.user)), diversions, tuple(decided), own
                    )
                reason, target = "user-busy", node.busy
            case User():
                forward = _forwarded(view, node, decided)
                if forward is not None:
                    reason, target = "unconditional", forward
                elif node.id == view.caller.user:
                    reason, target, own = "user-busy", node.busy, node.id
                elif not node.phones or known.get(node.id) == "unregistered":
                    reason, target = "unavailable", node.unreachable
                else:
                    return Settled(Ring(node.id, phones(node), node.ring_ms), diversions, tuple(decided), own)
        following = version.nodes[target]
        if not isinstance(following, Reject | Announcement):
            if len(diversions) >= MAX_DIVERSIONS:
                following = version.nodes[f"{version.tenant.id}/reject/diversions"]
            else:
                diversions = (*diversions, diversion(node, reason))
        node = following


def end_of(node: Reject | Announcement, *, is_answered: bool = False) -> End:
    """How a call is refused, with what the caller hears before."""
    if isinstance(node, Announcement):
        return End(node.code, node.reason, (node.prompt,) * node.times)
    return End(node.code, node.reason, (node.prompt,) if node.prompt is not None and not is_answered else ())


def diversion(node: User | HuntGroup | TimeRoute | Ivr, reason: str) -> Diversion:
    """How a node is named when it forwards."""
    if isinstance(node, User):
        return Diversion(node.id, reason, node.identity.external_number, node.identity.withheld)
    return Diversion(node.id, reason, node.external_number, private=False)


def _by_time(view: View, route: TimeRoute, decided: list[str]) -> str:
    for schedule, target in route.rules:
        decided.append(schedule)
        if schedule in view.open:
            return target
    return route.otherwise


def _forwarded(view: View, user: User, decided: list[str]) -> str | None:
    for rule in user.rules:
        if rule.when is not None:
            decided.append(rule.when)
            if rule.when not in view.open:
                continue
        if view.caller.is_among(rule):
            return rule.to
    return None


def _out(
    version: Version, node: Outside | SipUri, diversions: tuple[Diversion, ...], decided: list[str], is_answered: bool
) -> Action:
    owner = version.nodes[diversions[-1].node]
    assert isinstance(owner, User | HuntGroup | TimeRoute | Ivr)
    decided.append(owner.plan)
    uri = node if isinstance(node, SipUri) else None
    target = node if isinstance(node, SipUri) else OffNet(node.number)
    if not screen_target(version.tenant, owner.plan, target).allowed:
        barred = version.nodes[f"{version.tenant.id}/reject/barred"]
        assert isinstance(barred, Reject)
        return end_of(barred, is_answered=is_answered)
    name = f"sip:{node.user}@{node.host}" if isinstance(node, SipUri) else node.number
    return Out(name, version.ways_out(uri), _told(diversions), None if is_answered else version.prompt_without_trunk())


def _told(diversions: tuple[Diversion, ...]) -> object:
    return tuple((one.reason, one.number, one.private) for one in diversions)


def signature(version: Version, group: HuntGroup, caller: str | None) -> object:
    """Everything that decides whom a hunt rings, when and for how long; names leave no trace."""
    found = [(_member(version, one.node, caller), one.weight) for one in group.members]
    if group.policy in ("regular", "simultaneous"):  # the caller is left out, and nothing is remembered of it
        found = [(member, weight) for member, weight in found if member is not None]
    weights = group.turns if group.policy == "weighted" else ()
    return group.policy, tuple(found), weights, group.ring_ms, group.advance, group.overflow_ms, group.call_waiting


def _member(version: Version, name: str, caller: str | None) -> object:
    node = version.nodes[name]
    if isinstance(node, User):
        return None if name == caller else (node.id, phones(node))
    assert isinstance(node, HuntGroup)
    return signature(version, node, caller), node.is_busy


def members(version: Version, name: str) -> tuple[str, ...]:
    """All users of a hunt group, by id, each once."""
    node = version.nodes[name]
    if not isinstance(node, HuntGroup):
        return (name,)
    return tuple(dict.fromkeys(user for member in node.members for user in members(version, member.node)))


# -- both versions


Judge = Callable[[Parting], bool]
"""Whether a call can take that way and then notices the difference."""

_OF_USER = ("no-answer", "busy", "unregistered", "gone")
_OF_HUNT = ("no-answer", "busy", "unreachable")


class Walk:
    """The search for all partings of one class of calls."""

    def __init__(self, pair: Pair, old: View, new: View, judge: Judge) -> None:
        self._pair, self._old, self._new, self._judge = pair, old, new, judge
        self._alike = old.caller == new.caller

    def run(self, old: Start, new: Start) -> Iterator[Parting]:
        """Every parting that a call can reach."""
        if isinstance(old, Place) and isinstance(new, Place):
            yield from self._from(old, new, {}, (), ((), ()))
            return
        before = settled(self._old, old, {}) if isinstance(old, Place) else old
        after = settled(self._new, new, {}) if isinstance(new, Place) else new
        yield from self._compared(before, after, {}, (), ((), ()))

    def _from(
        self,
        old: Place,
        new: Place,
        known: Mapping[str, str],
        path: tuple[Step, ...],
        decided: tuple[tuple[str, ...], tuple[str, ...]],
    ) -> Iterator[Parting]:
        if self._is_same(old, new):
            return
        before, after = settled(self._old, old, known), settled(self._new, new, known)
        yield from self._compared(before, after, known, path, decided)

    def _compared(
        self,
        before: Settled,
        after: Settled,
        known: Mapping[str, str],
        path: tuple[Step, ...],
        decided: tuple[tuple[str, ...], tuple[str, ...]],
    ) -> Iterator[Parting]:
        asked = (*decided[0], *before.decided), (*decided[1], *after.decided)
        is_told = False
        if before.action != after.action:
            parting = Parting(path, before, after, asked)
            if self._judge(parting):
                is_told = True
                yield parting
                if not _goes_on(before.action, after.action):
                    return
        for step, then_old, then_new in self._following(before, after, known, path):
            if is_told and then_old.node != then_new.node and step.node in self._new.version.ivrs:
                continue  # that a key leads elsewhere has been said
            longer = (*path, step)
            result = {step.node: step.result} if isinstance(after.action, Ring) else {}
            yield from self._from(then_old, then_new, {**known, **result}, longer, asked)

    def _is_same(self, old: Place, new: Place) -> bool:
        """Whether nothing that follows can differ."""
        if (old.node, old.is_answered) != (new.node, new.is_answered) or not self._pair.is_same(old.node):
            return False
        if isinstance(self._new.version.nodes[new.node], Outside | SipUri):
            return False  # the plan of who forwards decides
        if _told(old.diversions) != _told(new.diversions) and not self._is_forgotten(old, new):
            return False
        return self._alike or not any(
            _compares(self._new.version, node) for node in self._new.version.closure(new.node)
        )

    def _is_forgotten(self, old: Place, new: Place) -> bool:
        """Whether nobody can notice any more how the call came to a node: no carrier, and no limit of forwards."""
        version = self._new.version
        longest = max(len(old.diversions), len(new.diversions)) + version.height(new.node)
        outside = any(isinstance(version.nodes[node], Outside | SipUri) for node in version.closure(new.node))
        return not outside and longest <= MAX_DIVERSIONS

    def _following(
        self, old: Settled, new: Settled, known: Mapping[str, str], path: tuple[Step, ...]
    ) -> Iterator[tuple[Step, Place, Place]]:
        """What follows the same result in both versions."""
        results: tuple[str, ...]
        if isinstance(old.action, Ring) and isinstance(new.action, Ring):
            results = (known[new.action.user],) if new.action.user in known else _OF_USER
            names = old.action.user, new.action.user
        elif isinstance(old.action, Hunt) and isinstance(new.action, Hunt):
            group = self._new.version.nodes[new.action.group]
            assert isinstance(group, HuntGroup)
            results = (*_OF_HUNT, "overflow") if group.overflow_ms is not None else _OF_HUNT
            names = old.action.group, new.action.group
        elif isinstance(old.action, Answer) and isinstance(new.action, Answer):
            if all(step.node != new.action.ivr for step in path):  # a menu that comes round leads nowhere else
                yield from self._pressed(old, new, old.action.ivr, new.action.ivr)
            return
        else:
            return
        for result in results:
            then_old = _after(self._old.version, names[0], old, result)
            then_new = _after(self._new.version, names[1], new, result)
            if then_old is not None and then_new is not None:
                yield Step(names[1], names[0], result), then_old, then_new

    def _pressed(self, old: Settled, new: Settled, before: str, after: str) -> Iterator[tuple[Step, Place, Place]]:
        """Where the same keys lead in both versions."""
        known = {choice: choice.target for choice in all_choices(self._old.version, before, self._old.open)}
        meant = {(one.presses, one.failing is None): target for one, target in known.items()}
        for choice in all_choices(self._new.version, after, self._new.open):
            target = meant.get((choice.presses, choice.failing is None))
            if target is not None and choice.target is not None:
                self._pair.chosen[after, choice.text] = choice
                there = _transferred(self._old.version, before, target, old.diversions)
                here = _transferred(self._new.version, after, choice.target, new.diversions)
                yield Step(after, before, choice.text), there, here


def _transferred(version: Version, name: str, target: str, diversions: tuple[Diversion, ...]) -> Place:
    """Where a call is that an IVR transfers."""
    if isinstance(version.nodes[target], Reject | Announcement):
        return Place(target, diversions, is_answered=True)
    if len(diversions) >= MAX_DIVERSIONS:
        return Place(f"{version.tenant.id}/reject/diversions", diversions, is_answered=True)
    node = version.nodes[name]
    assert isinstance(node, Ivr)
    return Place(target, (*diversions, diversion(node, "unconditional")), is_answered=True)


def _goes_on(old: Action, new: Action) -> bool:
    """Whether what follows may differ too: the same user or group is called, only otherwise."""
    if isinstance(old, Ring) and isinstance(new, Ring):
        return old.user == new.user
    if isinstance(old, Answer) and isinstance(new, Answer):
        return old.ivr == new.ivr
    return isinstance(old, Hunt) and isinstance(new, Hunt) and old.group == new.group


def edge(node: User | HuntGroup, result: str) -> tuple[str, str]:
    """How a call leaves a node with a result: the reason of the diversion, and the next node."""
    match result:
        case "busy":
            return "user-busy", node.busy
        case "no-answer":
            return "no-answer", node.no_answer
        case "overflow":
            assert isinstance(node, HuntGroup)
            return "no-answer", node.overflow
        case _:
            return "unavailable", node.unreachable


def _after(version: Version, name: str, settled: Settled, result: str) -> Place | None:
    """Where a call is after a result; None: there is no such result."""
    node, diversions, answered = version.nodes[name], settled.diversions, settled.is_answered
    assert isinstance(node, User | HuntGroup)
    if result == "overflow" and isinstance(node, HuntGroup) and node.overflow_ms is None:
        return None
    reason, target = edge(node, result)
    if isinstance(version.nodes[target], Reject | Announcement):
        return Place(target, diversions, answered)
    if len(diversions) >= MAX_DIVERSIONS:
        return Place(f"{version.tenant.id}/reject/diversions", diversions, answered)
    return Place(target, (*diversions, diversion(node, reason)), answered)


def _compares(version: Version, name: str) -> bool:
    """Whether a node asks who calls."""
    node = version.nodes[name]
    return isinstance(node, Callback) or (isinstance(node, User) and any(rule.callers for rule in node.rules))
