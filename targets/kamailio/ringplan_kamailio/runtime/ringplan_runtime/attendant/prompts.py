"""Files that are played: where they are, and how long they take."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}(?:/[A-Za-z0-9_-]{1,100})?").fullmatch
_BYTES_PER_MS = 8
"""A-law, 8 kHz, one channel."""
_SHORTEST_HEADER = 24


class Prompts:
    """The prompts of one generation."""

    __slots__ = ("_folder", "ms")

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.ms = lru_cache(4096)(self._ms)
        """How long a prompt takes: ``ms(prompt)``; 0: it is not there, or is none."""

    def path(self, prompt: str) -> str:
        """Where a media relay finds it; ValueError when the name is none of a prompt."""
        if not _NAME(prompt):
            raise ValueError(prompt)
        return str(self._folder / f"{prompt}.au")

    def _ms(self, prompt: str) -> int:
        try:
            with Path(self.path(prompt)).open("rb") as file:
                head = file.read(_SHORTEST_HEADER)
                size = file.seek(0, 2)
        except (OSError, ValueError):
            return 0
        if len(head) < _SHORTEST_HEADER or not head.startswith(b".snd"):
            return 0
        return max(size - int.from_bytes(head[4:8], "big"), 0) // _BYTES_PER_MS
