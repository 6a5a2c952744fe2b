"""How a call ends without being answered."""

from __future__ import annotations

import KSR

from . import lines, log, media
from .state import Call

_RETRY_S = 2
"""Seconds after which a caller may try again when a media relay was missing; as long as kamailio.cfg leaves it out."""


def reject(call: Call, code: int, reason: str, result: str) -> None:
    """Gives the caller the exchange's own final answer; what a phone or trunk said is not passed on."""
    let_go(call)
    KSR.sl.send_reply(code, reason)
    log.call(call.tenant_id, call.origin, call.called, result, code)


def without_media(call: Call) -> None:
    """No media relay took the call."""
    KSR.hdr.append_to_reply(f"Retry-After: {_RETRY_S}\r\n")
    reject(call, 503, "Media Not Available", "no-media")


def leave(call: Call, result: str, code: int) -> None:
    """Lets the answer at hand go to the caller as it is."""
    let_go(call)
    log.call(call.tenant_id, call.origin, call.called, result, code)


def cancelled(call: Call) -> None:
    """The caller has given up; he gets 487 even if who was called did not confirm that (RFC 3261 section 9.2)."""
    if KSR.tm.t_get_status_code() == 487:
        leave(call, "cancelled", 487)
    else:
        reject(call, 487, "Request Terminated", "cancelled")


def let_go(call: Call) -> None:
    """Nobody is engaged by the call any longer, and no relay holds it."""
    if call.anchored:
        media.release()
        call.anchored = False
    for user in {call.caller, *call.ringing}:
        if user:
            lines.leave(user, call.name)
    call.base = call.branches
