"""Requests within a dialog: only of calls the exchange set up itself."""

from __future__ import annotations

import re

import KSR

from . import errands, hunt_memory, legs, lines, media, redirects, tokens, veil
from .core import Core
from .settings import ATTENDANT
from .state import DIRECT

_CARRIES_SDP = frozenset(("INVITE", "UPDATE", "PRACK", "ACK"))
_REFRESHES_TARGET = frozenset(("INVITE", "UPDATE", "SUBSCRIBE", "NOTIFY"))
"""Methods whose Contact the other party will use."""
_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_ADDRESS = re.compile(rf"(?:{_OCTET}\.){{3}}{_OCTET}", re.ASCII).fullmatch


def handle(core: Core, method: str, source: str | None) -> bool:
    """Forwards the request; False when it does not belong to a call of ours and was not answered.

    ``source``: the trunk it comes from, or `ATTENDANT`; None: from elsewhere.
    """
    call_id = str(KSR.kx.get_callid())
    mark = tokens.read(core.key, call_id, KSR.hdr.gete("Route").partition(">")[0])
    if mark is None or not _route(core, call_id, tokens.VEILED in mark.kind):
        return _foreign(method)
    if not _may_go(core, mark.kind, source):
        return _foreign(method)
    errand = ""
    if method == "REFER":
        code, reason, errand = _transfer(core, mark, source)
        if code >= 300:
            KSR.sl.send_reply(code, reason)
            return True
    if method != "ACK":
        KSR.route("STRIP_DIALOG")
    if errand:
        KSR.hdr.append(errand)
    if source is None:
        KSR.force_rport()
    _prepare_answer(core, call_id, mark, method, source)
    _forward(core, method, mark)
    return True


def _may_go(core: Core, kind: str, source: str | None) -> bool:
    """Whether the next hop is a party of such a call: a call between phones must not turn into a call out."""
    if tokens.TO_ATTENDANT in kind or tokens.FROM_ATTENDANT in kind:
        if source != ATTENDANT or (tokens.TO_ATTENDANT in kind and tokens.FROM_ATTENDANT in kind):
            return _leads_to_attendant(core)
    elif core.settings.attendant is not None and KSR.pv.gete("$nh(d)") == core.settings.attendant.host:
        return False
    return tokens.TRUNK in kind or _leads_to_phone(core)


def _leads_to_attendant(core: Core) -> bool:
    attendant = core.settings.attendant
    return attendant is not None and (KSR.pv.gete("$nh(d)"), str(KSR.pv.gete("$nh(p)"))) == (
        attendant.host,
        str(attendant.port),
    )


def _prepare_answer(core: Core, call_id: str, mark: tokens.Mark, method: str, source: str | None) -> None:
    """Chooses what is done with the answer, and hides a caller who is not to be shown."""
    if tokens.DIRECT in mark.kind:
        KSR.setflag(DIRECT)
    hides = _hides(core, call_id, mark, source is None)
    if hides == "answer":
        KSR.tm.t_on_reply("ksr_onreply_veiled")
    elif method != "ACK" and (method in _CARRIES_SDP or hides):
        KSR.tm.t_on_reply("ksr_onreply_dialog")
    if source is None and hides != "request" and method in _REFRESHES_TARGET:
        KSR.nathelper.add_contact_alias()


def _transfer(core: Core, mark: tokens.Mark, source: str | None) -> tuple[int, str, str]:
    """The answer to a REFER; 202: it goes on, with a header that tells the attendant what was allowed."""
    parties = None if source is not None else lines.parties(mark.call)
    # From a trunk: the phone would call, at its tenant's expense, whom a stranger names.
    user = _sender(parties, mark.kind) if parties is not None else ""
    if parties is None or not user:
        return 403, "Forbidden", ""
    code, reason = redirects.transfer(core, core.directory.tenant(parties.tenant), user)
    if code >= 300 or not (tokens.TO_ATTENDANT in mark.kind or tokens.FROM_ATTENDANT in mark.kind):
        return code, reason, ""
    address = redirects.referred().partition("?")[0]
    errand = errands.Errand(errands.TRANSFER, parties.tenant, user=user, dialled=address)
    try:
        return code, reason, errands.header(core.key, str(KSR.kx.get_callid()), errand)
    except ValueError:
        return 403, "Call Barred", ""


