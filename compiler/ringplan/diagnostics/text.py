"""Text from a manifest inside a message: shortened, and without anything a terminal would act on."""

from __future__ import annotations

import unicodedata
from typing import Final

MAX_SHOWN: Final = 60
"""Code points of a value that a message repeats."""

# Control, format (direction overrides, zero width), surrogate, private use, unassigned, what looks like a space.
_ESCAPED: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})
_SHORT: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\x00": "\\0"}


def escape(text: str) -> str:
    """``text`` with every invisible or controlling character written as an escape."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(escape_character(character) for character in text)


def escape_character(character: str) -> str:
    """One character, or its escape when a terminal or a reader could be misled by it."""
    if " " <= character <= "~":
        return character
    if character in _SHORT:
        return _SHORT[character]
    if unicodedata.category(character) not in _ESCAPED:
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{{{code:x}}}"


def shown(value: object, prefix: str = "", limit: int = MAX_SHOWN) -> str:
    """A value as a message quotes it: in backticks, on one line, at most ``limit`` code points of it."""
    text = prefix + str(value)
    if len(text) > limit:
        text = text[: limit - 1] + "…"
    return "`" + escape(text).replace("`", "'") + "`"


def listed(values: list[str], limit: int = 12) -> str:
    """``a``, ``b`` and ``c``; after ``limit`` values only how many more there are; ``nothing`` for none."""
    if not values:
        return "nothing"
    quoted = [shown(value) for value in values[:limit]]
    if len(values) > limit:
        quoted.append(f"{len(values) - limit} more")
    return quoted[0] if len(quoted) == 1 else ", ".join(quoted[:-1]) + " and " + quoted[-1]
