"""Phones that send a call elsewhere (302), and users who transfer one (REFER)."""

from __future__ import annotations

import pytest
from tests.interpreter.exchange import ABROAD, PLATFORM, Exchange, end, exchange, forwarded, phones, rang

from ringplan.interpreter import Presented, transfer
from ringplan.ir import User

TRUNKS = (
    PLATFORM
    + '  leased: {address: "127.0.0.31:5060", priority: 5, numbers: false, domains: [partner.example, leased.example],'
    + " tenants: [clinic]}\n"
    + '  partners: {address: "127.0.0.30:5060", priority: 90, numbers: false, domains: [partner.example]}\n'
)
SIP_ALLOWED = "calling_plan: {forwarding: {sip_uri: allow}}\n"
NO_MOBILE = "calling_plan: {forwarding: {mobile: deny, internal: deny}}"


def line(more: str = "", platform: str = PLATFORM, a: str = "", **users: str) -> Exchange:
    """User a has two phones; b is his colleague, c gets what a declines."""
    fields = f"{phones('desk', 'mobile')}, forward: {{busy: users/c}}" + (f", {a}" if a else "")
    return exchange(more, platform=platform, a=fields, **dict.fromkeys(("b", "c", "x"), "") | users)


# -- 302


@pytest.mark.parametrize(
    "target", ["1202", "222333402", "0222333402", "+420222333402", "sip:1202@acme.pbx.example", "tel:1202"]
)
def test_the_exchange_follows_a_redirection_itself(target: str) -> None:
    outcome = line().call("x", "1201", redirects={"a": target}, silent="a/mobile")
    assert (rang(outcome), end(outcome)) == (["a a/mobile 60", "b 60"], "b")
    assert [attempt.result for attempt in outcome.attempts] == ["redirected", "answered"]
    assert forwarded(outcome) == ["users/a deflection"]


def test_a_redirection_ends_the_ringing_of_the_other_phones() -> None:
    assert end(line().call("x", "1201", redirects={"a/mobile": "1202"})) == "b"
    declined = line().call("x", "1201", redirects={"a/mobile": "1202"}, declines="a")
    assert end(declined) == "c"  # both decide for the same person; the refusal is obeyed


def test_a_redirection_is_dialled_as_by_the_phones_owner() -> None:
    outcome = line(a="speed_dial: {6: 1202}", x="speed_dial: {6: 1203}").call("x", "1201", redirects={"a": "6#"})
    assert end(outcome) == "b"


def test_a_redirection_outside_is_the_owners_call() -> None:
    outcome = line().call("x", "1201", redirects={"a": "0602123456"})
    assert (end(outcome), forwarded(outcome)) == ("carrier", ["users/a deflection"])
    last = outcome.attempts[-1]
    assert (last.request_user, last.presented) == (
        "+420602123456",
        Presented("+420222333404", asserted="+420222333401"),
    )


@pytest.mark.parametrize(
    "target",
    [
        "",  # no Contact, or none that can be read
        "1299",
        "602123456",  # without the outside prefix
        "0222333449",  # owned, but nobody's
        "112",
        "0112",
        "urn:service:sos",
        "000498912345",  # international calls are denied
        "0900123456",
        "sip:1202@elsewhere.example",
        "sip:alice@partner.example",  # SIP URIs are denied
        "tel:112",
        "mailto:b@partner.example",
    ],
)
def test_where_the_owner_may_not_send_it_he_has_declined(target: str) -> None:
    outcome = line(platform=TRUNKS).call("x", "1201", redirects={"a": target})
    assert (end(outcome), forwarded(outcome)) == ("c", ["users/a user-busy"])
    assert not outcome.emergency


def test_the_caller_never_sees_a_redirection() -> None:
    plain = exchange(a="", x="")
    assert end(plain.call("x", "1201", redirects={"a": "1299"})) == "486 Busy Here"
    assert end(plain.call("x", "1201", redirects={"a": "112"})) == "486 Busy Here"


def test_the_forwarding_plan_of_the_owner_decides() -> None:
    barred = line(a=NO_MOBILE)
    assert end(barred.call("x", "1201", redirects={"a": "0602123456"})) == "c"
    assert end(barred.call("x", "1201", redirects={"a": "1202"})) == "c"
    assert end(barred.call("x", "1201", redirects={"a": "0222111000"})) == "carrier"
    # neither what the owner may dial nor what the caller may do matters
    callers = line(a="calling_plan: {outgoing: {mobile: deny}}", x=NO_MOBILE)
    assert end(callers.call("x", "1201", redirects={"a": "0602123456"})) == "carrier"


