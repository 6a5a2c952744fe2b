"""Hiding the contact of a caller who withholds his number: it names his account and his address."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b

_HOST = "anonymous.invalid"
"""Requests to a hidden contact come back by the route set; its host is never looked up."""
_BLOCK = 64


def hide(key: bytes, call_id: str, contact: str, flow: str) -> str:
    """A contact URI that only the exchange can read; ``flow`` is where the caller is really reached, or empty."""
    plain = f"{contact}\n{flow}".encode("utf-8", "surrogateescape")
    return f"sip:{urlsafe_b64encode(_crypt(key, call_id, plain)).decode().rstrip('=')}@{_HOST}"


def reveal(key: bytes, call_id: str, uri: str) -> tuple[str, str] | None:
    """Contact and flow behind a request URI, None when it hides none."""
    user, found, host = uri.removeprefix("sip:").partition("@")
    if not found or host.partition(";")[0] != _HOST:
        return None
    try:
        hidden = urlsafe_b64decode(user + "=" * (-len(user) % 4))
        contact, found, flow = _crypt(key, call_id, hidden).decode("utf-8", "surrogateescape").partition("\n")
    except ValueError:
        return None
    return (contact, flow) if found and contact.startswith("sip:") else None


def _crypt(key: bytes, call_id: str, text: bytes) -> bytes:
    """Exclusive or with a key stream of the call; the same both ways."""
    seed = call_id.encode("utf-8", "surrogateescape")
    stream = b"".join(
        blake2b(seed, key=key, salt=block.to_bytes(2, "big"), person=b"contact").digest()
        for block in range(-(-len(text) // _BLOCK))
    )
    size = len(text)
    return (int.from_bytes(text, "big") ^ int.from_bytes(stream[:size], "big")).to_bytes(size, "big")
