"""Callback: the caller is refused, called back, and connected with the number he dials then.

The exchange has decided that the caller is one to be called back; whose number it is, is looked up again here.
"""

from __future__ import annotations

from .. import numbering
from ..answering import Callback
from ..errands import DIAL, EMPLOYEE
from ..tenants import Tenant
from . import bridging
from .commands import Claim, Record, Refuse
from .control import DIAL_MS, NET_MS, Control
from .events import Answered, Claimed, Digit, Expired, Failed, Playing
from .session import CALLER, TARGET
from .states import (
    ACCEPTING,
    ADVISING,
    ASKING,
    CALLING_BACK,
    CLAIMING,
    CONNECTING,
    DELAYED,
    FAILED,
    GONE,
    HUNG_UP,
    REFUSED,
    WARNING,
)

BUSY = (486, "Busy Here")
ROUNDS = 3
"""How often a number may be dialled."""
MAX_DIGITS = 20
FIRST_DIGIT_MS = 10_000
INTER_DIGIT_MS = 5_000


def begin(control: Control) -> None:
    """The call reached a callback."""
    found = here(control)
    if found is None:
        control.end(GONE)
        return
    tenant, callback = found
    number = numbering.calling_number(tenant.plan, control.text("number"))
    control.do(Refuse(*BUSY))
    if number not in callback.allowed or control.session.errand.get("private"):
        control.end(REFUSED, BUSY[0])
        return
    control.script["number"] = number
    control.wait(CLAIMING, "claim", NET_MS)
    control.do(Claim(f"{control.session.node} {number}"))


def here(control: Control) -> tuple[Tenant, Callback] | None:
    """Tenant and callback, if they are still there."""
    tenant, callback = control.tenant(), control.node(control.session.node)
    return (tenant, callback) if tenant is not None and isinstance(callback, Callback) else None


def claimed(control: Control, event: Claimed) -> None:
    """The number is ours to call back, or another session's."""
    found = here(control)
    if event.granted and found is not None:
        name = f"{control.session.node} {control.script['number']}"
        control.script["claim"] = [name, found[1].interval_ms]
        control.wait(DELAYED, "delay", found[1].delay_ms)
    else:
        control.end(REFUSED, BUSY[0])


def not_claimed(control: Control, _: Expired) -> None:
    """Nobody said whether the number may be called back."""
    control.end(REFUSED, BUSY[0])


def call_back(control: Control, _: Expired) -> None:
    """The delay is over."""
    found = here(control)
    number = control.script["number"]
    if found is None or number not in found[1].allowed:
        control.end(GONE, BUSY[0])
        return
    user = found[1].allowed[number]
    control.dial(CALLER, control.order(EMPLOYEE, node=control.session.node, user=user, dialled=number))
    control.wait(CALLING_BACK, "dial", DIAL_MS)


def not_answered(control: Control, event: Failed) -> None:
    """The employee does not answer."""
    control.end(FAILED, event.code)


def rings_for_ever(control: Control, _: Expired) -> None:
    """The exchange does not end the call to the employee."""
    control.take_back(CALLER)
    control.end(FAILED, 408)


def answered(control: Control, _: Answered) -> None:
    """Somebody is there: a person, who presses 1, or a voicemail."""
    control.script["answered"] = True
    _ask(control, ACCEPTING)


def _ask(control: Control, state: str) -> None:
    """Plays the prompt of a state in which digits are waited for."""
    found = here(control)
    if found is None:
        control.end(GONE)
        return
    control.script["digits"] = ""
    if control.play(CALLER, found[1].accept if state == ACCEPTING else found[1].ask):
        control.wait(state, "prompt", NET_MS)
    else:
        control.wait(state, "first-digit", FIRST_DIGIT_MS)


def prompt_playing(control: Control, event: Playing) -> None:
    """It is known how long the prompt takes; he may think after it."""
    if not control.script["digits"]:
        control.wait(control.session.state, "first-digit", max(event.ms, 0) + FIRST_DIGIT_MS)


