"""Ringing the phones of a user."""

from __future__ import annotations

import KSR

from . import ending, legs, log, media, tokens
from .core import Core
from .identity import Leg
from .state import ANSWERED, BUSY, DECLINED, MAX_BRANCHES, RINGING, Call, forget_branches, summary
from .tenants import User

SILENCE_MS = 4_000
"""A registered phone that says nothing at all for so long is gone; RFC 3261 timer A has tried four times by then."""

_BUSY = (486, 600)


def ring(core: Core, call: Call, node_id: str, user: User, leg: Leg) -> str | None:
    """Rings all registered phones; the next node when none is registered, None when they ring."""
    if not _registered(user):
        return user.unreachable
    if not legs.anchor(call):
        ending.without_media(call)
        return None
    call.target = node_id
    KSR.tm.t_set_fr(user.ring_ms, SILENCE_MS)
    kind = tokens.PHONES if call.caller else tokens.TRUNK  # a caller from a trunk is called back there, to hang up
    return None if legs.relay(core, call, leg, kind, "phones") else user.unreachable


def _registered(user: User) -> bool:
    """Makes the contacts of all phones the destinations of the request."""
    found = False
    for aor in user.phones:
        if found:
            KSR.registrar.lookup_to_dset("location", aor)
        else:
            found = KSR.registrar.lookup_uri("location", aor) > 0
    return found


def replied(core: Core) -> None:
    """A phone answered something."""
    code = KSR.kx.get_status()
    if code == 100:
        return
    legs.restore_from()
    KSR.route("STRIP_DIALOG")
    if code < 300:
        if code < 200:
            KSR.setflag(RINGING + KSR.tm.t_get_branch_index())
        KSR.nathelper.add_contact_alias()
        progress(code)
        return
    if code != 487:  # which only confirms that we stopped it: it rang until then
        KSR.resetflag(RINGING + KSR.tm.t_get_branch_index())
    if code in _BUSY:
        KSR.setflag(BUSY)
    elif code > 600:
        # A person's decision ends the ringing of all phones of this user at once.
        KSR.setflag(DECLINED)
        KSR.tmx.t_cancel_branches("others")


def progress(code: int) -> None:
    """A 1xx or 2xx of an INVITE: media, and the line in the log."""
    if not media.anchor():
        log.event("no media relay for an answer")
    if code >= 200 and not KSR.isflagset(ANSWERED):
        KSR.setflag(ANSWERED)
        log.call(*summary(), "answered", code)


def failed(call: Call) -> str:
    """Nobody answered: the next node.

    A phone that rang until the time was up outweighs a busy one, that one a phone that is gone.
    """
    user = call.tenant.user(call.target)
    declined, busy = KSR.isflagset(DECLINED), KSR.isflagset(BUSY)
    rang = any(KSR.isflagset(RINGING + branch) for branch in range(MAX_BRANCHES))
    forget_branches()
    if declined or (busy and not rang):
        return user.busy
    return user.no_answer if rang else user.unreachable
