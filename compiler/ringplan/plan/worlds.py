"""From a parting to a call that shows it: the interpreter must treat it differently in the two versions."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

from ringplan.interpreter import (
    Call,
    FromCallback,
    Memory,
    Outcome,
    PhoneState,
    TrunkState,
    World,
    route,
)
from ringplan.interpreter.slices import Slice
from ringplan.ir import Announcement, Callback, HuntGroup, Reject, User
from ringplan.proofs.callers import CallerClass
from ringplan.proofs.graph import Transition
from ringplan.proofs.hunts import UndecidedError
from ringplan.proofs.profiles import GONE, Profile, phone_states
from ringplan.proofs.solving import Solution, solve
from ringplan.proofs.space import Space

from .answering import Choice, all_choices
from .behaviour import Answer, CalledBack, Caller, Hunt, Out, Parting, Step, edge, members
from .times import TimeClass
from .versions import Pair, Version

_TRIES: Final = 400
"""Worlds that are tried before it is said that nobody notices how two hunts differ."""

_FEW: Final = 3
"""Extensions that are tried for one where many are alike."""
_CLEARER: Final = 8
"""Further worlds that are tried for one in which the call ends otherwise, and not only goes another way."""

_STATES: Final = {
    "no-answer": PhoneState.SILENT,
    "busy": PhoneState.BUSY,
    "gone": PhoneState.GONE,
    "unregistered": PhoneState.UNREGISTERED,
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A call in a world, and how it ends in the two versions."""

    call: Call
    world: World
    old: Outcome
    new: Outcome


class Unknown(Exception):  # noqa: N818 - it is no error
    """Whether a call can take a way is not decided."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One class of calls: who calls whom, and when."""

    pair: Pair
    caller: Caller
    """In the old version."""
    call: Call
    time: TimeClass


def show(setting: Setting, parting: Parting) -> Shown | None:
    """A world in which the call comes to a parting and the difference is noticed; None: there is none.

    Raises Unknown when that is not decided.
    """
    pair = setting.pair
    key = parting.path, parting.old.action, parting.new.action, setting.caller.user
    known = pair.worlds.get(key)
    if isinstance(known, Shown):  # the same at another time, or from another number
        shown = compare(pair, alike(setting.call, known), replace(known.world, now=setting.time.witness))
        if _is_noticed(pair, shown):
            return shown
    chosen = tuple(pair.chosen[step.node, step.result] for step in parting.path if step.node in pair.new.ivrs)
    pressed = tuple(keys for choice in chosen for keys in choice.presses)
    setting = replace(setting, call=replace(setting.call, presses=pressed))
    base = _way(setting, tuple(step for step in parting.path if step.node not in pair.new.ivrs))
    found = _search(setting, parting, _in_vain(pair, base, chosen)) if base is not None else None
    if found is not None:
        pair.worlds[key] = found
        old, new = parting.old.action, parting.new.action
        if isinstance(old, Hunt) and isinstance(new, Hunt):
            pair.telling[old.group, new.group, setting.caller.user] = found.world
            pair.telling[old.group, new.group, None] = found.world
    elif any(choice.failing is not None for choice in chosen):
        raise Unknown
    return found


def alike(call: Call, shown: Shown) -> Call:
    """A call of another class, or to another number, as it was shown: with what is pressed."""
    if isinstance(shown.call.origin, FromCallback):
        return shown.call
    return replace(call, presses=shown.call.presses)


def _in_vain(pair: Pair, base: World, chosen: Iterable[Choice]) -> World:
    """The world in which nobody takes a call that a menu is to transfer in vain."""
    for choice in chosen:
        if choice.failing is not None:
            kept = pair.new.closure(choice.target) if choice.target is not None else frozenset()
            away = sorted((pair.new.closure(choice.failing) - kept) & pair.new.users.keys())
            phones = {phone: PhoneState.UNREGISTERED for user in away for phone in phones_of(pair, user)}
            failing = dict.fromkeys(
                (trunk for version in (pair.old, pair.new) for trunk in version.trunks), TrunkState.FAILS
            )
            base = replace(base, phones={**phones, **base.phones}, trunks={**failing, **base.trunks})
    return base