def accepted(control: Control, event: Digit) -> None:
    """Whoever answered pressed a key."""
    if event.leg != CALLER:
        return
    control.stop(CALLER)
    if event.key == "1":
        control.script["round"] = 1
        _ask(control, ASKING)
    else:
        control.end(HUNG_UP)


def nobody(control: Control, _: Expired) -> None:
    """Nobody accepts."""
    control.end(HUNG_UP)


def dialled(control: Control, event: Digit) -> None:
    """One more digit of the number."""
    if event.leg != CALLER:
        return
    control.stop(CALLER)
    if event.key == "#":
        connect(control)
        return
    control.script["digits"] += event.key
    if len(control.script["digits"]) >= MAX_DIGITS:
        connect(control)
    else:
        control.wait(ASKING, "inter-digit", INTER_DIGIT_MS)


def dialled_enough(control: Control, _: Expired) -> None:
    """No more digits come."""
    connect(control)


def connect(control: Control) -> None:
    """Calls what was dialled, as if the employee had dialled it on his phone."""
    found = here(control)
    digits: str = control.script["digits"]
    if found is None or not digits:
        control.end(GONE if found is None else HUNG_UP)
        return
    tenant, callback = found
    user = callback.allowed.get(control.script["number"], "")
    destination = numbering.analyse(tenant, user, digits)
    if isinstance(destination, numbering.NotFound) and _is_speed_dial(tenant, user, f"{digits}#"):
        digits += "#"
        destination = numbering.analyse(tenant, user, digits)
    if isinstance(destination, numbering.Emergency):
        _advise(control, callback.directly)
        return
    bridging.call(control, CONNECTING, control.order(DIAL, user=user, dialled=digits))


def _is_speed_dial(tenant: Tenant, user: str, code: str) -> bool:
    return any(code == known for known, _ in tenant.speed_dial.get(user, ()))


def _advise(control: Control, prompt: str) -> None:
    """Says why he is not connected; then he may dial again."""
    if control.play(CALLER, prompt):
        control.wait(ADVISING, "prompt", NET_MS)
    else:
        _again(control)


def advice_playing(control: Control, event: Playing) -> None:
    """It is known how long the prompt takes."""
    control.wait(ADVISING, "prompt", event.ms)


def advised(control: Control, _: Expired) -> None:
    """He has heard why."""
    control.played(CALLER)
    _again(control)


def _again(control: Control) -> None:
    control.script["round"] += 1
    if control.script["round"] > ROUNDS:
        control.end(HUNG_UP)
    else:
        _ask(control, ASKING)


def not_reached(control: Control, event: Failed) -> None:
    """The number he dialled does not take the call, or he may not call it."""
    found = here(control)
    bridging.not_reached(control, event)
    if found is None:
        control.end(GONE)
    else:
        _advise(control, found[1].failed)


def connect_expired(control: Control, _: Expired) -> None:
    """The exchange rings for ever."""
    not_reached(control, bridging.give_up(control))


def reached(control: Control, event: Answered) -> None:
    """The number answers; when the call is recorded, both hear so first."""
    found = here(control)
    if found is None or not found[1].record:
        bridging.answered(control, event)
        return
    control.stop(CALLER)
    control.unbridge()
    if not control.play(CALLER, found[1].announced):
        control.end(GONE)  # nobody is recorded without knowing
        return
    control.play(TARGET, found[1].announced)
    control.script["warned"] = control.env.now_ms()
    control.wait(WARNING, "prompt", NET_MS)


def warning_playing(control: Control, event: Playing) -> None:
    """It is known how long one of the two takes; the longer counts."""
    now = control.env.now_ms()
    until = max(control.script["warned"], now + max(event.ms, 0))
    control.script["warned"] = until
    control.wait(WARNING, "prompt", until - now)


def warned(control: Control, event: Expired) -> None:
    """Both know it."""
    for leg in (CALLER, TARGET):
        control.played(leg)
    bridging.answered(control, Answered(TARGET, "", ""))
    control.script["records"] = True
    control.do(Record())
