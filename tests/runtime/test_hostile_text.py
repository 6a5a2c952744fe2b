"""Whatever phones and carriers write: nothing raises, the call ends, and nothing leads where a plan does not allow."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from importlib import import_module

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.runtime.harness import OWN, SDP, Installation, load_runtime
from tests.runtime.office import Story, group, office, phone
from tests.runtime.small import DOMAIN

from ringplan.interpreter import PhoneState
from ringplan.ir import CALL_TYPES, CallTable, Program

EXTENSION, PREMIUM = f"sip:201@{DOMAIN}", f"sip:0900111222@{DOMAIN}"
PIECES = (
    *(EXTENSION, PREMIUM, "sip:+420900111222@127.0.30.20", "tel:+420900111222", "urn:service:sos", f"sip:112@{DOMAIN}"),
    *("<", ">", ",", ";", "?", '"', "\\", " ", "\t", "\r\n ", "*", "=", "&", "@", ":", "%0d%0a", "%00", "\0", "\u0661"),
    *("<>", "q=1", "q=0.1", "Replaces=x", "Route=%3Csip:evil%3E", "method=BYE", "%6dethod=BYE", "maddr=127.0.30.20"),
)
"""What texts are put together from."""
TEXTS = st.lists(st.sampled_from(PIECES), max_size=9).map("".join) | st.text(
    st.characters(blacklist_categories=["Cs"]), max_size=60
)
PLAYED = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def barred() -> Program:
    """The office, in which nobody may call or send a call to premium numbers."""
    program = office(group())
    (tenant,) = program.tenants
    table = CallTable((), tuple((kind, kind not in ("premium", "sip_uri")) for kind in CALL_TYPES))
    plan = replace(tenant.plans[0], outgoing=table, forwarding=table)
    return replace(program, tenants=(replace(tenant, plans=(plan,)),))


BARRED = barred()


def unquoted(text: str) -> str:
    return re.sub(r'"(?:[^"\\]|\\.)*"', "", text)


@PLAYED
@given(TEXTS)
@example(f"<{EXTENSION}> <{PREMIUM}>")
@example(f"<{PREMIUM}> <{EXTENSION}>")
@example(f"<{PREMIUM};x={'y' * 2_000}>")
def test_contact_of_a_redirection(installation: Installation, contact: str) -> None:
    story = Story.begin(installation, BARRED, {phone("anna"): PhoneState.REDIRECTS})
    story.peers.contact = lambda phone: contact  # type: ignore[method-assign]
    call = story.call("eva", "200")
    story.run()
    assert 200 <= story.code(call) < 700
    assert not 300 <= story.code(call) < 400
    assert not {"alpha", "beta"} & set(story.rung(call))
    assert story.errors() == []


@PLAYED
@given(st.lists(TEXTS, min_size=1, max_size=6))
@example([f"<{EXTENSION}> <{PREMIUM}>"])
@example([f"<{PREMIUM}> <{EXTENSION}>"])
@example([f"<{EXTENSION}>", "", f"<{PREMIUM}>"])
@example([f"<{EXTENSION}>{' ' * 2_000},<{PREMIUM}>"])
@example([*[f"<{EXTENSION}>"] * 4, f"<{PREMIUM}>"])
@example([f"{EXTENSION};x=y?Route=%3Csip:evil%3E"])
@example([f"<{EXTENSION};%6dethod=BYE>"])
@example([f"<{EXTENSION}?Replaces=x%0d%0aRoute:evil>"])
def test_what_is_passed_on_of_transfers_is_one_address_that_was_judged(
    installation: Installation, texts: list[str]
) -> None:
    """What a phone could read otherwise than we do is refused."""
    story = Story.begin(installation, BARRED, {})
    call = story.call("eva", "200")
    story.run()
    refer = story.within(call, "REFER", phone("anna"))
    refer.headers += [("Refer-To", text) for text in texts]
    (code,) = story.play(refer)
    assert story.errors() == []
    if code < 300:
        (text,) = texts
        text = unquoted(text)
        assert text.count("<") <= 1
        assert text.count("sip:") + text.count("tel:") + text.count("urn:") == 1
        assert not re.search("900|112|Route|method|evil|%6d|%0d|%00|,|\0", text, re.IGNORECASE)


@PLAYED
@given(st.lists(TEXTS, max_size=4), st.lists(TEXTS, max_size=4))
@example(["<sip:a@b>;counter=999999999"], [])
@example(["<sip:a@b>;counter=-1"] * 500, ["<sip:a@b;cause=302>;index=1," * 5_000])
@example(["<" * 9_000, '"' * 9_001], ["<" * 9_000])
def test_history_a_carrier_tells(installation: Installation, diversion: list[str], history: list[str]) -> None:
    story = Story.begin(installation, BARRED, {})
    call = story.call("eva", "200")
    from_trunk = replace(
        call,
        source=call.source._replace(host="127.0.30.20"),
        ruri=f"sip:+420222333404@{OWN.host}",
        headers=[
            *[(key, value) for key, value in call.headers if key in ("Call-ID", "CSeq", "Max-Forwards", "Contact")],
            ("From", "<sip:+420602123456@carrier>;tag=a"),
            ("To", "<sip:+420222333404@carrier>"),
            *[("Diversion", text) for text in diversion],
            *[("History-Info", text) for text in history],
        ],
        body=SDP,
        via_branch="z9from-trunk",
    )
    (code,) = story.play(from_trunk)
    assert 200 <= code < 700
    assert story.errors() == []


@PLAYED
@given(TEXTS)
def test_whatever_is_dialled_no_premium_number_is_called(installation: Installation, text: str) -> None:
    story = Story.begin(installation, BARRED, {})
    call = story.call("eva", text.replace("\r\n", ""))
    story.run()
    called = [branch.sent.ruri for _, branch in story.kamailio.sent]
    assert not [uri for uri in called if "90011" in uri]
    assert 200 <= story.code(call) < 700
    assert story.errors() == []


@pytest.mark.parametrize("text", ["x" + " " * 990 + "y", '"' + " " * 990, " " * 999, "a " * 490, "<a>" + " ;" * 490])
def test_a_long_refer_to_takes_no_time(text: str) -> None:
    redirects = import_module(f"{load_runtime().__name__}.redirects")
    begun = time.process_time()
    redirects._REFER_TO(text)
    assert time.process_time() - begun < 0.05