def _search(setting: Setting, parting: Parting, base: World) -> Shown | None:
    """The first of the worlds to try in which the call ends otherwise, else in which anything is noticed."""
    key = _hunt_key(setting, parting, base)
    if key is not None and key in setting.pair.unnoticed:
        return None
    told = _told_before(setting, parting, base)
    if told is not None:
        return told
    first, left = None, _CLEARER
    for call, world in _tries(setting, parting, base):
        setting.pair.tries -= 1
        if setting.pair.tries < 0:
            raise Unknown
        shown = compare(setting.pair, call, world)
        if _is_noticed(setting.pair, shown):
            if _ends(shown.old) != _ends(shown.new):
                return shown
            first = first or shown
        if first is not None:
            left -= 1
            if not left:
                break
    if first is None and key is not None:
        setting.pair.unnoticed.add(key)
    return first


def _tries(setting: Setting, parting: Parting, base: World) -> Iterator[tuple[Call, World]]:
    """Calls and worlds to try, the most natural first."""
    pair, call = setting.pair, setting.call
    actions = parting.old.action, parting.new.action
    for version, action, opened in zip((pair.old, pair.new), actions, setting.time.opened, strict=True):
        if isinstance(action, Answer):
            yield call, base
            yield replace(call, presses=(*call.presses, *_NOTHING)), base
            for choice in all_choices(version, action.ivr, opened):
                pressed = replace(call, presses=(*call.presses, *choice.presses))
                yield pressed, _in_vain(pair, base, (choice,))
                if choice.failing is not None:  # what follows may be what is to be in vain
                    yield pressed, _in_vain(pair, base, (replace(choice, target=None),))
        elif isinstance(action, CalledBack):
            yield call, base
            yield from ((back, base) for back in _calls_back(pair, action.callback))
    yield from ((call, world) for world in _worlds(pair, parting, base))


_NOTHING: Final = ("",) * 10
"""More silence than any menu bears."""


def _calls_back(pair: Pair, name: str) -> Iterator[Call]:
    """What an employee does whom both versions call back: he accepts and dials, or does not."""
    old, new = pair.old.nodes.get(name), pair.new.nodes.get(name)
    if not (isinstance(old, Callback) and isinstance(new, Callback)):
        return
    tenant = pair.new.tenant
    dialled = [*(entry.key for entry in tenant.extensions[:_FEW]), tenant.dial_plan.emergency[0], ""]
    for number in sorted(dict(old.allowed).keys() & dict(new.allowed).keys()):
        for presses in ((), *(("1", text) for text in dialled)):
            yield Call(FromCallback(name, number), "", presses=presses)


def _told_before(setting: Setting, parting: Parting, base: World) -> Shown | None:
    """What the members did when the same two hunts were told apart on another way, tried on this one."""
    old, new = parting.old.action, parting.new.action
    if not (isinstance(old, Hunt) and isinstance(new, Hunt)):
        return None
    telling, groups = setting.pair.telling, (old.group, new.group)
    known = telling.get((*groups, setting.caller.user)) or telling.get((*groups, None))
    if known is None:
        return None
    users = frozenset((*members(setting.pair.old, old.group), *members(setting.pair.new, new.group)))
    phones = {phone: state for phone, state in known.phones.items() if phone.partition("/phones/")[0] in users}
    world = replace(
        base,
        phones={**phones, **base.phones},
        engaged=base.engaged | (known.engaged & users),
        memory={**known.memory, **base.memory},
    )
    shown = compare(setting.pair, setting.call, world)
    return shown if _is_noticed(setting.pair, shown) else None


