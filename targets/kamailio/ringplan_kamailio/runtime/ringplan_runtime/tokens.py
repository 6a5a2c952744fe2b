"""The mark by which the exchange knows requests of calls it set up itself.

It travels in the Record-Route header and comes back in the Route of in-dialog requests. Without it, anybody
could use the exchange as a relay by inventing a To tag. A mark is a kind and a keyed hash of kind and Call-ID.
"""

from __future__ import annotations

from hashlib import blake2b

_PARAMETER = ";tk="

PHONES = "p"
"""A call to phones."""
TRUNK = "t"
"""A call to a trunk: its in-dialog requests may be sent there."""
VEILED = "v"
"""Added to the kind when the caller's contact is hidden."""

_KINDS = frozenset((PHONES, TRUNK, PHONES + VEILED, TRUNK + VEILED))


def parameter(key: bytes, call_id: str, kind: str) -> str:
    """The Record-Route parameter for a call; ``key`` is the site's secret."""
    return f"{_PARAMETER}{kind}.{_mac(key, call_id, kind)}"


def kind(key: bytes, call_id: str, route: str) -> str | None:
    """The kind in the token a Route URI carries, None when there is none or it is not ours."""
    _, found, rest = route.partition(_PARAMETER)
    claimed, _, mac = rest.partition(";")[0].partition(".")
    if not found or claimed not in _KINDS or mac != _mac(key, call_id, claimed):
        return None
    return claimed


def _mac(key: bytes, call_id: str, kind: str) -> str:
    text = f"{kind} {call_id}".encode("utf-8", "surrogateescape")
    return blake2b(text, key=key, digest_size=10).hexdigest()
