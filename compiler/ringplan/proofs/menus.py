"""Transfers of menus as the proofs see them: where a caller can get to by keys, and which keys those are."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from ringplan.interpreter.menus import LISTED, extensions, is_final
from ringplan.ir import (
    KEYS,
    Action,
    DialExtension,
    DialName,
    Ivr,
    Menu,
    Submenu,
    Tenant,
    Transfer,
)
from ringplan.values import dataclass

from .space import Space

Presses = tuple[str, ...] | None
"""What the caller presses each time he is waited for; None: it takes more than keys, a transfer that fails."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """One transfer that a caller of an IVR can reach."""

    ivr: str
    """The IVR in whose menu it stands, by id: the one that was called, or one below it."""
    target: str
    slices: int
    presses: Presses


def transfers(space: Space, ivr: Ivr) -> Iterator[Chosen]:
    """Every transfer in the menus of an IVR and those below it, each by the first way that leads there."""
    waiting: deque[tuple[str, int, Presses]] = deque([(ivr.id, space.always, ())])
    seen: dict[str, int] = {}
    while waiting:
        name, slices, before = waiting.popleft()
        slices &= ~seen.get(name, 0)
        seen[name] = seen.get(name, 0) | slices
        here = space.nodes[name]
        assert isinstance(here, Ivr)
        for menu, times in menus(space, here):
            for presses, action in choices(space.tenant, here, menu) if times & slices else ():
                keys = None if before is None or presses is None else (*before, *presses)
                if isinstance(action, Transfer):
                    yield Chosen(name, action.to, times & slices, keys)
                elif isinstance(action, Submenu):
                    waiting.append((action.to, times & slices, keys))


def menus(space: Space, ivr: Ivr) -> Iterator[tuple[Menu, int]]:
    """The menus of an IVR, each with the slices in which it is played."""
    left = space.always
    if ivr.holiday is not None and ivr.holidays is not None:
        times = left & space.open[ivr.holidays]
        yield ivr.holiday, times
        left &= ~times
    if ivr.closed is not None and ivr.hours is not None:
        times = left & ~space.open[ivr.hours]
        yield ivr.closed, times
        left &= ~times
    yield ivr.open, left


def choices(tenant: Tenant, ivr: Ivr, menu: Menu) -> Iterator[tuple[Presses, Action]]:
    """Everything that a caller can do in a menu, with what he has to press for it."""
    dialled = extensions(tenant, ivr.id, None) if menu.dial_extensions else {}
    keys = {key: action for key, action in menu.keys if not is_final(key, dialled)}
    for key, action in keys.items():
        yield from _pressed(tenant, ivr, key, action)
    yield from (((text,), Transfer(node, None)) for text, node in dialled.items() if text not in keys)
    yield ("",) * (menu.no_input.times + 1), menu.no_input.then
    begun = {text[0] for text in dialled}
    wrong = next((key for key in KEYS if key not in keys and key not in begun), None)
    yield None if wrong is None else (wrong,) * (menu.invalid.times + 1), menu.invalid.then
    if dialled or any(isinstance(action, Transfer | DialExtension | DialName) for action in keys.values()):
        yield None, menu.failed.then


def _pressed(tenant: Tenant, ivr: Ivr, key: str, action: Action) -> Iterator[tuple[Presses, Action]]:
    match action:
        case DialExtension(department=department, extensions=among):
            found = extensions(tenant, ivr.id, None if department is None else among)
            yield from (((key, text), Transfer(node, None)) for text, node in found.items())
        case DialName():
            yield from _spelt(key, action)
        case _:
            yield (key,), action


def _spelt(key: str, action: DialName) -> Iterator[tuple[Presses, Action]]:
    """Every name that can be reached, spelt in full and perhaps chosen from those that begin so."""
    for spelt, node, _ in action.directory:
        alike = [other for digits, other, _ in action.directory if digits.startswith(spelt)]
        if len(alike) == 1:
            yield (key, spelt), Transfer(node, None)
        elif node in alike[:LISTED]:
            yield (key, spelt, str(alike.index(node) + 1)), Transfer(node, None)
