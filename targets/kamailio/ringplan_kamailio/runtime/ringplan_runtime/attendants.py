"""Calls that the exchange does not end itself: the attendant answers, speaks and asks."""

from __future__ import annotations

import KSR

from . import ending, errands, identity, legs, phones
from .answering import Announcement, Callback, Ivr
from .core import Core
from .errands import Errand
from .numbering import calling_number
from .state import Call
from .tenants import Reject

SILENCE_MS = 2_000
"""An attendant that says nothing for so long is not there."""
ANSWER_MS = 5_000
"""How long it may take to answer for a menu, or to refuse for a callback."""
SPEECH_MS = 900_000
"""How long an announcement may be, all its repetitions included."""
_LONGEST_CALLED = 64
"""Characters of what was dialled that the attendant is told, for its log."""
_REFUSED = 486
"""How the attendant refuses a call that it returns."""


def visit(core: Core, call: Call, node_id: str, node: Ivr | Announcement) -> str | None:
    """Brings a call to an IVR or announcement; the next node when that is impossible, None when it is on its way."""
    most_ms = ANSWER_MS if isinstance(node, Ivr) else SPEECH_MS
    if _send(core, call, errands.VISIT, node_id, most_ms):
        return None
    return _missing(call)


def call_back(core: Core, call: Call, node_id: str, node: Callback) -> str | None:
    """Lets the attendant return the call of an employee; the next node for everybody else, None when it is refused."""
    if not _is_employee(call, node):
        return node.otherwise
    if not legs.anchor(call):  # it may have to go on, and a relay takes it only now
        ending.without_media(call)
        return None
    return None if _send(core, call, errands.VISIT, node_id, ANSWER_MS) else node.otherwise


def _is_employee(call: Call, node: Callback) -> bool:
    """Whether a call comes straight from a trunk, which says that it is from one of the allowed numbers."""
    if call.caller or call.errand or call.private or call.diversions:
        return False
    return calling_number(call.tenant.plan, call.number) in node.allowed


def treat(core: Core, call: Call, node_id: str) -> bool:
    """Has the prompt of a rejection played before it; False: it has to be without."""
    return not call.bare and _send(core, call, errands.TREAT, node_id, SPEECH_MS)


def _send(core: Core, call: Call, kind: str, node_id: str, most_ms: int) -> bool:
    attendant = core.settings.attendant
    if attendant is None:
        return False
    KSR.resetdsturi()
    KSR.seturi(attendant.uri)
    KSR.tm.t_set_fr(most_ms, SILENCE_MS)
    call.target = node_id
    call.base, call.branches = call.branches, call.branches + 1
    call.rung.append((call.base, ""))
    shown = phones.shown(call)
    leg = identity.Leg(shown.display, shown.uri, _header(core, call, kind, node_id))
    return legs.relay(core, call, leg, legs.kind_of(call), "attendant")


def _header(core: Core, call: Call, kind: str, node_id: str) -> str:
    errand = Errand(
        kind,
        call.tenant_id,
        node=node_id,
        caller=call.caller,
        number=call.number,
        private=call.private,
        called=call.called[:_LONGEST_CALLED],
        moment=call.moment,
        carried=call.carried,
        diversions=tuple((one.node, one.reason) for one in call.diversions),
    )
    return errands.header(core.key, str(KSR.kx.get_callid()), errand)


def replied(core: Core) -> None:
    """The attendant answered something."""
    code = KSR.kx.get_status()
    if code == 100:
        return
    legs.restore_from()
    KSR.route("STRIP_DIALOG")
    if code < 300:
        phones.progress(core, code, KSR.tm.t_get_branch_index())


def failed(call: Call) -> str | None:
    """The attendant did not answer the call: the next node, None when its refusal is what the caller gets."""
    code, node = KSR.tm.t_get_status_code(), call.tenant.nodes[call.target]
    match node:
        case Reject() | Announcement() if code == node.code:
            ending.leave(call, call.target.rpartition("/")[2], code)
            return None
        case Callback() if code == _REFUSED:
            ending.leave(call, "called-back", code)
            return None
        case Callback():
            return node.otherwise
        case Reject():
            call.bare = True
            return call.target
        case _:
            return _missing(call)


def _missing(call: Call) -> str:
    """Without the attendant a call that needs it cannot be answered."""
    call.bare = True
    return f"{call.tenant_id}/reject/unreachable"
