"""Drawing: a call flow and a week as SVG that stands within a page and takes its colours from the page's style."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from html import escape
from typing import Final

from ringplan.ir.schedules import MINUTES_OF_DAY

from .calendar import WEEKDAYS, Piece, clock_time
from .layout import CARD, HEAD, LANE, LINE, PAD, ROW_PAD, Layout, MeasuredCard, MeasuredRow, PlacedCard, Way, wrap

_NAMESPACE: Final = "http://www.w3.org/2000/svg"
ENTRY_TOP: Final = 1
PRINTED: Final = 1900
"""Up to this height, in pixels, a picture is made to fit one sheet of paper; taller ones would be too small."""


def svg(width: int, height: int, title: str, kind: str, parts: Sequence[str]) -> str:
    """A picture with its title for those who do not see it; what it shows stands in words beside it."""
    return (
        f'<svg xmlns="{_NAMESPACE}" class="{kind}" width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        f' role="group" aria-label="{escape(title)}"><title>{escape(title)}</title>{"".join(parts)}</svg>'
    )


def text(x: float, y: float, words: str, kind: str) -> str:
    """One line of text; ``y`` is its baseline."""
    return f'<text x="{x:g}" y="{y:g}" class="{kind}">{escape(words)}</text>'


# -- call flows


def entry_lines(entry: str) -> tuple[str, ...]:
    """What is dialled, in lines."""
    return wrap(entry, CARD - 2 * PAD, 13, bold=True)


def entry_height(entry: str) -> int:
    """Where the first card begins, in pixels."""
    return ENTRY_TOP + len(entry_lines(entry)) * LINE + 10 + 22


def flow(drawn: Layout, title: str, entry: str) -> str:
    """The picture of a call flow that begins with what is dialled."""
    lines = entry_lines(entry)
    height = len(lines) * LINE + 10
    parts = [
        f'<rect class="entry" x="1" y="{ENTRY_TOP}" width="{CARD}" height="{height}" rx="{min(height // 2, 14)}"/>'
    ]
    for at, line in enumerate(lines, start=1):
        parts.append(text(1 + CARD / 2, ENTRY_TOP + at * LINE, line, "dialled"))
    first = drawn.cards[0].top
    parts.append(f'<path class="way" d="M{1 + CARD / 2:g} {ENTRY_TOP + height}V{first - 2}"/>')
    parts.append(_arrow(1 + CARD / 2, first, "down"))
    parts += [_placed(card) for card in drawn.cards]
    parts += [_way(way) for way in drawn.ways]
    kind = "flow short" if drawn.height <= PRINTED else "flow"
    return svg(drawn.width, drawn.height, title, kind, parts)


def _way(way: Way) -> str:
    x, door, side = CARD + 12 + way.lane * LANE, way.end, CARD + 1
    lines = []
    for start in way.starts:
        turn = 5 if start < door else -5
        lines.append(
            f"M{side} {start}H{x - 5}Q{x} {start} {x} {start + turn}V{door - turn}Q{x} {door} {x - 5} {door}H{side + 4}"
        )
    dots = "".join(f'<circle class="port" cx="{side}" cy="{start}" r="3"/>' for start in way.starts)
    return (
        f'<g class="lane{way.lane % 6}"><path class="way" d="{"".join(lines)}"/>{dots}{_arrow(side, door, "left")}</g>'
    )


def _arrow(x: float, y: float, direction: str) -> str:
    """The point of an arrow that touches a card."""
    wings = (
        f"{x - 5:g} {y - 7:g} {x + 5:g} {y - 7:g}"
        if direction == "down"
        else f"{x + 7:g} {y - 5:g} {x + 7:g} {y + 5:g}"
    )
    return f'<polygon class="tip" points="{x:g} {y:g} {wings}"/>'


def _placed(placed: PlacedCard) -> str:
    return f'<g transform="translate(0 {placed.top})">{_card(placed.measured)}</g>'


@lru_cache(maxsize=4096)
def _card(measured: MeasuredCard) -> str:
    card, y, height = measured.card, HEAD, measured.height
    parts = [f'<rect class="card" x="1" y="0" width="{CARD}" height="{height}" rx="7"/>']
    parts.append(f'<path class="stripe" d="M1 7a7 7 0 0 1 7 -7v{height}a7 7 0 0 1 -7 -7z"/>')
    head = []
    for line in measured.title:
        y += LINE
        head.append(text(1 + PAD + 4, y - 3, line, "name"))
    parts.append(f'<a href="{escape(card.page)}">{"".join(head)}</a>' if card.page else "".join(head))
    for line in measured.subtitle:
        y += LINE
        parts.append(text(1 + PAD + 4, y - 3, line, "what"))
    parts += [part for row in measured.rows for part in _row(row)]
    return f'<g class="node {card.kind}">{"".join(parts)}</g>'


def _row(measured: MeasuredRow) -> Iterator[str]:
    y = measured.top + ROW_PAD + LINE - 4
    yield f'<path class="rule" d="M8 {measured.top}H{CARD + 1}"/>'
    for line in measured.label:
        yield text(1 + PAD + 4 + measured.indent, y, line, "label")
        y += LINE
    if measured.beside:
        y -= LINE
    for line in measured.text:
        yield text(1 + CARD - PAD, y, line, f"to {measured.row.tone}")
        y += LINE


# -- weeks

_LEFT: Final = 38
_HOUR: Final = 12.5
_DAY: Final = 26
_TOP: Final = 20
_BAR: Final = 20


def week(days: Sequence[Sequence[Piece]], colours: dict[str, str], keys: dict[str, str], title: str) -> str:
    """A week: a line for each day. ``colours`` and ``keys`` by value: the class of its bars and what stands in them."""
    width, height = round(_LEFT + 24 * _HOUR + 10), _TOP + 7 * _DAY + 2
    parts = []
    for hour in range(0, 25, 3):
        x = _LEFT + hour * _HOUR
        strong = "grid strong" if hour % 6 == 0 else "grid"
        parts.append(f'<path class="{strong}" d="M{x:g} {_TOP - 3}V{height - 4}"/>')
        if hour % 6 == 0:
            parts.append(text(x, _TOP - 7, f"{hour:02d}", "hour"))
    for at, (day, pieces) in enumerate(zip(WEEKDAYS, days, strict=True)):
        y = _TOP + at * _DAY
        parts.append(text(_LEFT - 6, y + _BAR - 5, day[:3], "day"))
        parts += [_bar(piece, y, colours, keys, day) for piece in pieces if colours[piece.value]]
    return svg(width, height, title, "week", parts)


def _bar(piece: Piece, y: int, colours: dict[str, str], keys: dict[str, str], day: str) -> str:
    x, length = _LEFT + piece.start / 60 * _HOUR, (piece.end - piece.start) / 60 * _HOUR
    hours = f"{clock_time(piece.start)}–{clock_time(piece.end)}"
    words = keys[piece.value] or ("all day" if piece.end - piece.start == MINUTES_OF_DAY else hours)
    inside = ""
    if length >= 12 + 5.6 * (len(words) - 1):
        inside = text(x + length / 2, y + _BAR - 6, words, "in")
    return (
        f'<g class="bar {colours[piece.value]}"><title>{escape(f"{day} {hours}")}</title>'
        f'<rect x="{x:g}" y="{y}" width="{length:g}" height="{_BAR}" rx="3"/>{inside}</g>'
    )
