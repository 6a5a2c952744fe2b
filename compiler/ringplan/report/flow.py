"""The routing graph from one node as cards: what is asked there, in order, and where each answer leads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ringplan import ir

from .directory import Directory
from .menus import announcement_rows, callback_rows, ivr_rows
from .rows import Row, edge
from .wording import POLICIES, listed, seconds


@dataclass(frozen=True, slots=True)
class Card:
    """One node of the graph."""

    id: str
    kind: str
    """``user``, ``group``, ``route``, ``menu`` or ``outside``."""
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
    reached = _with_submenus(made, known, [entry])
    for _ in range(ir.MAX_DIVERSIONS):
        nearest = dict.fromkeys(target for node in reached for target in _targets(made[node]) if target not in made)
        made.update((target, known[target]) for target in nearest)
        reached = _with_submenus(made, known, list(nearest))
    made.update((node, _last(names, made[node])) for node in reached)
    return made


def _with_submenus(made: dict[str, Card], known: Mapping[str, Card], reached: list[str]) -> list[str]:
    """These nodes and those that a call gets to from there without being forwarded; all of them are in ``made``."""
    for node in reached:  # grows
        for row in made[node].rows:
            if row.target is not None and not row.is_diversion and row.target not in made:
                made[row.target] = known[row.target]
                reached.append(row.target)
    return reached


def _last(names: Directory, found: Card) -> Card:
    """A card from which no call goes on."""
    end = names.name(f"{names.tenant.id}/reject/diversions")
    rows = (
        Row(r.label, f"{r.text}: {end}", None, "end") if r.target is not None and r.is_diversion else r
        for r in found.rows
    )
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
        case ir.Ivr():
            kind, rows = "menu", tuple(ivr_rows(names, node))
        case ir.Announcement():
            kind, rows = "outside", tuple(announcement_rows(names, node))
        case ir.Callback():
            kind, rows = "menu", tuple(callback_rows(names, node))
        case _:
            kind, rows = "outside", ()
    keys = ", ".join(names.keys(node_id))
    subtitle = f"{names.kind(node_id)} · {keys}" if keys else names.kind(node_id)
    return Card(node_id, kind, names.title(node_id), subtitle, rows, names.page(node_id))


# -- users


def is_always(rule: ir.Rule) -> bool:
    """Whether a forwarding rule applies to every call, so that nothing after it is ever reached."""
    return rule.when is None and not rule.callers


def _user(names: Directory, user: ir.User) -> Iterator[Row]:
    may_ring = True
    for at, rule in enumerate(user.rules):
        if rule.to is not None:
            yield edge(names, user.plan, condition(names, rule), rule.to)
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
    yield edge(names, user.plan, "busy or declined", user.busy)
    yield edge(names, user.plan, "no answer", user.no_answer)
    yield edge(names, user.plan, "not reachable", user.unreachable)


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
    yield edge(names, group.plan, "all busy or declined", group.busy)
    yield edge(names, group.plan, "no answer", group.no_answer)
    yield edge(names, group.plan, "nobody reachable", group.unreachable)
    if group.overflow_ms is not None:
        yield edge(names, group.plan, f"after {seconds(group.overflow_ms)} in all", group.overflow)


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
        yield edge(names, route.plan, f"while “{names.schedule(schedule)}”", target)
    yield edge(names, route.plan, "otherwise" if route.rules else "always", route.otherwise)
