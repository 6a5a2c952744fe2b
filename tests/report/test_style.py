"""The colours of the pages: what is written can be read, in the light and in the dark."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

STYLE = (files("ringplan.report") / "templates/style.css").read_text(encoding="utf-8")
MODES = {
    "light": STYLE,
    "dark": STYLE.partition("@media (prefers-color-scheme: dark)")[2],
    "print": STYLE.partition("@media print")[2],
}
PAIRS = (
    *(("ink", "card"), ("ink", "page"), ("soft", "card"), ("soft", "page"), ("soft", "head"), ("link", "card")),
    *(("good", "card"), ("bad", "card"), ("bad", "head"), ("ink", "code")),
    *(("on", f"hue{at}") for at in range(6)),
    ("on", "ends"),
)


def colour(mode: str, name: str) -> tuple[float, ...]:
    """The first definition of a variable in the part of a mode, as red, green and blue from 0 to 1."""
    found = re.search(rf"--{name}: #([0-9a-f]+);", MODES[mode])
    assert found is not None, name
    digits = found[1] if len(found[1]) == 6 else "".join(digit * 2 for digit in found[1])
    return tuple(int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))


def luminance(rgb: tuple[float, ...]) -> float:
    """WCAG 2.2, relative luminance."""
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in rgb]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_contrast_is_enough_for_small_text(mode: str, text: str, ground: str) -> None:
    one, other = sorted((luminance(colour(mode, text)), luminance(colour(mode, ground))))
    assert (other + 0.05) / (one + 0.05) >= 4.5


def test_nothing_is_fetched() -> None:
    assert not re.search(r"url\(|@import|@font-face", STYLE)