def test_a_redirection_to_a_sip_uri() -> None:
    both = line(SIP_ALLOWED, TRUNKS)
    outcome = both.call("x", "1201", redirects={"a": "sip:alice@partner.example"})
    last = outcome.attempts[-1]
    assert (last.targets, last.request_user, last.request_host) == (("partners",), "alice", "partner.example")
    assert forwarded(outcome) == ["users/a deflection"]
    # the trunk that serves it belongs to another tenant
    assert end(both.call("x", "1201", redirects={"a": "sip:alice@leased.example"})) == "c"


def test_a_redirection_by_who_got_a_forwarded_call() -> None:
    outcome = line(b="forward: {always: users/a}").call("x", "1202", redirects={"a": "1203"})
    assert (end(outcome), forwarded(outcome)) == ("c", ["users/b unconditional", "users/a deflection"])


def test_redirections_count_as_diversions() -> None:
    busy = line()
    assert end(busy.call(ABROAD, "+420222333401", diversions=4, redirects={"a": "1202"})) == "b"
    outcome = busy.call(ABROAD, "+420222333401", diversions=5, redirects={"a": "1202"})
    assert (rang(outcome), end(outcome)) == (["a a/mobile 60"], "480 Too Many Diversions")


def test_phones_that_redirect_to_each_other_or_themselves_ring_six_times() -> None:
    one = line().call("x", "1201", redirects={"a": "1201"})
    assert (rang(one), end(one)) == (["a a/mobile 60"] * 6, "480 Too Many Diversions")
    two = line().call("x", "1201", redirects={"a": "1202", "b": "1201"})
    assert (rang(two), end(two)) == (["a a/mobile 60", "b 60"] * 3, "480 Too Many Diversions")


def test_a_redirection_to_the_caller_is_busy() -> None:
    outcome = line(x="forward: {busy: users/b}").call("x", "1201", redirects={"a": "1204"})
    assert (end(outcome), forwarded(outcome)) == ("b", ["users/a deflection", "users/x user-busy"])


def test_a_redirection_to_a_group_hunts() -> None:
    group = "hunt_groups: {g: {name: G, extension: 1600, policy: regular, members: [users/a, users/b]}}\n"
    outcome = line(group).call("x", "1201", redirects={"a": "1600"})
    assert rang(outcome) == ["a a/mobile 60", "a a/mobile 20", "b 20"]
    assert forwarded(outcome) == ["users/a deflection"]


# -- REFER


def referred(exchange: Exchange, target: str) -> str:
    """What a is answered who transfers a call to a target."""
    tenant = exchange.program.tenant("acme")
    user = tenant.node("acme/users/a")
    assert isinstance(user, User)
    answer = transfer(exchange.program, tenant, user, target)
    assert answer.why
    return f"{answer.code} {answer.reason}"


@pytest.mark.parametrize(
    ("target", "answer"),
    [
        ("1202", "202 Accepted"),
        ("sip:1202@acme.pbx.example", "202 Accepted"),
        ("6#", "202 Accepted"),
        ("0602123456", "202 Accepted"),
        ("tel:+420-602-123-456;isub=1", "202 Accepted"),
        ("tel:0900123456", "403 Call Barred"),
        ("sip:+420602123456@acme.pbx.example", "202 Accepted"),
        ("01188", "202 Accepted"),
        ("0900123456", "403 Call Barred"),
        ("000498912345", "403 Call Barred"),
        ("112", "403 Call Barred"),
        ("0150", "403 Call Barred"),
        ("sip:112@acme.pbx.example", "403 Call Barred"),
        ("urn:service:sos", "403 Call Barred"),
        ("sip:alice@partner.example", "403 Call Barred"),
        ("1299", "404 Not Found"),
        ("602123456", "404 Not Found"),
        ("sip:1202@elsewhere.example", "404 Not Found"),
        ("sip:alice@leased.example", "404 Not Found"),
        ("", "404 Not Found"),
    ],
)
def test_transfers(target: str, answer: str) -> None:
    assert referred(line(platform=TRUNKS, a="speed_dial: {6: 0602123456}"), target) == answer


def test_transfers_to_sip_uris_where_the_plan_allows_them() -> None:
    assert referred(line(SIP_ALLOWED, TRUNKS), "sip:alice@partner.example") == "202 Accepted"


def test_transfers_are_screened_by_what_may_be_forwarded() -> None:
    assert referred(line(a=NO_MOBILE), "0602123456") == "403 Call Barred"
    assert referred(line(a=NO_MOBILE), "1202") == "403 Call Barred"
    assert referred(line(a="calling_plan: {outgoing: {mobile: deny}}"), "0602123456") == "202 Accepted"