def _sender(parties: lines.Parties, kind: str) -> str:
    """The user whose phone sent the request; empty: neither party's.

    The attendant's other party is the only one that is a phone. Else the tags tell: they can be forged, but the phone
    that gets the request knows only the right ones; the direction is read from a parameter of the Route, which the
    sender writes as he likes.
    """
    if tokens.TO_ATTENDANT in kind:
        return parties.caller if tokens.FROM_ATTENDANT not in kind else ""
    if tokens.FROM_ATTENDANT in kind:
        return parties.answered
    if parties.tag and lines.tag("$ft") == parties.tag:
        return parties.answered
    return parties.caller if parties.tag and lines.tag("$tt") == parties.tag else ""


def _end(core: Core, call: str) -> bool:
    """A call is over; not so when the BYE is for a second answer of a call that goes on with the first."""
    parties = lines.parties(call)
    if parties is not None:
        if parties.tag and parties.tag not in (lines.tag("$tt"), lines.tag("$ft")):
            return False
        lines.end(call, parties)
        if ">" in parties.chain:
            hunt_memory.had_a_call(core.directory.tenant(parties.tenant), parties.chain)
    return True


def _leads_to_phone(core: Core) -> bool:
    """Whether the next hop may be a phone: an address written as only one way allows, and none of a trunk.

    A name, or ``127.0.0.030``, would reach a trunk unrecognised. Phones whose contact is a name have an alias.
    """
    host = str(KSR.pv.gete("$nh(d)"))
    return _ADDRESS(host) is not None and host not in core.settings.trunk_hosts


def _hides(core: Core, call_id: str, mark: tokens.Mark, phone: bool) -> str:
    """Which message comes from a caller who is not to be shown, ``request`` or ``answer``; a request is changed."""
    if tokens.VEILED not in mark.kind:
        return ""
    if KSR.rr.is_direction("downstream") < 0:
        return "answer"
    legs.remember_from()
    parties = lines.parties(mark.call)
    if parties is not None and parties.shown:
        legs.conceal_from("", parties.shown)
    else:
        legs.conceal_from()
    legs.veil_contact(core.key, call_id, phone)
    return "request"


def _route(core: Core, call_id: str, veiled: bool) -> bool:
    """Finds out where the request goes; False when it has no business here."""
    hidden = veil.reveal(core.key, call_id, KSR.kx.get_ruri()) if veiled else None
    if hidden is not None:
        KSR.seturi(hidden[0])
    if not veiled:
        # loose_route lets uac give the From URI its presented form; the name beside it is the sender's own and goes.
        KSR.uac.uac_replace_from("", "")
    if KSR.rr.loose_route() < 0:
        return False
    if hidden is None:
        KSR.nathelper.handle_ruri_alias()
    elif KSR.isdsturiset():
        # Whoever stands in the Route behind us would be told who hides: only the carrier he came from may.
        return not hidden[1] and KSR.pv.gete("$nh(d)") in core.settings.trunk_hosts
    elif hidden[1]:
        KSR.setdsturi(hidden[1])
    return True


def _forward(core: Core, method: str, mark: tokens.Mark) -> None:
    direct = tokens.DIRECT in mark.kind
    if method == "BYE":
        if _end(core, mark.call) and not direct:
            media.release()
    elif method in _CARRIES_SDP and not direct and not media.anchor():
        if method != "ACK":
            KSR.sl.send_reply(503, "Media Not Available")
        return
    if KSR.tm.t_relay() < 0:
        KSR.sl.sl_reply_error()


def _foreign(method: str) -> bool:
    """A request outside every call of ours; an ACK may belong to an answer of ours and needs none itself."""
    if method == "ACK":
        KSR.tm.t_check_trans()
        return True
    return False


def replied() -> None:
    """An answer to a request within a dialog that may carry SDP, or that came from a caller who is not to be shown."""
    legs.restore_from()
    KSR.route("STRIP_DIALOG")
    if 100 < KSR.kx.get_status() < 300:
        KSR.nathelper.add_contact_alias()
        _anchor()


def replied_veiled(core: Core) -> None:
    """An answer of a caller who is not to be shown, to a request of the other party."""
    KSR.route("STRIP_DIALOG")
    phone = core.settings.sources.get(KSR.kx.get_srcip()) is None
    legs.veil_contact(core.key, str(KSR.kx.get_callid()), phone)
    if 100 < KSR.kx.get_status() < 300:
        _anchor()


def _anchor() -> None:
    """Offers or answers the SDP of an answer, if the exchange has a relay in the call."""
    if not KSR.isflagset(DIRECT):
        media.anchor()
