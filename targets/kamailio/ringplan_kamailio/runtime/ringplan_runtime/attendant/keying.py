"""What the caller keys into a menu: single keys, extensions, names, and the choice from a list of names.

Digits come one by one: those of an extension or name are ``script["digits"]``, and ``script["collects"]`` is the key
that asked for them, or empty when the menu takes extensions without a key.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from .. import answering
from ..answering import Action, Callback, Menu
from . import menus
from .control import NET_MS, Control
from .events import Digit, Expired, Playing
from .session import CALLER
from .states import COLLECTING, GONE, GREETING, LISTING

MAX_LISTED = 9
"""A key for each, 1 to 9."""


def pressed(control: Control, event: Digit) -> None:
    """A key in a menu, during its greeting or after it."""
    place = menus.here(control)
    if place is None:
        control.end(GONE)
        return
    ivr_id, _, menu = place
    if event.leg != CALLER or (control.session.state == GREETING and not menu.barge_in):
        return
    _heed(control)
    key = event.key
    if menu.dial_extensions and key != "#" and _begins(_reachable(control, ivr_id, None), key):
        control.script["collects"], control.script["digits"] = "", ""
        _more(control, menu, key)
    elif key in menu.keys:
        _do(control, menu, key)
    else:
        menus.retry(control, "invalid")


def _heed(control: Control) -> None:
    """A digit counts: what is played stops, and there is somebody."""
    control.stop(CALLER)
    control.script["without_key"] = []


def _do(control: Control, menu: Menu, key: str) -> None:
    """What a key does."""
    action = menu.keys[key]
    if action[0] not in (answering.EXTENSION, answering.NAME):
        menus.act(control, action)
        return
    control.script["collects"], control.script["digits"] = key, ""
    if control.play(CALLER, action[1]):
        control.wait(COLLECTING, "prompt", NET_MS)
    else:
        control.wait(COLLECTING, "first-digit", menu.first_digit_ms)


# -- extensions and names


def prompt_playing(control: Control, event: Playing) -> None:
    """It is known how long the prompt takes; the caller may think after it."""
    place = menus.here(control)
    if place is not None and not control.script["digits"]:
        control.wait(COLLECTING, "first-digit", max(event.ms, 0) + place[2].first_digit_ms)


def collected(control: Control, event: Digit) -> None:
    """One more digit of an extension or name."""
    place = menus.here(control)
    if place is None:
        control.end(GONE)
    elif event.leg == CALLER:
        _heed(control)
        _more(control, place[2], event.key)


def collecting_expired(control: Control, _: Expired) -> None:
    """No more digits come."""
    if control.script["digits"]:
        _decide(control)
    else:
        menus.retry(control, "no_input")


def _more(control: Control, menu: Menu, key: str) -> None:
    if key == "#":
        _decide(control)
        return
    digits = control.script["digits"] = control.script["digits"] + key
    if _is_complete(control, menu, digits):
        _decide(control, at_once=True)
    else:
        control.wait(COLLECTING, "inter-digit", menu.inter_digit_ms)


def _is_complete(control: Control, menu: Menu, digits: str) -> bool:
    """Whether no further digit is waited for."""
    match _collecting(control, menu):
        case (answering.NAME, _, directory, *_):
            return len(digits) >= max((len(name) for name, *_ in directory), default=0)
        case (answering.EXTENSION, _, extensions):
            known = _reachable(control, control.script["visit"]["ivr"], extensions)
            return len(digits) >= max(map(len, known), default=0) or (digits in known and not _goes_on(known, digits))
        case _:
            return True


def _collecting(control: Control, menu: Menu) -> Action:
    """What asked for the digits; an empty action when a change of the configuration took it away."""
    key = control.script["collects"]
    return menu.keys.get(key, ()) if key else (answering.EXTENSION, "", None)


def _decide(control: Control, at_once: bool = False) -> None:
    """The digits are what the caller wants."""
    place = menus.here(control)
    if place is None:
        control.end(GONE)
        return
    ivr_id, _, menu = place
    digits = control.script.pop("digits")
    match _collecting(control, menu):
        case (answering.NAME, _, directory, choose):
            _name(control, menu, digits, directory, choose)
        case (answering.EXTENSION, _, extensions):
            known = _reachable(control, ivr_id, extensions)
            if not control.script["collects"] and digits in menu.keys and not at_once:
                _do(control, menu, digits)
            elif digits in known:
                menus.dial(control, known[digits])
            else:
                menus.retry(control, "invalid")
        case _:
            control.end(GONE)


def _reachable(control: Control, ivr_id: str, extensions: Collection[str] | None) -> dict[str, str]:
    """Extensions a caller may dial in an IVR, with their nodes: not its own, and no callbacks."""
    tenant = control.tenant()
    if tenant is None:
        return {}
    named = tenant.extensions if extensions is None else {key: tenant.extensions.get(key, "") for key in extensions}
    return {
        key: node
        for key, node in named.items()
        if node and node != ivr_id and not isinstance(tenant.nodes.get(node), Callback)
    }


def _begins(extensions: Iterable[str], digits: str) -> bool:
    """Whether digits are an extension, or begin one."""
    return any(key.startswith(digits) for key in extensions)


def _goes_on(extensions: Iterable[str], digits: str) -> bool:
    """Whether digits begin a longer extension."""
    return any(key.startswith(digits) and key != digits for key in extensions)


# -- lists of names


def _name(
    control: Control, menu: Menu, digits: str, directory: Iterable[tuple[str, str, str]], choose: tuple[str, ...]
) -> None:
    found = [(node, name) for spelt, node, name in directory if digits and spelt.startswith(digits)]
    if not found:
        menus.retry(control, "invalid")
        return
    if len(found) == 1:
        menus.dial(control, found[0][0])
        return
    listed = found[:MAX_LISTED]
    control.script["listed"] = [node for node, _ in listed]
    prompts: list[str] = []
    for at, (_, name) in enumerate(listed):
        prompts += [*choose[at : at + 1], name]
    if control.play(CALLER, *prompts):
        control.wait(LISTING, "prompt", NET_MS)
    else:
        control.wait(LISTING, "first-digit", menu.first_digit_ms)


def list_playing(control: Control, event: Playing) -> None:
    """It is known how long the list takes; the caller may think after it."""
    place = menus.here(control)
    if place is not None:
        control.wait(LISTING, "first-digit", max(event.ms, 0) + place[2].first_digit_ms)


def chosen(control: Control, event: Digit) -> None:
    """A key in a list of names."""
    if event.leg != CALLER:
        return
    _heed(control)
    listed = control.script.pop("listed", [])
    at = "123456789".find(event.key)
    if 0 <= at < len(listed):
        menus.dial(control, listed[at])
    else:
        menus.retry(control, "invalid")
