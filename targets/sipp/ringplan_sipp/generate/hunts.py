"""Hunt groups: who is rung first, who is passed over, and how a hunt ends."""

from __future__ import annotations

from collections.abc import Iterator

from ringplan.interpreter import Call, PhoneState, World, route
from ringplan.ir import HuntGroup, User

from ..scenario import Scenario
from .cast import Cast, is_playable

_CALLS = {"circular": 4, "uniform": 3, "weighted": 5, "regular": 2, "simultaneous": 1}
"""After how many calls in a row a policy has shown itself."""
_LONGEST_WAIT_MS = 45_000
"""A hunt that rings for longer in vain is not played."""


def groups(cast: Cast) -> tuple[tuple[str, HuntGroup, Call], ...]:
    """Every hunt group that can be called, with its slug and a call to it, from somebody who is no member if possible.

    Groups that only other groups lead to are played within these.
    """
    found = []
    for node in cast.tenant.nodes:
        if isinstance(node, HuntGroup):
            call = next(cast.calls_to(node.id, members(cast, node)), None)
            if call is not None:
                found.append((node.id.rsplit("/", 1)[-1], node, call))
    return tuple(found)


def members(cast: Cast, group: HuntGroup) -> tuple[str, ...]:
    """Users of a group and of all groups within it, in the order of the manifest."""
    found: dict[str, None] = {}
    for member in group.members:
        node = cast.tenant.node(member.node)
        found.update(dict.fromkeys(members(cast, node)) if isinstance(node, HuntGroup) else {member.node: None})
    return tuple(found)


def phones_of(cast: Cast, users: tuple[str, ...], state: PhoneState) -> dict[str, PhoneState]:
    """All phones of these users in one state."""
    nodes = (cast.tenant.node(user) for user in users)
    return {phone.id: state for node in nodes if isinstance(node, User) for phone in node.phones}


def first_rung(cast: Cast, call: Call) -> str | None:
    """The user whom a call rings first when everybody is free; None: nobody."""
    attempts = route(cast.program, call, World()).attempts
    return attempts[0].targets[0].partition("/phones/")[0] if attempts and attempts[0].kind == "phones" else None


def hunt_policy(cast: Cast) -> Iterator[Scenario]:
    """Calls in a row that members answer: each policy rings another one first; the last call comes from outside."""
    for slug, group, call in groups(cast):
        world = World(phones=phones_of(cast, members(cast, group)[:-1], PhoneState.SILENT))
        free = World() if group.policy != "simultaneous" else world
        steps = [(call, free)] * min(_CALLS[group.policy], max(len(group.members) + 1, 1))
        for number in cast.numbers(group.id)[:1]:
            outside = cast.from_outside(number, free)
            steps = [*steps[:-1], (outside or call, free)]
        scenario = cast.sequence(f"{slug}/{group.policy}", steps)
        if is_playable(scenario):
            yield scenario


def hunt_skips(cast: Cast) -> Iterator[Scenario]:
    """Whoever is rung first is busy, away, declines or redirects: the next one is rung, and nobody else is told."""
    for index, (slug, group, call) in enumerate(groups(cast)):
        first = first_rung(cast, call)
        if first is None or len(members(cast, group)) < 2:
            continue
        for name, state in _SKIPPED.items():
            if state is PhoneState.GONE and index > 0:
                continue  # it lasts as long as a phone may be silent
            phones = phones_of(cast, (first,), state)
            redirects = dict.fromkeys(phones, cast.plan.outside_prefix + "1188") if name == "redirects" else {}
            yield cast.scenario(f"{slug}/{name}", call, World(phones=phones, redirects=redirects))
        yield from _own_group(cast, slug, group, first)


_SKIPPED = {
    "busy": PhoneState.BUSY,
    "unregistered": PhoneState.UNREGISTERED,
    "declines": PhoneState.DECLINES,
    "redirects": PhoneState.REDIRECTS,
    "gone": PhoneState.GONE,
}


def _own_group(cast: Cast, slug: str, group: HuntGroup, member: str) -> Iterator[Scenario]:
    """A member calls his own group and is not rung himself."""
    user, keys = cast.tenant.node(member), cast.keys(group.id)
    if isinstance(user, User) and keys:
        yield cast.scenario(f"{slug}/own-group", Call(cast.phone(user), keys[0]))


def hunt_ends(cast: Cast) -> Iterator[Scenario]:
    """All members busy, all away, one busy and the others away; the group switched to busy, and back."""
    for slug, group, call in groups(cast):
        everybody = members(cast, group)
        worlds = {
            "busy": World(phones=phones_of(cast, everybody, PhoneState.BUSY)),
            "unreachable": World(phones=phones_of(cast, everybody, PhoneState.UNREGISTERED)),
            "switched": World(switches={group.id: not group.is_busy}),
        }
        if len(everybody) > 1:
            away = phones_of(cast, everybody[1:], PhoneState.UNREGISTERED)
            worlds["one-busy"] = World(phones=away | phones_of(cast, everybody[:1], PhoneState.BUSY))
        for name, world in sorted(worlds.items()):
            yield from _playable(cast, f"{slug}/{name}", group, call, world)


def hunt_waits(cast: Cast) -> Iterator[Scenario]:
    """Members let it ring: the next one after the ring time, the end after all of them or when the time is up.

    Each once for the tenant, with the group that needs least time for it.
    """
    kinds: dict[str, list[tuple[int, Scenario]]] = {}
    for slug, group, call in groups(cast):
        first, everybody = first_rung(cast, call), members(cast, group)
        if first is None:
            continue
        nobody = World(phones=phones_of(cast, everybody, PhoneState.SILENT))
        end = "overflow" if group.overflow_ms is not None else "no-answer"
        end = end if group.advance else "no-advance"
        for scenario in _playable(cast, f"{slug}/{end}", group, call, nobody):
            kinds.setdefault(end, []).append((_waits_ms(scenario), scenario))
        if len(everybody) > 1 and group.policy != "simultaneous":
            silent = World(phones=phones_of(cast, (first,), PhoneState.SILENT))
            scenario = cast.scenario(f"{slug}/advance", call, silent)
            kinds.setdefault("advance", []).append((_waits_ms(scenario), scenario))
    for _, found in sorted(kinds.items()):
        wait, scenario = min(found, key=lambda item: (item[0], item[1].id))
        if wait <= _LONGEST_WAIT_MS:
            yield scenario


def _waits_ms(scenario: Scenario) -> int:
    return sum(attempt.ring_ms for attempt in scenario.expected.attempts if attempt.result == "no-answer")


def _playable(cast: Cast, name: str, group: HuntGroup, call: Call, world: World) -> Iterator[Scenario]:
    """The scenario; from another trunk when it would leave through the one it came from."""
    scenario = cast.scenario(name, call, world)
    if not is_playable(scenario):
        numbers = cast.numbers(group.id)
        other = cast.from_outside(numbers[0], world) if numbers else None
        if other is None:
            return
        scenario = cast.scenario(name, other, world)
    yield scenario
