"""One tenant in its two versions, with what is asked of them again and again."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from ringplan.interpreter import World
from ringplan.ir import (
    MAX_DIVERSIONS,
    Announcement,
    Callback,
    HuntGroup,
    Ivr,
    Node,
    Outside,
    Plan,
    Program,
    Reject,
    Schedule,
    SipUri,
    Tenant,
    TimeRoute,
    Trunk,
    User,
)
from ringplan.ir.dump import to_data
from ringplan.proofs.hunts import Budget

from .answering import Choice, targets
from .times import Timeline, with_exceptions

_STEPS: Final = 60_000
"""Steps that the search for ways through hunt groups may take for one tenant; a second or two."""
_TRIES: Final = 20_000
"""Calls that are tried for one tenant; some seconds, and a hundred times what tenants need that people wrote."""


@dataclass(eq=False)
class Version:
    """One tenant of one version of the fleet."""

    program: Program
    tenant: Tenant
    nodes: dict[str, Node] = field(init=False)
    schedules: dict[str, Schedule] = field(init=False)
    plans: dict[str, Plan] = field(init=False)
    trunks: dict[str, Trunk] = field(init=False)
    definitions: dict[str, object] = field(init=False, default_factory=dict)
    """What `definition` has said, by address."""
    _closures: dict[str, frozenset[str]] = field(init=False, default_factory=dict)
    _heights: dict[str, int] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.nodes = {node.id: node for node in self.tenant.nodes}
        self.schedules = {schedule.id: schedule for schedule in self.tenant.schedules}
        self.plans = {plan.id: plan for plan in self.tenant.plans}
        self.trunks = {trunk.id: trunk for trunk in self.program.platform.trunks}

    @cached_property
    def alone(self) -> Program:
        """The tenant with its platform, as if it were the only one."""
        return Program(self.program.platform, (self.tenant,))

    @cached_property
    def entries(self) -> dict[str, str]:
        """The nodes that extensions and numbers reach."""
        return {entry.key: entry.node for entry in (*self.tenant.extensions, *self.tenant.numbers)}

    @cached_property
    def users(self) -> dict[str, User]:
        """All users, by id."""
        return {node.id: node for node in self.tenant.nodes if isinstance(node, User)}

    @cached_property
    def ivrs(self) -> frozenset[str]:
        """All IVRs, by id."""
        return frozenset(node.id for node in self.tenant.nodes if isinstance(node, Ivr))

    def closure(self, node: str) -> frozenset[str]:
        """Every node that calls to ``node`` can reach, itself included, whatever time, caller and phones."""
        if node not in self._closures:
            found, left = {node}, [node]
            while left:
                name = left.pop()
                for other in (*_following(self.nodes[name], self.tenant), *self._implied(name)):
                    if other not in found:
                        found.add(other)
                        left.append(other)
            self._closures[node] = frozenset(found)
        return self._closures[node]

    def _implied(self, name: str) -> Iterator[str]:
        """Rejections that need no edge: too many diversions, a plan that bars, no trunk."""
        node = self.nodes[name]
        if not isinstance(node, Reject | Announcement):
            names = ("barred", "no-trunk") if isinstance(node, Outside | SipUri) else ("diversions",)
            yield from (one for one in (f"{self.tenant.id}/reject/{n}" for n in names) if one in self.nodes)

    def prompt_without_trunk(self) -> str | None:
        """What callers hear whose calls no trunk takes."""
        node = self.nodes.get(f"{self.tenant.id}/reject/no-trunk")
        return node.prompt if isinstance(node, Reject) else None

    def height(self, node: str) -> int:
        """How many forwards can follow at most, counted no further than the limit is exceeded."""
        if not self._heights:
            self._heights = dict.fromkeys(self.nodes, 0)
            ways = {name: _forwards(one, self.nodes, self.tenant) for name, one in self.nodes.items()}
            for _ in range(MAX_DIVERSIONS + 1):
                known = self._heights
                self._heights = {name: max((1 + known[t] for t in some), default=0) for name, some in ways.items()}
        return self._heights[node]

    def asked(self, closure: frozenset[str]) -> frozenset[str]:
        """The schedules that some nodes ask."""
        found: set[str] = set()
        for node in (self.nodes[name] for name in closure):
            if isinstance(node, User):
                found.update(rule.when for rule in node.rules if rule.when is not None)
            elif isinstance(node, TimeRoute):
                found.update(schedule for schedule, _ in node.rules)
            elif isinstance(node, Ivr):
                found.update(schedule for schedule in (node.holidays, node.hours) if schedule is not None)
        return frozenset(found)

    def treatment(self, name: str) -> object:
        """What matters of a node for the calls that reach it, without what follows from other nodes."""
        node = self.nodes[name]
        match node:
            case User():
                rules = tuple((r.when, r.callers, r.anonymous, r.to, self.schedule_data(r.when)) for r in node.rules)
                edges = node.ring_ms, node.busy, node.no_answer, node.unreachable, rules
                return phones(node), edges, node.identity.external_number, node.identity.withheld, self._plan(node.plan)
            case HuntGroup():
                own = node.policy, node.members, node.turns, node.ring_ms, node.advance, node.overflow_ms
                edges2 = node.call_waiting, node.is_busy, node.busy, node.no_answer, node.unreachable, node.overflow
                return own, edges2, node.external_number, self._plan(node.plan)
            case TimeRoute():
                times = tuple((when, to, self.schedule_data(when)) for when, to in node.rules)
                return times, node.otherwise, node.external_number, self._plan(node.plan)
            case Outside():
                return node.number, self.ways_out(None)
            case SipUri():
                return node.user, node.host, self.ways_out(node)
            case Reject():
                return node.code, node.reason, node.prompt
            case Ivr():
                times2 = self.schedule_data(node.holidays), self.schedule_data(node.hours)
                menus = node.open, node.closed, node.holiday, node.max_ms, self._dialled()
                return menus, times2, node.external_number, self._plan(node.plan)
            case Announcement():
                return node.prompt, node.times, node.code, node.reason
            case Callback():
                called = node.number, node.allowed, node.otherwise, node.delay_ms, node.interval_ms, self._dialled()
                asked = node.accept, node.ask, node.directly, node.failed, node.record, node.announced
                return called, asked, self._plan(node.plan)

    def _dialled(self) -> object:
        """What extensions mean that are dialled within a call."""
        return tuple((entry.key, entry.node) for entry in self.tenant.extensions)

    def schedule_data(self, name: str | None) -> object:
        """What a schedule means, with those it excepts."""
        if name is None:
            return None
        found = with_exceptions(self.tenant, [name])
        return tuple((s.id, s.weekly, s.dates, s.excluded, s.forced) for s in found)

    def ways_out(self, uri: SipUri | None) -> object:
        """The trunks that are tried, and what they are told."""
        names = (uri.trunk,) if uri is not None else self.tenant.trunks
        return tuple((t.id, t.plus, t.diversion, t.diverted_caller) for t in (self.trunks[name] for name in names))

    def _plan(self, name: str) -> object:
        return _table_data(self.plans[name])


def phones(user: User) -> tuple[str, ...]:
    """The ids of a user's phones, sorted."""
    return tuple(sorted(phone.id for phone in user.phones))


