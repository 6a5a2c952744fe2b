"""Lowering of hunt groups, time routes and forwarding: the edges of the routing graph."""

from __future__ import annotations

from collections.abc import Mapping
from math import gcd, lcm

from ringplan import ir
from ringplan.countries import COUNTRIES
from ringplan.dialable import lowered
from ringplan.frontend.spans import SpanTable
from ringplan_schema import HuntGroup as ManifestGroup
from ringplan_schema import MemberRing
from ringplan_schema import Tenant as Manifest
from ringplan_schema import TimeRoute as ManifestRoute
from ringplan_schema import User as ManifestUser

from .destinations import PHONES, Destinations
from .identity import number_above
from .plans import plan_of
from .schedules import resolve

RING_MS = 5_000
"""One ring: one second of tone and four of silence, as exchanges in Czechia and Slovakia ring."""
DEFAULT_RINGS = 4

MaskPatterns = Mapping[str, tuple[str, ...]]
"""Patterns over canonical dial strings, by the name of their mask."""


def rules(
    manifest: Manifest, spans: SpanTable, name: str, to: Destinations, masks: MaskPatterns
) -> tuple[ir.Rule, ...]:
    """What happens to a user's calls before a phone rings."""
    forward = manifest.users[name].forward
    base = ("users", name, "forward")
    found = []
    for index, entry in enumerate(forward.selective):
        path = (*base, "selective", index)
        node = None if entry.to == PHONES else to.node((*path, "to"), entry.to, "unknown-number")
        when = resolve(manifest, entry.when, name) if entry.when is not None else None
        if entry.when is not None and when is None:
            continue  # undefined, and reported
        patterns = tuple(sorted({pattern for mask in entry.callers for pattern in masks.get(mask, ())}))
        if entry.callers and not patterns:
            continue
        found.append(ir.Rule(when, patterns, entry.anonymous, node, spans.key(path)))
    if forward.always is not None:
        node = to.node((*base, "always"), forward.always, "unknown-number")
        found.append(ir.Rule(None, (), False, node, spans.key((*base, "always"))))
    return tuple(found)


def mask_patterns(manifest: Manifest) -> MaskPatterns:
    """The patterns of every number mask."""
    country = COUNTRIES[manifest.country]
    return {
        mask: tuple(str(pattern) for text in written for pattern in lowered(country, text))
        for mask, written in manifest.number_masks.items()
    }


def edges(name: str, user: ManifestUser, to: Destinations) -> tuple[str, str, str]:
    """Where a user's calls go when busy, not answered, and unreachable."""
    forward, base = user.forward, ("users", name, "forward")
    no_answer = forward.no_answer.to if forward.no_answer else None
    return (
        to.node((*base, "busy"), forward.busy, "busy"),
        to.node((*base, "no_answer", "to"), no_answer, "no-answer"),
        to.node((*base, "unreachable"), forward.unreachable, "unreachable"),
    )


def ring_ms(manifest: Manifest, user: ManifestUser) -> int:
    """How long a user's phones ring, milliseconds."""
    no_answer = user.forward.no_answer
    if no_answer is None:
        return manifest.ring_timeout
    if no_answer.rings is not None:
        return no_answer.rings * RING_MS
    return no_answer.after if no_answer.after is not None else manifest.ring_timeout


def member_ring_ms(no_answer: MemberRing) -> int:
    """How long a member of a hunt group rings, milliseconds."""
    if no_answer.after is not None:
        return no_answer.after
    return (no_answer.rings or DEFAULT_RINGS) * RING_MS


def hunt_group(manifest: Manifest, spans: SpanTable, name: str, group: ManifestGroup, to: Destinations) -> ir.HuntGroup:
    """One hunt group."""
    tenant, base = manifest.tenant, ("hunt_groups", name)
    no_answer = to.node((*base, "forward", "no_answer"), group.forward.no_answer, "no-answer")
    overflow = group.overflow
    over = to.node((*base, "overflow", "to"), overflow.to, "no-answer") if overflow is not None else no_answer
    own_plan = f"{tenant}/hunt_groups/{name}/calling_plan" if group.calling_plan is not None else None
    members = _members(manifest, group)
    return ir.HuntGroup(
        id=f"{tenant}/hunt_groups/{name}",
        name=group.name,
        extension=group.extension,
        number=group.number,
        external_number=group.number or number_above(manifest, group.department, group.group),
        policy=group.policy,
        members=members,
        turns=turns(tuple(member.weight for member in members)) if group.policy == "weighted" else (),
        ring_ms=member_ring_ms(group.no_answer),
        advance=group.no_answer.advance,
        overflow_ms=overflow.after if overflow is not None else None,
        call_waiting=group.call_waiting,
        is_busy=group.group_busy,
        busy=to.node((*base, "forward", "busy"), group.forward.busy, "busy"),
        no_answer=no_answer,
        unreachable=to.node((*base, "forward", "unreachable"), group.forward.unreachable, "unreachable"),
        overflow=over,
        plan=plan_of(manifest, group.department, group.group, own_plan),
        span=spans.key(base),
    )


def _members(manifest: Manifest, group: ManifestGroup) -> tuple[ir.Member, ...]:
    """The members that exist, each once."""
    found: dict[str, ir.Member] = {}
    for member in group.members:
        section, _, name = member.partition("/")
        defined: Mapping[str, object] = getattr(manifest, section)
        if name in defined:
            node = f"{manifest.tenant}/{member}"
            weight = group.weights.get(member, 0) if group.policy == "weighted" else 0
            found.setdefault(node, ir.Member(node, weight))
    return tuple(found.values())


def turns(weights: tuple[int, ...]) -> tuple[int, ...]:
    """Which member begins, turn by turn: at any moment nobody is a whole turn away from his share.

    The quota method of Balinski and Young: of those who are behind their share, the one whose next turn is due first;
    of several the one who is furthest behind. There are no turns when the shares are not together 100, as is reported.
    """
    if sum(weights) != 100:
        return ()
    unit = gcd(*weights)
    shares = [weight // unit for weight in weights]
    total, had, found = sum(shares), [0] * len(shares), list[int]()
    every = [lcm(*filter(None, shares)) // share if share else 0 for share in shares]
    for turn in range(1, total + 1):
        behind = [at for at, share in enumerate(shares) if had[at] * total < share * turn]
        due = min(behind, key=lambda at: ((had[at] + 1) * every[at], had[at] * total - shares[at] * turn))
        had[due] += 1
        found.append(due)
    return tuple(found)


def time_route(manifest: Manifest, spans: SpanTable, name: str, route: ManifestRoute, to: Destinations) -> ir.TimeRoute:
    """One time route."""
    tenant, base = manifest.tenant, ("time_routes", name)
    found = []
    for index, rule in enumerate(route.rules):
        schedule = resolve(manifest, rule.when, None)
        if schedule is not None:
            found.append((schedule, to.node((*base, "rules", index, "to"), rule.to, "unknown-number")))
    own_plan = f"{tenant}/time_routes/{name}/calling_plan" if route.calling_plan is not None else None
    return ir.TimeRoute(
        id=f"{tenant}/time_routes/{name}",
        extension=route.extension,
        number=route.number,
        external_number=route.number or number_above(manifest, None, None),
        rules=tuple(found),
        otherwise=to.node((*base, "otherwise"), route.otherwise, "unknown-number"),
        plan=plan_of(manifest, None, None, own_plan),
        span=spans.key(base),
    )
