"""The routing graph from one node as cards: what is asked there, in order, and where each answer leads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ringplan import ir
from ringplan.interpreter.dialling import OffNet
from ringplan.interpreter.redirecting import screen_target

from .directory import Directory
from .wording import POLICIES, listed, seconds


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a card."""

    label: str
    """The condition, or what happens."""
    text: str
    """Where the call goes or how it ends; empty when the line only says something."""
    target: str | None
    """The card it leads to; None: nowhere else."""
    tone: str
    """``edge``, ``end``, ``ring``, ``member`` or ``note``."""
    page: str | None = None
    """The page of the target."""


@dataclass(frozen=True, slots=True)
class Card:
    """One node of the graph."""

    id: str
    kind: str
    """``user``, ``group``, ``route`` or ``outside``."""
    title: str
    subtitle: str
    rows: tuple[Row, ...]
    page: str | None


def all_cards(names: Directory) -> dict[str, Card]:
    """The card of every node of a tenant at which a call does not end."""
    return {node.id: card(names, node.id) for node in names.tenant.nodes if not isinstance(node, ir.Reject)}


def cards(names: Directory, known: Mapping[str, Card], entry: str) -> tuple[Card, ...]:
    """The cards of all nodes a call can meet from ``entry``; each one after those that lead to it, circles aside."""
    made = _made(names, known, entry)
    finished: list[str] = []
    seen = {entry}
    stack = [(entry, _targets(made[entry]))]
    while stack:
        node, rest = stack[-1]
        target = next(rest, None)
        if target is None:
            finished.append(node)
            stack.pop()
        elif target not in seen:
            seen.add(target)
            stack.append((target, _targets(made[target])))
    return tuple(made[node] for node in reversed(finished))


def _made(names: Directory, known: Mapping[str, Card], entry: str) -> dict[str, Card]:
    """The cards by node, as far as a call comes: one that was forwarded as often as it may be ends at the next."""
    made = {entry: known[entry]}
    reached = [entry]
    for _ in range(ir.MAX_DIVERSIONS):
        nearest = dict.fromkeys(target for node in reached for target in _targets(made[node]) if target not in made)
        made.update((target, known[target]) for target in nearest)
        reached = list(nearest)
    made.update((node, _last(names, made[node])) for node in reached)
    return made


def _last(names: Directory, found: Card) -> Card:
    """A card from which no call goes on."""
    end = names.name(f"{names.tenant.id}/reject/diversions")
    rows = (Row(r.label, f"{r.text}: {end}", None, "end") if r.target is not None else r for r in found.rows)
    return replace(found, rows=tuple(rows))


def _targets(found: Card) -> Iterator[str]:
    """From the last line to the first: what is finished last stands first in the end."""
    return (row.target for row in reversed(found.rows) if row.target is not None)


def card(names: Directory, node_id: str) -> Card:
    """The card of one node."""
    node = names.nodes[node_id]
    match node:
        case ir.User():
            kind, rows = "user", tuple(_user(names, node))
        case ir.HuntGroup():
            kind, rows = "group", tuple(_group(names, node))
        case ir.TimeRoute():
            kind, rows = "route", tuple(_route(names, node))
        case _:
            kind, rows = "outside", ()
    keys = ", ".join(names.keys(node_id))
    subtitle = f"{names.kind(node_id)} · {keys}" if keys else names.kind(node_id)
    return Card(node_id, kind, names.title(node_id), subtitle, rows, names.page(node_id))


def _edge(names: Directory, plan: str, label: str, target: str) -> Row:
    """A line that leads somewhere; a target outside that the plan bars is the end of the call."""
    node = names.nodes[target]
    if isinstance(node, ir.Reject):
        return Row(label, names.name(target), None, "end")
    if isinstance(node, ir.Outside | ir.SipUri):
        meant = OffNet(node.number) if isinstance(node, ir.Outside) else node
        if not screen_target(names.tenant, plan, meant).allowed:
            barred = names.name(f"{names.tenant.id}/reject/barred")
            return Row(label, f"{names.name(target)}: {barred}", None, "end")
    return Row(label, names.name(target), target, "edge", names.page(target))


