"""The two parties of a call."""

from enum import StrEnum


class Side(StrEnum):
    """A party of a call."""

    CALLED = "called"
    """Whoever answered."""
    CALLING = "calling"
