"""Transfers of answered calls, as ``trace --refer`` shows them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.interpreter.exchange import PLATFORM, Exchange, exchange

from ringplan.interpreter import PhoneState
from ringplan.trace.against import Asked, data_both, render_both, walk
from ringplan.trace.render import Traced, data, render
from ringplan.trace.side import Side
from ringplan.trace.worlds import Words

PARTNERS = PLATFORM + '  partners: {address: "127.0.0.30:5060", numbers: false, domains: [partner.example]}\n'
GROUP = "hunt_groups: {g: {name: G, extension: 1600, policy: circular, members: [users/b, users/c]}}\n"
OUTSIDE = "+4930901820"


def line(more: str = "", platform: str = PLATFORM, **users: str) -> Exchange:
    return exchange(more, platform=platform, **dict.fromkeys(("a", "b", "c"), "") | users)


def trace(some: Exchange, by: str, to: str, refer: str, side: Side = Side.CALLED, words: Words | None = None) -> Traced:
    return walk(some.program, Asked(by, to, words or Words(), None, 0, False, refer, side))


def short(traced: Traced) -> tuple[str, str, str, str]:
    """Who transfers, what he is answered, who is asked to call, and how that call ends."""
    found = traced.transferred
    assert found is not None
    answer = f"{found.answer.code} {found.answer.reason}" if found.answer is not None else ""
    end = "" if found.outcome is None else " ".join(found.outcome.answered_by) or str(found.outcome.code)
    names = (name.removeprefix("acme/users/") if name else "" for name in (found.by, found.other))
    by, other = names
    return by, answer, other if found.answer and found.answer.code == 202 else "", end.removeprefix("acme/users/")


def test_the_called_party_transfers_and_the_callers_phone_calls() -> None:
    traced = trace(line(), "acme:1201", "1202", "1203")
    assert short(traced) == ("b/phones/desk", "202 Accepted", "a/phones/desk", "c/phones/desk")


def test_the_calling_party_transfers_and_the_called_phone_calls() -> None:
    traced = trace(line(), "acme:1201", "1202", "1203", Side.CALLING)
    assert short(traced) == ("a/phones/desk", "202 Accepted", "b/phones/desk", "c/phones/desk")


def test_who_outside_is_asked_makes_no_call_here() -> None:
    assert short(trace(line(), OUTSIDE, "+420222333401", "1202")) == ("a/phones/desk", "202 Accepted", "carrier", "")
    assert short(trace(line(), "acme:1201", f"00{OUTSIDE[1:]}", "1202", Side.CALLING))[1] == ""  # it was not answered
    out = trace(line(), "acme:1201", "0602123456", "1202", Side.CALLING)
    assert short(out) == ("a/phones/desk", "202 Accepted", "carrier", "")


@pytest.mark.parametrize(
    ("by", "to", "side"),
    [(OUTSIDE, "+420222333401", Side.CALLING), ("acme:1201", "0602123456", Side.CALLED)],
)
def test_nobody_outside_transfers(by: str, to: str, side: Side) -> None:
    assert short(trace(line(), by, to, "1202", side)) == ("carrier", "403 Forbidden", "", "")


def test_the_plan_is_that_of_who_transfers_and_then_that_of_who_calls() -> None:
    forbids = line(b="calling_plan: {forwarding: {mobile: deny}}")
    assert short(trace(forbids, "acme:1201", "1202", "0602123456")) == ("b/phones/desk", "403 Call Barred", "", "")
    assert short(trace(forbids, "acme:1201", "1202", "0602123456", Side.CALLING))[1:] == (
        "202 Accepted",
        "b/phones/desk",
        "carrier",
    )
    may_not_dial = line(a="calling_plan: {outgoing: {mobile: deny}}")
    assert short(trace(may_not_dial, "acme:1201", "1202", "0602123456"))[1:] == (
        "202 Accepted",
        "a/phones/desk",
        "403",
    )


def test_a_speed_dial_is_read_by_either_phone_for_itself() -> None:
    """The target is passed on as it was written."""
    some = line(a="speed_dial: {6: 1203}", b="speed_dial: {6: 1201}")
    assert short(trace(some, "acme:1201", "1202", "6#"))[3] == "c/phones/desk"
    assert short(trace(line(b="speed_dial: {6: 1203}"), "acme:1201", "1202", "6#"))[3] == "404"


@pytest.mark.parametrize(
    ("target", "end"),
    [
        ("acme:1203", "c/phones/desk"),
        ("acme/users/c", "c/phones/desk"),
        ("sip:1203@acme.pbx.example", "c/phones/desk"),
        ("tel:0602-123-456;isub=1", "carrier"),
        ("sip:guest@partner.example", ""),
    ],
)
def test_targets(target: str, end: str) -> None:
    some = line("calling_plan: {forwarding: {sip_uri: allow}}\n", PARTNERS)
    assert short(trace(some, "acme:1201", "1202", target))[1:] == ("202 Accepted", "a/phones/desk", end)


@pytest.mark.parametrize("target", ["112", "1299", "sip:a@elsewhere.example"])
def test_refused_targets(target: str) -> None:
    traced = trace(line(), "acme:1201", "1202", target)
    assert short(traced)[1] in ("403 Call Barred", "404 Not Found")
    assert traced.transferred is not None
    assert traced.transferred.step is not None
    assert traced.transferred.step.span is not None
    assert render(traced).endswith(f"\nnot transferred: acme/users/b/phones/desk gets {short(traced)[1]}\n")


def test_a_call_that_is_not_answered_is_not_transferred() -> None:
    traced = trace(line(), "acme:1201", "1202", "1203", words=Words(phones=((PhoneState.SILENT, "acme:1202"),)))
    assert short(traced) == ("", "", "", "")
    assert render(traced).endswith("\nthe call is not answered, so nobody can transfer it\n")
    assert data(traced)["transfer"]["answer"] is None


def test_the_following_call_meets_what_groups_remember_of_the_first() -> None:
    traced = trace(line(GROUP), "acme:1201", "1600", "1600", Side.CALLED)
    assert short(traced)[0] == "b/phones/desk"
    assert short(traced)[3] == "c/phones/desk"


def test_it_is_shown_and_in_the_data() -> None:
    traced = trace(line(), "acme:1201", "1202", "1203")
    text = render(traced)
    for part in (
        "acme/users/b/phones/desk transfers the call to 1203",
        "acme/calling_plan  allowed: internal calls are allowed",
        "acme/users/a/phones/desk calls 1203",
    ):
        assert part in text
    assert text.endswith("\nanswered by acme/users/c/phones/desk\n")
    found = data(traced)["transfer"]
    assert (found["by"], found["asked"]) == ("acme/users/b/phones/desk", "acme/users/a/phones/desk")
    assert found["answer"]["code"] == 202
    assert found["call"]["dialled"] == "1203"
    assert found["outcome"]["result"]["answered_by"] == ["acme/users/c/phones/desk"]
    assert data(replace(traced, transferred=None))["transfer"] is None


def test_versions_part_where_the_transfer_does() -> None:
    old = trace(line(), "acme:1201", "1202", "0602123456")
    new = trace(line(b="calling_plan: {forwarding: {mobile: deny}}"), "acme:1201", "1202", "0602123456")
    last = render_both(old, new, "HEAD").rstrip().splitlines()[-1]
    assert last.endswith("transferred, answered by carrier; now transfer answered with 403 Call Barred")
    assert data_both(old, new)["same"] is False
    assert data_both(old, old)["same"] is True
