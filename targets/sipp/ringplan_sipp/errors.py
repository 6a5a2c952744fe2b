"""Why the lab cannot work here."""

from __future__ import annotations


class LabError(Exception):
    """One sentence that says what is wrong with the machine or the platform, and what to do about it."""
