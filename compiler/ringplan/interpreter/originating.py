"""Calls a user of a tenant makes: what he dials, screened by his plan, under his identity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ringplan.ir import User

from .caller import calling_user
from .dialling import Emergency, NotFound, OffNet, OnNet, analyse
from .outcome import Outcome, Presented
from .presenting import to_trunk
from .screening import call_type, canonical, screen

if TYPE_CHECKING:
    from .walk import Walk

_UNREACHED = {"no-answer": "no-answer", "unreachable": "unreachable"}
"""How ringing the user's own phones ends, and the rejection that is; all else is busy."""


def call_from(walk: Walk, user: User, text: str) -> Outcome:
    """The user dials ``text``."""
    tenant = walk.tenant
    destination, dialled = analyse(tenant, user, text)
    if dialled != text:
        walk.step(user.id, f"speed dial {text} stands for {dialled}", user)
    match destination:
        case Emergency(number):
            walk.step(f"{tenant.id}/dialing", f"emergency call to {number}", tenant)
            return walk.emergency(user, number)
        case OnNet(key, node):
            walk.step(node, f"{key} is {node}", tenant.node(node))
            return (
                walk.enter(node, calling_user(user, walk.call.withheld))
                if _may_call(walk, user, "internal", key)
                else walk.reject("barred")
            )
        case OffNet(number):
            walk.step(f"{tenant.id}/dialing", f"call out to {number}", tenant)
            if not _may_call(walk, user, call_type(tenant.dial_plan, number), number):
                return walk.reject("barred")
            return walk.call_out(number, lambda trunk: to_trunk(user, trunk, walk.call.withheld))
        case NotFound(name, why):
            walk.step(f"{tenant.id}/dialing", why, tenant)
            return walk.reject(name)


def _may_call(walk: Walk, user: User, kind: str, number: str) -> bool:
    """Whether the user's plan allows what he dialled."""
    plan = walk.tenant.plan(user.plan)
    verdict = screen(plan.outgoing, kind, canonical(walk.tenant.dial_plan, number), plan.id)
    walk.step(plan.id, verdict.why, plan)
    return verdict.allowed


def click(walk: Walk, user: User, text: str) -> Outcome:
    """Click-to-dial: the user's own phones ring and show what will be dialled; then it is."""
    if isinstance(analyse(walk.tenant, user, text)[0], Emergency):
        walk.step(f"{walk.tenant.id}/dialing", f"emergency call to {text}: it has to be dialled", walk.tenant)
        return walk.reject("barred")
    result = walk.ring_own(user, Presented(text))
    if result != "answered":
        return walk.reject(_UNREACHED.get(result, "busy"))
    return walk.connect(lambda: call_from(walk, user, text))
