"""Requests from the exchange; nobody else has any business here."""

from __future__ import annotations

import secrets

import KSR

from .. import clock, errands
from . import dialogs, message, sdp, signalling, table
from .events import Cancelled, Invited
from .session import INVITED, Leg, Session
from .shell import Shell
from .states import NEW

_KINDS = frozenset((errands.VISIT, errands.TREAT))
_KNOWN_EXTENSIONS = frozenset(("timer",))


def handle(shell: Shell) -> None:
    """Takes one request to where it belongs."""
    if KSR.kx.get_srcip() not in shell.desk.core.settings.hosts:
        return
    method = KSR.kx.get_method()
    if method == "CANCEL":
        _cancel(shell)
    elif KSR.siputils.has_totag() > 0:
        dialogs.handle(shell, method)
    elif method == "INVITE":
        _invite(shell)
    elif method == "ACK":
        KSR.tm.t_check_trans()
    elif method == "OPTIONS":
        KSR.hdr.append_to_reply(signalling.ALLOW)
        KSR.sl.send_reply(200, "OK")
    else:
        KSR.hdr.append_to_reply(signalling.ALLOW)
        KSR.sl.send_reply(405, "Method Not Allowed")


def _invite(shell: Shell) -> None:
    if KSR.tm.t_check_trans() == 0:
        return  # repeated; tm has answered
    errand = errands.read(shell.desk.key, message.call_id(), message.header(errands.HEADER))
    if errand is None or errand.kind not in _KINDS:
        KSR.sl.send_reply(403, "Forbidden")
        return
    unknown = _unknown_extensions()
    if unknown:
        KSR.hdr.append_to_reply(f"Unsupported: {unknown}\r\n")
        KSR.sl.send_reply(420, "Bad Extension")
        return
    offer = message.body()
    if offer and (len(offer) > sdp.MOST or not sdp.has_audio(offer)):
        KSR.sl.send_reply(488, "Not Acceptable Here")
        return
    if KSR.tm.t_newtran() <= 0:  # 0: it was repeated, and another worker had it first
        return
    leg = _leg()
    session = Session(
        secrets.token_hex(16), errand.tenant, errand.node, NEW, errand._asdict(), int(clock.now()), {"a": leg}
    )
    with table.locked(session.id):
        shell.begin(session)
        with shell.opened(session.id) as kept:
            assert kept is not None
            shell.reply.begin(kept, "a", dialogs.session_timer())
            try:
                shell.feed(kept, Invited())
            finally:
                shell.reply.leave(kept, "a")


def _leg() -> Leg:
    seq = message.seq()
    return Leg(
        call_id=message.call_id(),
        state=INVITED,
        local_uri=message.text("$tu"),
        remote_uri=message.text("$fu"),
        remote_tag=message.text("$ft"),
        target=message.contact(),
        route=message.record_routes(),
        remote_seq=seq,
        invite_seq=str(seq),
        sdp=message.body(),
        uas=True,
    )


def _unknown_extensions() -> str:
    """What the caller requires and we do not know (RFC 3261 section 8.2.2.3)."""
    asked = [name.strip() for name in message.header("Require").lower().split(",")]
    return ", ".join(name for name in asked if name and name.isprintable() and name not in _KNOWN_EXTENSIONS)


def _cancel(shell: Shell) -> None:
    """The caller takes his INVITE back; tm answers both when there is such an INVITE and it has no final answer."""
    place = table.dialog(message.call_id(), message.text("$ft"))
    if place is None:
        if KSR.tm.t_lookup_cancel() > 0:
            KSR.tm.t_relay()
        else:
            KSR.sl.send_reply(481, "Call/Transaction Does Not Exist")
        return
    with shell.opened(place.session) as session:
        KSR.tm.t_relay()
        leg = session.legs.get(place.leg) if session is not None else None
        if session is not None and leg is not None and leg.uas and leg.state == INVITED:
            shell.reply.forget(session, place.leg)
            shell.drop(session, place.leg)
            shell.feed(session, Cancelled())
