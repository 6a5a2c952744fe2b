"""The ``announcements`` section: calls that hear something and end (services: treatments)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from .base import Section
from .prompts import PromptRef
from .types import E164, DisplayName, Extension, Slug

AnnouncementCode = Literal["barred", "busy", "closed", "no_answer", "unknown_number", "unreachable"]
"""How the call ends, in the words of `treatments`: ``busy`` is 486, ``barred`` 403, ``unknown_number`` 404, the others
480."""


class Announcement(Section):
    """Plays a prompt and ends the call without answering it, so that nobody pays."""

    name: DisplayName | None = None
    """Name for people; default: the key."""
    number: E164 | None = None
    """Public number; must be one of the tenant's numbers."""
    extension: Extension | None = None
    """Internal number."""
    group: Slug | None = None
    """The group the announcement belongs to, when the tenant has groups."""
    department: Slug | None = None
    """The department that owns the announcement."""
    prompt: PromptRef
    """What is played."""
    times: Annotated[int, Field(ge=1, le=5)] = 1
    """How often it is played."""
    code: AnnouncementCode = "closed"
    """How the call ends afterwards."""
