"""The reference interpreter: what must happen to one call.

It is the meaning of the language. ``trace`` prints it, the generated scenarios expect it, and the runtime must
agree with it. It is written to be read, not to be fast. Here a call is recognised; ``walk`` takes it to its end.
"""

from __future__ import annotations

from ringplan.ir import Callback, Entry, Program, Tenant, User

from .call import Call, FromCallback, FromClick, FromPhone, FromStranger, FromTrunk, World
from .caller import calling_outsider
from .calling_back import call_back
from .dialling import called_number
from .originating import call_from, click
from .outcome import Outcome, Step
from .walk import Walk


def route(program: Program, call: Call, world: World) -> Outcome:
    """What happens to ``call`` when everything it meets is as ``world`` says."""
    match call.origin:
        case FromPhone(phone):
            return _from_phone(program, call, world, phone)
        case FromTrunk(trunk, number):
            return _from_trunk(program, call, world, trunk, number)
        case FromStranger(domain):
            return _stranger(program, domain)
        case FromCallback(callback, number):
            return _from_callback(program, call, world, callback, number)
        case FromClick(user):
            return _from_click(program, call, world, user)


def _stranger(program: Program, domain: str) -> Outcome:
    """Nobody calls without an account: challenge in a known domain, refuse otherwise."""
    for tenant in program.tenants:
        if tenant.domain == domain:
            step = Step(tenant.id, "no valid credentials: challenge", tenant.span)
            return Outcome(tenant.id, (step,), (), 407, "Proxy Authentication Required")
    step = Step("platform", f"unknown domain {domain}: refused", program.platform.span)
    return Outcome(None, (step,), (), 403, "Forbidden")


def _from_phone(program: Program, call: Call, world: World, phone_id: str) -> Outcome:
    tenant, caller = phone_owner(program, phone_id)
    walk = Walk(program, tenant, call, world)
    walk.step(caller.id, f"call from phone {phone_id.rsplit('/', 1)[-1]} to {call.dialled}", caller)
    return call_from(walk, caller, call.dialled)


def _from_callback(program: Program, call: Call, world: World, callback: str, number: str) -> Outcome:
    tenant = program.tenant(callback.split("/", 1)[0])
    node = tenant.node(callback)
    assert isinstance(node, Callback)
    walk = Walk(program, tenant, call, world)
    walk.step(node.id, f"calls {number} back", node)
    return call_back(walk, node, number)


def _from_click(program: Program, call: Call, world: World, user_id: str) -> Outcome:
    tenant = program.tenant(user_id.split("/", 1)[0])
    user = tenant.node(user_id)
    assert isinstance(user, User)
    walk = Walk(program, tenant, call, world)
    walk.step(user.id, f"clicks to dial {call.dialled}", user)
    return click(walk, user, call.dialled)


def _from_trunk(program: Program, call: Call, world: World, trunk_id: str, number: str | None) -> Outcome:
    found = _owner(program, call.dialled)
    walk = Walk(program, found[0] if found else None, call, world)
    trunk = next((trunk for trunk in program.platform.trunks if trunk.id == trunk_id), None)
    walk.step(f"trunks/{trunk_id}", f"call in to {call.dialled}", trunk)
    if found is None:
        walk.step("platform", f"{call.dialled} is not a number of any tenant", program.platform)
        return walk.end(404, "Not Found")
    tenant, entry = found
    if entry is None:
        walk.step(f"{tenant.id}/numbers", f"{call.dialled} is owned but not assigned", tenant)
        return walk.reject("unknown-number")
    walk.step(entry.node, f"{entry.key} is {entry.node}", entry)
    return walk.enter(entry.node, calling_outsider(tenant, number, call.withheld))


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
