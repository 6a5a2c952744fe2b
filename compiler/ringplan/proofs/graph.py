"""The routing graph as the proofs see it: every forward with the conditions under which it happens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field, replace

from ringplan.diagnostics import Span
from ringplan.interpreter.dialling import OffNet
from ringplan.interpreter.redirecting import screen_target
from ringplan.interpreter.screening import Verdict
from ringplan.ir import Announcement, HuntGroup, Ivr, Outside, Reject, SipUri, Tenant, TimeRoute, User
from ringplan.values import dataclass

from .menus import Presses, transfers
from .profiles import DIRECT, possible
from .space import Space, behind

_ENDS = (Reject, Announcement)


@dataclass(frozen=True, slots=True)
class Transition:
    """One forward: from a node, with one result there, to another node or outside; never to where calls end."""

    source: str
    result: str
    """``busy``, ``no-answer``, ``unreachable`` or ``overflow``, which depend on phones; ``self`` (who calls is who is
    called), ``rule``, ``time`` and ``group-busy``, which do not; ``menu``, a transfer, which depends on the caller."""
    target: str
    slices: int
    callers: int
    span: Span
    """The line that says so, or its owner's."""
    menu: str | None = None
    """Of a transfer, the IVR in whose menu it stands: ``source``, or one below it."""
    presses: Presses = ()
    """Of a transfer, what the caller presses from the first menu on; None: not only keys lead there."""

    @property
    def by(self) -> str:
        """Who forwards, by whose plan."""
        return self.menu or self.source


@dataclass(slots=True)
class Graph:
    """All forwards of a tenant."""

    space: Space
    forwards: dict[str, tuple[Transition, ...]]
    """By the node they leave."""
    never: list[tuple[str, int]] = field(default_factory=list)
    """Entries of users and lines of time routes that never apply: node and position, from 0."""

    def verdict(self, forward: Transition) -> Verdict:
        """What the plan of who forwards says of a target outside."""
        source, target = self.space.nodes[forward.by], self.space.nodes[forward.target]
        assert isinstance(source, User | HuntGroup | TimeRoute | Ivr)
        assert isinstance(target, Outside | SipUri)
        wanted = target if isinstance(target, SipUri) else OffNet(target.number)
        return screen_target(self.space.tenant, source.plan, wanted)


def graph_of(space: Space) -> Graph:
    """Every forward of a tenant."""
    graph = Graph(space, {})
    for node in space.nodes.values():
        match node:
            case User():
                found = tuple(_of_user(graph, node))
            case HuntGroup():
                found = tuple(_of_group(graph, node))
            case TimeRoute():
                found = tuple(_of_route(graph, node))
            case Ivr():
                found = tuple(_of_ivr(graph, node))
            case _:
                continue
        onwards = (_onwards(space, forward) for forward in found)
        graph.forwards[node.id] = tuple(f for f in onwards if not isinstance(space.nodes[f.target], _ENDS))
    return graph


def _onwards(space: Space, forward: Transition) -> Transition:
    """The forward to where calls get by it."""
    target = behind(space.nodes, forward.target)
    return forward if target == forward.target else replace(forward, target=target)


def _of_user(graph: Graph, user: User) -> Iterator[Transition]:
    space = graph.space
    own = space.same_user[user.id]
    left = [(space.always, space.everybody)]
    for position, rule in enumerate(user.rules):
        times = space.always if rule.when is None else space.open[rule.when]
        callers = space.among(rule)
        taken = [(t & times, c & callers) for t, c in left if t & times and c & callers]
        if not taken:
            graph.never.append((user.id, position))
        if rule.to is not None:
            yield from (Transition(user.id, "rule", rule.to, t, c, rule.span) for t, c in taken)
        else:
            yield from _ringing(space.tenant, user, own, taken)
        left = [box for t, c in left for box in ((t & ~times, c), (t & times, c & ~callers)) if box[0] and box[1]]
    yield from _ringing(space.tenant, user, own, left)


def _ringing(tenant: Tenant, user: User, own: int, found: list[tuple[int, int]]) -> Iterator[Transition]:
    """No entry forwards the call: the phones ring, but not for the user's own calls."""

    def place(result: str) -> Span:
        return tenant.edge_span(user, result.replace("-", "_"))

    yield from (Transition(user.id, "self", user.busy, t, c & own, place("busy")) for t, c in found if c & own)
    when = [(times, callers & ~own) for times, callers in found if callers & ~own]
    targets = (("busy", user.busy), ("no-answer", user.no_answer), ("unreachable", user.unreachable))
    for result, target in targets:
        if possible(user) & DIRECT[result]:
            span = place(result)
            yield from (Transition(user.id, result, target, times, callers, span) for times, callers in when)


def _of_group(graph: Graph, group: HuntGroup) -> Iterator[Transition]:
    targets = [("busy", group.busy), ("no-answer", group.no_answer), ("unreachable", group.unreachable)]
    if group.overflow_ms is not None:
        targets.append(("overflow", group.overflow))
    if group.is_busy:
        targets = [("group-busy", group.busy)]
    for result, target in targets:
        edge = "busy" if result == "group-busy" else result.replace("-", "_")
        span = graph.space.tenant.edge_span(group, edge)
        yield Transition(group.id, result, target, graph.space.always, graph.space.everybody, span)


def _of_route(graph: Graph, route: TimeRoute) -> Iterator[Transition]:
    left, everybody = graph.space.always, graph.space.everybody
    for position, (schedule, target) in enumerate(route.rules):
        times = left & graph.space.open[schedule]
        if times:
            span = graph.space.tenant.edge_span(route, f"rules/{position}")
            yield Transition(route.id, "time", target, times, everybody, span)
        else:
            graph.never.append((route.id, position))
        left &= ~times
    if left:
        span = graph.space.tenant.edge_span(route, "otherwise")
        yield Transition(route.id, "time", route.otherwise, left, everybody, span)


def _of_ivr(graph: Graph, ivr: Ivr) -> Iterator[Transition]:
    space = graph.space
    for chosen in transfers(space, ivr):
        span = space.nodes[chosen.ivr].span
        yield Transition(
            ivr.id, "menu", chosen.target, chosen.slices, space.everybody, span, chosen.ivr, chosen.presses
        )
