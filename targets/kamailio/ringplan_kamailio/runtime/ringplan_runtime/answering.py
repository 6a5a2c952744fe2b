"""What the attendant plays and asks: menus, announcements, callbacks, as a tenant's data module has them.

A prompt is its file below ``prompts/`` without ``.au``, ``novak/0123456789abcdef``; empty text is no prompt. An action
is a tuple whose first item is one of the tags below.
"""

from __future__ import annotations

from typing import Any, NamedTuple

Action = tuple[Any, ...]

TRANSFER = "transfer"
"""``(TRANSFER, node, prompt)``."""
SUBMENU = "submenu"
"""``(SUBMENU, node of an Ivr)``."""
RETURN = "return"
"""``(RETURN,)``."""
REPEAT = "repeat"
"""``(REPEAT,)``."""
EXTENSION = "extension"
"""``(EXTENSION, prompt, extensions)``: those that may be dialled, sorted; None: all of the tenant."""
NAME = "name"
"""``(NAME, prompt, directory, choose)``: records of digits, node and the prompt with the name, sorted; and nine
prompts, one a key, that are played before the names of a list."""
PLAY = "play"
"""``(PLAY, prompt)``."""
HANG_UP = "hang-up"
"""``(HANG_UP, prompt)``."""


class Retry(NamedTuple):
    """What follows when the caller did not do as he was asked."""

    times: int
    """How often the menu is repeated before ``then``."""
    prompt: str
    then: Action


class Menu(NamedTuple):
    """One menu of an IVR."""

    greeting: str
    keys: dict[str, Action]
    dial_extensions: bool
    """Whether an extension may be dialled at once."""
    barge_in: bool
    """Whether a digit stops the greeting."""
    first_digit_ms: int
    inter_digit_ms: int
    no_input: Retry
    invalid: Retry
    failed: Retry


class Ivr(NamedTuple):
    """Answers the call and asks the caller where to go."""

    holidays: str | None
    """Schedule during which ``holiday`` is played, before ``hours``."""
    hours: str | None
    """Schedule outside which ``closed`` is played; None: ``open`` always."""
    open: Menu
    closed: Menu | None
    holiday: Menu | None
    max_ms: int
    """The longest time in menus in all."""
    language: str
    external_number: str | None
    """E.164 number that stands for the IVR outside."""
    plan: str
    """The calling plan of what it transfers."""


class Announcement(NamedTuple):
    """Plays something and ends the call, which is never answered."""

    prompt: str
    times: int
    code: int
    reason: str


class Callback(NamedTuple):
    """A number that calls its employees back."""

    number: str
    """Own E.164 number, which both is called and calls back."""
    allowed: dict[str, str]
    """E.164 number, and the user whose plan and identity the call has."""
    otherwise: str
    """Where all other callers go."""
    delay_ms: int
    interval_ms: int
    accept: str
    ask: str
    directly: str
    failed: str
    record: bool
    announced: str
    """Prompt both hear before the recording; empty without."""
    keep_days: int
    plan: str
    """The calling plan of the call back to the employee."""


def ivr(record: Any) -> Ivr:
    """From a record of ``IVRS``."""
    holidays, hours, opened, closed, holiday, *rest = record
    return Ivr(
        holidays,
        hours,
        _menu(opened),
        _menu(closed) if closed is not None else None,
        _menu(holiday) if holiday is not None else None,
        *rest,
    )


def callback(record: Any) -> Callback:
    """From a record of ``CALLBACKS``."""
    number, allowed, *rest = record
    return Callback(number, dict(allowed), *rest)


def _menu(record: Any) -> Menu:
    greeting, keys, extensions, barge_in, first, between, no_input, invalid, failed = record
    return Menu(
        greeting,
        dict(keys),
        extensions,
        barge_in,
        first,
        between,
        Retry._make(no_input),
        Retry._make(invalid),
        Retry._make(failed),
    )
