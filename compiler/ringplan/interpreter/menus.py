"""Menus of an answered call: what the caller hears, what his keys mean, and where the call goes on.

Time within a menu is not modelled: `Call.presses` says what the caller does each time he is waited for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Final

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
    Retry,
    Return,
    Submenu,
    Tenant,
    Transfer,
)

from .outcome import Outcome

if TYPE_CHECKING:
    from .walk import Walk

MAX_RETURNS: Final = 20
"""How many menus a call remembers to return to; of more it forgets the oldest."""
LISTED: Final = 9
"""How many names are read out when several match: one for each key from 1."""


def answer(walk: Walk, ivr: Ivr) -> Outcome:
    """An IVR answers the call."""
    walk.step(ivr.id, "answers", ivr)
    return _Session(walk, ivr).run()


def menu_of(walk: Walk, ivr: Ivr) -> Menu:
    """The menu of this time: that for holidays, else the one outside hours, else the one in them."""
    if ivr.holiday is not None and ivr.holidays is not None and walk.is_open(ivr.holidays):
        walk.step(ivr.holidays, f"open at {walk.local_time}: the holiday menu", walk.tenant.schedule(ivr.holidays))
        return ivr.holiday
    if ivr.closed is not None and ivr.hours is not None and not walk.is_open(ivr.hours):
        walk.step(ivr.hours, f"closed at {walk.local_time}: the closed menu", walk.tenant.schedule(ivr.hours))
        return ivr.closed
    return ivr.open


def collected(keys: str, extensions: Collection[str]) -> str:
    """What counts of the digits pressed one after the other when an extension is dialled.

    A complete extension ends it at once if no longer one begins with it; ``#``, silence, and as many digits as the
    longest extension has, end it in any case.
    """
    digits = keys.partition("#")[0]
    longest = max(map(len, extensions), default=0)
    for count in range(1, len(digits) + 1):
        if count == longest or is_final(digits[:count], extensions):
            return digits[:count]
    return digits


def is_final(digits: str, extensions: Collection[str]) -> bool:
    """Whether these digits are an extension and no longer one begins with them."""
    return digits in extensions and not any(other != digits and other.startswith(digits) for other in extensions)


def extensions(tenant: Tenant, ivr: str, among: Collection[str] | None) -> Mapping[str, str]:
    """Extensions that can be dialled in an IVR, and their nodes: not its own, and no callbacks.

    ``among``: only these of them.
    """
    return {
        entry.key: entry.node
        for entry in tenant.extensions
        if entry.node != ivr
        and (among is None or entry.key in among)
        and not isinstance(tenant.node(entry.node), Callback)
    }


class _Session:
    """One answered call in its menus."""

    def __init__(self, walk: Walk, ivr: Ivr) -> None:
        self._walk = walk
        self._answered_by = self._ivr = ivr
        self._menu = ivr.open
        self._returns: list[str] = []
        self._counted: dict[str, int] = {}
        self._since_key: set[str] = set()

    def run(self) -> Outcome:
        ended = self._visit(self._ivr)
        while ended is None:
            ended = self._round()
        return ended

    def _visit(self, ivr: Ivr) -> Outcome | None:
        """The call reaches a menu: nothing has been counted there yet."""
        self._ivr, self._menu, self._counted = ivr, menu_of(self._walk, ivr), {}
        return self._come_round()

    def _come_round(self) -> Outcome | None:
        """A menu without a key pressed since it was here last would come again until the time is over."""
        if self._ivr.id in self._since_key:
            return self._hang_up(f"comes round without a key pressed: hangs up after {self._ivr.max_ms / 1000:g} s")
        self._since_key.add(self._ivr.id)
        return None

    def _round(self) -> Outcome | None:
        """Greeting, then whatever the caller presses; None: the same again, in the menu the call is in then."""
        menu = self._menu
        self._hear(menu.greeting)
        keys = self._walk.pressed()
        self._waited(keys, barge_in=menu.barge_in and menu.greeting is not None, collects=self._collects(keys))
        if not keys:
            return self._no_input()
        action = self._meaning(keys)
        if action is None:
            return self._invalid(f"{keys} pressed: it means nothing here")
        self._step(f"{keys} pressed: {_words(action)}")
        return self._act(action)

    def _meaning(self, keys: str) -> Action | None:
        """What keys pressed in the menu mean; where no extension can be dialled the first one decides."""
        actions = dict(self._menu.keys)
        if not self._collects(keys):
            return actions.get(keys[0])
        known = self._extensions(None)
        digits = collected(keys, known)
        if digits in actions and not is_final(digits, known):
            return actions[digits]
        return Transfer(known[digits], None) if digits in known else None

    def _collects(self, keys: str) -> bool:
        """Whether keys pressed in the menu begin an extension."""
        known = self._extensions(None) if self._menu.dial_extensions and keys else {}
        return any(extension.startswith(keys[0]) for extension in known)

    def _extensions(self, among: tuple[str, ...] | None) -> Mapping[str, str]:
        return extensions(self._walk.tenant, self._ivr.id, among)

    # -- actions

    def _act(self, action: Action, *, is_last: bool = False) -> Outcome | None:
        """``is_last``: the menu has no other way out, so that a transfer nobody takes ends the call."""
        match action:
            case Transfer():
                return self._transfer(action, is_last=is_last)
            case Submenu(to):
                return self._submenu(to)
            case Return():
                return self._return()
            case Repeat():
                return None
            case Play(prompt):
                self._hear(prompt)
                return None
            case HangUp(prompt):
                self._hear(prompt)
                return self._hang_up("hangs up")
            case DialExtension():
                return self._dial_extension(action)
            case DialName():
                return self._dial_name(action)

    def _transfer(self, action: Transfer, *, is_last: bool = False) -> Outcome | None:
        self._hear(action.prompt)
        outcome = self._walk.transfer(self._ivr, action.to)
        if outcome.code == 200:
            return outcome
        why = f"nobody took the call: {outcome.code} {outcome.reason}"
        return self._hang_up(f"{why}, hangs up") if is_last else self._again("failed", why, self._menu.failed)

    def _submenu(self, to: str) -> Outcome | None:
        ivr = self._walk.tenant.node(to)
        assert isinstance(ivr, Ivr)
        self._returns = [*self._returns, self._ivr.id][-MAX_RETURNS:]
        return self._visit(ivr)

    def _return(self) -> Outcome | None:
        if not self._returns:
            return self._come_round()
        ivr = self._walk.tenant.node(self._returns.pop())
        assert isinstance(ivr, Ivr)
        return self._visit(ivr)

    def _dial_extension(self, action: DialExtension) -> Outcome | None:
        keys = self._asked(action.prompt)
        if not keys:
            return self._no_input()
        known = self._extensions(None if action.department is None else action.extensions)
        digits = collected(keys, known)
        if digits not in known:
            return self._invalid(f"{digits} is no extension that can be dialled here")
        self._step(f"{digits} dialled")
        return self._transfer(Transfer(known[digits], None))

    def _dial_name(self, action: DialName) -> Outcome | None:
        keys = self._asked(action.prompt)
        if not keys:
            return self._no_input()
        digits = keys.partition("#")[0][: max((len(spelt) for spelt, _, _ in action.directory), default=0)]
        found = [(node, prompt) for spelt, node, prompt in action.directory if digits and spelt.startswith(digits)]
        if not found:
            return self._invalid(f"{digits} begins no name")
        if len(found) > 1:
            return self._choose(action, found[:LISTED])
        self._step(f"{digits} is {found[0][0]}")
        return self._transfer(Transfer(found[0][0], None))

    def _choose(self, action: DialName, found: list[tuple[str, str]]) -> Outcome | None:
        """Several names begin with what was spelt: they are read out, each with its key."""
        for position, (_, prompt) in enumerate(found):
            self._hear(action.choose[position] if action.choose else None)
            self._hear(prompt)
        keys = self._walk.pressed()
        self._waited(keys, barge_in=True)
        if not keys:
            return self._no_input()
        nodes = {str(key): node for key, (node, _) in enumerate(found, 1)}
        if keys[0] not in nodes:
            return self._invalid(f"{keys[0]} pressed: it means nothing here")
        self._step(f"{keys[0]} pressed: transfer to {nodes[keys[0]]}")
        return self._transfer(Transfer(nodes[keys[0]], None))

    # -- what the caller did not do

    def _no_input(self) -> Outcome | None:
        return self._again("no_input", "nothing pressed", self._menu.no_input)

    def _invalid(self, why: str) -> Outcome | None:
        return self._again("invalid", why, self._menu.invalid)

    def _again(self, kind: str, why: str, retry: Retry) -> Outcome | None:
        """The menu once more, or, after ``times``, what then follows."""
        count = self._counted.get(kind, 0)
        self._counted[kind] = count + 1
        if count < retry.times:
            self._step(f"{why}: the menu again, {count + 1} of {retry.times}")
            self._hear(retry.prompt)
            return None
        self._step(f"{why}: then {_words(retry.then)}")
        self._hear(retry.prompt)
        return self._act(retry.then, is_last=True)

    # -- the caller

    def _asked(self, prompt: str | None) -> str:
        """What is dialled or spelt after a prompt for it."""
        self._hear(prompt)
        keys = self._walk.pressed()
        self._waited(keys, barge_in=prompt is not None, collects=bool(keys))
        return keys

    def _waited(self, keys: str, *, barge_in: bool, collects: bool = False) -> None:
        """``collects``: more digits may follow those that were pressed."""
        self._walk.waited(keys, self._menu.inter_digit_ms if collects else self._menu.first_digit_ms, barge_in=barge_in)
        if keys:
            self._since_key.clear()

    def _hear(self, prompt: str | None) -> None:
        self._walk.hear(self._ivr.id, prompt)

    def _step(self, text: str) -> None:
        self._walk.step(self._ivr.id, text, self._ivr)

    def _hang_up(self, text: str) -> Outcome:
        self._step(text)
        return self._walk.end(200, "OK", (self._answered_by.id,))


def _words(action: Action) -> str:
    """An action in a few words."""
    match action:
        case Transfer(to):
            return f"transfer to {to}"
        case Submenu(to):
            return f"the menu {to}"
        case Return():
            return "back to the menu before"
        case Repeat():
            return "the menu again"
        case DialExtension():
            return "an extension can be dialled"
        case DialName():
            return "a name can be spelt"
        case Play():
            return "an announcement"
        case HangUp():
            return "hang up"
