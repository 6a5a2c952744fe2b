"""Menus as a plan sees them: what callers can press, where that leads, and everything that decides what they hear."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ringplan.interpreter.screening import canonical
from ringplan.ir import (
    Action,
    Callback,
    DialExtension,
    DialName,
    HangUp,
    Ivr,
    Menu,
    Play,
    Repeat,
    Return,
    Submenu,
    Tenant,
    Transfer,
)
from ringplan.proofs.menus import choices
from ringplan.values import dataclass

if TYPE_CHECKING:
    from .versions import Version


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that a caller of an IVR can do."""

    presses: tuple[str, ...]
    """What he presses each time he is waited for."""
    target: str | None
    """The node his call is then transferred to; None: it stays in the menus, or ends there."""
    failing: str | None = None
    """A node that must not take the call before, when a transfer in vain is what leads there."""

    @property
    def text(self) -> str:
        """The choice in words: ``1``, ``8 2004``, ``nothing``."""
        words = " ".join(keys or "nothing" for keys in self.presses)
        return f"{words} in vain" if self.failing is not None else words


def menu_at(ivr: Ivr, opened: frozenset[str]) -> Menu:
    """The menu that is played while some schedules are open."""
    if ivr.holiday is not None and ivr.holidays in opened:
        return ivr.holiday
    if ivr.closed is not None and ivr.hours not in opened:
        return ivr.closed
    return ivr.open


def reached(version: Version, name: str, opened: frozenset[str]) -> Iterator[tuple[Ivr, Menu, tuple[str, ...]]]:
    """An IVR and those below it, each once, with its menu and what is pressed to get there."""
    waiting, seen = deque([(name, tuple[str, ...]())]), {name}
    while waiting:
        at, before = waiting.popleft()
        ivr = version.nodes[at]
        assert isinstance(ivr, Ivr)
        menu = menu_at(ivr, opened)
        yield ivr, menu, before
        for presses, action in choices(version.tenant, ivr, menu):
            if isinstance(action, Submenu) and action.to not in seen and presses is not None:
                seen.add(action.to)
                waiting.append((action.to, (*before, *presses)))


def signature(version: Version, name: str, opened: frozenset[str]) -> object:
    """Everything that decides what a caller hears and what keys mean, but what follows from where they lead."""
    found = [(menu, ivr.external_number, ivr.plan) for ivr, menu, _ in reached(version, name, opened)]
    ivr = version.nodes[name]
    assert isinstance(ivr, Ivr)
    return tuple(found), ivr.max_ms, tuple(entry.key for entry in version.tenant.extensions)


def all_choices(version: Version, name: str, opened: frozenset[str]) -> Iterator[Choice]:
    """Everything a caller can do, by the first way to each menu."""
    for ivr, menu, before in reached(version, name, opened):
        transfers = [
            (presses, action.to)
            for presses, action in choices(version.tenant, ivr, menu)
            if presses is not None and isinstance(action, Transfer)
        ]
        for presses, action in choices(version.tenant, ivr, menu):
            target = action.to if isinstance(action, Transfer) else None
            if presses is not None:
                yield Choice((*before, *presses), target)
        for first, failing in {target: (presses, target) for presses, target in reversed(transfers)}.values():
            then = menu.failed.then
            again = first * (menu.failed.times + 1)
            yield Choice((*before, *again), then.to if isinstance(then, Transfer) else None, failing)


def targets(ivr: Ivr, tenant: Tenant) -> Iterator[str]:
    """Every node that a menu of an IVR can lead to."""
    for menu in (ivr.open, ivr.closed, ivr.holiday):
        if menu is None:
            continue
        for _, action in choices(tenant, ivr, menu):
            if isinstance(action, Transfer | Submenu):
                yield action.to
        for action in (menu.no_input.then, menu.invalid.then, menu.failed.then):
            if isinstance(action, Transfer | Submenu):
                yield action.to


def called_back(tenant: Tenant, node: Callback) -> frozenset[str]:
    """Canonical dial strings of the numbers that a callback calls back."""
    return frozenset(canonical(tenant.dial_plan, number) for number, _ in node.allowed)


def differing(old: Menu, new: Menu) -> tuple[str, str] | None:
    """The first thing that means something else, in words; None: what differs is no matter of a key."""
    meanings = [{f"key {key}": action for key, action in menu.keys} | _without_keys(menu) for menu in (old, new)]
    for what in sorted(meanings[0].keys() | meanings[1].keys()):
        before, after = meanings[0].get(what), meanings[1].get(what)
        if before != after:
            return f"{what} {_meant(before)[0]}", f"now {_meant(after)[1]}"
    return None


def _without_keys(menu: Menu) -> dict[str, Action]:
    return {
        "no key": menu.no_input.then,
        "a wrong key": menu.invalid.then,
        "a transfer in vain": menu.failed.then,
    }


def _meant(action: Action | None) -> tuple[str, str]:
    """What an action was, and is, in words."""
    match action:
        case Transfer(to) | Submenu(to):
            name = to.partition("/")[2]
            return f"led to {name}", f"leads to {name}"
        case DialExtension():
            return "asked for an extension", "asks for an extension"
        case DialName():
            return "asked for a name", "asks for a name"
        case HangUp():
            return "ended the call", "ends the call"
        case Play():
            return "played something", "plays something"
        case Return() | Repeat():
            return "led back to a menu", "leads back to a menu"
        case None:
            return "meant nothing", "means nothing"
