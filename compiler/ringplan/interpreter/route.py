"""The reference interpreter: what must happen to one call.

It is the meaning of the language. ``trace`` prints it, the generated scenarios expect it, and the runtime must
agree with it. It is written to be read, not to be fast. Here a call is recognised; ``walk`` takes it to its end.
"""

from __future__ import annotations

from ringplan.ir import Entry, Program, Tenant, User

from .call import Call, FromPhone, FromStranger, FromTrunk, World
from .dialling import Emergency, NotFound, OffNet, OnNet, analyse, called_number, calling_number
from .outcome import Outcome, Step
from .presenting import external, internal
from .screening import call_type, canonical, screen
from .walk import Caller, Walk


def route(program: Program, call: Call, world: World) -> Outcome:
    """What happens to ``call`` when everything it meets is as ``world`` says."""
    match call.origin:
        case FromPhone(phone):
            return _from_phone(program, call, world, phone)
        case FromTrunk(trunk, number):
            return _from_trunk(program, call, world, trunk, number)
        case FromStranger(domain):
            return _stranger(program, domain)


def _stranger(program: Program, domain: str) -> Outcome:
    """Nobody calls without an account: challenge in a known domain, refuse otherwise."""
    for tenant in program.tenants:
        if tenant.domain == domain:
            step = Step(tenant.id, "no valid credentials: challenge", tenant.span)
            return Outcome(tenant.id, (step,), (), 407, "Proxy Authentication Required")
    return Outcome(None, (Step("platform", f"unknown domain {domain}: refused"),), (), 403, "Forbidden")


def _from_phone(program: Program, call: Call, world: World, phone_id: str) -> Outcome:
    tenant, caller = phone_owner(program, phone_id)
    walk = Walk(program, tenant, call, world)
    walk.step(caller.id, f"call from phone {phone_id.rsplit('/', 1)[-1]} to {call.dialled}", caller)
    destination, dialled = analyse(tenant, caller, call.dialled)
    if dialled != call.dialled:
        walk.step(caller.id, f"speed dial {call.dialled} stands for {dialled}", caller)
    match destination:
        case Emergency(number):
            walk.step(f"{tenant.id}/dialing", f"emergency call to {number}", tenant)
            return walk.emergency(caller, number)
        case OnNet(key, node):
            walk.step(node, f"{key} is {node}", tenant.node(node))
            if not _may_call(walk, caller, "internal", key):
                return walk.reject("barred")
            return walk.enter(node, _calling_user(caller, call))
        case OffNet(number):
            walk.step(f"{tenant.id}/dialing", f"call out to {number}", tenant)
            if not _may_call(walk, caller, call_type(tenant.dial_plan, number), number):
                return walk.reject("barred")
            return walk.call_out(caller, number)
        case NotFound(name, why):
            walk.step(f"{tenant.id}/dialing", why, tenant)
            return walk.reject(name)


def _may_call(walk: Walk, caller: User, kind: str, number: str) -> bool:
    """Whether the caller's plan allows what he dialled."""
    plan = walk.tenant.plan(caller.plan)
    verdict = screen(plan.outgoing, kind, canonical(walk.tenant.dial_plan, number), plan.id)
    walk.step(plan.id, verdict.why, plan)
    return verdict.allowed


def _from_trunk(program: Program, call: Call, world: World, trunk_id: str, number: str | None) -> Outcome:
    found = _owner(program, call.dialled)
    walk = Walk(program, found[0] if found else None, call, world)
    walk.step(f"trunks/{trunk_id}", f"call in to {call.dialled}")
    if found is None:
        walk.step("platform", f"{call.dialled} is not a number of any tenant")
        return walk.end(404, "Not Found")
    tenant, entry = found
    if entry is None:
        walk.step(f"{tenant.id}/numbers", f"{call.dialled} is owned but not assigned", tenant)
        return walk.reject("unknown-number")
    walk.step(entry.node, f"{entry.key} is {entry.node}", entry)
    return walk.enter(entry.node, _calling_outsider(tenant, number, call))


def _calling_user(caller: User, call: Call) -> Caller:
    withheld = call.withheld or caller.identity.withheld
    number = caller.identity.external_number
    return Caller(caller, number, caller.extension, withheld, internal(caller, call.withheld))


def _calling_outsider(tenant: Tenant, number: str | None, call: Call) -> Caller:
    """A caller from a trunk; what cannot be read as a number is only shown."""
    read = calling_number(tenant.dial_plan, number) if number else None
    known = read if read is not None and read.startswith("+") else None
    compared = canonical(tenant.dial_plan, read) if read is not None else None
    return Caller(None, known, compared, call.withheld, external(tenant, number, call.withheld))


def phone_owner(program: Program, phone_id: str) -> tuple[Tenant, User]:
    """The tenant and the user a phone belongs to; KeyError when there is no such phone."""
    tenant = program.tenant(phone_id.split("/", 1)[0])
    for node in tenant.nodes:
        if isinstance(node, User) and any(phone.id == phone_id for phone in node.phones):
            return tenant, node
    raise KeyError(phone_id)


def _owner(program: Program, dialled: str) -> tuple[Tenant, Entry | None] | None:
    """The tenant that owns a number a carrier asks for, and its entry if it is assigned."""
    number = called_number(dialled)
    if number is None:
        return None
    for tenant in program.tenants:
        if any(number in block for block in tenant.blocks):
            entries = (entry for entry in tenant.numbers if entry.key == number)
            return tenant, next(entries, None)
    return None
