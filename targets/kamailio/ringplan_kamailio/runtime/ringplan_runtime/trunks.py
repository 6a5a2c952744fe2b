"""Calls out: one trunk after the other."""

from __future__ import annotations

import KSR

from . import ending, identity, legs, phones, tokens
from .core import Core
from .state import RANG, Call, forget_branches

PROGRESS_MS = 20_000
"""How long a trunk that took the call (100) may go on without ringing."""
RINGING_MS = 180_000
"""How long a party outside may ring."""


def call_out(core: Core, call: Call, number: str) -> str | None:
    """Tries the first trunk; the next node when there is none, None when the call is on its way or ended."""
    call.target, call.hop = number, 0
    return attempt(core, call)


def attempt(core: Core, call: Call) -> str | None:
    """Tries trunks from ``call.hop`` on."""
    order = core.settings.order if call.emergency else call.tenant.trunks
    if call.hop >= len(order):
        if not call.emergency:
            return f"{call.tenant.id}/reject/no-trunk"
        ending.reject(call, 503, "No Trunk Available", "no-trunk")
        return None
    if not legs.anchor(call):
        ending.without_media(call)
        return None
    for hop in range(call.hop, len(order)):
        call.hop = hop
        if _send(core, call, order[hop]):
            return None
    call.hop = len(order)
    return attempt(core, call)


def _send(core: Core, call: Call, trunk_id: str) -> bool:
    trunk = core.settings.trunks[trunk_id]
    caller = call.tenant.user(call.caller)
    domain = core.settings.domain
    if call.emergency:
        leg = identity.to_emergency(caller, trunk, domain)
    else:
        leg = identity.to_trunk(caller, trunk, domain, call.private)
    KSR.resetdsturi()
    KSR.seturi(f"sip:{identity.written(call.target, trunk)}@{trunk.authority}")
    KSR.tm.t_set_fr(PROGRESS_MS, trunk.answer_timeout_ms)
    return legs.relay(core, call, leg, tokens.TRUNK, "trunk")


def replied(core: Core) -> None:
    """A trunk answered something."""
    code = KSR.kx.get_status()
    if code == 100:
        return
    legs.restore_from()
    KSR.route("STRIP_DIALOG")
    if code < 300:
        if code < 200 and not KSR.isflagset(RANG):
            KSR.setflag(RANG)
            KSR.tm.t_set_fr(RINGING_MS, 0)
        phones.progress(code)


def failed(core: Core, call: Call) -> str | None:
    """A trunk did not answer the call: the next trunk, or the caller learns why."""
    code, rang = KSR.tm.t_get_status_code(), KSR.isflagset(RANG)
    forget_branches()
    if not call.emergency:
        if code == 408 and rang:
            return f"{call.tenant.id}/reject/no-answer"
        if not _is_trouble(code):
            ending.leave(call, "passed-on", code)
            return None
    call.hop += 1
    return attempt(core, call)


def _is_trouble(code: int) -> bool:
    """Whether an answer is about the trunk and not about the called party."""
    return code < 400 or code in (401, 407, 408) or 500 <= code < 600
