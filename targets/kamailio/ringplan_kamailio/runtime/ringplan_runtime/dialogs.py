"""Requests within a dialog: only of calls the exchange set up itself."""

from __future__ import annotations

import KSR

from . import legs, media, tokens, veil
from .core import Core

_REFRESHES_TARGET = frozenset(("INVITE", "UPDATE", "SUBSCRIBE", "NOTIFY"))
"""Methods whose Contact the other party will use."""


def handle(core: Core, method: str, from_trunk: bool) -> bool:
    """Forwards the request; False when it does not belong to a call of ours and was not answered."""
    call_id = str(KSR.kx.get_callid())
    kind = tokens.kind(core.key, call_id, KSR.hdr.gete("Route").partition(">")[0])
    if kind is None or not _route(core, call_id):
        return _foreign(method)
    if tokens.TRUNK not in kind and KSR.pv.gete("$nh(d)") in core.settings.trunk_hosts:
        return _foreign(method)  # a call between phones must not turn into a call out
    veiled = tokens.VEILED in kind and KSR.rr.is_direction("downstream") > 0
    if method != "ACK":
        KSR.route("STRIP_DIALOG")
    if veiled:
        contact = legs.hidden_contact(core.key, call_id, phone=not from_trunk)
        KSR.route("STRIP_PRIVATE")
        if contact:
            KSR.hdr.append(contact)
    if not from_trunk:
        KSR.force_rport()
        if not veiled and method in _REFRESHES_TARGET:
            KSR.nathelper.add_contact_alias()
    _forward(method)
    return True


def _route(core: Core, call_id: str) -> bool:
    """Finds out where the request goes; False when it has no business here."""
    hidden = veil.reveal(core.key, call_id, KSR.kx.get_ruri())
    if hidden is not None:
        KSR.seturi(hidden[0])
    # loose_route lets uac give the From URI its presented form; the name beside it is the sender's own and goes.
    KSR.uac.uac_replace_from("", "")
    if KSR.rr.loose_route() < 0:
        return False
    if hidden is None:
        KSR.nathelper.handle_ruri_alias()
    elif hidden[1] and not KSR.isdsturiset():
        KSR.setdsturi(hidden[1])
    return True


def _forward(method: str) -> None:
    if method == "BYE":
        media.release()
    elif method in ("INVITE", "UPDATE", "ACK", "PRACK"):
        if not media.anchor():
            KSR.sl.send_reply(503, "Media Not Available")
            return
        if method != "ACK":
            KSR.tm.t_on_reply("ksr_onreply_dialog")
    if KSR.tm.t_relay() < 0:
        KSR.sl.sl_reply_error()


def _foreign(method: str) -> bool:
    """A request outside every call of ours; an ACK may belong to an answer of ours and needs none itself."""
    if method == "ACK":
        KSR.tm.t_check_trans()
        return True
    return False


def replied() -> None:
    """An answer to a request within a dialog that may carry SDP."""
    code = KSR.kx.get_status()
    if 100 < code < 300:
        KSR.nathelper.add_contact_alias()
        media.anchor()
