"""Opening branches with an identity of their own."""

from __future__ import annotations

import re

import KSR

from . import lines, media, tokens, veil
from .core import Core, Dress
from .identity import ANONYMOUS, Leg
from .state import DIRECT, VEILED, Call

_OWN_FROM = "from"
_SHOWN = re.compile(r"sip:[+0-9A-Za-z]{1,40}@[A-Za-z0-9.-]{1,253}", re.ASCII).fullmatch
"""From URIs the exchange writes; whatever else an answer names was put there by who sent it."""


def anchor(call: Call) -> bool:
    """Offers the caller's SDP once per call; an emergency call goes on without a relay rather than not at all.

    A call of the attendant has a relay already.
    """
    if call.errand:
        return True
    if not call.anchored:
        call.anchored = media.anchor()
    return call.anchored or call.emergency


def kind_of(call: Call) -> str:
    """What kind of token a call within the exchange gets: a caller from a trunk is called back there, to hang up."""
    return tokens.PHONES if call.caller or call.errand else tokens.TRUNK


def relay(core: Core, call: Call, leg: Leg, kind: str, handlers: str) -> bool:
    """Sends the request to its branches; ``handlers`` names the callbacks for their answers.

    False: there was nowhere to send it.
    """
    call_id = str(KSR.kx.get_callid())
    contact = ""
    if call.errand:
        kind += tokens.FROM_ATTENDANT
    if handlers == "attendant":
        kind += tokens.TO_ATTENDANT
    if len(kind) > 1 and not call.anchored:
        kind += tokens.DIRECT
        KSR.setflag(DIRECT)
    if call.veiled:
        remember_from()
        kind += tokens.VEILED
        contact = hidden_contact(core.key, call_id, phone=bool(call.caller))
    token = tokens.parameter(core.key, call_id, kind, call.name)
    core.dress = Dress(leg.display, leg.uri, leg.headers + contact, token, call.veiled)
    core.opening = call
    call.save()
    KSR.tm.t_on_branch("ksr_branch_leg")
    KSR.tm.t_on_reply(f"ksr_onreply_{handlers}")
    KSR.tm.t_on_failure(f"ksr_failure_{handlers}")
    try:
        return KSR.tm.t_relay() > 0
    finally:
        core.dress = core.opening = None


def dress(core: Core) -> None:
    """Gives the branch at hand its identity: it is not the caller's to choose."""
    dress = core.dress
    if dress is None:
        KSR.set_drop()
        raise RuntimeError("a branch without identity")
    if core.opening is not None:
        first = KSR.tm.t_get_branch_index()
        if first != core.opening.base:
            core.opening.move(first)
        core.opening = None
    if dress.veiled:
        conceal_from(dress.display, dress.uri)
    else:
        KSR.uac.uac_replace_from(dress.display, dress.uri)
    KSR.rr.add_rr_param(dress.token)
    KSR.rr.record_route()
    if dress.veiled:
        KSR.route("STRIP_PRIVATE")
    if dress.headers:
        KSR.hdr.append(dress.headers)


def conceal_from(display: str = ANONYMOUS.display, uri: str = ANONYMOUS.uri) -> None:
    """Writes another From over the sender's own, of which nothing is kept in the message.

    uac would keep it in Record-Route under one key for all calls, and a call of one's own is enough to compute that
    key. So requests of the other party name the caller as it knows him, anonymous; his phone knows them by the tags.
    """
    KSR.pv.sets("$fu", uri)
    if display:
        KSR.pv.sets("$fn", display)
    else:
        KSR.pv.unset("$fn")


def remember_from() -> None:
    """Keeps the sender's own From with the transaction, before `conceal_from`."""
    KSR.setflag(VEILED)
    KSR.pvx.avp_sets(_OWN_FROM, str(KSR.kx.get_furi()))


def restore_from() -> str:
    """Gives an answer the From its request was sent with (RFC 3261 section 8.2.6.2).

    The From URI the called party was shown instead; empty when it was the caller's own.
    """
    if not KSR.isflagset(VEILED):
        return ""
    shown = lines.text_of("$fu")
    KSR.pv.sets("$fu", str(KSR.pvx.avp_gete(_OWN_FROM)))
    return shown if _SHOWN(shown) else ANONYMOUS.uri


def hidden_contact(key: bytes, call_id: str, phone: bool) -> str:
    """The header that stands for the Contact of the message; empty when it has none."""
    contact = KSR.kx.gete_cturi()
    if not contact:
        return ""
    return f"Contact: <{veil.hide(key, call_id, contact, KSR.kx.get_srcuri() if phone else '')}>\r\n"


def veil_contact(key: bytes, call_id: str, phone: bool) -> None:
    """Takes what tells who the sender is out of the message at hand."""
    contact = hidden_contact(key, call_id, phone)
    KSR.route("STRIP_PRIVATE")
    if contact:
        KSR.hdr.append(contact)
