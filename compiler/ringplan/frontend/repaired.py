"""A wrong value put right."""

from __future__ import annotations

from typing import NamedTuple


class Repaired(NamedTuple):
    """A value of the right form."""

    text: str
    sure: bool
    """The meaning is certainly the same."""
