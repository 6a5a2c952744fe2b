"""Requests within dialogs: whoever is connected with us hangs up, holds, transfers, presses keys."""

from __future__ import annotations

import re
import time
from urllib.parse import unquote

import KSR

from .. import errands, log
from . import digits, message, playing, sdp, signalling, table
from .audio import OTHER
from .events import Acknowledged, Cancelled, Digit, Left, Lost, Referred, Reoffered
from .relay import RelayError
from .replying import AWAITED, awaits, expect
from .session import CALLING, INVITED, RINGING, UP, Leg, Session
from .shell import Shell

_REPLACES = re.compile(r"[?&]replaces=([^&>]{1,600})", re.IGNORECASE).search
_SAFE = re.compile(r"[\x21-\x7e]{1,400}", re.ASCII).fullmatch
_SHORTEST_TIMER_S, _LONGEST_TIMER_S = 90, 86_400
_LOOKS, _LOOK_S = 15, 0.02
"""How often, and how far apart, a dialog is looked for that is about to be known."""


def handle(shell: Shell, method: str) -> None:
    """Answers one request within a dialog."""
    if method == "ACK":
        KSR.tm.t_check_trans()
    elif KSR.tm.t_check_trans() == 0:
        return  # repeated; tm has answered
    place = table.dialog(message.call_id(), message.text("$ft"))
    if place is None:
        _nobodys(method)
        return
    for _ in range(_LOOKS):
        if _is_done(shell, place, method):
            return
        time.sleep(_LOOK_S)
    _nobodys(method)


def _is_done(shell: Shell, place: table.Place, method: str) -> bool:
    """Deals with the request; False: its dialog is about to be known.

    Kamailio acknowledges an answer before it tells us of it, so another worker may still be at that when whoever
    answered hangs up or holds at once.
    """
    with shell.opened(place.session) as session:
        leg = session.legs.get(place.leg) if session is not None else None
        if session is not None and leg is not None and _is_of(leg):
            if method == "ACK":
                _acknowledged(shell, session, place.leg)
            else:
                _request(shell, session, place.leg, method)
            return True
        if leg is not None and leg.state in (CALLING, RINGING):
            return False
        _nobodys(method)
        return True


def _is_of(leg: Leg) -> bool:
    return message.text("$ft") == leg.remote_tag and message.text("$tt") == leg.local_tag


def _nobodys(method: str) -> None:
    if method != "ACK":
        KSR.sl.send_reply(481, "Call/Transaction Does Not Exist")


def _request(shell: Shell, session: Session, name: str, method: str) -> None:
    leg, seq = session.legs[name], message.seq()
    if KSR.tm.t_newtran() <= 0:  # 0: it was repeated, and another worker had it first
        return
    if seq < leg.remote_seq:
        shell.reply.within(500, "Out Of Order")
        return
    leg.remote_seq = seq
    match method:
        case "BYE":
            _bye(shell, session, name)
        case "INVITE" | "UPDATE":
            _reoffer(shell, session, name, method)
        case "INFO":
            _info(shell, session, name)
        case "REFER":
            _refer(shell, session, name)
        case "NOTIFY" | "OPTIONS":
            shell.reply.within(200, "OK")
        case "PRACK":
            shell.reply.within(481, "Call/Transaction Does Not Exist")
        case _:
            shell.reply.within(405, "Method Not Allowed", headers=signalling.ALLOW)


def _acknowledged(shell: Shell, session: Session, name: str) -> None:
    leg = session.legs[name]
    if name in OTHER and awaits(session, name, shell.desk.now_ms()):
        del session.audio[AWAITED]
        try:
            shell.desk.audio.answered(session, name, message.body())
            shell.desk.audio.settle(session, name)
        except RelayError as error:
            log.event(f"ACK: {error}")
            shell.feed(session, Lost(error.why))
            return
        event = playing.put_off(shell.desk, session)
        if event is not None:
            shell.feed(session, event)
    if leg.uas:
        shell.feed(session, Acknowledged(name))


def _bye(shell: Shell, session: Session, name: str) -> None:
    shell.reply.within(200, "OK")
    if session.legs[name].state == INVITED:
        shell.reply.final(session, name, 487, "Request Terminated")
        shell.drop(session, name)
        shell.feed(session, Cancelled())
    else:
        shell.drop(session, name)
        shell.feed(session, Left(name))


# -- new descriptions


