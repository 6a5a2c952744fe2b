"""Two versions of a fleet: the tenants that differ, those that come and go, numbers that move, the platform."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import blake2b

from ringplan.interpreter import Call, FromTrunk, World, route
from ringplan.ir import Program, Tenant, User
from ringplan.ir.dump import digest
from ringplan.trace.render import result

from .differ import Names, compare_pair
from .facts import platform
from .model import Cause, Change, Plan, Refusal, Risk, TenantPlan, Witness
from .safety import refusals
from .versions import Pair, Version
from .wording import listed, number, short


@dataclass(frozen=True, slots=True)
class Sides:
    """Both versions, with those of their tenants whose manifests differ."""

    old: Program
    new: Program
    total: int
    """Tenants of the new version, unchanged ones included."""
    names: Names
    notes: tuple[str, ...] = ()
    """What has to be said of the comparison itself."""


def make_plan(sides: Sides, allowed: Collection[str] = ()) -> Plan:
    """Everything that changes; ``allowed``: protected changes that are accepted, ``tenant:reason``."""
    found, refused = list[TenantPlan](), list[Refusal]()
    old, new = ({t.id: t for t in program.tenants} for program in (sides.old, sides.new))
    shared = _platform(sides)
    if shared is not None:
        found.append(shared)
        if any(change.risk is Risk.EMERGENCY for change in shared.changes):
            refused.append(Refusal("", "emergency", "the trunks of emergency calls change"))
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            found.append(_deleted(sides, old[name]))
            refused.append(Refusal(name, "delete", f"tenant {name} is deleted"))
        elif name not in old:
            found.append(_created(sides, new[name]))
        elif digest(old[name]) != digest(new[name]):
            pair = Pair(Version(sides.old, old[name]), Version(sides.new, new[name]))
            plan = compare_pair(pair, sides.names)
            found.append(plan)
            refused += refusals(pair, plan)
    kept = tuple(refusal for refusal in refused if refusal.key not in allowed)
    made = Plan(_moved(sides, found), sides.total, kept)
    return replace(made, digest=digest_of(made))


def digest_of(plan: Plan) -> str:
    """16 hex digits of everything that a plan says changes, whatever lines it stands in and whatever is allowed."""
    rows = [[t.tenant, *([c.risk.name, c.sentence, *c.about] for c in t.changes)] for t in plan.tenants if t.changes]
    return blake2b(json.dumps(rows, ensure_ascii=False).encode(), digest_size=8).hexdigest()


def _platform(sides: Sides) -> TenantPlan | None:
    if digest(sides.old.platform) == digest(sides.new.platform):
        return TenantPlan("", (), sides.notes, 0) if sides.notes else None
    changes = tuple(
        Change("", risk, "", subject, "", before, after, (_place(sides, address),), None)
        for risk, address, subject, before, after in platform(sides.old.platform, sides.new.platform)
    )
    return TenantPlan("", tuple(sorted(changes, key=lambda change: (change.risk, change.sentence))), sides.notes, 0)


def _place(sides: Sides, address: str) -> Cause:
    """Where a trunk, or the platform, is defined."""
    for program, is_removed in ((sides.new, False), (sides.old, True)):
        for trunk in program.platform.trunks:
            if address == f"trunks/{trunk.id}":
                return Cause(address, trunk.span.file, trunk.span.line, is_removed)
    span = sides.new.platform.span
    return Cause(address, span.file, span.line, is_removed=False)


# -- tenants that come and go


def _deleted(sides: Sides, tenant: Tenant) -> TenantPlan:
    span, numbers = tenant.span, [entry.key for entry in tenant.numbers]
    cause = Cause(tenant.id, span.file, span.line, is_removed=True)
    change = Change(
        tenant=tenant.id,
        risk=Risk.REMOVED,
        when="",
        subject=_whole(tenant),
        condition="",
        before="was there",
        after="is deleted",
        causes=(cause,),
        witness=_owner_witness(sides, numbers[0]) if numbers else None,
        about=tuple(numbers),
    )
    return TenantPlan(tenant.id, (change,), (), 0)


def _created(sides: Sides, tenant: Tenant) -> TenantPlan:
    span, numbers = tenant.span, [entry.key for entry in tenant.numbers]
    change = Change(
        tenant=tenant.id,
        risk=Risk.ADDED,
        when="",
        subject=_whole(tenant),
        condition="",
        before="was not there",
        after="is new",
        causes=(Cause(tenant.id, span.file, span.line, is_removed=False),),
        witness=_owner_witness(sides, numbers[0]) if numbers else None,
        about=tuple(numbers),
    )
    return TenantPlan(tenant.id, (change,), (), 0)


def _whole(tenant: Tenant) -> str:
    users = sum(isinstance(node, User) for node in tenant.nodes)
    return f"the tenant {tenant.id} with {users} users and {len(tenant.numbers)} numbers"


def _owner_witness(sides: Sides, key: str) -> Witness | None:
    """A call from outside to a number, in the whole fleet."""
    trunks = sides.new.platform.trunks
    if not trunks:
        return None
    call, world = Call(FromTrunk(trunks[0].id, "+4930901820"), key), World()
    old, new = route(sides.old, call, world), route(sides.new, call, world)
    words = ["--from", "+4930901820", "--trunk", trunks[0].id, "--to", key]
    return Witness(call, world, sides.names.command(words), result(old), result(new))


# -- numbers that move


def _moved(sides: Sides, found: Iterable[TenantPlan]) -> tuple[TenantPlan, ...]:
    """Numbers that change their tenant are said once, with both owners, and not as lost and found."""
    moves = dict(_moves(sides))
    plans = []
    for plan in found:
        changes = [change for change in plan.changes if not _is_half(change, moves)]
        changes += _moves_from(sides, plan.tenant, moves)
        plans.append(replace(plan, changes=tuple(sorted(changes, key=lambda c: (c.risk, c.about, c.when, c.sentence)))))
    return tuple(plan for plan in plans if plan.changes or plan.notes)


def _moves(sides: Sides) -> Iterator[tuple[str, tuple[str, str]]]:
    """Numbers with their old and their new tenant."""
    owners = [{e.key: t.id for t in program.tenants for e in t.numbers} for program in (sides.old, sides.new)]
    for key in sorted(owners[0].keys() & owners[1].keys()):
        if owners[0][key] != owners[1][key]:
            yield key, (owners[0][key], owners[1][key])


def _is_half(change: Change, moves: dict[str, tuple[str, str]]) -> bool:
    """Whether a change says only that a number that moves is lost here, or found there."""
    numbers = [key for key in change.about if key.startswith("+")]
    is_half = change.risk in (Risk.REMOVED, Risk.ADDED) and bool(numbers)
    return is_half and all(key in moves for key in change.about)


def _moves_from(sides: Sides, tenant: str, moves: dict[str, tuple[str, str]]) -> Iterator[Change]:
    """What is said of the numbers that leave a tenant."""
    by_target: dict[tuple[str, str, str], list[str]] = {}
    for key, (old, new) in moves.items():
        if old == tenant:
            ends = new, _node(sides.old, old, key), _node(sides.new, new, key)
            by_target.setdefault(ends, []).append(key)
    for (target, before, after), keys in by_target.items():
        owner = sides.new.tenant(target)
        entry = next(entry for entry in owner.numbers if entry.key == keys[0])
        cause = Cause(f"{target}/{short(entry.node)}", entry.span.file, entry.span.line, is_removed=False)
        yield Change(
            tenant=tenant,
            risk=Risk.CHANGED,
            when="",
            subject=f"calls to {listed([number(key, owner.dial_plan.calling_code) for key in keys])}",
            condition="",
            before=f"reached {before}",
            after=f"now belongs to tenant {target} and reaches {after}, with no moment without an owner",
            causes=(cause,),
            witness=_owner_witness(sides, keys[0]),
            about=tuple(keys),
        )


def _node(program: Program, tenant: str, key: str) -> str:
    return next(entry.node for entry in program.tenant(tenant).numbers if entry.key == key)
