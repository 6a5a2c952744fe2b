"""Prompts: what callers hear, as words that are spoken or as recordings (services: announcements)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from .base import Section
from .types import display_text

Language = Literal["cs", "en", "sk"]
"""The language of a voice and of the system's own words."""

PromptFile = Annotated[
    str,
    Field(max_length=200, pattern=r"^([A-Za-z0-9_][A-Za-z0-9_.\-]*/)*[A-Za-z0-9_][A-Za-z0-9_.\-]*\.wav$"),
]
"""A recording below the tenant's folder, ``prompts/closed.wav``: WAV in any usual format."""

PromptName = Annotated[str, Field(pattern=r"^prompts/[a-z][a-z0-9_]{0,39}$")]
"""A prompt of the section ``prompts``: ``prompts/closed``."""


def _on_one_line(value: object) -> object:
    """Words over several lines of YAML, with single spaces."""
    return " ".join(value.split()) if isinstance(value, str) else value


Spoken = Annotated[
    str, Field(min_length=1, max_length=2000), BeforeValidator(_on_one_line), AfterValidator(display_text)
]
"""Words that become speech, at most 2,000 characters; line breaks are spaces."""


class Prompt(Section):
    """Something callers hear; either ``say`` or ``file``."""

    say: Spoken | None = None
    """Words that become speech."""
    file: PromptFile | None = None
    """A recording."""
    language: Language | None = None
    """The language of the words. Default: that of the IVR, else of the tenant."""

    @model_validator(mode="after")
    def _either(self) -> Prompt:
        if (self.say is None) == (self.file is None):
            raise PydanticCustomError("one_of", "either say or file", {"fields": ["say", "file"]})
        return self


def written_as(value: Any) -> str:
    """Whether a value that may be one word or several fields is written as ``fields`` or as a ``word``."""
    return "word" if isinstance(value, str) or value is None else "fields"


PromptRef = Annotated[Annotated[PromptName, Tag("word")] | Annotated[Prompt, Tag("fields")], Discriminator(written_as)]
"""A prompt where it is played, ``{say: Good day.}`` or ``{file: prompts/closed.wav}``, or the name of one of the
section ``prompts``: ``prompts/closed``."""


class Treatments(Section):
    """What callers hear, unanswered and so free of charge, when a call ends; without a prompt, only the code."""

    barred: PromptRef | None = None
    """The calling plan forbids the call."""
    busy: PromptRef | None = None
    """The called party is busy or declines."""
    closed: PromptRef | None = None
    """The target is ``reject/closed``."""
    diversions: PromptRef | None = None
    """The call was forwarded too often."""
    no_answer: PromptRef | None = None
    """Nobody answered."""
    no_trunk: PromptRef | None = None
    """No trunk took the call."""
    outside_prefix: PromptRef | None = None
    """The outside prefix was not dialled."""
    unknown_number: PromptRef | None = None
    """The number or extension is nobody's."""
    unreachable: PromptRef | None = None
    """No phone can be reached."""
