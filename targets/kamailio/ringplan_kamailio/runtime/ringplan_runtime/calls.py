"""A call's way through the routing graph."""

from __future__ import annotations

import KSR

from . import attendants, clock, errands, forwarding, hunts, lines, log, phones, redirects, trunks
from .answering import Announcement, Callback, Ivr
from .core import Core
from .ending import reject
from .numbering import Destination, Emergency, NotFound, OffNet, OnNet, analyse, called_number
from .screening import allowed
from .state import Call
from .tenants import HuntGroup, Outside, Reject, SipUri, TimeRoute, User

_LONGEST_WAY = 64
"""Nodes one event may lead through; every second one counts as a diversion, of which there are few. The net below."""


def from_phone(core: Core, tenant_id: str, user: str, text: str, private: bool) -> None:
    """A call of an authenticated phone to ``text``; ``user`` is its user's node."""
    tenant = core.directory.tenant(tenant_id)
    private = private or tenant.user(user).withheld
    call = core.call = Call(core.directory, tenant_id, user, "", private, text, int(clock.now()))
    lines.take(user, call.name)
    destination = analyse(tenant, user, text)
    call.emergency = isinstance(destination, Emergency)
    if not call.veiled:
        KSR.nathelper.add_contact_alias()
    walk(core, call, first_node(core, call, destination))


def first_node(core: Core, call: Call, destination: Destination) -> str | None:
    """The node a dialled destination enters; None when the call is on its way out."""
    match destination:
        case OnNet(key, node):
            return node if _may_call(core, call, key, True) else f"{call.tenant_id}/reject/barred"
        case Emergency(number):
            return trunks.call_out(core, call, number)
        case OffNet(number):
            if not _may_call(core, call, number, False):
                return f"{call.tenant_id}/reject/barred"
            return trunks.call_out(core, call, number)
        case NotFound(name):
            return f"{call.tenant_id}/reject/{name}"


def _may_call(core: Core, call: Call, number: str, internal: bool) -> bool:
    """Whether the caller's plan allows what he dialled."""
    tenant = call.tenant
    return allowed(core.settings.number_types, tenant, tenant.user(call.caller).plan, False, number, internal)


def from_trunk(core: Core, text: str, number: str, private: bool, carried: int) -> None:
    """A call from a carrier to ``text``; it can reach numbers of tenants and nothing else.

    ``carried``: how often it has been forwarded already.
    """
    called = called_number(text)
    owner = core.index.tenant_of_number(called) if called is not None else None
    if called is None or owner is None:
        log.call("", number, text, "unknown-number", 404)
        KSR.sl.send_reply(404, "Not Found")
        return
    call = core.call = Call(core.directory, owner, "", number, private, text, int(clock.now()))
    call.carried = carried
    walk(core, call, call.tenant.numbers.get(called, f"{owner}/reject/unknown-number"))


def walk(core: Core, call: Call, node_id: str | None) -> None:
    """Enters nodes until one has taken the call."""
    for _ in range(_LONGEST_WAY):
        if node_id is None:
            return
        node = call.tenant.nodes[node_id]
        match node:
            case User():
                node_id = _user(core, call, node_id, node)
            case Reject():
                if not node.prompt or not attendants.treat(core, call, node_id):
                    reject(call, node.code, node.reason, node_id.rpartition("/")[2])
                return
            case HuntGroup():
                node_id = hunts.begin(core, call, node_id, node)
            case TimeRoute():
                node_id = forwarding.by_time(call, node_id, node)
            case Outside():
                node_id = _out(core, call, OffNet(node.number))
            case SipUri():
                node_id = _out(core, call, node)
            case Ivr() | Announcement():
                node_id = attendants.visit(core, call, node_id, node)
            case Callback():
                node_id = attendants.call_back(core, call, node_id, node)
    raise RecursionError("the routing graph leads in a circle")


def phones_failed(core: Core, call: Call) -> str | None:
    """Phones were rung and nobody answered: the next node."""
    result = phones.result()
    rung = phones.stopped(call)
    if call.hunt is not None:
        return hunts.resume(core, call, call.hunt, rung, result)
    user = call.tenant.user(call.target)
    if call.errand == errands.OWN_PHONES:
        return _not_at_hand(call, result)
    if result == "redirected":
        return _redirected(core, call, call.target, user)
    return _after_ringing(call, call.target, user, result)


def _user(core: Core, call: Call, node_id: str, user: User) -> str | None:
    target = forwarding.by_rules(call, node_id)
    if target is not None:
        return target
    if node_id == call.caller:
        return forwarding.divert(call, node_id, "user-busy", user.busy)  # a user who would ring himself is busy
    result = phones.ring(core, call, node_id, user)
    return None if result is None else _after_ringing(call, node_id, user, result)


def own_phones(core: Core, call: Call, node_id: str) -> str | None:
    """Rings a user for a call of his own, whatever he forwards; the next node when he cannot be rung."""
    result = phones.ring(core, call, node_id, call.tenant.user(node_id))
    return None if result is None else _not_at_hand(call, result)


def _not_at_hand(call: Call, result: str) -> str:
    """Who clicked to dial does not answer his own phone; the call is of no use to anybody else."""
    name = result if result in ("no-answer", "unreachable") else "busy"
    return f"{call.tenant_id}/reject/{name}"


def _after_ringing(call: Call, node_id: str, user: User, result: str) -> str:
    match result:
        case "no-answer":
            return forwarding.divert(call, node_id, "no-answer", user.no_answer)
        case "unreachable":
            return forwarding.divert(call, node_id, "unavailable", user.unreachable)
        case _:
            return forwarding.divert(call, node_id, "user-busy", user.busy)


def _redirected(core: Core, call: Call, node_id: str, user: User) -> str | None:
    """A phone sent the call elsewhere (302): followed if its owner may forward there, else he declined."""
    target = redirects.target_of(core, call.tenant, node_id, redirects.remembered())
    if not redirects.may_go(core, call.tenant, user.plan, target):
        return forwarding.divert(call, node_id, "user-busy", user.busy)
    return deflect(core, call, node_id, target)


def deflect(core: Core, call: Call, node_id: str, target: redirects.Target) -> str | None:
    """The call goes where a user sends it, who may do so; the next node, None when it is on its way."""
    if not forwarding.count(call, node_id, "deflection"):
        return f"{call.tenant_id}/reject/diversions"
    if isinstance(target, OnNet):
        return target.node
    return _send(core, call, target)


def _out(core: Core, call: Call, target: OffNet | SipUri) -> str | None:
    """A forwarded call reaches a target outside; the plan of who forwards it last must allow that."""
    plan = call.tenant.forwarder(call.diversions[-1].node).plan
    if not redirects.may_go(core, call.tenant, plan, target):
        return f"{call.tenant_id}/reject/barred"
    return _send(core, call, target)


def _send(core: Core, call: Call, target: Destination | SipUri) -> str | None:
    match target:
        case OffNet(number):
            return trunks.call_out(core, call, number)
        case SipUri(user, host, _):
            return trunks.call_out(core, call, f"{user}@{host}")
        case _:
            raise ValueError(target)