def _hunt_key(setting: Setting, parting: Parting, base: World) -> Hashable:
    """What two hunts are compared for, when all that differs is how they ring; None: it is more than that."""
    old, new = parting.old.action, parting.new.action
    if not (isinstance(old, Hunt) and isinstance(new, Hunt)):
        return None
    states = frozenset(base.phones.items()), base.engaged, frozenset(base.memory.items())
    return old.group, new.group, setting.caller.user, states


def _is_noticed(pair: Pair, shown: Shown) -> bool:
    """Whether anybody notices which version is in force."""
    return observed(shown.old, pair.old) != observed(shown.new, pair.new)


def _ends(outcome: Outcome) -> object:
    return outcome.code, outcome.reason, outcome.answered_by, outcome.heard


def compare(pair: Pair, call: Call, world: World) -> Shown:
    """What the interpreter says of a call in both versions."""
    return Shown(call, world, route(pair.old.alone, call, world), route(pair.new.alone, call, world))


def observed(outcome: Outcome, version: Version, *, identity: bool = False) -> object:
    """What phones, carriers and the caller notice of a call; ``identity``: with who the caller is shown as."""
    attempts = tuple(
        (
            attempt.kind,
            attempt.targets,
            attempt.request_user,
            attempt.request_host,
            attempt.ring_ms if attempt.result == "no-answer" else 0,  # how long it would have rung is heard by nobody
            attempt.result,
            attempt.presented if identity else None,
            _told(attempt.targets[0], attempt.diversions, version) if attempt.kind == "trunk" else None,
        )
        for attempt in outcome.attempts
    )
    answering = outcome.heard, outcome.waits, outcome.called_back
    return attempts, outcome.code, outcome.reason, outcome.emergency, answering


def _told(trunk: str, diversions: tuple[object, ...], version: Version) -> object:
    """What a trunk is told of forwards."""
    settings = version.trunks[trunk]
    told = tuple((d.reason, d.number, d.private) for d in diversions)  # type: ignore[attr-defined]
    asserted = told[-1:] if settings.diversion == "none" else told
    return settings.plus, settings.diversion, asserted


# -- the way to the parting


def _way(setting: Setting, path: tuple[Step, ...]) -> World | None:
    """A world in which the call takes a way; None: there is none."""
    pair = setting.pair
    states = {step.node: step.result for step in path if step.node in pair.new.users}
    if all(step.node in pair.new.users for step in path):
        found = {phone: _STATES[result] for user, result in states.items() for phone in phones_of(pair, user)}
        return World(found, now=setting.time.witness)
    key = path, setting.caller.user
    if key not in pair.ways:
        pair.ways[key] = _hunted_way(setting, path, states)
    way = pair.ways[key]
    if isinstance(way, Unknown):
        raise way
    return replace(way, now=setting.time.witness) if isinstance(way, World) else None


def _hunted_way(setting: Setting, path: tuple[Step, ...], states: Mapping[str, str]) -> World | Unknown | None:
    """A world for a way through hunt groups; time and number play no part."""
    guess = _guessed(setting, path, states)
    if guess is not None:
        return guess
    try:
        solution = solve(_space(setting), tuple(_chain(setting.pair.old, path)), 1, 1, setting.pair.budget)
    except UndecidedError:
        return Unknown()
    if solution is None:
        return None
    world = _solved(setting, solution, states)
    renamed = {s.node: world.memory[s.old_node] for s in path if s.old_node in world.memory}
    return replace(world, memory={**world.memory, **renamed})


_TOGETHER: Final = {
    "no-answer": PhoneState.SILENT,
    "overflow": PhoneState.SILENT,
    "busy": PhoneState.BUSY,
    "unreachable": PhoneState.UNREGISTERED,
}


