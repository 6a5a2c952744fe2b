"""Hiding the contact of a caller who withholds his number: it names his account and his address."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b
from hmac import compare_digest

_HOST = "anonymous.invalid"
"""Requests to a hidden contact come back by the route set; its host is never looked up."""
_BLOCK = 64
_SEAL = 16


def hide(key: bytes, call_id: str, contact: str, flow: str) -> str:
    """A contact URI that only the exchange can read; ``flow`` is where the caller is really reached, or empty."""
    plain = f"{contact}\n{flow}".encode("utf-8", "surrogateescape")
    seal = _seal(key, call_id, plain)
    return f"sip:{urlsafe_b64encode(seal + _crypt(key, seal, plain)).decode().rstrip('=')}@{_HOST}"


def reveal(key: bytes, call_id: str, uri: str) -> tuple[str, str] | None:
    """Contact and flow behind a request URI, None when it hides none."""
    user, found, host = uri.removeprefix("sip:").partition("@")
    if not found or host.partition(";")[0] != _HOST:
        return None
    try:
        hidden = urlsafe_b64decode(user + "=" * (-len(user) % 4))
    except ValueError:
        return None
    seal, hidden = hidden[:_SEAL], hidden[_SEAL:]
    plain = _crypt(key, seal, hidden)
    if not compare_digest(seal, _seal(key, call_id, plain)):
        return None
    contact, _, flow = plain.decode("utf-8", "surrogateescape").partition("\n")
    return contact, flow


def _seal(key: bytes, call_id: str, plain: bytes) -> bytes:
    """Proof that the exchange hid this in this call; it also seeds the key stream, so no stream is used twice."""
    text = call_id.encode("utf-8", "surrogateescape") + b"\n" + plain
    return blake2b(text, key=key, digest_size=_SEAL, person=b"seal").digest()


def _crypt(key: bytes, seed: bytes, text: bytes) -> bytes:
    """Exclusive or with the key stream of a seal; the same both ways."""
    stream = b"".join(
        blake2b(seed, key=key, salt=block.to_bytes(2, "big"), person=b"contact").digest()
        for block in range(-(-len(text) // _BLOCK))
    )
    size = len(text)
    return (int.from_bytes(text, "big") ^ int.from_bytes(stream[:size], "big")).to_bytes(size, "big")
