"""Menus of one version: what a caller hears and can press in them, whatever their keys lead to."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import field

from ringplan.interpreter.menus import extensions
from ringplan.ir import (
    Action,
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

Presses = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """A transfer of a menu."""

    ivr: str
    """In whose menu it stands, by id."""
    target: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A menu answers; equal signatures sound alike and understand the same keys."""

    ivr: str = field(compare=False)
    signature: object
    menus: tuple[tuple[Presses, str, Menu], ...] = field(compare=False)
    """The menus that can be reached, each with what is pressed before, and its IVR."""
    ways: tuple[tuple[Presses, Way], ...] = field(compare=False)
    """What is pressed for every transfer."""
    failed: tuple[tuple[Presses, Way, str], ...] = field(compare=False)
    """What is pressed, and which target must not take the call, for transfers that follow a failed one."""
    tried: tuple[Presses, ...] = field(compare=False)
    """Everything a caller can press to hear all there is."""


def asked(tenant: Tenant, nodes: Mapping[str, object], opened: frozenset[str], ivr: Ivr) -> Asked:
    """What a call finds that reaches an IVR while some schedules are open."""
    waiting: deque[tuple[Presses, str]] = deque([((), ivr.id)])
    order: dict[str, Presses] = {ivr.id: ()}
    menus: list[tuple[Presses, str, Menu]] = []
    ways: dict[Presses, Way] = {}
    failed: dict[Presses, tuple[Way, str]] = {}
    tried: dict[Presses, None] = {(): None}
    while waiting:
        before, name = waiting.popleft()
        here = nodes[name]
        assert isinstance(here, Ivr)
        menu = menu_of(here, opened)
        menus.append((before, name, menu))
        first: tuple[Presses, str] | None = None
        for presses, action in choices(tenant, here, menu):
            if presses is None:
                if first is not None and isinstance(action, Transfer):
                    keys, taken = first
                    tried[(*before, *keys * (menu.failed.times + 1))] = None
                    failed.setdefault((*before, *keys * (menu.failed.times + 1)), (Way(name, action.to), taken))
                continue
            whole = (*before, *presses)
            tried[whole] = None
            if isinstance(action, Transfer):
                first = first or (presses, action.to)
                ways.setdefault(whole, Way(name, action.to))
            elif isinstance(action, Submenu) and action.to not in order:
                order[action.to] = whole
                waiting.append((whole, action.to))
    signature = tuple((before, _shape(tenant, name, menu, tuple(order))) for before, name, menu in menus)
    after_failing = tuple((presses, way, taken) for presses, (way, taken) in failed.items())
    return Asked(ivr.id, (signature, ivr.max_ms), tuple(menus), tuple(ways.items()), after_failing, tuple(tried))


def menu_of(ivr: Ivr, opened: frozenset[str]) -> Menu:
    """The menu of an IVR while some schedules are open."""
    if ivr.holiday is not None and ivr.holidays in opened:
        return ivr.holiday
    return ivr.closed if ivr.closed is not None and ivr.hours not in opened else ivr.open


def transfers(ivr: Ivr) -> Iterator[str]:
    """Every node that the keys of an IVR, and what follows without them, lead to; extensions are not among them."""
    for menu in (ivr.open, ivr.closed, ivr.holiday):
        for action in actions(menu) if menu is not None else ():
            if isinstance(action, Transfer | Submenu):
                yield action.to
            elif isinstance(action, DialName):
                yield from (node for _, node, _ in action.directory)


def actions(menu: Menu) -> tuple[Action, ...]:
    """All actions of a menu."""
    retries = (menu.no_input, menu.invalid, menu.failed)
    return (*(action for _, action in menu.keys), *(retry.then for retry in retries))


def dials(ivr: Ivr) -> bool:
    """Whether extensions can be dialled somewhere in an IVR."""
    menus = [menu for menu in (ivr.open, ivr.closed, ivr.holiday) if menu is not None]
    return any(menu.dial_extensions or any(isinstance(a, DialExtension) for a in actions(menu)) for menu in menus)


def _shape(tenant: Tenant, ivr: str, menu: Menu, order: tuple[str, ...]) -> object:
    """What is heard and understood in a menu; ``order``: the menus that can be reached, to name them by."""
    keys = tuple((key, _kind(tenant, ivr, action, order)) for key, action in menu.keys)
    retries = tuple(
        (retry.times, retry.prompt, _kind(tenant, ivr, retry.then, order))
        for retry in (menu.no_input, menu.invalid, menu.failed)
    )
    dialled = tuple(extensions(tenant, ivr, None)) if menu.dial_extensions else None
    return menu.greeting, keys, retries, dialled, menu.barge_in, menu.first_digit_ms, menu.inter_digit_ms


def _kind(tenant: Tenant, ivr: str, action: Action, order: tuple[str, ...]) -> object:
    """An action without the node it leads to."""
    match action:
        case Transfer(_, prompt):
            return "transfer", prompt
        case Submenu(to):
            return "submenu", order.index(to) if to in order else -1
        case DialExtension(prompt, department, among):
            return "extension", prompt, tuple(extensions(tenant, ivr, None if department is None else among))
        case DialName(prompt, directory, choose):
            return "name", prompt, tuple((digits, name) for digits, _, name in directory), choose
        case Play(prompt):
            return "play", prompt
        case HangUp(prompt):
            return "hang-up", prompt
        case Return():
            return "return"
        case Repeat():
            return "repeat"
