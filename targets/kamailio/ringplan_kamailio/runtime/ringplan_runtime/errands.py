"""What exchange and attendant tell each other of a call: one header, which only who has the site's secret can write.

The exchange takes this header away from everything that comes from elsewhere (route STRIP in kamailio.cfg), and both
believe it only with its keyed hash over the Call-ID.
"""

from __future__ import annotations

import base64
import binascii
import json
from hashlib import blake2b
from typing import NamedTuple

HEADER = "P-Ringplan-Errand"

VISIT = "visit"
"""To the attendant: the call reached ``node``, an IVR, announcement or callback."""
TREAT = "treat"
"""To the attendant: the call ends with the rejection ``node``, whose prompt is played first."""
ENTER = "enter"
"""To the exchange: the call goes on at ``node``; ``diversions`` count, and name who forwarded it."""
DIAL = "dial"
"""To the exchange: ``user`` dials ``dialled``, by his plan and under his identity; emergency numbers are refused."""
EMPLOYEE = "employee"
"""To the exchange: the callback ``node`` calls ``dialled``, one of its allowed numbers, and shows its own number."""
OWN_PHONES = "own-phones"
"""To the exchange: ring the phones of ``user`` himself, whatever he forwards; he clicked to dial ``dialled``."""
TRANSFER = "transfer"
"""To the attendant, in a REFER: ``user`` transfers to ``dialled``; the exchange has allowed it. Back to the exchange,
in an INVITE: the call goes there; who is transferred stays the caller, and ``user`` is who forwarded it."""
ANSWERED = "answered"
"""To the attendant, in a 2xx to its INVITE: ``user`` answered; without one somebody outside, ``number``."""

KINDS = frozenset((VISIT, TREAT, ENTER, DIAL, EMPLOYEE, OWN_PHONES, TRANSFER, ANSWERED))
_LONGEST = 1500
"""Characters: a header of a request the attendant sends can have 2,048 in all (module uac)."""


class Errand(NamedTuple):
    """One call's business."""

    kind: str
    tenant: str
    node: str = ""
    user: str = ""
    """Node id of the user for whom it is; with ``ENTER`` and ``VISIT`` unused."""
    dialled: str = ""
    caller: str = ""
    """Node id of the calling user; empty: the call comes from a trunk."""
    number: str = ""
    """Number of a caller from outside, as the carrier wrote it."""
    private: bool = False
    called: str = ""
    """What was dialled in the first place, for the log."""
    moment: int = 0
    """When the call began, seconds since 1970."""
    carried: int = 0
    diversions: tuple[tuple[str, str], ...] = ()
    """Node and reason, first to last."""


def header(key: bytes, call_id: str, errand: Errand) -> str:
    """The header line with its end; ValueError when it would be too long."""
    body = json.dumps(list(errand), separators=(",", ":")).encode("utf-8", "surrogateescape")
    text = base64.urlsafe_b64encode(body).decode("ascii").rstrip("=")
    if len(text) > _LONGEST:
        raise ValueError("an errand too long for a header")
    return f"{HEADER}: {text}.{_mac(key, call_id, text)}\r\n"


def read(key: bytes, call_id: str, text: str) -> Errand | None:
    """The errand of a header's body, None when there is none or it is not ours."""
    body, _, mac = text.strip().partition(".")
    if not body or mac != _mac(key, call_id, body):
        return None
    try:
        fields = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        errand = Errand._make(fields)
        errand = errand._replace(diversions=tuple((node, reason) for node, reason in errand.diversions))
    except (ValueError, TypeError, binascii.Error):
        return None
    return errand if errand.kind in KINDS else None


def _mac(key: bytes, call_id: str, text: str) -> str:
    return blake2b(f"errand {call_id} {text}".encode("utf-8", "surrogateescape"), key=key, digest_size=16).hexdigest()
