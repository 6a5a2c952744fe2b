"""A call's way through the routing graph."""

from __future__ import annotations

import KSR

from . import ending, identity, log, phones, trunks
from .core import Core
from .numbering import Destination, Emergency, NotFound, OffNet, OnNet, analyse, called_number
from .state import Call
from .tenants import Reject, User

_LONGEST_WAY = 32
"""Nodes one event may lead through; the compiler lets no cycle pass, this is the net below it."""


def from_phone(core: Core, tenant_id: str, user: str, text: str, private: bool) -> None:
    """A call of an authenticated phone to ``text``; ``user`` is its user's node."""
    tenant = core.directory.tenant(tenant_id)
    call = Call(tenant, user, "", private or tenant.user(user).withheld, text)
    destination = analyse(tenant, user, text)
    call.emergency = isinstance(destination, Emergency)
    if not call.veiled:
        KSR.nathelper.add_contact_alias()
    walk(core, call, _first_node(core, call, destination))


def _first_node(core: Core, call: Call, destination: Destination) -> str | None:
    """The node a dialled destination enters; None when the call is on its way out."""
    match destination:
        case OnNet(node):
            return node
        case Emergency(number) | OffNet(number):
            return trunks.call_out(core, call, number)
        case NotFound(reject):
            return f"{call.tenant.id}/reject/{reject}"


def from_trunk(core: Core, trunk: str, text: str, number: str, private: bool) -> None:
    """A call from a carrier to ``text``; it can reach numbers of tenants and nothing else."""
    called = called_number(text)
    owner = core.index.tenant_of_number(called) if called is not None else None
    if called is None or owner is None:
        log.call("", number, text, "unknown-number", 404)
        KSR.sl.send_reply(404, "Not Found")
        return
    tenant = core.directory.tenant(owner)
    call = Call(tenant, "", number, private, text)
    walk(core, call, tenant.numbers.get(called, f"{owner}/reject/unknown-number"))


def walk(core: Core, call: Call, node_id: str | None) -> None:
    """Enters nodes until one has taken the call."""
    for _ in range(_LONGEST_WAY):
        if node_id is None:
            return
        node = call.tenant.nodes[node_id]
        match node:
            case User():
                node_id = _ring(core, call, node_id, node)
            case Reject():
                return _reject(call, node_id, node)
    raise RecursionError("the routing graph leads in a circle")


def _ring(core: Core, call: Call, node_id: str, user: User) -> str | None:
    if node_id == call.caller:
        return user.busy  # a user who calls himself is busy
    leg = (
        identity.internal(call.tenant.user(call.caller), call.private)
        if call.caller
        else identity.external(call.tenant, call.number, call.private)
    )
    return phones.ring(core, call, node_id, user, leg)


def _reject(call: Call, node_id: str, reject: Reject) -> None:
    ending.reject(call, reject.code, reject.reason, node_id.rpartition("/")[2])
