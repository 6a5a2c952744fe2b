"""Hunt groups: members exist, form no cycle, can be rung at once, and their numbers make sense.

RP304 (members), RP416, RP441 to RP449.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ringplan import ir
from ringplan.diagnostics import Diagnostic, Label, Sink
from ringplan.diagnostics.codes import diagnostic, replace
from ringplan.diagnostics.near_miss import near_miss
from ringplan_schema import HuntGroup

from .services import member_ring_ms
from .subject import Subject
from .targets import undefined

MAX_AT_ONCE = 16
"""Phones that one call can ring at the same moment."""
MAX_IN_ALL = 22
"""Phones that one hunt can ring one after the other: each is a branch of the call, and no target can open more than 30,
of which a hunt leaves eight to what follows it (docs/decisions/0018)."""
LONGEST_WAY = 10
"""Groups of a ring that are listed in a message."""
MAX_DEPTH = 5
"""How many hunt groups may lie one within the other below a group."""
MAX_USERS = 1000
"""Users of a group and of all groups within it, each counted as often as he is listed."""


class Size(NamedTuple):
    """How large a hunt group is with all groups within it."""

    users: int
    depth: int
    """0: no group within it."""

    @property
    def is_too_large(self) -> bool:
        """Whether a hunt through it would have no end to speak of."""
        return self.users > MAX_USERS or self.depth > MAX_DEPTH


def check(subject: Subject, sink: Sink) -> None:
    """RP304, RP416, RP441 to RP449."""
    for name, group in subject.manifest.hunt_groups.items():
        for fault in _faults(subject, name, group):
            sink.report(fault)
    sizes = sizes_of(subject)
    for fault in (*_cycles(subject, sizes), *_too_large(subject, sizes)):
        sink.report(fault)
    for name, user in subject.manifest.users.items():
        no_answer = user.forward.no_answer
        if no_answer is not None and no_answer.rings is not None and no_answer.after is not None:
            sink.report(_both(subject, ("users", name, "forward", "no_answer")))


def _faults(subject: Subject, name: str, group: HuntGroup) -> Iterator[Diagnostic]:
    yield from _members(subject, name, group)
    yield from _weights(subject, name, group)
    yield from _identity(subject, name, group)
    yield from _times(subject, name, group)
    yield from _at_once(subject, name, group)


def _members(subject: Subject, name: str, group: HuntGroup) -> Iterator[Diagnostic]:
    if not group.members:
        yield diagnostic(
            "RP441",
            f"hunt group `{name}` has no members",
            subject.value("hunt_groups", name, "members"),
            label="nobody will ever ring",
            help="add members, or remove the group and send its calls elsewhere",
        )
    seen: dict[str, int] = {}
    for index, member in enumerate(group.members):
        section, _, wanted = member.partition("/")
        span = subject.value("hunt_groups", name, "members", index)
        if wanted not in getattr(subject.manifest, section):
            yield undefined(subject, section, wanted, span, f"member of `{name}`")
        elif member in seen:
            first = subject.value("hunt_groups", name, "members", seen[member])
            yield diagnostic(
                "RP416",
                f"`{member}` is a member of hunt group `{name}` twice",
                span,
                label="a member is rung once in a hunt",
                secondary=(Label(first, "first listed here"),),
                help="remove one of the two; give more calls to a member with `policy: weighted`",
            )
        seen.setdefault(member, index)


def _weights(subject: Subject, name: str, group: HuntGroup) -> Iterator[Diagnostic]:
    """RP443."""
    base = ("hunt_groups", name)
    if group.policy != "weighted":
        if group.weights:
            yield diagnostic(
                "RP443",
                f"hunt group `{name}` has weights, but its policy is {group.policy}",
                subject.key(*base, "weights"),
                label=f"mean nothing to the policy {group.policy}",
                help="remove `weights`, or choose `policy: weighted`",
            )
        return
    for member in group.weights:
        if member not in group.members:
            yield _no_member(subject, name, group, member)
    total = sum(group.weights.values())
    if total != 100 and group.members:
        yield diagnostic(
            "RP443",
            f"the weights of hunt group `{name}` are together {total}, not 100",
            subject.key(*base, "weights" if group.weights else "policy"),
            label=f"together {total} percent" if group.weights else "needs `weights`",
            help="give each member a share in percent; who has none is tried last",
        )


def _no_member(subject: Subject, name: str, group: HuntGroup, member: str) -> Diagnostic:
    """RP443 for the weight of somebody else."""
    span = subject.key("hunt_groups", name, "weights", member)
    near = near_miss(member, [other for other in group.members if other not in group.weights])
    return diagnostic(
        "RP443",
        f"`{member}` has a weight, but is no member of hunt group `{name}`",
        span,
        label="not in `members`",
        notes=(f"a member with a similar name has no weight: `{near.name}`",) if near else (),
        help=f"replace with `{near.name}`, or add it to `members`" if near else "add it to `members`, or remove it",
        fixes=(replace(span, near.name, sure=near.sure),) if near else (),
    )


def _identity(subject: Subject, name: str, group: HuntGroup) -> Iterator[Diagnostic]:
    """RP442: forwarded calls of the group must say whose they are (S0:212-222)."""
    node = subject.graph.node(f"{subject.graph.id}/hunt_groups/{name}")
    assert isinstance(node, ir.HuntGroup)
    if group.extension is not None and group.number is None and node.external_number is None:
        yield diagnostic(
            "RP442",
            f"hunt group `{name}` has an extension only, and no caller ID number above it",
            subject.value("hunt_groups", name, "extension"),
            label="calls the group forwards could present no number",
            help="add `caller_id.number` to the group's department or group or to the tenant, or give it a `number`",
        )


def _times(subject: Subject, name: str, group: HuntGroup) -> Iterator[Diagnostic]:
    """RP445, RP446."""
    base = ("hunt_groups", name)
    if group.no_answer.rings is not None and group.no_answer.after is not None:
        yield _both(subject, (*base, "no_answer"))
    ring, overflow = member_ring_ms(group.no_answer), group.overflow
    sequential = group.policy != "simultaneous" and group.no_answer.advance and len(group.members) > 1
    if overflow is not None and sequential and overflow.after <= ring:
        yield diagnostic(
            "RP446",
            f"hunt group `{name}` overflows before its second member rings",
            subject.value(*base, "overflow", "after"),
            label=f"after {overflow.after / 1000:g} s",
            notes=(f"a member rings for {ring / 1000:g} s",),
            help="let the group wait longer, or let members ring shorter",
        )


def _both(subject: Subject, path: tuple[str, ...]) -> Diagnostic:
    """RP445."""
    return diagnostic(
        "RP445",
        "`rings` and `after` both say how long it rings",
        subject.value(*path, "after"),
        label="one of the two is too many",
        secondary=(Label(subject.value(*path, "rings"), "also given here"),),
        help="keep one; a ring is five seconds",
    )


def _cycles(subject: Subject, sizes: Mapping[str, Size]) -> Iterator[Diagnostic]:
    """RP444: groups that are members of themselves, directly or through others; of each ring one."""
    groups, told = subject.manifest.hunt_groups, set[str]()
    for name in sorted(groups.keys() - sizes.keys()):
        way = _way_back(subject, name) if name not in told else []
        told.update(way)
        if not way:
            continue
        index = groups[name].members.index(f"hunt_groups/{(*way, name)[1]}")
        yield diagnostic(
            "RP444",
            f"hunt group `{name}` is a member of itself",
            subject.value("hunt_groups", name, "members", index),
            label=f"leads back to `{name}`",
            notes=(f"members: {listed_way((*way, name))}",),
            help="remove one of these members",
        )


def listed_way(way: Sequence[str]) -> str:
    """Names with arrows between them; of a long way the beginning and the end."""
    shown = [f"`{step}`" for step in way]
    return " → ".join(shown if len(shown) <= LONGEST_WAY else (*shown[: LONGEST_WAY - 2], "…", shown[-1]))


def _way_back(subject: Subject, start: str) -> list[str]:
    """A shortest chain of groups from ``start`` back to it, without its end; empty when there is none."""
    came_from: dict[str, str] = {}
    left = deque([start])
    while left:
        here = left.popleft()
        for section, following in _members_of(subject, here):
            if section == "hunt_groups" and following not in came_from:
                came_from[following] = here
                left.append(following)
        if start in came_from:
            way = [came_from[start]]
            while way[-1] != start:
                way.append(came_from[way[-1]])
            return way[::-1]
    return []


def _at_once(subject: Subject, name: str, group: HuntGroup) -> Iterator[Diagnostic]:
    """RP447, RP449."""
    phones = _phones(subject, name)
    within = (wanted for section, wanted in _members_of(subject, name) if section == "hunt_groups")
    if (
        group.policy != "simultaneous"
        and phones > MAX_IN_ALL
        and all(_phones(subject, g) <= MAX_IN_ALL for g in within)
    ):
        yield diagnostic(
            "RP449",
            f"hunt group `{name}` has {phones} phones, of which a call rings {MAX_IN_ALL} at most",
            subject.key("hunt_groups", name, "members"),
            label=f"when {MAX_IN_ALL} phones have rung, the call overflows",
            notes=("every phone of a member counts, those of members who are skipped do not",),
            help="bound the hunt with `overflow`, and let it lead to a second group with the other members",
        )
    if group.policy == "simultaneous" and phones > MAX_AT_ONCE:
        yield diagnostic(
            "RP447",
            f"hunt group `{name}` would ring {phones} phones at once",
            subject.value("hunt_groups", name, "policy"),
            label=f"at most {MAX_AT_ONCE} phones can ring for one call",
            help="choose another policy, or split the group and let one overflow to the other",
        )


def _phones(subject: Subject, name: str) -> int:
    """How many phones the users of a group and of the groups in it have together."""
    return sum(len(subject.manifest.users[user].phones) for user in _users(subject, name))


def _users(subject: Subject, name: str) -> set[str]:
    """All users of a group and of the groups in it."""
    found, groups, left = set[str](), {name}, [name]
    while left:
        for section, wanted in _members_of(subject, left.pop()):
            if section == "users":
                found.add(wanted)
            elif wanted not in groups:
                groups.add(wanted)
                left.append(wanted)
    return found


def _members_of(subject: Subject, name: str) -> Iterator[tuple[str, str]]:
    """Section and name of each member that is defined."""
    for member in subject.manifest.hunt_groups[name].members:
        section, _, wanted = member.partition("/")
        if wanted in getattr(subject.manifest, section):
            yield section, wanted


def _too_large(subject: Subject, sizes: Mapping[str, Size]) -> Iterator[Diagnostic]:
    """RP448, for the innermost groups that are too large."""
    for name, size in sizes.items():
        inner = [sizes[wanted] for section, wanted in _members_of(subject, name) if section == "hunt_groups"]
        if not size.is_too_large or any(one.is_too_large for one in inner):
            continue
        deep = size.depth > MAX_DEPTH
        yield diagnostic(
            "RP448",
            f"hunt group `{name}` has groups within groups {size.depth} deep"
            if deep
            else f"hunt group `{name}` has {size.users:,} members with those of the groups within it",
            subject.key("hunt_groups", name, "members"),
            label=f"at most {MAX_DEPTH} are allowed" if deep else f"at most {MAX_USERS:,} are allowed",
            help="list the users themselves" if deep else "split it, or let one group overflow to the other",
        )


def sizes_of(subject: Subject) -> dict[str, Size]:
    """The size of every group, but of those that have a ring of groups within them."""
    members = {name: list(_members_of(subject, name)) for name in subject.manifest.hunt_groups}
    within = {name: [one for section, one in found if section == "hunt_groups"] for name, found in members.items()}
    sizes: dict[str, Size] = {}
    left = dict(within)
    while ready := [name for name, inner in left.items() if all(one in sizes for one in inner)]:
        for name in ready:
            inner = [sizes[one] for one in left.pop(name)]
            users = len(members[name]) - len(inner) + sum(one.users for one in inner)
            sizes[name] = Size(users, 1 + max((one.depth for one in inner), default=-1))
    return sizes
