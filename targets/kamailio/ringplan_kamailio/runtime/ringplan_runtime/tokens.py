"""The mark by which the exchange knows requests of calls it set up itself.

It travels in the Record-Route header and comes back in the Route of in-dialog requests. Without it, anybody
could use the exchange as a relay by inventing a To tag. A mark is a kind, the exchange's own name of the call, and a
keyed hash of both and the Call-ID. The name is ours: a Call-ID and tags are the sender's to choose, and a call that a
carrier sends back to us has the same ones.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import NamedTuple

_PARAMETER = ";tk="

PHONES = "p"
"""A call to phones."""
TRUNK = "t"
"""A call to a trunk: its in-dialog requests may be sent there."""
VEILED = "v"
"""Added to the kind when the caller's contact is hidden."""
TO_ATTENDANT = "a"
"""Added when the attendant is called."""
FROM_ATTENDANT = "b"
"""Added when the attendant calls."""
DIRECT = "d"
"""Added when the exchange has no media relay in the call, because the attendant has."""


class Mark(NamedTuple):
    """What a request within a dialog brings back."""

    kind: str
    call: str
    """The exchange's name of the call."""


def parameter(key: bytes, call_id: str, kind: str, call: str) -> str:
    """The Record-Route parameter for a call; ``key`` is the site's secret."""
    return f"{_PARAMETER}{kind}.{call}.{_mac(key, call_id, kind, call)}"


def read(key: bytes, call_id: str, route: str) -> Mark | None:
    """The mark a Route URI carries, None when there is none or it is not ours."""
    _, found, rest = route.partition(_PARAMETER)
    claimed, _, more = rest.partition(";")[0].partition(".")
    call, _, mac = more.partition(".")
    if not found or mac != _mac(key, call_id, claimed, call):
        return None
    return Mark(claimed, call)


def _mac(key: bytes, call_id: str, kind: str, call: str) -> str:
    text = f"{kind} {call} {call_id}".encode("utf-8", "surrogateescape")
    return blake2b(text, key=key, digest_size=10).hexdigest()