def _table_data(plan: Plan) -> object:
    table = plan.forwarding
    return tuple((rule.pattern, rule.allowed) for rule in table.masks), table.types


def _following(node: Node, tenant: Tenant) -> tuple[str, ...]:
    match node:
        case User():
            return (*(rule.to for rule in node.rules if rule.to), node.busy, node.no_answer, node.unreachable)
        case HuntGroup():
            members = (member.node for member in node.members)
            return (*members, node.busy, node.no_answer, node.unreachable, node.overflow)
        case TimeRoute():
            return (*(to for _, to in node.rules), node.otherwise)
        case Ivr():
            return tuple(targets(node, tenant))
        case Callback():
            return (node.otherwise,)
        case _:
            return ()


def _forwards(node: Node, nodes: dict[str, Node], tenant: Tenant) -> tuple[str, ...]:
    """The nodes to which calls are forwarded; members of a group are none, and a rejection is no forward."""
    inside = {member.node for member in node.members} if isinstance(node, HuntGroup) else set()
    edges = (node.busy, node.no_answer, node.unreachable, node.overflow) if isinstance(node, HuntGroup) else ()
    found = (*edges, *(name for name in _following(node, tenant) if name not in inside))
    return tuple(name for name in found if not isinstance(nodes[name], Reject | Announcement))


