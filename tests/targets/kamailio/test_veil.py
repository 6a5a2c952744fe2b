"""Contacts of callers who withhold their number: nobody reads them, nobody makes them up."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest

from ringplan_kamailio.runtime.ringplan_runtime import veil

KEY = b"k" * 32
CONTACT, FLOW = "sip:novakova-desk@192.0.2.7:5060", "sip:198.51.100.4:1024"


def test_only_the_exchange_reads_it() -> None:
    uri = veil.hide(KEY, "call", CONTACT, FLOW)
    assert veil.reveal(KEY, "call", uri) == (CONTACT, FLOW)
    assert "novakova" not in uri
    assert veil.reveal(b"x" * 32, "call", uri) is None


def test_it_belongs_to_one_call() -> None:
    assert veil.reveal(KEY, "other", veil.hide(KEY, "call", CONTACT, FLOW)) is None


@pytest.mark.parametrize("position", [0, 15, 16, 20, -1])
def test_a_changed_bit_is_noticed(position: int) -> None:
    user = veil.hide(KEY, "call", CONTACT, FLOW).removeprefix("sip:").partition("@")[0]
    hidden = bytearray(urlsafe_b64decode(user + "=" * (-len(user) % 4)))
    hidden[position] ^= 1
    changed = urlsafe_b64encode(bytes(hidden)).decode().rstrip("=")
    assert veil.reveal(KEY, "call", f"sip:{changed}@anonymous.invalid") is None


def test_two_contacts_of_one_call_share_no_key_stream() -> None:
    """Of texts hidden with one stream the difference would be readable."""
    one, other = (
        urlsafe_b64decode((user := veil.hide(KEY, "call", text, "")[4:].partition("@")[0]) + "=" * (-len(user) % 4))[
            16:
        ]
        for text in (CONTACT, CONTACT.replace("desk", "dect"))
    )
    assert sum(a != b for a, b in zip(one, other, strict=True)) > len(one) // 2


@pytest.mark.parametrize(
    "uri", ["", "sip:a@b", "sip:@anonymous.invalid", "sip:%%%@anonymous.invalid", "sip:AAAA@anonymous.invalid"]
)
def test_what_was_never_hidden(uri: str) -> None:
    assert veil.reveal(KEY, "call", uri) is None
