"""What is believed of a click, and what is answered."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringplan_kamailio.generation import token_digest
from ringplan_kamailio.runtime.ringplan_runtime.attendant import clicks
from ringplan_kamailio.runtime.ringplan_runtime.attendant.clicks import Click, RefusalError

PARAMS = {"user": "novak/users/ann", "token": "a-token-of-twenty-signs", "number": "0602123456"}


def request(**changes: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 7, "method": "click_to_dial", "params": PARAMS} | changes


def refused(said: object) -> int:
    with pytest.raises(RefusalError) as caught:
        clicks.read(said)
    return caught.value.code


def test_a_click_is_read() -> None:
    assert clicks.read(request()) == Click("novak/users/ann", "a-token-of-twenty-signs", "0602123456")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ([], clicks.INVALID_REQUEST),
        ("click", clicks.INVALID_REQUEST),
        (request(jsonrpc="1.0"), clicks.INVALID_REQUEST),
        (request(method="tm.cancel"), clicks.NO_METHOD),
        (request(params=None), clicks.INVALID_PARAMS),
        (request(params=["novak/users/ann", "t", "1"]), clicks.INVALID_PARAMS),
        (request(params=PARAMS | {"token": 5}), clicks.INVALID_PARAMS),
        (request(params=PARAMS | {"number": ""}), clicks.INVALID_PARAMS),
        (request(params=PARAMS | {"number": "0602\r\nVia: x"}), clicks.INVALID_PARAMS),
        (request(params=PARAMS | {"number": "1" * 61}), clicks.INVALID_PARAMS),
    ],
)
def test_what_is_no_click_is_refused(said: object, code: int) -> None:
    assert refused(said) == code


@pytest.mark.parametrize("text", ["", "{", "[" * 900, "x" * 1001])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(RefusalError):
        clicks.parsed(text)


def test_only_the_users_own_token_opens() -> None:
    click = clicks.read(request())
    clicks.authorize(click, token_digest(click.token))
    for known in ("", token_digest("another-token-of-twenty"), click.token):
        with pytest.raises(RefusalError) as caught:
            clicks.authorize(click, known)
        assert (caught.value.code, str(caught.value)) == (clicks.DENIED, "the user or the token is wrong")


def test_answers() -> None:
    assert json.loads(clicks.answer(request(), None)) == {"jsonrpc": "2.0", "result": "ringing", "id": 7}
    refusal = RefusalError(clicks.EMERGENCY, "no")
    assert json.loads(clicks.answer(request(id=["x"]), refusal)) == {
        "jsonrpc": "2.0",
        "error": {"code": 3, "message": "no"},
        "id": None,
    }


@given(st.text(max_size=1100))
def test_no_text_makes_it_fail(text: str) -> None:
    with pytest.raises(RefusalError) as caught:
        clicks.read(clicks.parsed(text))
    assert json.loads(clicks.answer(text, caught.value))["error"]["code"] == caught.value.code
