"""What comes of the INVITEs we send."""

from __future__ import annotations

import KSR

from .. import errands, log
from . import message, signalling, table
from .events import Answered, Failed, Lost, Rang
from .relay import RelayError
from .session import CALLING, RINGING, UP, Leg, Session
from .shell import Shell

_FIRST = "first answer"
"""By Call-ID: To tag of the answer that counts; when several phones answer at once the others are ended."""


def arrived(shell: Shell) -> None:
    """An answer has arrived, and its transaction does not know yet."""
    code = KSR.kx.get_status()
    if not 100 < code < 300 or KSR.kx.get_method() != "INVITE":
        return
    call_id = message.call_id()
    place = table.called_by_us(call_id)
    if place is None:
        return
    if not place.leg:
        if code < 200:  # nobody could be told before that we do not want it any longer
            signalling.cancel(shell.desk.rpc, call_id, message.text("$cs"))
        return
    with shell.opened(place.session) as session:
        leg = session.legs.get(place.leg) if session is not None else None
        if session is None or leg is None or leg.call_id != call_id:
            return
        if code < 200:
            _rang(shell, session, place.leg, code)
        else:
            _only_one(shell, session, leg)


def _rang(shell: Shell, session: Session, name: str, code: int) -> None:
    leg, early = session.legs[name], message.body()
    if leg.state not in (CALLING, RINGING):
        return
    leg.state = RINGING
    if early:
        try:
            shell.desk.audio.heard_early(session, name, early)
        except RelayError as error:
            log.event(f"18x: {error}")
            return
    shell.feed(session, Rang(name, code, early))


def _only_one(shell: Shell, session: Session, leg: Leg) -> None:
    first = session.audio.setdefault(_FIRST, {}).setdefault(leg.call_id, message.text("$tt"))
    if first == message.text("$tt"):
        return
    KSR.set_drop()  # the transaction would take it for the same answer once more
    other = _dialog()
    signalling.acknowledge(other, shell.desk.uri)
    signalling.within(other, shell.desk.uri, "BYE")


def final(shell: Shell) -> None:
    """An INVITE of ours has its final answer, or none in time."""
    call_id, code = message.text("$uac_req(evparam)"), KSR.pv.geti("$uac_req(evcode)")
    place = table.called_by_us(call_id)
    if place is None or not place.leg:
        _unwanted(shell, call_id, code)
        return
    with shell.opened(place.session) as session:
        leg = session.legs.get(place.leg) if session is not None else None
        if session is None or leg is None or leg.call_id != call_id:
            _unwanted(shell, call_id, code)
        elif 200 <= code < 300:
            _answered(shell, session, place.leg)
        else:
            shell.drop(session, place.leg)
            shell.feed(session, Failed(place.leg, call_id, code, _reason()))


def _answered(shell: Shell, session: Session, name: str) -> None:
    leg = session.legs[name]
    message.answered(leg)
    leg.state = UP
    errand = errands.read(shell.desk.key, leg.call_id, message.header(errands.HEADER))
    if errand is not None and errand.kind == errands.ANSWERED:
        leg.who = errand._asdict()
    try:
        shell.desk.audio.answered(session, name, message.body())
    except RelayError as error:
        log.event(f"200: {error}")
        shell.feed(session, Lost(error.why))
        return
    shell.feed(session, Answered(name, leg.call_id, leg.remote_tag))


def _unwanted(shell: Shell, call_id: str, code: int) -> None:
    """The INVITE was taken back, or its session is over; who answered nevertheless is told."""
    table.forget_called_by_us(call_id)
    if 200 <= code < 300:
        signalling.within(_dialog(), shell.desk.uri, "BYE")


def _dialog() -> Leg:
    leg = Leg(message.call_id(), UP, message.text("$fu"), message.text("$tu"), local_seq=message.seq())
    message.answered(leg)
    return leg


def _reason() -> str:
    return message.text("$rr") if KSR.pv.geti("$uac_req(evtype)") == 1 else "Request Timeout"
