"""Calls the attendant makes: it says for what in an errand, and everything is screened here as if it did not exist."""

from __future__ import annotations

import KSR

from . import calls, clock, ending, errands, log, redirects, trunks
from .answering import Announcement, Callback
from .core import Core
from .diversions import MAX_DIVERSIONS
from .errands import Errand
from .numbering import Emergency, analyse
from .screening import allowed
from .state import Call, Diversion
from .tenants import Forwarder, Reject, Tenant, User


class RefusedError(Exception):
    """An errand is not done."""

    def __init__(self, code: int, reason: str) -> None:
        self.code, self.reason = code, reason


_FORBIDDEN = (403, "Forbidden")
_BARRED = (403, "Call Barred")
_DIRECTLY = (403, "Dial Emergency Numbers Directly")
"""An emergency call has to show where the caller is, and be tried on every trunk: his phone does that."""
_NOT_FOUND = (404, "Not Found")


def handle(core: Core) -> None:
    """An INVITE from the attendant's address."""
    errand = _errand(core)
    if errand is None:
        log.event(f"no errand from {KSR.kx.get_srcip()}:{KSR.kx.get_srcport()}")
        KSR.sl.send_reply(*_FORBIDDEN)
        return
    KSR.route("STRIP")
    call = core.call = _call(core, errand)
    try:
        node_id = _begin(core, call, errand)
    except RefusedError as refused:
        ending.reject(call, refused.code, refused.reason, "refused")
    else:
        calls.walk(core, call, node_id)


def _errand(core: Core) -> Errand | None:
    """What the attendant, and nobody else, asks for."""
    attendant = core.settings.attendant
    if attendant is None or KSR.kx.get_srcport() != attendant.port or KSR.pv.geti(f"$hdrc({errands.HEADER})") != 1:
        return None
    return errands.read(core.key, str(KSR.kx.get_callid()), str(KSR.hdr.gete(errands.HEADER)))


def _call(core: Core, errand: Errand) -> Call:
    """The call as it was when it went to the attendant."""
    moment = errand.moment or int(clock.now())
    called = errand.called or errand.dialled
    call = Call(core.directory, errand.tenant, errand.caller, errand.number, errand.private, called, moment)
    call.carried = errand.carried
    call.diversions = [Diversion(*one) for one in errand.diversions]
    call.errand, call.bare = errand.kind, True
    return call


def _begin(core: Core, call: Call, errand: Errand) -> str | None:
    """Begins the errand: the next node, None when the call is on its way. Raises RefusedError."""
    _check_names(call.tenant, errand)
    match errand.kind:
        case errands.ENTER if errand.node:
            return _enter(call, errand.node)
        case errands.DIAL if errand.user:
            return _dial(core, call, errand)
        case errands.EMPLOYEE:
            return _employee(core, call, errand)
        case errands.OWN_PHONES if errand.user:
            call.caller, call.number, call.diversions = "", errand.dialled, []
            return calls.own_phones(core, call, errand.user)
        case errands.TRANSFER if errand.user:
            return _transfer(core, call, errand)
        case _:
            raise RefusedError(*_FORBIDDEN)


def _check_names(tenant: Tenant, errand: Errand) -> None:
    """Everything an errand names must be there: since it was written another generation may have come."""
    nodes = tenant.nodes
    users = [user for user in (errand.user, errand.caller) if user]
    if not (
        all(isinstance(nodes.get(user), User) for user in users)
        and all(isinstance(nodes.get(node), Forwarder) for node, _ in errand.diversions)
        and (not errand.node or errand.node in nodes)
    ):
        raise RefusedError(*_NOT_FOUND)


def _enter(call: Call, node_id: str) -> str:
    """The call goes on at a node; whoever sent it there is the last of its diversions."""
    ends = isinstance(call.tenant.nodes[node_id], Reject | Announcement)
    if not ends and call.carried + len(call.diversions) > MAX_DIVERSIONS:
        return f"{call.tenant_id}/reject/diversions"
    return node_id


def _dial(core: Core, call: Call, errand: Errand) -> str | None:
    """A user dials, as from his phone."""
    call.caller, call.number, call.diversions, call.carried = errand.user, "", [], 0
    call.private = errand.private or call.tenant.user(errand.user).withheld
    call.called = errand.dialled
    destination = analyse(call.tenant, errand.user, errand.dialled)
    if isinstance(destination, Emergency):
        raise RefusedError(*_DIRECTLY)
    return calls.first_node(core, call, destination)


def _employee(core: Core, call: Call, errand: Errand) -> str | None:
    """The exchange calls an employee back from the number he called."""
    node, number = call.tenant.nodes.get(errand.node), errand.dialled
    if not isinstance(node, Callback) or number not in node.allowed:
        raise RefusedError(*_FORBIDDEN)
    if not allowed(core.settings.number_types, call.tenant, node.plan, True, number, False):
        raise RefusedError(*_BARRED)
    call.caller, call.number, call.private, call.diversions, call.carried = "", node.number, False, [], 0
    return trunks.call_out(core, call, number)


def _transfer(core: Core, call: Call, errand: Errand) -> str | None:
    """A user transfers the caller; what his REFER asked for is read, and screened, once more."""
    target = redirects.target_of(core, call.tenant, errand.user, errand.dialled)
    code, reason = redirects.verdict(core, call.tenant, errand.user, target)
    if code >= 300:
        raise RefusedError(code, reason)
    call.private = call.private or (bool(call.caller) and call.tenant.user(call.caller).withheld)
    return calls.deflect(core, call, errand.user, target)
