"""Menus: every way through those of an IVR, and what the caller does not do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ringplan.interpreter import ORDINARY_MOMENT, FromPhone, PhoneState, World
from ringplan.interpreter.schedules import is_open
from ringplan.ir import (
    KEYS,
    DialExtension,
    DialName,
    HangUp,
    Ivr,
    Menu,
    Return,
    Submenu,
    Transfer,
    User,
)

from ..scenario import Scenario
from .cast import Cast, is_playable

DEPTH = 5
"""Keys after each other in menus within menus; more levels are not advised (services: S1:179)."""
_HALF_HOUR = timedelta(minutes=30)
_SEARCHED = 2 * 24 * 400
"""Half hours in which a menu's time is looked for: every public holiday is among them."""


@dataclass(frozen=True, slots=True)
class Way:
    """Keys that lead somewhere."""

    presses: tuple[str, ...]
    ends: bool
    """Whether the call is out of the menus then."""


def menu_at(cast: Cast, ivr: Ivr, now: datetime) -> Menu:
    """The menu of an IVR at a moment."""
    if ivr.holiday is not None and ivr.holidays is not None and is_open(cast.tenant, ivr.holidays, now, {}):
        return ivr.holiday
    if ivr.closed is not None and ivr.hours is not None and not is_open(cast.tenant, ivr.hours, now, {}):
        return ivr.closed
    return ivr.open


def _ivrs(cast: Cast) -> Iterator[tuple[str, Ivr]]:
    for node in cast.tenant.nodes:
        if isinstance(node, Ivr):
            yield node.id.rpartition("/")[2], node


def _moments(cast: Cast, ivr: Ivr) -> Iterator[tuple[str, datetime]]:
    """A moment for each of its menus, by name; the first there is from an ordinary Wednesday on."""
    wanted = {"open": ivr.open, "closed": ivr.closed, "holiday": ivr.holiday}
    left = {name: menu for name, menu in wanted.items() if menu is not None}
    now = ORDINARY_MOMENT
    for _ in range(_SEARCHED):
        menu = menu_at(cast, ivr, now)
        name = next((name for name, one in left.items() if one is menu), None)
        if name is not None:
            del left[name]
            yield name, now
        if not left:
            return
        now += _HALF_HOUR


def _ways(cast: Cast, ivr: Ivr, now: datetime, before: tuple[str, ...] = ()) -> Iterator[Way]:
    """Every key of the menu, and of menus below it; a menu is left the way it was entered only once."""
    menu = menu_at(cast, ivr, now)
    for key, action in menu.keys:
        presses = (*before, key)
        if isinstance(action, Submenu) and len(presses) < DEPTH:
            below = cast.tenant.node(action.to)
            assert isinstance(below, Ivr)
            yield from _ways(cast, below, now, presses)
        elif isinstance(action, DialExtension):
            yield from (Way((*presses, number), ends=True) for number in _extensions(cast, ivr, action)[:1])
            yield Way((*presses, cast.unknown_extension), ends=False)
        elif isinstance(action, DialName):
            yield from (Way((*presses, *spelt), ends=True) for spelt in _spelt(action))
        else:
            yield Way(presses, ends=isinstance(action, Transfer | HangUp))
    if menu.dial_extensions:
        yield from (Way((*before, number), ends=True) for number in _extensions(cast, ivr, None)[:1])


def _extensions(cast: Cast, ivr: Ivr, action: DialExtension | None) -> list[str]:
    """Extensions of users that can be dialled; no key of a menu begins with the same digit, if possible."""
    among = action.extensions if action is not None and action.department is not None else None
    found = [
        entry.key
        for entry in cast.tenant.extensions
        if isinstance(cast.tenant.node(entry.node), User) and (among is None or entry.key in among)
    ]
    keys = {key for key, _ in ivr.open.keys}
    return sorted(found, key=lambda extension: extension[0] in keys)


def _spelt(action: DialName) -> Iterator[tuple[str, ...]]:
    """A name in full that is only one person's; the beginning of several, and the key of the second."""
    digits = [spelt for spelt, _, _ in action.directory]
    alone = [text for text in digits if sum(other.startswith(text) for other in digits) == 1]
    yield from ((text,) for text in alone[:1])
    for text in digits:
        for length in range(len(text), 1, -1):
            if 1 < sum(other.startswith(text[:length]) for other in digits) <= 9:
                yield text[:length], "2"
                return


def _leaving(menu: Menu) -> str | None:
    """The key by which a caller is out of the menu soonest."""
    rank = {HangUp: 0, Transfer: 1}
    found = sorted((rank[type(action)], key) for key, action in menu.keys if type(action) in rank)
    return found[0][1] if found else None


def _calls(cast: Cast, ivr: Ivr, presses: tuple[str, ...], now: datetime) -> Iterator[Scenario]:
    """The scenarios with these keys that can be played: from outside, from inside."""
    for number in cast.numbers(ivr.id):
        call = cast.from_outside(number, World(now=now), presses=presses)
        if call is not None:
            yield cast.scenario("", call, World(now=now))
    for call in cast.calls_to(ivr.id):
        if isinstance(call.origin, FromPhone):
            yield cast.scenario("", replace(call, presses=presses), World(now=now))


