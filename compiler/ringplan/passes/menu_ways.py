"""The ways between menus: each can be reached, none goes round by itself, every one has an exit.

RP460, RP462, RP463, RP465. An edge *follows by itself* when it takes no key: silence, wrong keys, a failed transfer,
the time of day, forwarding. Ways that take a key may go round: that is how callers get back.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from ringplan import ir
from ringplan.diagnostics import Diagnostic, Sink
from ringplan.diagnostics.codes import diagnostic

from .hunting import listed_way
from .menus import Step, steps
from .subject import Subject

MAX_LEVELS: Final = 5
"""Levels of menus a caller can be expected to keep in mind (S1:179)."""

Edges = Mapping[str, set[str]]
"""By node the nodes that come next."""
Menus = dict[tuple[str, str], list[Step]]
"""What can happen, by IVR and menu."""


def check(subject: Subject, sink: Sink) -> None:
    """RP460, RP462, RP463, RP465."""
    manifest = subject.manifest
    if not manifest.ivr and not manifest.announcements:
        return
    found = list(steps(manifest, subject.graph))
    trapped = _without_exit(found)
    for fault in (*_unreachable(subject, found), *_too_deep(subject, found), *_loops(subject, found, trapped)):
        sink.report(fault)
    for here in trapped.values():
        sink.report(_trap(subject, here[0]))


def forwarding_edges(graph: ir.Tenant) -> dict[str, set[str]]:
    """Where calls go on from nodes that are no IVRs, without anybody pressing a key."""
    found: dict[str, set[str]] = {}
    for node in graph.nodes:
        match node:
            case ir.User():
                rules = {rule.to for rule in node.rules if rule.to is not None}
                found[node.id] = rules | {node.busy, node.no_answer, node.unreachable}
            case ir.HuntGroup():
                found[node.id] = {node.busy, node.no_answer, node.unreachable, node.overflow}
            case ir.TimeRoute():
                found[node.id] = {to for _, to in node.rules} | {node.otherwise}
            case ir.Callback():
                found[node.id] = {node.otherwise}
    return found


# -- reached


def _unreachable(subject: Subject, found: list[Step]) -> Iterator[Diagnostic]:
    """RP460."""
    edges = forwarding_edges(subject.graph)
    for node in subject.graph.nodes:
        if isinstance(node, ir.HuntGroup):
            edges[node.id] |= {member.node for member in node.members}
    for step in found:
        edges.setdefault(step.ivr.id, set()).update(_targets(step.action))
    entries = {entry.node for entry in (*subject.graph.numbers, *subject.graph.extensions)}
    reached = _closure(entries, edges)
    for section, what in (("ivr", "IVR"), ("announcements", "announcement")):
        for name in getattr(subject.manifest, section):
            if f"{subject.graph.id}/{section}/{name}" not in reached:
                yield diagnostic(
                    "RP460",
                    f"nothing leads to {what} `{name}`",
                    subject.key(section, name),
                    label="no caller will ever hear it",
                    help="give it a `number` or `extension`, let a call be forwarded to it, or remove it",
                )


def _targets(action: ir.Action) -> tuple[str, ...]:
    return (action.to,) if isinstance(action, ir.Transfer | ir.Submenu) else ()


def _closure(start: Iterable[str], edges: Edges) -> set[str]:
    found = set(start)
    left = list(found)
    while left:
        new = edges.get(left.pop(), set()) - found
        found |= new
        left.extend(new)
    return found


# -- going round


def _loops(subject: Subject, found: list[Step], trapped: Menus) -> Iterator[Diagnostic]:
    """RP462: of every circle of edges that follow by themselves, one; not where there is no way out at all."""
    edges = forwarding_edges(subject.graph)
    for step in found:
        edges.setdefault(step.ivr.id, set())
        if not step.is_pressed:
            edges[step.ivr.id].update(_by_itself(step, found, edges))
    told = {ivr for ivr, _ in trapped}
    for name in subject.manifest.ivr:
        ivr = f"{subject.graph.id}/ivr/{name}"
        way = _way_back(ivr, edges) if ivr not in told else []
        if way and not told & set(way):
            yield _loop(subject, found, [*way, ivr])
        told.update(way)


def _by_itself(step: Step, found: list[Step], edges: Edges) -> set[str]:
    """Where an action leads that takes no key."""
    if not isinstance(step.action, ir.Return):
        return set(_targets(step.action))
    came_from = [other for other in found if other.action == ir.Submenu(step.ivr.id)]
    back = {other.ivr.id for other in came_from if not other.is_pressed}
    first = not came_from or step.ivr.number or step.ivr.extension or step.ivr.id in set().union(*edges.values())
    return back | {step.ivr.id} if first else back


def _way_back(start: str, edges: Edges) -> list[str]:
    """A shortest way from a node back to it, without its end; empty when there is none."""
    came_from: dict[str, str] = {}
    left = deque([start])
    while left:
        here = left.popleft()
        for following in sorted(edges.get(here, ())):
            if following == start:
                way = [here]
                while way[-1] != start:
                    way.append(came_from[way[-1]])
                return way[::-1]
            if following not in came_from:
                came_from[following] = here
                left.append(following)
    return []


def _loop(subject: Subject, found: list[Step], way: list[str]) -> Diagnostic:
    steps_here = [step for step in found if step.ivr.id == way[0] and not step.is_pressed]
    leading = [step for step in steps_here if way[1] in _targets(step.action)]
    returning = [step for step in steps_here if isinstance(step.action, ir.Return)]
    (step, *_) = (*leading, *returning)
    name = step.name
    return diagnostic(
        "RP462",
        f"a silent caller comes back to IVR `{name}` again and again",
        subject.key(*step.path),
        label="leads back here without any key",
        notes=(f"the way: {listed_way([node.partition('/')[2] for node in way])}",) if len(way) > 2 else (),
        help="let it end: `hang_up`, or a target that does not lead back here",
    )


# -- out again


def _without_exit(found: list[Step]) -> Menus:
    """The menus that a caller leaves in no way but by hanging up himself, and what can happen in them."""
    menus: Menus = {}
    parents: dict[str, set[str]] = {}
    for step in found:
        menus.setdefault((step.ivr.id, step.menu), []).append(step)
        if isinstance(step.action, ir.Submenu):
            parents.setdefault(step.action.to, set()).add(step.ivr.id)
    leaves = {menu for menu, here in menus.items() if any(_leaves(step) for step in here)}
    while more := {menu for menu, here in menus.items() if menu not in leaves and _reaches(here, leaves, parents)}:
        leaves |= more
    return {menu: here for menu, here in menus.items() if menu not in leaves}


def _trap(subject: Subject, step: Step) -> Diagnostic:
    """RP463."""
    return diagnostic(
        "RP463",
        f"there is no way out of menu `{step.menu}` of IVR `{step.name}`",
        subject.key(*step.path[:3]),
        label="nothing that can happen here transfers the call or ends it",
        help="add a key that transfers the call, or let `no_input` end with `hang_up`",
    )


def _leaves(step: Step) -> bool:
    """Whether an action ends the call or transfers it; a failed transfer is one already."""
    if isinstance(step.action, ir.Transfer):
        return step.action.to != step.ivr.id
    menu: ir.Menu = getattr(step.ivr, step.menu)
    ends = isinstance(step.action, ir.HangUp | ir.DialExtension | ir.DialName) or menu.dial_extensions
    return ends and step.path[-2] != "failed"


def _reaches(here: list[Step], leaves: set[tuple[str, str]], parents: Edges) -> bool:
    """Whether some action leads to an IVR with a menu from which there is a way out."""
    good = {ivr for ivr, _ in leaves}
    for step in here:
        following = parents.get(step.ivr.id, set()) if isinstance(step.action, ir.Return) else _targets(step.action)
        if good & set(following):
            return True
    return False


# -- deep


def _too_deep(subject: Subject, found: list[Step]) -> Iterator[Diagnostic]:
    """RP465, for the menus of the first level that is too deep."""
    below: dict[str, set[str]] = {}
    for step in found:
        if isinstance(step.action, ir.Submenu):
            below.setdefault(step.ivr.id, set()).add(step.action.to)
    ivrs = {f"{subject.graph.id}/ivr/{name}": name for name in subject.manifest.ivr}
    here = set(ivrs) - set().union(*below.values())
    seen = set(here)
    for _ in range(MAX_LEVELS):
        here = set().union(*(below.get(ivr, set()) for ivr in here)) - seen
        seen |= here
    for ivr in sorted(here & ivrs.keys()):
        yield diagnostic(
            "RP465",
            f"the IVR `{ivrs[ivr]}` is on level {MAX_LEVELS + 1}",
            subject.key("ivr", ivrs[ivr]),
            label=f"callers go through {MAX_LEVELS} menus before it",
            help="let menus above lead here directly",
        )