@dataclass(eq=False)
class Pair:
    """A tenant in its old and its new version."""

    old: Version
    new: Version
    budget: Budget = field(init=False, default_factory=lambda: Budget(_STEPS))
    """What is left for the search for ways through hunt groups."""
    tries: int = field(init=False, default=_TRIES)
    """Calls that may still be tried to find some that show differences."""
    unnoticed: set[Hashable] = field(init=False, default_factory=set)
    """Pairs of hunts that are defined otherwise and nobody notices, with the states they were tried in."""
    ways: dict[Hashable, object] = field(init=False, default_factory=dict)
    """Worlds in which a call takes a way, by the way and who calls."""
    worlds: dict[Hashable, object] = field(init=False, default_factory=dict)
    """Worlds in which a difference is noticed, by the difference and who calls."""
    telling: dict[tuple[str, str, str | None], World] = field(init=False, default_factory=dict)
    """Worlds in which two hunts were told apart, by the groups and who called; None: anybody."""
    chosen: dict[tuple[str, str], Choice] = field(init=False, default_factory=dict)
    """What callers of IVRs did, by the IVR and in words."""
    partings: dict[Hashable, object] = field(init=False, default_factory=dict)
    """Where calls part, by where they begin, who calls and when; whatever number was dialled to begin there."""
    _same: dict[str, bool] = field(init=False, default_factory=dict)
    _alike: dict[str, bool] = field(init=False, default_factory=dict)
    _lines: dict[tuple[frozenset[str], frozenset[str]], Timeline] = field(init=False, default_factory=dict)

    @property
    def tenant(self) -> str:
        """The tenant's id."""
        return self.new.tenant.id

    def is_same(self, node: str) -> bool:
        """Whether calls that reach a node are treated alike whatever the time, the caller and the phones."""
        if node not in self._same:
            found = (
                node in self.old.nodes and node in self.new.nodes and self.old.closure(node) == self.new.closure(node)
            )
            self._same[node] = found and all(self._is_alike(one) for one in self.new.closure(node))
        return self._same[node]

    def _is_alike(self, node: str) -> bool:
        if node not in self._alike:
            self._alike[node] = self.old.treatment(node) == self.new.treatment(node)
        return self._alike[node]

    def timeline(self, old: frozenset[str], new: frozenset[str]) -> Timeline:
        """The classes of time that some schedules make."""
        if (old, new) not in self._lines:
            self._lines[old, new] = Timeline((self.old.tenant, old), (self.new.tenant, new))
        return self._lines[old, new]

    @cached_property
    def edited_parties(self) -> frozenset[str]:
        """Users who were edited, and members of groups that were."""
        found: set[str] = set()
        for name in self.old.nodes.keys() & self.new.nodes.keys():
            if not self._is_alike(name):
                groups = (version.nodes[name] for version in (self.old, self.new))
                found.add(name)
                found.update(
                    member.node for group in groups if isinstance(group, HuntGroup) for member in group.members
                )
        return frozenset(found)

    @cached_property
    def shared_users(self) -> tuple[str, ...]:
        """Users with a phone in both versions, who can be compared as callers."""
        both = (name for name in self.old.users if name in self.new.users)
        return tuple(name for name in both if self.old.users[name].phones and self.new.users[name].phones)


def definition(version: Version, address: str) -> object:
    """What the graph says of an address, whatever lines it stands in; None: there is nothing."""
    if address not in version.definitions:
        found = version.nodes.get(address) or version.schedules.get(address) or version.plans.get(address)
        version.definitions[address] = to_data(found) if found is not None else None
    return version.definitions[address]
