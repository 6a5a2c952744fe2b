"""How a call says that it was forwarded: Diversion (RFC 5806) and History-Info (RFC 7044) as header text.

What is written here are numbers the compiler has checked and the platform's domain; nothing a person wrote.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

MAX_DIVERSIONS = 5
"""How often one call may be forwarded."""
MOST_CARRIED = 99
"""The highest count that is believed of a carrier."""
_LONGEST = 2_000
"""Characters of a carrier's headers that are read."""

CAUSES = {
    "unconditional": 302,
    "user-busy": 486,
    "no-answer": 408,
    "unavailable": 503,
    "deflection": 480,
    "time-of-day": 302,
}
"""Reason of a diversion and its ``cause`` (RFC 4458, RFC 7544)."""

_NOBODY = "sip:anonymous@anonymous.invalid"
_COUNTER = re.compile(r";\s*counter\s*=\s*0*([0-9]{1,6})", re.ASCII | re.IGNORECASE)
_CAUSE = re.compile(r"[;?&]\s*cause\s*=", re.ASCII | re.IGNORECASE)
_WITHIN = re.compile(r'"(?:[^"\\]|\\.)*"|<[^>]*>')
"""A display name, or a URI: commas within do not part entries."""


class Forwarded(NamedTuple):
    """One diversion, as a carrier may be told of it."""

    reason: str
    number: str | None
    """As the trunk wants it; None: none may be shown."""
    private: bool


def diversion(forwarded: Sequence[Forwarded], carried: int, domain: str) -> str:
    """The Diversion header, newest first; ``counter`` says how many there were in all, those of others included."""
    entries: list[str] = []
    for one in reversed(forwarded):
        uri = _NOBODY if one.number is None else f"sip:{one.number}@{domain}"
        counter = "" if entries else f";counter={min(len(forwarded) + carried, MOST_CARRIED)}"
        privacy = "full" if one.private or one.number is None else "off"
        entries.append(f"<{uri}>;reason={one.reason}{counter};privacy={privacy}")
    return f"Diversion: {', '.join(entries)}\r\n"


def history(forwarded: Sequence[Forwarded], target: str, domain: str) -> str:
    """The History-Info header: the number first called, and each target after it with the cause of its being called.

    ``target``: the URI that is called now.
    """
    entries, index, cause = [], "1", ""
    for one in forwarded:
        hidden = one.private or one.number is None
        uri = _NOBODY if one.number is None else f"sip:{one.number}@{domain}"
        entries.append(f"<{uri}{cause}{'?Privacy=history' if hidden else ''}>;index={index}")
        index, cause = f"{index}.1", f";cause={CAUSES[one.reason]}"
    entries.append(f"<{target}{cause}>;index={index}")
    return f"History-Info: {', '.join(entries)}\r\n"


def carried(diversion: str, history: str) -> int:
    """How often other networks have forwarded a call, from all its Diversion and all its History-Info headers.

    Of Diversion the highest counter or the number of entries, whichever is more; of History-Info the entries with a
    cause. Whoever writes nonsense is believed up to `MOST_CARRIED`.
    """
    found = 0
    if diversion:
        entries = _WITHIN.sub("x", diversion[:_LONGEST])
        counters = map(int, _COUNTER.findall(entries))
        found = max((entries.count(",") + 1, *counters))
    if history:
        found = max(found, len(_CAUSE.findall(history[:_LONGEST])))
    return min(found, MOST_CARRIED)
