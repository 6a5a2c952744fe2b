"""Two parties and their audio: early media, the bridge, hold, transfer by REFER, parking.

Either party may hold and transfer. A party that is transferred hears ringback meanwhile; who transferred it stays, with
signalling only, until the outcome is known (RFC 3515), gets the other one back when that fails, and may leave before.
"""

from __future__ import annotations

from ..errands import TRANSFER
from .commands import Account, Answer, Bridge, HangUp, Notify, Part, Record, Rejoin, Unbridge
from .control import DIAL_MS, HOLD, RINGBACK, Control
from .events import Answered, Expired, Failed, Joined, Left, Parked, Rang, Referred, Reoffered
from .session import CALLER, TARGET, TRANSFEROR, UP
from .states import BRIDGED, CONNECTED, PARKED, TOO_LONG, TRANSFERRING

PARK_MS = 600_000
"""How long somebody may be parked."""
_OTHER = {CALLER: TARGET, TARGET: CALLER}


def call(control: Control, state: str, errand: dict[str, object]) -> None:
    """Calls the target, while the caller hears ringback."""
    control.repeat(CALLER, RINGBACK)
    control.dial(TARGET, errand)
    control.wait(state, "dial", DIAL_MS)


def rang(control: Control, event: Rang) -> None:
    """Early media of whoever is called takes the place of ringback."""
    if event.sdp and not control.script.get("early"):
        control.stop(_OTHER[event.leg])
        control.script["early"] = True
        control.do(Bridge(early=True))


def give_up(control: Control) -> Failed:
    """Takes back what has been called for too long; as if it had failed."""
    control.take_back(TARGET)
    return Failed(TARGET, "", 408, "Request Timeout")


def not_reached(control: Control, event: Failed) -> None:
    """Nobody took the call: the caller's audio is ours again."""
    control.stop(CALLER)
    control.unbridge()
    control.do(Account("not-reached", event.code, final=False))


def answered(control: Control, _: Answered) -> None:
    """Whoever was called is there."""
    control.bridge()
    control.enter(BRIDGED)
    control.do(Account(CONNECTED, 200, final=False))


def reoffered(control: Control, event: Reoffered) -> None:
    """Who is put on hold hears music."""
    other = _OTHER.get(event.leg)
    if other is None or control.leg(event.leg) != UP:
        return
    held = control.session.legs[event.leg].held
    if held and not event.was_held:
        control.repeat(other, HOLD)
    elif event.was_held and not held:
        control.stop(other)


def referred(control: Control, event: Referred) -> None:
    """One party transfers the other."""
    staying = _OTHER.get(event.leg)
    if staying is None or control.leg(event.leg) != UP or control.leg(staying) != UP:
        refuse(control, event)
        return
    if control.script.pop("records", False):
        control.do(Record(on=False))
    control.script["stays"] = staying
    control.stop(event.leg)
    control.do(Notify(event.leg, 100, "Trying", final=False), Part(event.leg))
    control.repeat(staying, RINGBACK)
    control.dial(event.leg, _transfer(control, event, staying), event.replaces)
    control.wait(TRANSFERRING, "dial", DIAL_MS)


def _transfer(control: Control, event: Referred, staying: str) -> dict[str, object]:
    """What the exchange has to do: who stays is the caller of the new call, and who transferred forwards it."""
    asked = {"user": event.errand.get("user", ""), "dialled": event.errand.get("dialled", "")}
    who = control.session.legs[staying].who
    if who:  # we called him, and the exchange said who he is
        return control.order(TRANSFER, caller=who.get("user", ""), number=who.get("number", ""), **asked)
    return control.onwards(TRANSFER, node="", **asked)


def refuse(control: Control, event: Referred) -> None:
    """A REFER that comes at the wrong time."""
    if control.leg(event.leg):
        control.do(Notify(event.leg, 603, "Decline", final=True))


def transferred(control: Control, event: Answered) -> None:
    """The new party is there: who transferred has done his part."""
    _tell(control, 200, "OK")
    answered(control, event)


def transfer_failed(control: Control, event: Failed) -> None:
    """Who transferred gets the other one back; if he has left, so does everybody."""
    if not control.leg(TRANSFEROR):
        control.end(CONNECTED)
        return
    control.do(Notify(TRANSFEROR, event.code or 503, event.reason or "Service Unavailable", final=True))
    control.do(Rejoin(_called(control)))
    control.bridge()
    control.enter(BRIDGED)


def transfer_expired(control: Control, _: Expired) -> None:
    """The new party was called for too long."""
    called = _called(control)
    control.take_back(called)
    transfer_failed(control, Failed(called, "", 408, "Request Timeout"))


def left_in_transfer(control: Control, event: Left) -> None:
    """Who transferred may leave; when the one transferred does, all is over."""
    if event.leg == TRANSFEROR:
        return
    _tell(control, 487, "Request Terminated")
    control.take_back(_called(control))
    control.end(CONNECTED)


def parked(control: Control, event: Parked) -> None:
    """One party leaves, the other is alone with music."""
    staying = _OTHER.get(event.leg)
    if staying is None or control.leg(staying) != UP:
        return
    if control.script.pop("records", False):
        control.do(Record(on=False))
    control.script["stays"] = staying
    control.stop(staying)
    control.take_back(event.leg)
    control.do(Unbridge())
    control.repeat(staying, HOLD)
    control.wait(PARKED, "park", PARK_MS)


def joined(control: Control, event: Joined) -> None:
    """Somebody fetches who is parked."""
    control.do(Answer(event.leg))
    control.bridge()
    control.enter(BRIDGED)


def not_parked(control: Control, event: Joined) -> None:
    """Somebody fetches who is not parked any more."""
    control.take_back(event.leg)


def park_expired(control: Control, _: Expired) -> None:
    """Nobody came."""
    control.end(TOO_LONG)


def _called(control: Control) -> str:
    """The leg beside the one that stays."""
    return _OTHER[control.script.get("stays", CALLER)]


def _tell(control: Control, code: int, reason: str) -> None:
    """Tells who transferred what became of it; then he is not needed any more."""
    if control.leg(TRANSFEROR):
        control.do(Notify(TRANSFEROR, code, reason, final=True), HangUp(TRANSFEROR))
