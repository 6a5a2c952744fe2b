"""Click-to-dial: the user's own phone rings, then what he clicked is called as if he had dialled it there."""

from __future__ import annotations

from .. import numbering
from ..errands import DIAL, OWN_PHONES
from . import bridging
from .control import DIAL_MS, Control
from .events import Answered, Expired, Failed
from .session import CALLER
from .states import CLICKED, FAILED, GONE, HUNG_UP, REFUSED, RINGING_OWN


def begin(control: Control) -> None:
    """Somebody clicked; emergency numbers are refused before anything rings."""
    tenant, user, number = control.tenant(), control.session.node, control.text("dialled")
    if tenant is None or user not in tenant.nodes:
        control.end(GONE)
    elif isinstance(numbering.analyse(tenant, user, number), numbering.Emergency):
        control.end(REFUSED, 403)
    else:
        control.dial(CALLER, control.order(OWN_PHONES, user=user, dialled=number))
        control.wait(RINGING_OWN, "dial", DIAL_MS)


def not_answered(control: Control, event: Failed) -> None:
    """The user does not answer his own phone."""
    control.end(FAILED, event.code)


def rings_for_ever(control: Control, _: Expired) -> None:
    """The exchange does not end the call to the user."""
    control.take_back(CALLER)
    control.end(FAILED, 408)


def answered(control: Control, _: Answered) -> None:
    """The user is there."""
    control.script["answered"] = True
    user, number = control.session.node, control.text("dialled")
    bridging.call(control, CLICKED, control.order(DIAL, user=user, dialled=number))


def not_reached(control: Control, event: Failed) -> None:
    """What he clicked does not take the call."""
    bridging.not_reached(control, event)
    control.end(HUNG_UP)


def dial_expired(control: Control, _: Expired) -> None:
    """The exchange rings for ever."""
    not_reached(control, bridging.give_up(control))
