"""The ``ivr`` section: menus that callers move through by keys (services: auto attendant)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from .base import Section
from .calling_plan import CallingPlan
from .prompts import Language, PromptRef, written_as
from .schedules import ScheduleRef
from .types import E164, DisplayName, Extension, Flag, ForwardTarget, Slug, duration

MenuKey = Annotated[str, Field(pattern=r"^[0-9*#]$")]
"""A key of the phone: ``0`` to ``9``, ``"*"``, ``"#"`` (S0:703-708)."""

IvrRef = Annotated[str, Field(pattern=r"^ivr/[a-z][a-z0-9_]{0,39}$")]
"""Another IVR: ``ivr/sales``."""

ActionWord = Literal["dial_extension", "dial_name", "hang_up", "operator", "repeat", "return"]
"""What a key does without further words: `operator` calls the IVR's operator, `return` leads back to the menu the
caller came from, `repeat` plays this one again, `dial_extension` and `dial_name` ask whom to call."""

ThenWord = Literal["hang_up", "operator", "return"]
"""What can follow without a key and without further words."""


def _does_one_thing(action: Section, names: tuple[str, ...]) -> None:
    written = {name for name in names if name in action.model_fields_set}
    if len(written) != 1:
        raise PydanticCustomError("one_of", "exactly one field", {"fields": list(names)})
    if "prompt" in action.model_fields_set and written != {"transfer"}:
        raise PydanticCustomError("prompt_without_transfer", "only a transfer has a prompt of its own")


class Asked(Section):
    """What a caller is asked who dials an extension or spells a name."""

    prompt: PromptRef | None = None
    """What is played before. Default: the system's own words."""
    department: Slug | None = None
    """Only users of this department and of those below it. Default: all of the tenant."""


class KeyAction(Section):
    """What a key does: exactly one of these; ``prompt`` only with ``transfer``."""

    transfer: ForwardTarget | None = None
    """The call goes on there; when nobody takes it, the menu's `failed` decides."""
    prompt: PromptRef | None = None
    """What is played before the transfer."""
    operator: PromptRef | None = None
    """This prompt, then the IVR's operator."""
    submenu: IvrRef | None = None
    """Another IVR; `return` leads back from there."""
    dial_extension: Asked | None = None
    """The caller dials an extension; it ends with `#`, or when he pauses."""
    dial_name: Asked | None = None
    """The caller spells a surname on the keypad (E.161); of several who match he chooses by a key."""
    announce: PromptRef | None = None
    """This prompt, then the menu again."""
    hang_up: PromptRef | None = None
    """This prompt, then the exchange hangs up."""

    @model_validator(mode="after")
    def _one(self) -> KeyAction:
        names = ("transfer", "operator", "submenu", "dial_extension", "dial_name", "announce", "hang_up")
        _does_one_thing(self, names)
        return self


class ThenAction(Section):
    """What follows when the caller did not do as he was asked: exactly one of these; ``prompt`` with ``transfer``."""

    transfer: ForwardTarget | None = None
    """The call goes on there; when nobody takes it, the exchange hangs up."""
    prompt: PromptRef | None = None
    """What is played before the transfer."""
    operator: PromptRef | None = None
    """This prompt, then the IVR's operator."""
    submenu: IvrRef | None = None
    """Another IVR."""
    hang_up: PromptRef | None = None
    """This prompt, then the exchange hangs up."""

    @model_validator(mode="after")
    def _one(self) -> ThenAction:
        _does_one_thing(self, ("transfer", "operator", "submenu", "hang_up"))
        return self


MenuAction = Annotated[
    Annotated[ActionWord, Tag("word")] | Annotated[KeyAction, Tag("fields")], Discriminator(written_as)
]
"""What a key does: one word such as ``operator``, or ``{transfer: users/novakova}``, ``{submenu: ivr/sales}`` …"""

Then = Annotated[Annotated[ThenWord, Tag("word")] | Annotated[ThenAction, Tag("fields")], Discriminator(written_as)]
"""What follows without a key: one word such as ``hang_up``, or ``{transfer: users/novakova}``, ``{submenu: ivr/sales}``
…"""


class Retry(Section):
    """What happens when the caller does not do as he is asked."""

    repeat: Annotated[int, Field(ge=0, le=9)] = 2
    """How often the menu is played again before `then`."""
    prompt: PromptRef | None = None
    """What is played each time, before the greeting or `then`. Default: after a wrong key or a failed transfer the
    system's own words, else nothing."""
    then: Then = "hang_up"
    """What follows in the end."""


class Menu(Section):
    """A greeting, and what the keys do."""

    greeting: PromptRef | None = None
    """What the caller hears. Default: silence."""
    keys: Annotated[dict[MenuKey, MenuAction], Field(max_length=12)] = {}
    """What each key does; any other is wrong (S0:703-708)."""
    dial_extensions: Flag = False
    """Whether an extension may be dialled at once. A key that also begins an extension then waits `inter_digit`."""
    barge_in: Flag = True
    """Whether a key stops the greeting; otherwise keys pressed during it are ignored."""
    first_digit: Annotated[int, duration("1s", "60s")] | None = None
    """How long the caller may think after the greeting. Default: ten seconds; one where nothing can be
    pressed (OCI ``firstDigitTimeoutSeconds``); milliseconds in the model."""
    inter_digit: Annotated[int, duration("1s", "10s")] = 3_000
    """How long the caller may pause between the digits of an extension or name; milliseconds in the model."""
    then: Then | None = None
    """What follows at once when nothing is pressed; short for `no_input` with `repeat: 0`."""
    no_input: Retry | None = None
    """When nothing is pressed. Default: the menu again, twice, then `hang_up`."""
    invalid: Retry = Retry()
    """A key without meaning; an extension or name nobody has."""
    failed: Retry = Retry()
    """Nobody takes a transfer: busy, no answer, unreachable, or barred by the calling plan."""


class Ivr(Section):
    """Answers a call and asks the caller where to go (S0:692-766)."""

    name: DisplayName | None = None
    """Name for people; default: the key."""
    number: E164 | None = None
    """Public number; must be one of the tenant's numbers."""
    extension: Extension | None = None
    """Internal number. An IVR reached by extension only needs a caller ID number above it."""
    group: Slug | None = None
    """The group the IVR belongs to, when the tenant has groups."""
    department: Slug | None = None
    """The department that owns the IVR."""
    language: Language | None = None
    """Language of its prompts and of the system's own words. Default: the tenant's."""
    operator: ForwardTarget | None = None
    """Whom the action `operator` calls."""
    holidays: ScheduleRef | None = None
    """The schedule during which `holiday` is played, whatever `hours` say."""
    hours: ScheduleRef | None = None
    """The schedule outside which `closed` is played. Default: always `open`."""
    open: Menu
    """The menu of business hours (S0:741)."""
    closed: Menu | None = None
    """The menu outside `hours`."""
    holiday: Menu | None = None
    """The menu during `holidays`."""
    max_time: Annotated[int, duration("30s", "1h")] = 600_000
    """The longest time a caller spends in menus; then the exchange hangs up. Milliseconds in the model."""
    calling_plan: CallingPlan | None = None
    """What the IVR may transfer to. Default: that of the department, group or tenant."""
