"""A colon or question mark inside a word within brackets: ``[mon-fri 08:00-17:00]``, ``[222??33*]``.

YAML 1.2 takes it as text, and so do editors; the libyaml inside ruamel.yaml's C parser (0.1) refuses it. So such marks
are parsed as characters that stand for them and put back into the values. A stand-in is one code point as well, so
every position stays right.
"""

from __future__ import annotations

import re
from typing import Final

_MARKS: Final = {
    # Not after a quote or bracket: there a colon ends a key also without a space, ``{"a":1}``.
    ":": re.compile(r"""(?<![\s"'\]}\[{,]):(?=[^\s,\[\]{}])"""),
    # Alone it begins a key of several lines; nobody writes those, and they are refused.
    "?": re.compile(r"""(?<=[^\s"'\]}\[{,])\?|\?(?=[^\s,\[\]{}])"""),
}
_PRIVATE_USE: Final = range(0xE000, 0xF8FF)


def protect(text: str) -> tuple[str, dict[int, str] | None]:
    """The text with stand-ins for such marks, and what puts them back (``str.translate``); None: there are none."""
    back: dict[int, str] = {}
    for mark, inside in _MARKS.items():
        if mark in text and inside.search(text):
            stand_in = next((code for code in _PRIVATE_USE if chr(code) not in text), None)
            if stand_in is None:  # a text with every private character in it: let libyaml refuse it
                continue
            text = inside.sub(chr(stand_in), text)
            back[stand_in] = mark
    return text, back or None
