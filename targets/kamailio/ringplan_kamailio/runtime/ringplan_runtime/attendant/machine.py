"""Call control of one session: what happened, in which state, and what is done then.

A step is pure but for the session, whose state, serial, timer and memory it changes: no clock, no socket, no Kamailio.
It is total: an event that means nothing in a state is answered by nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..answering import Callback, Ivr
from ..errands import TREAT
from . import announcing, bridging, calling_back, clicking, keying, menus
from .commands import Command
from .control import EARLY_MS, Control
from .environment import Environment
from .events import (
    Acknowledged,
    Answered,
    Cancelled,
    Claimed,
    Digit,
    Event,
    Expired,
    Failed,
    Invited,
    Joined,
    Left,
    Lost,
    Ordered,
    Parked,
    Playing,
    Rang,
    Referred,
    Reoffered,
)
from .session import CALLER, INVITED, TARGET, TRANSFEROR, UP, Session
from .states import (
    ACCEPTING,
    ADVISING,
    ANNOUNCING,
    ASKING,
    BRIDGED,
    CALLING_BACK,
    CANCELLED,
    CHOOSING,
    CLAIMING,
    CLICKED,
    COLLECTING,
    CONNECTING,
    DELAYED,
    DIALLING,
    ENDING,
    GREETING,
    IN_MENUS,
    LEFT,
    LISTING,
    LOST,
    NEW,
    NOT_ACKNOWLEDGED,
    OVER,
    PARKED,
    PROMPTING,
    RINGING_OWN,
    TOO_LONG,
    TRANSFERRING,
    WARNING,
)

Handler = Callable[[Control, Any], None]
KEYS = "0123456789*#"


def step(session: Session, event: Event, env: Environment) -> list[Command]:
    """What is done when ``event`` happens to ``session``, in order; the caller stores the session after that."""
    if session.state == OVER:
        return []
    control = Control(session, env)
    if _is_sound(control, event):
        if isinstance(event, Answered | Failed):
            del session.script["dialled"]
        handler = TRANSITIONS.get((session.state, type(event))) or ANYWHERE.get(type(event))
        if handler is not None:
            handler(control, event)
    return control.commands


def _is_sound(control: Control, event: Event) -> bool:
    """Whether an event fits the legs there are; the rest is late, or not for us."""
    match event:
        case Invited():
            return control.leg(CALLER) == INVITED
        case Digit(leg, key):
            return control.leg(leg) == UP and len(key) == 1 and key in KEYS
        case Rang(leg):
            return leg == control.script.get("dialled")
        case Answered(leg, call_id):
            called = control.session.legs.get(leg)
            return called is not None and leg == control.script.get("dialled") and called.call_id == call_id
        case Failed(leg):
            return leg == control.script.get("dialled") and not control.leg(leg)
        case Playing(leg):
            return leg == CALLER or control.session.state == WARNING
        case Left(leg):
            return leg in (CALLER, TARGET, TRANSFEROR) and not control.leg(leg)
        case Cancelled():
            return not control.leg(CALLER)
        case Joined(leg):
            return control.leg(leg) == INVITED
        case Expired():
            return _is_due(control, event)
        case _:
            return True


def _is_due(control: Control, event: Expired) -> bool:
    """Whether the script has waited for this; limits of waiting end the call here, and the timer is set again for the
    rest."""
    script, state, now = control.script, control.session.state, control.env.now_ms() + EARLY_MS
    if state == ENDING:
        return bool(now >= script.get("ack", now))
    if now >= script.get("ack", now + 1):
        del script["ack"]
        control.end(NOT_ACKNOWLEDGED)
    elif state in IN_MENUS and now >= script.get("limit", now + 1):
        control.end(TOO_LONG)
    elif now >= script.get("due", now + 1):
        return True
    else:
        control.rearm(event.name)
    return False


def _invited(control: Control, _: Invited) -> None:
    node = control.node(control.session.node)
    if control.text("kind") != TREAT and isinstance(node, Ivr):
        menus.begin(control)
    elif control.text("kind") != TREAT and isinstance(node, Callback):
        calling_back.begin(control)
    else:
        announcing.begin(control)


def _ordered(control: Control, _: Ordered) -> None:
    clicking.begin(control)


def _acknowledged(control: Control, event: Acknowledged) -> None:
    if event.leg == CALLER:
        control.script.pop("ack", None)


def _acknowledged_late(control: Control, event: Acknowledged) -> None:
    if event.leg == CALLER:
        control.finish()


def _left(control: Control, event: Left) -> None:
    if event.leg in (CALLER, TARGET):
        control.end(control.result(LEFT))


def _left_at_the_end(control: Control, event: Left) -> None:
    if event.leg == CALLER:
        control.finish()


def _cancelled(control: Control, _: Cancelled) -> None:
    control.end(CANCELLED, 487)


def _lost(control: Control, _: Lost) -> None:
    """All are hung up; a callback that waits for its time has nothing to lose."""
    if not control.has_legs():
        return
    if control.leg(CALLER) == INVITED:
        control.script.pop("answered", None)
        control.end(LOST, 503, "Service Unavailable")
    else:
        control.end(LOST)


def _over(control: Control, _: Event) -> None:
    control.finish()


ANYWHERE: Mapping[type, Handler] = {
    Left: _left,
    Lost: _lost,
    Acknowledged: _acknowledged,
    Referred: bridging.refuse,
    Joined: bridging.not_parked,
}
"""What an event does in a state that has no transition of its own for it."""

TRANSITIONS: Mapping[tuple[str, type], Handler] = {
    (NEW, Invited): _invited,
    (NEW, Ordered): _ordered,
    (ENDING, Acknowledged): _acknowledged_late,
    (ENDING, Expired): _over,
    (ENDING, Lost): _over,
    (ENDING, Left): _left_at_the_end,
    # menus
    (GREETING, Playing): menus.playing,
    (GREETING, Expired): menus.greeted,
    (GREETING, Digit): keying.pressed,
    (CHOOSING, Expired): menus.silent,
    (CHOOSING, Digit): keying.pressed,
    (PROMPTING, Playing): menus.playing,
    (PROMPTING, Expired): menus.prompted,
    (COLLECTING, Playing): keying.prompt_playing,
    (COLLECTING, Expired): keying.collecting_expired,
    (COLLECTING, Digit): keying.collected,
    (LISTING, Playing): keying.list_playing,
    (LISTING, Expired): menus.silent,
    (LISTING, Digit): keying.chosen,
    (DIALLING, Rang): bridging.rang,
    (DIALLING, Answered): menus.reached,
    (DIALLING, Failed): menus.not_reached,
    (DIALLING, Expired): menus.dial_expired,
    # announcements
    (ANNOUNCING, Playing): announcing.playing,
    (ANNOUNCING, Expired): announcing.expired,
    (ANNOUNCING, Cancelled): _cancelled,
    # callbacks
    (CLAIMING, Claimed): calling_back.claimed,
    (CLAIMING, Expired): calling_back.not_claimed,
    (DELAYED, Expired): calling_back.call_back,
    (CALLING_BACK, Answered): calling_back.answered,
    (CALLING_BACK, Failed): calling_back.not_answered,
    (CALLING_BACK, Expired): calling_back.rings_for_ever,
    (ACCEPTING, Playing): calling_back.prompt_playing,
    (ACCEPTING, Digit): calling_back.accepted,
    (ACCEPTING, Expired): calling_back.nobody,
    (ASKING, Playing): calling_back.prompt_playing,
    (ASKING, Digit): calling_back.dialled,
    (ASKING, Expired): calling_back.dialled_enough,
    (ADVISING, Playing): calling_back.advice_playing,
    (ADVISING, Expired): calling_back.advised,
    (CONNECTING, Rang): bridging.rang,
    (CONNECTING, Answered): calling_back.reached,
    (CONNECTING, Failed): calling_back.not_reached,
    (CONNECTING, Expired): calling_back.connect_expired,
    (WARNING, Playing): calling_back.warning_playing,
    (WARNING, Expired): calling_back.warned,
    # click-to-dial
    (RINGING_OWN, Answered): clicking.answered,
    (RINGING_OWN, Failed): clicking.not_answered,
    (RINGING_OWN, Expired): clicking.rings_for_ever,
    (CLICKED, Rang): bridging.rang,
    (CLICKED, Answered): bridging.answered,
    (CLICKED, Failed): clicking.not_reached,
    (CLICKED, Expired): clicking.dial_expired,
    # two parties
    (BRIDGED, Reoffered): bridging.reoffered,
    (BRIDGED, Referred): bridging.referred,
    (BRIDGED, Parked): bridging.parked,
    (TRANSFERRING, Rang): bridging.rang,
    (TRANSFERRING, Answered): bridging.transferred,
    (TRANSFERRING, Failed): bridging.transfer_failed,
    (TRANSFERRING, Expired): bridging.transfer_expired,
    (TRANSFERRING, Left): bridging.left_in_transfer,
    (PARKED, Joined): bridging.joined,
    (PARKED, Expired): bridging.park_expired,
}
"""State and event to what is done."""
