"""Lines of source text as a terminal shows them: what every character is drawn as, and how wide it is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final, NamedTuple

from .text import escape_character

Sources = Mapping[str, str]
"""File, as spans name it, to its text; a file that is not there is shown without its lines."""

TAB_WIDTH: Final = 4
_LINE_END: Final = re.compile(r"\r\n|\r|\n")


def split_lines(text: str) -> list[str]:
    """The lines of a text without their ends; only what YAML and editors count as a line."""
    return _LINE_END.split(text.removeprefix("\ufeff"))


class Lines:
    """The lines of the sources; each file is split once, however many diagnostics point into it."""

    __slots__ = ("_lines", "_sources")

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._lines: dict[str, list[str]] = {}

    def of(self, file: str) -> list[str]:
        """The lines of a file, nothing if its text is not known."""
        if file not in self._lines:
            self._lines[file] = split_lines(self._sources[file]) if file in self._sources else []
        return self._lines[file]


class Cell(NamedTuple):
    """One code point of a line."""

    drawn: str
    width: int
    """Columns of a terminal with fixed width letters: 0 combining, 2 wide."""


def cells(line: str) -> list[Cell]:
    """The line as it is drawn; tabs become spaces, dangerous characters escapes."""
    return [_cell(character) for character in line]


def _cell(character: str) -> Cell:
    if " " <= character <= "~":
        return Cell(character, 1)
    if character == "\t":
        return Cell(" " * TAB_WIDTH, TAB_WIDTH)
    drawn = escape_character(character)
    if drawn != character:
        return Cell(drawn, len(drawn))
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me"):
        return Cell(character, 0)
    return Cell(character, 2 if unicodedata.east_asian_width(character) in "WF" else 1)