def _reoffer(shell: Shell, session: Session, name: str, method: str) -> None:
    leg, offer = session.legs[name], message.body()
    if awaits(session, name, shell.desk.now_ms()) or leg.state not in (UP, INVITED):
        shell.reply.within(491, "Request Pending")
        return
    if method == "INVITE" and leg.state == INVITED:
        shell.reply.within(500, "Request Pending", headers="Retry-After: 1\r\n")
        return
    leg.target = message.contact() or leg.target
    if name not in OTHER:
        _apart(shell, leg, offer, method)
        return
    if not offer and method == "UPDATE":
        shell.reply.within(200, "OK", headers=session_timer())
        return
    if offer and (len(offer) > sdp.MOST or not sdp.has_audio(offer)):
        shell.reply.within(488, "Not Acceptable Here")
        return
    _describe(shell, session, name, offer)


def _apart(shell: Shell, leg: Leg, offer: str, method: str) -> None:
    """Who has transferred the other party is no longer in the audio, and may still offer something."""
    if offer and sdp.has_audio(offer) and len(offer) <= sdp.MOST:
        leg.sdp, leg.held = offer, sdp.is_held(offer)
        shell.reply.within(200, "OK", shell.desk.audio.nothing(leg), session_timer())
    elif method == "UPDATE" and not offer:
        shell.reply.within(200, "OK", headers=session_timer())
    else:
        shell.reply.within(488, "Not Acceptable Here")


def _describe(shell: Shell, session: Session, name: str, offer: str) -> None:
    was_held = session.legs[name].held
    try:
        if offer:
            body = shell.desk.audio.again(session, name, offer)
        else:
            body = shell.desk.audio.propose(session, name)
            expect(session, name, shell.desk.now_ms())
    except RelayError as error:
        log.event(f"re-INVITE: {error}")
        shell.reply.within(500, "Media Not Available")
        return
    shell.reply.within(200, "OK", body, session_timer())
    if offer:
        shell.feed(session, Reoffered(name, was_held))


def session_timer() -> str:
    """Headers of a 200 that agree to the session timer the other side asks for, if it refreshes the session itself
    (RFC 4028 section 9). No call ends for a refresh that does not come: the relay knows better who is there."""
    asked = message.header("Session-Expires") or message.header("x")
    seconds, _, parameters = asked.partition(";")
    supported = f"{message.header('Supported')},{message.header('k')},{message.header('Require')}".lower()
    if not seconds.strip().isdecimal() or "timer" not in supported or "refresher=uas" in parameters.lower():
        return ""
    agreed = min(max(int(seconds.strip()[:9]), _SHORTEST_TIMER_S), _LONGEST_TIMER_S)
    return f"Session-Expires: {agreed};refresher=uac\r\nRequire: timer\r\n"


# -- keys and transfers


def _info(shell: Shell, session: Session, name: str) -> None:
    shell.reply.within(200, "OK")
    key = digits.of_info(message.text("$cT"), message.raw_body())
    if key:
        shell.feed(session, Digit(name, key))


def _refer(shell: Shell, session: Session, name: str) -> None:
    errand = errands.read(shell.desk.key, message.call_id(), message.header(errands.HEADER))
    if errand is None or errand.kind != errands.TRANSFER:
        shell.reply.within(403, "Forbidden")
        return
    shell.reply.within(202, "Accepted")
    shell.feed(session, Referred(name, errand._asdict(), replaces(message.header("Refer-To"))))


def replaces(refer_to: str) -> str:
    """The Replaces header (RFC 3891) that a Refer-To asks for; empty: none, or none that can be a header.

    When it is the other call, which is to be replaced, that we have the middle of, its other party knows it by our own
    dialog with it.
    """
    found = _REPLACES(refer_to[:2_000])
    text = unquote(found[1]) if found else ""
    if not _SAFE(text):
        return ""
    call_id, *parameters = text.split(";")
    tags = dict(parameter.partition("=")[::2] for parameter in parameters)
    place = table.dialog(call_id, tags.get("from-tag", ""))
    session = table.read(place.session) if place is not None else None
    if place is None or session is None or place.leg not in session.legs:
        return text
    leg, other = session.legs[place.leg], session.legs.get(OTHER.get(place.leg, ""))
    if leg.local_tag != tags.get("to-tag") or leg.remote_tag != tags.get("from-tag") or other is None:
        return ""
    return f"{other.call_id};to-tag={other.remote_tag};from-tag={other.local_tag}"
