"""Where the cards of a call flow stand: one below the other, so that a phone shows them, with the ways beside them.

Every way leaves a card at its line, on the right, runs in a lane to the head of the card it leads to. Ways to the same
card share a lane; lanes that would touch stand side by side. Nothing is drawn over a text, whatever the graph.
All numbers are pixels.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import Final

from .flow import Card
from .rows import Row

CARD: Final = 284
"""Width of a card; with two lanes it fits the narrowest phones."""
PAD: Final = 12
LINE: Final = 17
GAP: Final = 26
"""Between two cards."""
LANE: Final = 13
HEAD: Final = 11
"""From the top of a card to the baseline's line box of its title."""
ROW_PAD: Final = 5

_ROOM: Final = CARD - 2 * PAD - 4
"""For texts; the stripe at the left of a card takes the rest."""

_NARROW: Final = frozenset("iljtfrI.,:;'|!()[]-·/ \u00a0")
_BROAD: Final = frozenset("mwMWOQ@%…")
_BREAKS: Final = frozenset("@.-_/")


@dataclass(frozen=True, slots=True)
class MeasuredRow:
    """A line of a card with its texts in lines; places are counted from the top of the card."""

    row: Row
    top: int
    height: int
    indent: int
    label: tuple[str, ...]
    text: tuple[str, ...]
    beside: bool
    """Whether the text stands beside the label, because both fit, and not below it."""

    @property
    def middle(self) -> int:
        """Where its way begins."""
        return self.top + self.height - ROW_PAD - LINE // 2


@dataclass(frozen=True, slots=True)
class MeasuredCard:
    """A card with its texts in lines."""

    card: Card
    height: int
    title: tuple[str, ...]
    subtitle: tuple[str, ...]
    rows: tuple[MeasuredRow, ...]


@dataclass(frozen=True, slots=True)
class PlacedCard:
    """A card with its place."""

    measured: MeasuredCard
    top: int

    @property
    def door(self) -> int:
        """Where ways to it arrive."""
        return self.top + HEAD + 10


@dataclass(frozen=True, slots=True)
class Way:
    """The ways to one card, which share a lane."""

    target: str
    lane: int
    starts: tuple[int, ...]
    """Where they leave their cards, from above, sorted."""
    end: int


@dataclass(frozen=True, slots=True)
class Layout:
    """A whole picture."""

    cards: tuple[PlacedCard, ...]
    ways: tuple[Way, ...]
    width: int
    height: int


def layout(cards: Sequence[Card], top: int) -> Layout:
    """The picture of some cards; the first one begins at ``top``."""
    placed: list[PlacedCard] = []
    for card in cards:
        placed.append(PlacedCard(measure(card), top))
        top += placed[-1].measured.height + GAP
    ways = _ways(placed)
    lanes = 1 + max((way.lane for way in ways), default=-1)
    width = CARD + 2 + (lanes * LANE + 8 if lanes else 0)
    return Layout(tuple(placed), ways, width, top - GAP + 2)


@lru_cache(maxsize=4096)
def measure(card: Card) -> MeasuredCard:
    """A card with its texts in lines; the same card stands in many pictures."""
    title = wrap(card.title, _ROOM, 15, bold=True)
    subtitle = wrap(card.subtitle, _ROOM, 12)
    at = HEAD + LINE * (len(title) + len(subtitle)) + 9
    rows: list[MeasuredRow] = []
    for row in card.rows:
        rows.append(_measure_row(row, at))
        at += rows[-1].height
    return MeasuredCard(card, at + (4 if rows else 0), title, subtitle, tuple(rows))


def _measure_row(row: Row, top: int) -> MeasuredRow:
    bold = row.tone in ("edge", "end")
    indent = 8 * (row.label.split(" ", 1)[0].count(".") - 1) if row.tone == "member" else 0
    room = _ROOM - indent
    beside = not row.text or width(row.label, 13) + width(row.text, 13, bold=bold) + 14 <= room
    label = wrap(row.label, room, 13)
    text = wrap(row.text, room, 13, bold=bold) if row.text else ()
    lines = 1 if beside and row.text else len(label) + len(text)
    return MeasuredRow(row, top, lines * LINE + 2 * ROW_PAD, indent, label, text, beside)


def _ways(placed: Sequence[PlacedCard]) -> tuple[Way, ...]:
    """The ways, the shortest in the inmost lanes."""
    starts: dict[str, list[int]] = {}
    for card in placed:
        for row in card.measured.rows:
            if row.row.target is not None:
                starts.setdefault(row.row.target, []).append(card.top + row.middle)
    ends = {card.measured.card.id: card.door for card in placed}
    spans = {target: (min(*found, ends[target]), max(*found, ends[target])) for target, found in starts.items()}
    taken: list[list[tuple[int, int]]] = []
    ways: list[Way] = []
    for target in sorted(spans, key=lambda one: (spans[one][1] - spans[one][0], spans[one], one)):
        lane = _free_lane(taken, spans[target])
        ways.append(Way(target, lane, tuple(starts[target]), ends[target]))
    return tuple(ways)


def _free_lane(taken: list[list[tuple[int, int]]], span: tuple[int, int]) -> int:
    for lane in count():
        if lane == len(taken):
            taken.append([])
        if all(span[1] + 6 < other[0] or other[1] + 6 < span[0] for other in taken[lane]):
            taken[lane].append(span)
            return lane
    raise AssertionError  # count() does not end


# -- the width of texts


@lru_cache(maxsize=8192)
def width(text: str, size: int, *, bold: bool = False) -> float:
    """About how wide a text is; rather too much, for fonts differ and a text must not leave its card."""
    return sum(map(_character, text)) * size * (1.12 if bold else 1)


def _character(character: str) -> float:
    if character in _NARROW:
        return 0.36
    if character in _BROAD:
        return 0.95
    if unicodedata.combining(character) or character == "\u00ad":
        return 0
    if unicodedata.east_asian_width(character) in "WF" or ord(character) > 0xFFFF:
        return 1.25
    return 0.72 if character.isupper() else 0.6


@lru_cache(maxsize=8192)
def wrap(text: str, room: float, size: int, *, bold: bool = False) -> tuple[str, ...]:
    """A text in lines that fit; between words, or within a word that is longer than a line."""
    lines, line = [], ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if width(longer, size, bold=bold) <= room:
            line = longer
            continue
        if line:
            lines.append(line)
        line = word
        while width(line, size, bold=bold) > room:
            cut = _cut(line, room, size, bold)
            lines.append(line[:cut])
            line = line[cut:]
    return (*lines, line)


def _cut(word: str, room: float, size: int, bold: bool) -> int:
    """How many characters of a word go on a line: to the last sign at which people break addresses, if any."""
    fits = next(n for n in range(len(word) - 1, 0, -1) if n == 1 or width(word[:n], size, bold=bold) <= room)
    return max((at + 1 for at in range(fits) if word[at] in _BREAKS and at + 1 > fits // 3), default=fits)
