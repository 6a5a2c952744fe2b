"""The SIPp scenario files of the parties."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import LabError
from .party import Party

if TYPE_CHECKING:
    from jinja2 import Environment

_TEXT_SAFE = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 \"':;=,.<>@+-_*%/()?!~$")


class _Escaped:
    """A party as the templates see it: every text harmless to SIPp's own syntax."""

    def __init__(self, party: Party) -> None:
        self._party = party

    def __getattr__(self, name: str) -> object:
        value = getattr(self._party, name)
        if isinstance(value, tuple):
            return [sipp_text(item) for item in value]
        return sipp_text(str(value)) if isinstance(value, str | Path) and name != "shape" else value


def sipp_text(text: str) -> str:
    """Text for the inside of a SIPp message: brackets, backslashes and anything unusual as ``\\xNN``.

    Raises LabError for a line break or NUL, which could only be an attempt to write headers of its own.
    """
    if any(sign in text for sign in "\r\n\0"):
        raise LabError(f"a line break or NUL in a header is refused: {text!r}")
    data = text.encode()
    return "".join(chr(byte) if byte in _TEXT_SAFE else f"\\x{byte:02X}" for byte in data)


def render(party: Party) -> str:
    """The SIPp scenario file of a party."""
    text = _environment().get_template(f"{party.template}.xml.j2").render(p=_Escaped(party))
    # SIPp ends the headers at the first empty line, and an empty line in XML means nothing.
    return _without_gaps(text)


def _without_gaps(text: str) -> str:
    """Drops the empty lines that template tags leave, but not the one before a session description."""
    lines = text.splitlines()
    kept = []
    for index, line in enumerate(lines):
        follows = lines[index + 1].strip() if index + 1 < len(lines) else ""
        if line.strip() or follows.startswith("v=0") or follows == "]]>":
            kept.append(line)
    return "\n".join(kept) + "\n"


@functools.cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined  # costs 50 ms

    return Environment(
        loader=PackageLoader("ringplan_sipp"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 - not HTML; sipp_text escapes
    )
