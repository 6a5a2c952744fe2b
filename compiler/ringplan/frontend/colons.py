"""A colon inside a word within brackets: ``[mon-fri 08:00-17:00]``, ``{listen: [udp:192.0.2.10:5060]}``.

YAML 1.2 takes it as text, and so do editors; the libyaml inside ruamel.yaml's C parser (0.1) refuses it. So such colons
are parsed as a character that stands for them and put back into the values. The stand-in is one code point as well,
so every position stays right.
"""

from __future__ import annotations

import re
from typing import Final

# Not after a quote or bracket: there a colon ends a key also without a space, ``{"a":1}``.
_COLON: Final = re.compile(r"""(?<![\s"'\]}\[{,]):(?=[^\s,\[\]{}])""")
_PRIVATE_USE: Final = range(0xE000, 0xF8FF)


def protect(text: str) -> tuple[str, str | None]:
    """The text with a stand-in for such colons, and the stand-in; None when there are none, which is the usual case."""
    if _COLON.search(text) is None:
        return text, None
    stand_in = next((chr(code) for code in _PRIVATE_USE if chr(code) not in text), None)
    if stand_in is None:  # a text with every private character in it: let libyaml refuse it
        return text, None
    return _COLON.sub(stand_in, text), stand_in