def _guessed(setting: Setting, path: tuple[Step, ...], states: Mapping[str, str]) -> World | None:
    """A world in which all members of every group on the way do what gives its result, if the call takes the way."""
    pair, moods = setting.pair, dict[str, PhoneState]()
    for step in path:
        for user in members(pair.old, step.old_node) if step.node not in states else ():
            moods.setdefault(user, _TOGETHER[step.result])
    moods |= {user: _STATES[result] for user, result in states.items()}
    phones = {phone: state for user, state in moods.items() for phone in phones_of(pair, user)}
    world = World(phones, now=setting.time.witness)
    said = iter([(step.address, step.text) for step in route(pair.old.alone, setting.call, world).steps])
    return world if all(_is_said(pair.old, step, said) for step in path) else None


def _is_said(version: Version, step: Step, said: Iterator[tuple[str, str]]) -> bool:
    """Whether a call left a node by the edge of a result, after what was looked at before."""
    node = version.nodes[step.old_node]
    assert isinstance(node, User | HuntGroup)
    reason, target = edge(node, step.result)
    if isinstance(version.nodes[target], Reject | Announcement):
        return any(address == target for address, _ in said)
    return (node.id, f"forwards ({reason}) to {target}") in said


def _space(setting: Setting) -> Space:
    version, caller = setting.pair.old, setting.caller
    user = version.users[caller.user] if caller.user is not None else None
    same = {name: int(name == caller.user) for name in version.users}
    time = Slice(frozenset(), setting.time.witness, "")
    classes = (CallerClass(user, None, caller.compared, caller.withheld),)
    return Space(version.tenant, version.program.platform, version.nodes, (time,), classes, {}, same, ())


def _chain(version: Version, path: tuple[Step, ...]) -> Iterator[Transition]:
    for step in path:
        node = version.nodes[step.old_node]
        result = "unreachable" if step.result in ("gone", "unregistered") else step.result
        yield Transition(node.id, result, node.id, 1, 1, node.span)


def _solved(setting: Setting, solution: Solution, states: Mapping[str, str]) -> World:
    version = setting.pair.old
    profiles = dict(solution.profiles)
    for user, result in states.items():
        if result == "gone" and not profiles[user].flags:
            profiles[user] = Profile(GONE, profiles[user].engaged)
    found: dict[str, PhoneState] = {}
    for user, profile in profiles.items():
        found |= phone_states(version.users[user], profile)
    engaged = frozenset(user for user, profile in profiles.items() if profile.engaged)
    return World(found, now=setting.time.witness, engaged=engaged, memory=dict(solution.memory))


def phones_of(pair: Pair, user: str) -> tuple[str, ...]:
    """All phones a user has in either version."""
    users = (version.users[user] for version in (pair.old, pair.new) if user in version.users)
    return tuple(dict.fromkeys(phone.id for one in users for phone in one.phones))


# -- what shows the difference


def _worlds(pair: Pair, parting: Parting, base: World) -> Iterator[World]:
    """Worlds to try, the most natural first."""
    actions = parting.old.action, parting.new.action
    if all(isinstance(action, Out) for action in actions):
        yield base
        failing = [trunk for version in (pair.old, pair.new) for trunk in version.trunks]
        yield replace(base, trunks=dict.fromkeys(failing, TrunkState.FAILS))
        for trunk in failing:
            yield replace(base, trunks={trunk: TrunkState.FAILS})
        return
    hunted = [users for v, a in zip((pair.old, pair.new), actions, strict=True) for users in _hunted(v, a)]
    free = tuple(dict.fromkeys(hunted))  # what phones did on the way stays; whether their user is engaged is open
    if not hunted:
        yield base
        yield _with(pair, base, dict.fromkeys(_rung(actions), (PhoneState.SILENT, False)))
        return
    for tried, world in enumerate(_hunts(pair, actions, base, free)):
        if tried > _TRIES:
            return
        yield world


def _rung(actions: tuple[object, object]) -> tuple[str, ...]:
    return tuple(action.user for action in actions if hasattr(action, "user"))


def _hunted(version: Version, action: object) -> tuple[str, ...]:
    if isinstance(action, Hunt):
        return members(version, action.group)
    return (action.user,) if hasattr(action, "user") else ()


