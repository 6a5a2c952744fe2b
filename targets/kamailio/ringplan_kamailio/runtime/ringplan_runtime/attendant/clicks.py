"""Click-to-dial: what programs on this machine ask, by JSON-RPC 2.0, one datagram a request and one an answer.

A request names the user, his token and the number; it is dialled as if he had dialled it on his phone. The answer says
that his phones ring, never what becomes of the call: that is heard.
"""

from __future__ import annotations

import hmac
import json
from hashlib import blake2b
from typing import Any, NamedTuple

METHOD = "click_to_dial"
_LONGEST = 1_000
_LONGEST_NUMBER = 60

PARSE_ERROR, INVALID_REQUEST, NO_METHOD, INVALID_PARAMS = -32700, -32600, -32601, -32602
"""Codes of JSON-RPC 2.0, section 5.1."""
DENIED, TOO_SOON, EMERGENCY = 1, 2, 3


class RefusalError(Exception):
    """The request is not done."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class Click(NamedTuple):
    """One request that is well formed."""

    user: str
    """Node id."""
    token: str
    number: str


def read(request: object) -> Click:
    """The click of a request; raises RefusalError."""
    if not isinstance(request, dict) or request.get("jsonrpc") != "2.0":
        raise RefusalError(INVALID_REQUEST, "the request is no JSON-RPC 2.0")
    if request.get("method") != METHOD:
        raise RefusalError(NO_METHOD, f"the only method is {METHOD}")
    params = request.get("params")
    values = [params.get(name) for name in Click._fields] if isinstance(params, dict) else []
    if not values or not all(isinstance(value, str) and value for value in values):
        raise RefusalError(INVALID_PARAMS, "params are user, token and number, each a text")
    click = Click._make(str(value) for value in values)
    if len(click.number) > _LONGEST_NUMBER or not click.number.isprintable():
        raise RefusalError(INVALID_PARAMS, "the number is no number")
    return click


def parsed(text: str) -> object:
    """A datagram as data; raises RefusalError."""
    if len(text) > _LONGEST:
        raise RefusalError(INVALID_REQUEST, "the request is too long")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise RefusalError(PARSE_ERROR, "the request is no JSON") from None


def authorize(click: Click, known: str) -> None:
    """Raises RefusalError unless the token is the user's; ``known``: its digest, empty for a user who has none.

    Users nobody knows, users without token and wrong tokens get the same answer.
    """
    digest = blake2b(click.token.encode("utf-8", "surrogatepass"), digest_size=32).hexdigest()
    if not hmac.compare_digest(known, digest):
        raise RefusalError(DENIED, "the user or the token is wrong")


def answer(request: object, refusal: RefusalError | None) -> str:
    """The answer to a request; None: the phones ring."""
    asked = request.get("id") if isinstance(request, dict) else None
    if not isinstance(asked, str | int):
        asked = None
    said: dict[str, Any] = {"result": "ringing"}
    if refusal is not None:
        said = {"error": {"code": refusal.code, "message": str(refusal)}}
    return json.dumps({"jsonrpc": "2.0", **said, "id": asked})