def _played(
    cast: Cast, ivr: Ivr, name: str, presses: tuple[str, ...], now: datetime, turn: int = 0
) -> Iterator[Scenario]:
    """One scenario; ``turn``: even ones come from outside, odd ones from inside, where both can be."""
    found = [one for one in _calls(cast, ivr, presses, now) if is_playable(one)]
    origins = [isinstance(one.call.origin, FromPhone) for one in found]
    wanted = bool(turn % 2) if len(set(origins)) > 1 else None
    for one, inside in zip(found, origins, strict=True):
        if wanted is None or inside is wanted:
            yield replace(one, id=f"{cast.tenant.id}/{cast.kind}/{name}")
            return


def menu_path(cast: Cast) -> Iterator[Scenario]:
    """Every way through every menu that can be called, at a time for each of its menus."""
    for slug, ivr in _ivrs(cast):
        if not cast.keys(ivr.id):
            continue
        for name, now in _moments(cast, ivr):
            for turn, way in enumerate(_ways(cast, ivr, now)):
                presses = way.presses if way.ends else (*way.presses, *_out(cast, ivr, way.presses, now))
                label = "-".join(way.presses).replace("*", "star").replace("#", "hash")
                yield from _played(cast, ivr, f"{slug}/{name}-{label}", presses, now, turn)


def _out(cast: Cast, ivr: Ivr, presses: tuple[str, ...], now: datetime) -> tuple[str, ...]:
    """A key that ends the call after others that led back to a menu."""
    menu, before = ivr, list[Ivr]()
    for pressed in presses:
        action = dict(menu_at(cast, menu, now).keys).get(pressed)
        if isinstance(action, Submenu):
            below = cast.tenant.node(action.to)
            assert isinstance(below, Ivr)
            before.append(menu)
            menu = below
        elif isinstance(action, Return) and before:
            menu = before.pop()
    leaving = _leaving(menu_at(cast, menu, now))
    return (leaving,) if leaving is not None else ()


def menu_silence(cast: Cast) -> Iterator[Scenario]:
    """A caller who presses nothing, in each menu that can be called."""
    for slug, ivr in _ivrs(cast):
        if cast.keys(ivr.id):
            for turn, (name, now) in enumerate(_moments(cast, ivr)):
                yield from _played(cast, ivr, f"{slug}/{name}", (), now, turn)


def menu_invalid(cast: Cast) -> Iterator[Scenario]:
    """A caller who presses keys without meaning as often as it takes; and one who then presses a right one."""
    for slug, ivr in _ivrs(cast):
        if not cast.keys(ivr.id):
            continue
        for turn, (name, now) in enumerate(_moments(cast, ivr)):
            menu = menu_at(cast, ivr, now)
            key = _meaningless(cast, menu)
            if key is None:
                continue
            yield from _played(cast, ivr, f"{slug}/{name}-always", (key,) * (menu.invalid.times + 1), now, turn)
            leaving = _leaving(menu)
            if leaving is not None and menu.invalid.times:
                yield from _played(cast, ivr, f"{slug}/{name}-once", (key, leaving), now, turn + 1)


def _meaningless(cast: Cast, menu: Menu) -> str | None:
    """A key that means nothing in a menu, and begins no extension where those can be dialled."""
    used = {key for key, _ in menu.keys}
    if menu.dial_extensions:
        used |= {entry.key[0] for entry in cast.tenant.extensions}
    return next((key for key in KEYS if key not in used), None)


def menu_failed(cast: Cast) -> Iterator[Scenario]:
    """Nobody takes a transfer: all phones are busy, the trunks too; then the caller leaves, or tries once too often."""
    for slug, ivr in _ivrs(cast):
        if not cast.keys(ivr.id):
            continue
        for name, now in _moments(cast, ivr):
            menu = menu_at(cast, ivr, now)
            keys = [key for key, action in menu.keys if isinstance(action, Transfer)]
            for key in keys[:1]:
                yield from _refused(cast, ivr, f"{slug}/{name}-{key}", (key,) * (menu.failed.times + 1), now)


def _refused(cast: Cast, ivr: Ivr, name: str, presses: tuple[str, ...], now: datetime) -> Iterator[Scenario]:
    phones = {phone.id: PhoneState.BUSY for user in cast.users for phone in user.phones}
    for number in cast.numbers(ivr.id):
        call = cast.from_outside(number, World(phones=phones, now=now), presses=presses)
        if call is not None:
            yield cast.scenario(name, call, World(phones=phones, now=now))
            return
    for call in cast.calls_to(ivr.id):
        one = cast.scenario(name, replace(call, presses=presses), World(phones=phones, now=now))
        if isinstance(call.origin, FromPhone) and is_playable(one):
            yield one
            return


def menu_in_band(cast: Cast) -> Iterator[Scenario]:
    """A caller whose phone knows no telephone events presses the key of a transfer."""
    for slug, ivr in _ivrs(cast):
        keys = [key for key, action in ivr.open.keys if isinstance(action, Transfer)]
        moment = next((now for name, now in _moments(cast, ivr) if name == "open"), None)
        if not cast.keys(ivr.id) or not keys or moment is None:
            continue
        for one in _played(cast, ivr, slug, (keys[0],), moment):
            yield replace(one, in_band=True)
            return


__all__ = ["menu_failed", "menu_in_band", "menu_invalid", "menu_path", "menu_silence"]
