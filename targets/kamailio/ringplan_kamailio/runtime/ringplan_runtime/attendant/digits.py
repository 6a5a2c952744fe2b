"""Pressed keys, as media relays report them: one JSON datagram a key.

A relay reports the keys of every call it has, also of those whose Call-ID a stranger chose, and it does not escape
that. So nothing is believed that is not exactly as it is for a session of ours.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from .session import CALLER, TARGET

_KEYS = "0123456789*#"
_SESSION = re.compile("[0-9a-f]{32}").fullmatch
_LONGEST = 1_000


class Key(NamedTuple):
    """One pressed key."""

    session: str
    leg: str
    key: str


def read(text: str) -> Key | None:
    """The key a datagram reports, None when it is none of ours."""
    if len(text) > _LONGEST:
        return None
    try:
        report = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return None
    if not isinstance(report, dict) or report.get("type") != "DTMF":
        return None
    session, leg, event = report.get("callid"), report.get("source_tag"), report.get("event")
    if not isinstance(session, str) or not _SESSION(session) or leg not in (CALLER, TARGET):
        return None
    if not isinstance(event, int) or isinstance(event, bool) or not 0 <= event < len(_KEYS):
        return None
    return Key(session, leg, _KEYS[event])


def of_info(kind: str, body: str) -> str:
    """The key a SIP INFO carries (``application/dtmf-relay`` or ``application/dtmf``); empty: none."""
    kind = kind.partition(";")[0].strip().lower()
    if kind == "application/dtmf-relay":
        found = re.search(
            r"^[ \t]*signal[ \t]*=[ \t]*([0-9*#]{1,2})[ \t]*\r?$", body[:_LONGEST], re.IGNORECASE | re.MULTILINE
        )
        signal = found[1] if found else ""
    elif kind == "application/dtmf":
        signal = body.strip() if len(body) < _LONGEST else ""
    else:
        return ""
    signal = {"10": "*", "11": "#"}.get(signal, signal)
    return signal if len(signal) == 1 and signal in _KEYS else ""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice")
    return found