_Mood = tuple[PhoneState, bool]
"""State of a user's phones, and whether the user is engaged."""

_MOODS: Final[tuple[_Mood, ...]] = (
    (PhoneState.SILENT, False),
    (PhoneState.ANSWERS, False),
    (PhoneState.SILENT, True),
    (PhoneState.ANSWERS, True),
    (PhoneState.UNREGISTERED, False),
    (PhoneState.BUSY, False),
    (PhoneState.GONE, False),
    (PhoneState.DECLINES, False),
    (PhoneState.BUSY, True),
)
_PLAIN: Final = _MOODS[:2]
"""Nobody is in a call, and everybody lets it ring, or answers."""


def _hunts(pair: Pair, actions: tuple[object, object], base: World, free: tuple[str, ...]) -> Iterator[World]:
    """Everybody alike, then one or two who are not, then all of it for everything a group can remember."""
    memories = list(_memories(pair, actions))
    if not all(isinstance(action, Hunt) for action in actions):
        yield base
    for mood in _PLAIN:
        yield _with(pair, base, dict.fromkeys(free, mood))
    for user in _rung_by_one(pair, actions):  # of all worlds the one in which anybody hears who came or went
        yield _with(pair, base, {**dict.fromkeys(free, _PLAIN[0]), user: _PLAIN[1]})
    for mood in _MOODS[len(_PLAIN) :]:
        yield _with(pair, base, dict.fromkeys(free, mood))
    for memory in memories:
        for mood in _PLAIN:
            yield replace(_with(pair, base, dict.fromkeys(free, mood)), memory={**base.memory, **memory})
    for count in (1, 2):
        for chosen in combinations(free, min(count, len(free))):
            for background in _MOODS:
                for mood in _MOODS:
                    moods = {**dict.fromkeys(free, background), **dict.fromkeys(chosen, mood)}
                    for memory in ({}, *memories[:4]):
                        yield replace(_with(pair, base, moods), memory={**base.memory, **memory})


def _rung_by_one(pair: Pair, actions: tuple[object, object]) -> list[str]:
    """Users whom only one of two actions rings; a few."""
    old, new = (_hunted(version, action) for version, action in zip((pair.old, pair.new), actions, strict=True))
    return [user for user in dict.fromkeys((*new, *old)) if (user in old) is not (user in new)][:_CLEARER]


def _memories(pair: Pair, actions: tuple[object, object]) -> Iterator[Mapping[str, Memory]]:
    for version, action in zip((pair.old, pair.new), actions, strict=True):
        if isinstance(action, Hunt):
            for group in _groups(version, action.group):
                for memory in _of_group(group):
                    yield {group.id: memory}


def _groups(version: Version, name: str) -> Iterator[HuntGroup]:
    node = version.nodes[name]
    if isinstance(node, HuntGroup):
        yield node
        for member in node.members:
            yield from _groups(version, member.node)


def _of_group(group: HuntGroup) -> Iterator[Memory]:
    listed = [member.node for member in group.members]
    if group.policy == "circular":
        yield from (Memory(last=member) for member in listed)
    elif group.policy == "weighted":
        yield from (Memory(turn=turn) for turn in range(1, len(group.turns)))
    elif group.policy == "uniform":
        yield from (Memory(answered=(member,)) for member in listed)


def _with(pair: Pair, base: World, moods: Mapping[str, _Mood]) -> World:
    phones = {phone: state for user, (state, _) in moods.items() for phone in phones_of(pair, user)}
    engaged = {user for user, (_, engaged) in moods.items() if engaged}
    return replace(base, phones={**phones, **base.phones}, engaged=base.engaged | engaged)


def first_phone(pair: Pair, user: str) -> str:
    """A phone that a user has in both versions, else the first of the old one."""
    old, new = pair.old.users[user], pair.new.users[user]
    assert isinstance(old, User)
    both = {phone.id for phone in new.phones}
    return next((phone.id for phone in old.phones if phone.id in both), old.phones[0].id)
