"""IVR: menus, what their keys do, and what follows when the caller does not do as he was asked.

A *visit* of a menu begins when it is reached from outside, as a submenu or by return; its counters are its own. Where
the caller is, is ``script["visit"]``; the menus he came through are ``script["way"]``.
"""

from __future__ import annotations

from typing import Any

from .. import answering
from ..answering import Action, Announcement, Ivr, Menu, Retry
from ..errands import ENTER
from ..tenants import Reject, Tenant
from . import bridging
from .control import NET_MS, Control
from .events import Answered, Expired, Failed, Playing
from .session import CALLER, TARGET
from .states import CHOOSING, DIALLING, GONE, GREETING, HUNG_UP, PROMPTING

MAX_WAY = 20
"""How many menus a caller can return through; the oldest is forgotten."""
MAX_DIVERSIONS = 5
"""As the exchange has it."""


def begin(control: Control) -> None:
    """The call reached an IVR."""
    ivr = control.node(control.session.node)
    if not isinstance(ivr, Ivr):
        control.end(GONE)
        return
    control.answer()
    control.script["way"] = []
    control.script["limit"] = control.env.now_ms() + ivr.max_ms
    visit(control, control.session.node)


def visit(control: Control, ivr_id: str) -> None:
    """Begins a visit of the IVR's menu of this time."""
    tenant, ivr = control.tenant(), control.node(ivr_id)
    if tenant is None or not isinstance(ivr, Ivr):
        control.end(GONE)
        return
    which = _which(control, tenant, ivr)
    control.script["visit"] = {"ivr": ivr_id, "menu": which, "no_input": 0, "invalid": 0, "failed": 0}
    _come_round(control)


def _come_round(control: Control) -> None:
    """A menu that comes again without a key pressed since would do so until the time is over."""
    ivr_id, silent_menus = control.script["visit"]["ivr"], control.script.setdefault("without_key", [])
    if ivr_id in silent_menus:
        control.end(HUNG_UP)
        return
    silent_menus.append(ivr_id)
    greet(control)


def _which(control: Control, tenant: Tenant, ivr: Ivr) -> str:
    moment = control.moment()
    if ivr.holidays is not None and ivr.holiday is not None and control.env.is_open(tenant, ivr.holidays, moment):
        return "holiday"
    if ivr.hours is not None and ivr.closed is not None and not control.env.is_open(tenant, ivr.hours, moment):
        return "closed"
    return "open"


def here(control: Control) -> tuple[str, Ivr, Menu] | None:
    """The IVR and the menu the caller is in; None when a change of the configuration took it away."""
    place = control.script.get("visit", {})
    ivr = control.node(place.get("ivr", ""))
    if not isinstance(ivr, Ivr):
        return None
    menu = {"open": ivr.open, "closed": ivr.closed, "holiday": ivr.holiday}.get(place.get("menu", ""))
    return (place["ivr"], ivr, menu) if menu is not None else None


def greet(control: Control) -> None:
    """The menu from its greeting on."""
    place = here(control)
    if place is None:
        control.end(GONE)
    elif control.play(CALLER, place[2].greeting):
        control.wait(GREETING, "greeting", NET_MS)
    else:
        control.stop(CALLER)
        control.wait(CHOOSING, "first-digit", place[2].first_digit_ms)


def playing(control: Control, event: Playing) -> None:
    """It is known how long the prompt takes that is waited for."""
    control.wait(control.session.state, "prompt", event.ms)


def greeted(control: Control, _: Expired) -> None:
    """The greeting is over: the caller may think."""
    control.played(CALLER)
    place = here(control)
    if place is None:
        control.end(GONE)
    else:
        control.wait(CHOOSING, "first-digit", place[2].first_digit_ms)


def silent(control: Control, _: Expired) -> None:
    """The caller pressed nothing."""
    retry(control, "no_input")


# -- what was not as asked


def retry(control: Control, what: str) -> None:
    """``no_input``, ``invalid`` or ``failed``: the menu again, or in the end something else."""
    place = here(control)
    if place is None:
        control.end(GONE)
        return
    policy: Retry = getattr(place[2], what)
    count = control.script["visit"]
    if count[what] < policy.times:
        count[what] += 1
        prompt(control, policy.prompt, ["greet"])
    else:
        prompt(control, policy.prompt, ["then", what])


# -- prompts nobody can skip, and what comes after them


def prompt(control: Control, name: str, after: list[Any]) -> None:
    """Plays a prompt to its end; ``after`` says how it goes on, in a form that can be stored."""
    if control.play(CALLER, name):
        control.script["after"] = after
        control.wait(PROMPTING, "prompt", NET_MS)
    else:
        _go_on(control, after)


def prompted(control: Control, _: Expired) -> None:
    """The prompt has been heard."""
    control.played(CALLER)
    _go_on(control, control.script.pop("after", ["greet"]))


def _go_on(control: Control, after: list[Any]) -> None:
    match after:
        case ["greet"]:
            greet(control)
        case ["then", str(what)]:
            place = here(control)
            if place is None:
                control.end(GONE)
            else:
                act(control, getattr(place[2], what).then, last=True)
        case ["dial", str(node), bool(last)]:
            dial(control, node, last)
        case _:
            control.end(HUNG_UP)


# -- actions


def act(control: Control, action: Action, last: bool = False) -> None:
    """Does what a key or a policy says; ``last``: nothing follows if that fails."""
    match action:
        case (answering.TRANSFER, node, name):
            prompt(control, name, ["dial", node, last])
        case (answering.SUBMENU, ivr_id):
            way = control.script["way"]
            way.append(control.script["visit"]["ivr"])
            del way[:-MAX_WAY]
            visit(control, ivr_id)
        case (answering.RETURN,) if control.script["way"]:
            visit(control, control.script["way"].pop())
        case (answering.RETURN,):
            _come_round(control)
        case (answering.REPEAT,):
            greet(control)
        case (answering.PLAY, name):
            prompt(control, name, ["greet"])
        case (answering.HANG_UP, name):
            prompt(control, name, ["end"])
        case _:
            control.end(GONE)


def dial(control: Control, node: str, last: bool = False) -> None:
    """The call goes on at another node, for the IVR the caller is in: that is a diversion, unless it ends there."""
    found, place = control.node(node), here(control)
    if place is None:
        control.end(GONE)
        return
    control.script["last"] = last
    if found is None:
        not_reached(control, Failed(TARGET, "", 404, "Not Found"))
        return
    before = [list(diversion) for diversion in control.session.errand.get("diversions") or ()]
    if not isinstance(found, Reject | Announcement):
        if len(before) + int(control.session.errand.get("carried") or 0) >= MAX_DIVERSIONS:
            not_reached(control, Failed(TARGET, "", 480, "Too Many Diversions"))
            return
        before.append([place[0], "unconditional"])
    bridging.call(control, DIALLING, control.onwards(ENTER, node=node, diversions=before))


def dial_expired(control: Control, _: Expired) -> None:
    """The exchange rings for ever."""
    not_reached(control, bridging.give_up(control))


def not_reached(control: Control, event: Failed) -> None:
    """The target of a transfer does not take the call."""
    bridging.not_reached(control, event)
    if control.script.pop("last", False):
        control.end(HUNG_UP)
    else:
        retry(control, "failed")


def reached(control: Control, event: Answered) -> None:
    """The target is there; what the menus remembered is of no use any more."""
    for name in ("way", "visit", "without_key", "limit", "last", "after"):
        control.script.pop(name, None)
    bridging.answered(control, event)