# -- users


def is_always(rule: ir.Rule) -> bool:
    """Whether a forwarding rule applies to every call, so that nothing after it is ever reached."""
    return rule.when is None and not rule.callers


def _user(names: Directory, user: ir.User) -> Iterator[Row]:
    may_ring = True
    for at, rule in enumerate(user.rules):
        if rule.to is not None:
            yield _edge(names, user.plan, condition(names, rule), rule.to)
        else:
            yield Row(condition(names, rule), "rings here", None, "note")
        if is_always(rule):
            may_ring = any(other.to is None for other in user.rules[: at + 1])
            break
    if not may_ring:
        yield Row("phones ring for hunt groups only", "", None, "note")
        return
    phones = listed(tuple(phone.id.rsplit("/", 1)[-1] for phone in user.phones))
    yield Row(f"rings {phones}", f"up to {seconds(user.ring_ms)}", None, "ring")
    yield _edge(names, user.plan, "busy or declined", user.busy)
    yield _edge(names, user.plan, "no answer", user.no_answer)
    yield _edge(names, user.plan, "not reachable", user.unreachable)


def condition(names: Directory, rule: ir.Rule) -> str:
    """When a forwarding rule applies."""
    parts = [f"while “{names.schedule(rule.when)}”"] if rule.when is not None else []
    if rule.callers:
        parts.append(f"from {listed(rule.callers)}{' or a withheld number' if rule.anonymous else ''}")
    return ", ".join(parts) or "always"


# -- hunt groups


def _group(names: Directory, group: ir.HuntGroup) -> Iterator[Row]:
    if group.is_busy:
        yield Row("switched to busy: rings nobody", "", None, "note")
    yield Row(f"rings {POLICIES[group.policy]}", "", None, "ring")
    yield from _members(names, group, "", frozenset({group.id}))
    if not group.advance:
        yield Row("only the first who can be rung is tried", "", None, "note")
    yield _edge(names, group.plan, "all busy or declined", group.busy)
    yield _edge(names, group.plan, "no answer", group.no_answer)
    yield _edge(names, group.plan, "nobody reachable", group.unreachable)
    if group.overflow_ms is not None:
        yield _edge(names, group.plan, f"after {seconds(group.overflow_ms)} in all", group.overflow)


def _members(
    names: Directory, group: ir.HuntGroup, before: str, above: frozenset[str], together_ms: int | None = None
) -> Iterator[Row]:
    """The members in the manifest's order, those of a group within the group below it.

    ``together_ms``: how long all ring at once, because a group further out is simultaneous; None: none is.
    """
    if together_ms is None and group.policy == "simultaneous":
        together_ms = group.ring_ms
    for at, member in enumerate(group.members, start=1):
        inner = names.nodes[member.node]
        share = f" · {member.weight}\u00a0%" if group.policy == "weighted" else ""
        label = f"{before}{at}. {names.name(member.node)}{share}"
        if not isinstance(inner, ir.HuntGroup):
            yield Row(label, seconds(group.ring_ms if together_ms is None else together_ms), None, "member")
            continue
        policy = inner.policy if together_ms is None else "all of them"
        yield Row(f"{label} ({policy})", "", None, "member")
        if inner.id not in above:
            yield from _members(names, inner, f"{before}{at}.", above | {inner.id}, together_ms)


# -- time routes


def _route(names: Directory, route: ir.TimeRoute) -> Iterator[Row]:
    for schedule, target in route.rules:
        yield _edge(names, route.plan, f"while “{names.schedule(schedule)}”", target)
    yield _edge(names, route.plan, "otherwise" if route.rules else "always", route.otherwise)
