"""Text of a manifest as parts of SIP headers, made safe once, at compile time."""

from __future__ import annotations

import unicodedata

NAME_LENGTH = 80
"""Longest display name put on the wire, characters; phones cut them much earlier."""


def display_name(name: str) -> str:
    """``name`` as a quoted string (RFC 3261 section 25.1), ready for a From header; empty when nothing is left.

    Control and formatting characters (line ends, bidirectional overrides) become spaces, so that a name can
    neither end a header nor pretend to be another one.
    """
    visible = name
    if not name.isprintable():  # it may have characters of the categories C
        visible = "".join(" " if unicodedata.category(character)[0] == "C" else character for character in name)
    visible = " ".join(visible.split())[:NAME_LENGTH].strip()
    if not visible:
        return ""
    escaped = visible.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
