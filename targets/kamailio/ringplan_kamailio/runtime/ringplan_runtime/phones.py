"""Ringing the phones of users."""

from __future__ import annotations

import KSR

from . import ending, errands, hunt_memory, identity, legs, lines, log, media, redirects
from .core import Core
from .errands import Errand
from .identity import ANONYMOUS, Leg
from .state import (
    ANSWERED,
    BUSY,
    DECLINED,
    DIRECT,
    HUNTING,
    REDIRECTED,
    RINGING,
    RINGING_FLAGS,
    SHARED,
    Call,
    Reports,
    restore,
)
from .tenants import User

SILENCE_MS = 4_000
"""A registered phone that says nothing at all for so long is gone; RFC 3261 timer A has tried four times by then."""

_STOP_MS = 100
"""How long a phone that has said nothing yet is waited for when another one has decided; if it comes late, Kamailio
cancels it then."""

_BUSY = (486, 600)


def ring(core: Core, call: Call, node_id: str, user: User) -> str | None:
    """Rings all registered phones of a user; ``unreachable`` when none is registered, None when they ring."""
    found = find(user, 0)
    if not found:
        return "unreachable"
    lines.take(node_id, call.name)
    call.rung.append((call.branches, node_id))
    return start(core, call, node_id, found, user.ring_ms)


def find(user: User, found: int) -> int:
    """Makes the contacts of all phones destinations of the request, besides ``found`` ones; how many there are then."""
    for aor in user.phones:
        if found:
            found += KSR.registrar.lookup_to_dset("location", aor) > 0
        else:
            found += KSR.registrar.lookup_uri("location", aor) > 0
    return found


def start(core: Core, call: Call, target: str, found: int, ring_ms: int) -> str | None:
    """Sends the call to the phones that were found; ``unreachable``: that is impossible, None: the call is taken."""
    if not legs.anchor(call):
        ending.without_media(call)
        return None
    call.target = target
    call.base, call.branches = call.branches, call.branches + found
    KSR.tm.t_set_fr(ring_ms, min(SILENCE_MS, ring_ms))
    if legs.relay(core, call, shown(call), legs.kind_of(call), "phones"):
        return None
    stopped(call)
    return "unreachable"


def shown(call: Call) -> Leg:
    """Who calls, as phones of the tenant are shown."""
    if call.errand == errands.OWN_PHONES:
        return identity.dialling(call.tenant, call.number)
    if call.caller:
        return identity.internal(call.tenant.user(call.caller), call.private)
    return identity.external(call.tenant, call.number, call.private)


def stopped(call: Call) -> list[str]:
    """Nobody's phones ring any longer; whose did, each with the groups on the way to him."""
    chains = [chain for first, chain in call.rung if first >= call.base]
    for user in call.ringing:
        if user and user != call.caller:
            lines.leave(user, call.name)
    call.base = call.branches
    return chains


def replied(core: Core) -> None:
    """A phone answered something."""
    code = KSR.kx.get_status()
    if code == 100:
        return
    legs.restore_from()
    KSR.route("STRIP_DIALOG")
    branch = KSR.tm.t_get_branch_index()
    if code < 300:
        if code < 200:
            KSR.setflag(RINGING + branch % RINGING_FLAGS)
        KSR.nathelper.add_contact_alias()
        progress(core, code, branch)
        return
    if code != 487:  # which only confirms that we stopped it: it rang until then
        KSR.resetflag(RINGING + branch % RINGING_FLAGS)
    if code in _BUSY:
        KSR.setflag(BUSY)
    elif code < 400 or code > 600:
        _decided(code)


def _decided(code: int) -> None:
    """A person declined the call or sent it elsewhere: his other phones stop ringing, nobody else's."""
    if KSR.isflagset(SHARED):
        KSR.setflag(BUSY)
        return
    KSR.tmx.t_cancel_branches("others")
    KSR.tm.t_set_fr(0, _STOP_MS)
    if code >= 400 or KSR.isflagset(HUNTING):
        KSR.setflag(DECLINED)
    elif not KSR.isflagset(REDIRECTED):
        KSR.setflag(REDIRECTED)
        redirects.remember()  # last: what it reads may be no text


def progress(core: Core, code: int, branch: int, shown_uri: str = "") -> None:
    """A 1xx or 2xx of an INVITE: media, and what follows from an answer; ``shown_uri``: `lines.Parties.shown`."""
    if not KSR.isflagset(DIRECT) and not media.anchor():
        log.event("no media relay for an answer")
    if code >= 200 and not KSR.isflagset(ANSWERED):
        KSR.setflag(ANSWERED)
        _answered(core, restore(core.directory), branch, code, "" if shown_uri == ANONYMOUS.uri else shown_uri)


def _answered(core: Core, call: Call, branch: int, code: int, shown_uri: str) -> None:
    """Who answered is in a call with the caller, nobody else is; a phone may answer that stopped ringing before."""
    chain, tag = call.at(branch), lines.tag("$tt")
    user, ringing = chain.rpartition(">")[2], call.ringing
    if user and user not in ringing:
        lines.take(user, call.name)
    # Without a tag the end of the call cannot be told, and whoever leaves it out must not keep others engaged by that.
    for other in {call.caller, user, *ringing} - ({call.caller, user} if tag else set()):
        if other:
            lines.leave(other, call.name)
    if tag:
        lines.connect(call.name, lines.Parties(call.tenant_id, call.caller, user, chain, tag, shown_uri))
    if call.errand:
        KSR.hdr.append(errands.header(core.key, str(KSR.kx.get_callid()), _who(call, user)))
    if ">" in chain:
        hunt_memory.had_a_call(call.tenant, chain)
    log.call(call.tenant_id, call.origin, f"{call.called}>{user or call.target}", "answered", code)


def _who(call: Call, user: str) -> Errand:
    """What the attendant has to know of who answered: he may be the caller, one day, of a call that is transferred."""
    outside = call.target if not user and call.target.isascii() and call.target.strip("+").isdigit() else ""
    return Errand(errands.ANSWERED, call.tenant_id, user=user, number=outside)


def result() -> str:
    """How ringing ended when nobody answered: ``redirected``, ``declined``, ``no-answer``, ``busy``, ``unreachable``.

    A phone that rang until the time was up outweighs a busy one, that one a phone that is gone.
    """
    reports = Reports()
    if reports.has(DECLINED):
        return "declined"
    if reports.has(REDIRECTED):
        return "redirected"
    if reports.any_rang():
        return "no-answer"
    return "busy" if reports.has(BUSY) else "unreachable"
