"""Random edits of one tenant: what an administrator may change, one thing or a few at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hypothesis import strategies as st
from tests.strategies import OUTSIDE
from tests.strategies_services import schedules, with_services

from ringplan.ir import Entry, HuntGroup, Node, Program, Tenant, TimeRoute, User

Edit = Callable[[st.DrawFn, Tenant], Tenant]


@st.composite
def edited(draw: st.DrawFn, program: Program) -> Program:
    """The program with its first tenant edited."""
    tenant = program.tenants[0]
    if draw(st.integers(0, 5)) == 0:
        plain = replace(tenant, nodes=tuple(_plain(node) for node in tenant.nodes if _stays(node)))
        keys = {node.id for node in plain.nodes}
        plain = replace(plain, numbers=_known(plain.numbers, keys), extensions=_known(plain.extensions, keys))
        new = with_services(draw, program.platform, plain, OUTSIDE)
    else:
        new = tenant
        for _ in range(draw(st.integers(1, 3))):
            new = draw(st.sampled_from(EDITS))(draw, new)
    return replace(program, tenants=(new, *program.tenants[1:]))


def _stays(node: Node) -> bool:
    return isinstance(node, User) or "/reject/" in node.id


def _plain(node: Node) -> Node:
    if not isinstance(node, User):
        return node
    tenant = node.id.partition("/")[0]
    edges = {name: f"{tenant}/reject/{name.replace('_', '-')}" for name in ("busy", "no_answer", "unreachable")}
    return replace(node, rules=(), plan=f"{tenant}/calling_plan", **edges)  # type: ignore[arg-type]


def _known(entries: tuple[Entry, ...], keys: set[str]) -> tuple[Entry, ...]:
    return tuple(entry for entry in entries if entry.node in keys)


def _swap(tenant: Tenant, node: Node) -> Tenant:
    return replace(tenant, nodes=tuple(node if one.id == node.id else one for one in tenant.nodes))


def _pick(draw: st.DrawFn, tenant: Tenant, *kinds: type) -> Node | None:
    found = [node for node in tenant.nodes if isinstance(node, kinds)]
    return draw(st.sampled_from(found)) if found else None


def _an_edge(draw: st.DrawFn, tenant: Tenant) -> Tenant:
    node = _pick(draw, tenant, User, HuntGroup)
    assert isinstance(node, User | HuntGroup)
    names = ("busy", "no_answer", "unreachable", *(("overflow",) if isinstance(node, HuntGroup) else ()))
    field = draw(st.sampled_from(names))
    target = draw(st.sampled_from([one.id for one in tenant.nodes]))
    return _swap(tenant, replace(node, **{field: target}))  # type: ignore[arg-type]


def _a_hunt(draw: st.DrawFn, tenant: Tenant) -> Tenant:
    group = _pick(draw, tenant, HuntGroup)
    if not isinstance(group, HuntGroup):
        return tenant
    match draw(st.integers(0, 6)):
        case 0:
            group = replace(group, members=tuple(reversed(group.members)))
        case 1:
            group = replace(group, members=group.members[1:], turns=(), policy="regular")
        case 2:
            group = replace(group, policy=draw(st.sampled_from(("circular", "regular", "simultaneous", "uniform"))))
        case 3:
            group = replace(group, overflow_ms=draw(st.sampled_from((None, 10_000, 14_000))))
        case 4:
            group = replace(group, call_waiting=not group.call_waiting)
        case 5:
            group = replace(group, is_busy=not group.is_busy)
        case _:
            group = replace(group, advance=not group.advance)
    return _swap(tenant, group)


def _rules(draw: st.DrawFn, tenant: Tenant) -> Tenant:
    user = _pick(draw, tenant, User)
    assert isinstance(user, User)
    return _swap(tenant, replace(user, rules=user.rules[1:] if draw(st.booleans()) else tuple(reversed(user.rules))))


def _hours(draw: st.DrawFn, tenant: Tenant) -> Tenant:
    new = {one.id: one for one in schedules(draw, tenant.id)}
    return replace(tenant, schedules=tuple(new.get(one.id, one) for one in tenant.schedules)) if new else tenant


def _a_ring(draw: st.DrawFn, tenant: Tenant) -> Tenant:
    user = _pick(draw, tenant, User)
    assert isinstance(user, User)
    return _swap(tenant, replace(user, ring_ms=65_000 - user.ring_ms))


def _a_phone(draw: st.DrawFn, tenant: Tenant) -> Tenant:
    user = _pick(draw, tenant, User)
    assert isinstance(user, User)
    return _swap(tenant, replace(user, phones=user.phones[:1]))


def _identity(draw: st.DrawFn, tenant: Tenant) -> Tenant:
    user = _pick(draw, tenant, User)
    assert isinstance(user, User)
    one = user.identity
    match draw(st.integers(0, 3)):
        case 0:
            one = replace(one, withheld=not one.withheld)
        case 1:
            one = replace(one, external_number=None)
        case 2:
            one = replace(one, emergency_number=None)
        case _:
            one = replace(one, internal_name="Somebody else")
    return _swap(tenant, replace(user, identity=one))


def _a_plan(draw: st.DrawFn, tenant: Tenant) -> Tenant:
    plan = draw(st.sampled_from(tenant.plans))
    field = draw(st.sampled_from(("outgoing", "forwarding")))
    table = getattr(plan, field)
    if draw(st.booleans()):
        table = replace(table, masks=table.masks[1:])
    else:
        turned = draw(st.sampled_from([name for name, _ in table.types]))
        table = replace(table, types=tuple((name, allowed is not (name == turned)) for name, allowed in table.types))
    new = replace(plan, **{field: table})
    return replace(tenant, plans=tuple(new if one.id == plan.id else one for one in tenant.plans))


def _an_entry(draw: st.DrawFn, tenant: Tenant) -> Tenant:
    entry = draw(st.sampled_from((*tenant.numbers, *tenant.extensions)))
    numbers = tuple(one for one in tenant.numbers if one != entry)
    return replace(tenant, numbers=numbers, extensions=tuple(one for one in tenant.extensions if one != entry))


def _a_target(draw: st.DrawFn, tenant: Tenant) -> Tenant:
    route = _pick(draw, tenant, TimeRoute)
    if not isinstance(route, TimeRoute):
        return tenant
    if draw(st.booleans()):
        return _swap(tenant, replace(route, rules=route.rules[1:]))
    inside = [node.id for node in tenant.nodes if isinstance(node, User | HuntGroup)]
    return _swap(tenant, replace(route, otherwise=draw(st.sampled_from(inside))))


def _a_code(draw: st.DrawFn, tenant: Tenant) -> Tenant:
    user = _pick(draw, tenant, User)
    assert isinstance(user, User)
    return _swap(tenant, replace(user, speed_dial=user.speed_dial[1:]))


def _a_block(draw: st.DrawFn, tenant: Tenant) -> Tenant:
    del draw
    free = [b for b in tenant.blocks if not any(entry.key in b for entry in tenant.numbers)]
    return replace(tenant, blocks=tuple(block for block in tenant.blocks if block not in free[:1]))


EDITS: tuple[Edit, ...] = (
    *(_an_edge, _an_edge, _a_hunt, _a_hunt, _rules, _hours, _hours, _a_ring, _a_phone),
    *(_identity, _a_plan, _an_entry, _a_target, _a_code, _a_block),
)
