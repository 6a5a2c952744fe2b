"""Calls out: one trunk after the other."""

from __future__ import annotations

import KSR

from . import ending, errands, forwarding, identity, legs, phones, tokens
from .core import Core
from .settings import Trunk
from .state import RANG, Call, Reports

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
    order = _order(core, call)
    if call.hop >= len(order):
        if not call.emergency:
            return f"{call.tenant_id}/reject/no-trunk"
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


def _order(core: Core, call: Call) -> tuple[str, ...]:
    """The trunks a call may leave through; of a SIP URI the one that serves its domain."""
    if call.emergency:
        return core.settings.order
    if "@" in call.target:
        trunk = core.settings.trunk_to(call.tenant_id, call.target.rpartition("@")[2])
        return (trunk,) if trunk is not None else ()
    return call.tenant.trunks


def _send(core: Core, call: Call, trunk_id: str) -> bool:
    trunk = core.settings.trunks[trunk_id]
    uri = f"sip:{call.target}"
    KSR.resetdsturi()
    if "@" in call.target:
        KSR.seturi(uri)
        KSR.setdsturi(f"sip:{trunk.authority}")
    else:
        uri = f"sip:{identity.written(call.target, trunk)}@{trunk.authority}"
        KSR.seturi(uri)
    KSR.tm.t_set_fr(PROGRESS_MS, trunk.answer_timeout_ms)
    call.base, call.branches = call.branches, call.branches + 1
    call.rung.append((call.base, ""))
    return legs.relay(core, call, _leg(core, call, trunk, uri), tokens.TRUNK, "trunk")


def _leg(core: Core, call: Call, trunk: Trunk, uri: str) -> identity.Leg:
    domain = core.settings.domain
    if call.diversions:
        return forwarding.leg(call, trunk, domain, uri)
    if call.errand == errands.EMPLOYEE:
        return identity.own(call.number, trunk, domain)
    caller = call.tenant.user(call.caller)
    if call.emergency:
        return identity.to_emergency(caller, trunk, domain)
    return identity.to_trunk(caller, trunk, domain, call.private)


def replied(core: Core) -> None:
    """A trunk answered something."""
    code = KSR.kx.get_status()
    if code == 100:
        return
    shown = legs.restore_from()
    KSR.route("STRIP_DIALOG")
    if code < 300:
        if code < 200 and not KSR.isflagset(RANG):
            KSR.setflag(RANG)
            KSR.tm.t_set_fr(RINGING_MS, 0)
        phones.progress(core, code, KSR.tm.t_get_branch_index(), shown)


def failed(core: Core, call: Call) -> str | None:
    """A trunk did not answer the call: the next trunk, or the caller learns why."""
    code, reports = KSR.tm.t_get_status_code(), Reports()
    if not call.emergency:
        if code == 408 and reports.has(RANG):
            return f"{call.tenant_id}/reject/no-answer"
        if not _is_trouble(code):
            ending.leave(call, "passed-on", code)
            return None
    call.hop += 1
    return attempt(core, call)


def _is_trouble(code: int) -> bool:
    """Whether an answer is about the trunk and not about the called party."""
    return code < 400 or code in (401, 407, 408) or 500 <= code < 600
