"""What is believed to be a key."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringplan_kamailio.runtime.ringplan_runtime.attendant import digits

SESSION = "0123456789abcdef0123456789abcdef"


def report(**changes: Any) -> str:
    """What rtpengine sends."""
    found: dict[str, Any] = {
        "callid": SESSION,
        "source_tag": "a",
        "tags": ["a", "b"],
        "type": "DTMF",
        "timestamp": 1763996400,
        "source_ip": "192.0.2.7",
        "event": 1,
        "duration": 280,
        "volume": 10,
    } | changes
    return json.dumps(found)


@pytest.mark.parametrize(("event", "key"), [(0, "0"), (9, "9"), (10, "*"), (11, "#")])
def test_keys(event: int, key: str) -> None:
    assert digits.read(report(event=event)) == (SESSION, "a", key)
    assert digits.read(report(event=event, source_tag="b")) == (SESSION, "b", key)


@pytest.mark.parametrize(
    "changes",
    [
        {"event": 12},
        {"event": -1},
        {"event": True},
        {"event": "1"},
        {"event": 1.0},
        {"event": None},
        {"type": "RTP"},
        {"source_tag": "c"},
        {"source_tag": ["a"]},
        {"callid": SESSION.upper()},
        {"callid": SESSION[:-1]},
        {"callid": SESSION + "\n"},
        {"callid": 7},
        {"callid": None},
    ],
)
def test_nothing_else_is_one(changes: dict[str, Any]) -> None:
    assert digits.read(report(**changes)) is None


def test_a_call_id_that_forges_fields_is_nobodys() -> None:
    """rtpengine does not escape the Call-ID of ordinary calls."""
    forged = report().replace(SESSION, f'x","callid":"{SESSION}", "event":1, "y":"')
    assert json.loads(forged)["callid"] == SESSION
    assert digits.read(forged) is None


@pytest.mark.parametrize("text", ["", "{", "[]", "7", "[" * 900, "null", "x" * 2_000, report() + "x"])
def test_other_texts(text: str) -> None:
    assert digits.read(text) is None


@given(st.text(max_size=1_200))
def test_no_text_is_too_strange(text: str) -> None:
    assert digits.read(text) is None
    assert digits.of_info(text, text) == ""


@pytest.mark.parametrize(
    ("kind", "body", "key"),
    [
        ("application/dtmf-relay", "Signal=5\r\nDuration=160\r\n", "5"),
        ("Application/DTMF-Relay; charset=x", "signal= *\r\nDuration=160\r\n", "*"),
        ("application/dtmf-relay", "Duration=160\nSignal=11\n", "#"),
        ("application/dtmf-relay", "Signal=10", "*"),
        ("application/dtmf-relay", "Signal=12", ""),
        ("application/dtmf-relay", "Signal=55", ""),
        ("application/dtmf-relay", "Signal=A", ""),
        ("application/dtmf", "7", "7"),
        ("application/dtmf", "#\r\n", "#"),
        ("application/dtmf", "77", ""),
        ("application/sdp", "7", ""),
        ("", "7", ""),
    ],
)
def test_keys_by_info(kind: str, body: str, key: str) -> None:
    assert digits.of_info(kind, body) == key
