"""Callback and click-to-dial: who is called back, what he may dial then, and what everybody else gets."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.interpreter.answering import (
    NUMBER,
    callback,
    calls_back,
    click,
    dial,
    ends,
    heard,
    menu,
    say,
    to,
    with_menus,
    with_nodes,
)
from tests.interpreter.exchange import Exchange, exchange, forwarded, rang

from ringplan import ir
from ringplan.interpreter import ANONYMOUS, Presented, Waiting

MOBILE = "+420602111222"
PLAN = "calling_plan: {outgoing: {premium: deny}, forwarding: {mobile: allow}}\n"
CALLED = ("acme/callback/field", MOBILE)


def field(plan: str = PLAN, otherwise: str = "users/b", **users: str) -> Exchange:
    """The callback `NUMBER` for a's mobile telephone; everybody else reaches b."""
    line = exchange(plan, **(dict.fromkeys("abcx", "") | users))
    return with_nodes(line, callback({MOBILE: "a"}, otherwise))


# -- who is called back


@pytest.mark.parametrize("number", [MOBILE, "00420602111222", "420602111222", "602111222"])
def test_an_employee_is_refused_and_called_back(number: str) -> None:
    outcome = dial(field(), f"carrier:{number}", NUMBER)
    assert (ends(outcome), outcome.called_back, rang(outcome), heard(outcome)) == ("486 Busy Here", CALLED, [], [])


def test_who_is_being_called_back_is_only_refused() -> None:
    outcome = dial(field(), f"carrier:{MOBILE}", NUMBER, called_back=frozenset((MOBILE,)))
    assert (ends(outcome), outcome.called_back) == ("486 Busy Here", None)
    outcome = dial(field(), f"carrier:{MOBILE}", NUMBER, called_back=frozenset(("+420602111223",)))
    assert outcome.called_back == CALLED


@pytest.mark.parametrize("caller", ["carrier:+420602111223", "carrier:", "carrier:60211122", "a", "x"])
def test_everybody_else_goes_on_and_that_is_no_diversion(caller: str) -> None:
    outcome = dial(field(), caller, f"0{NUMBER.removeprefix('+420')}" if len(caller) == 1 else NUMBER)
    assert (ends(outcome), outcome.called_back, forwarded(outcome)) == ("b", None, [])


def test_who_withholds_his_number_is_not_called_back() -> None:
    outcome = dial(field(), f"carrier:{MOBILE}", NUMBER, withheld=True)
    assert (ends(outcome), outcome.called_back) == ("b", None)


def test_a_call_we_forwarded_is_not_called_back_but_one_of_another_network_is() -> None:
    line = field(a="forward: {always: users/c}")
    user = line.program.tenants[0].node("acme/users/a")
    assert isinstance(user, ir.User)
    (rule,) = user.rules
    line = with_nodes(line, replace(user, rules=(replace(rule, to="acme/callback/field"),)))
    outcome = dial(line, f"carrier:{MOBILE}", "+420222333401")
    assert (ends(outcome), outcome.called_back, forwarded(outcome)) == ("b", None, ["users/a unconditional"])
    assert dial(line, f"carrier:{MOBILE}", NUMBER, diversions=5).called_back == CALLED


def test_everybody_else_may_be_refused() -> None:
    assert ends(dial(field(otherwise="reject/closed"), "x", NUMBER)) == "480 Closed"


# -- the call back


def test_the_callback_calls_under_its_own_number_and_asks_for_one() -> None:
    outcome = calls_back(field(), MOBILE, "1", "1203")
    assert (ends(outcome), rang(outcome), heard(outcome)) == ("c", ["carrier", "c 60"], ["accept", "ask"])
    own, other = outcome.attempts
    assert (own.request_user, own.presented) == (MOBILE, Presented(NUMBER, asserted=NUMBER))
    assert other.presented == Presented("1201", name="A")
    assert outcome.waits == (Waiting(1, 10_000, True, "1"), Waiting(2, 5_000, True, "1203"))


@pytest.mark.parametrize("pressed", [(), ("",), ("2",), ("#",), ("", "1", "1203")])
def test_only_who_presses_one_accepts(pressed: tuple[str, ...]) -> None:
    outcome = calls_back(field(), MOBILE, *pressed)
    assert (outcome.code, ends(outcome), heard(outcome)) == (200, "callback/field", ["accept"])


@pytest.mark.parametrize(
    ("state", "ending"), [("busy", "486 Busy Here"), ("fails", "503 No Trunk Available"), ("unknown", "404 Not Found")]
)
def test_an_employee_who_does_not_answer_hears_nothing(state: str, ending: str) -> None:
    outcome = calls_back(field(), MOBILE, "1", "1203", trunks={"carrier": state})
    assert (ends(outcome), heard(outcome)) == (ending, [])


def test_the_plan_of_the_callback_must_allow_the_call_back() -> None:
    outcome = calls_back(field("calling_plan: {forwarding: {mobile: deny}}\n"), MOBILE, "1", "1203")
    assert (ends(outcome), rang(outcome), heard(outcome)) == ("403 Call Barred", [], [])


def test_what_he_dials_is_screened_and_presented_as_his() -> None:
    line = field()
    outcome = calls_back(line, MOBILE, "1", "0800123456")
    assert (ends(outcome), outcome.attempts[-1].presented) == (
        "carrier",
        Presented("+420222333401", asserted="+420222333401"),
    )
    outcome = calls_back(line, MOBILE, "1", "0906123456", "1203")
    assert (ends(outcome), heard(outcome)) == ("c", ["accept", "ask", "failed", "ask"])


def test_speed_dial_works_and_the_end_of_a_number_ends_a_code() -> None:
    line = field(a='speed_dial: {6: "1203", 15: "1202"}')
    assert ends(calls_back(line, MOBILE, "1", "6")) == "c"
    assert ends(calls_back(line, MOBILE, "1", "6#")) == "c"
    assert ends(calls_back(line, MOBILE, "1", "15**")) == "b"
    assert ends(calls_back(line, MOBILE, "1", "7")) == "callback/field"


@pytest.mark.parametrize("number", ["112", "0112", "155"])
def test_emergency_numbers_have_to_be_dialled_directly(number: str) -> None:
    outcome = calls_back(field(), MOBILE, "1", number, number, "1203")
    assert (ends(outcome), outcome.emergency) == ("c", False)
    assert heard(outcome) == ["accept", "ask", "directly", "ask", "directly", "ask"]


@pytest.mark.parametrize(("tries", "ending"), [(2, "b"), (3, "callback/field")])
def test_three_numbers_may_be_dialled(tries: int, ending: str) -> None:
    outcome = calls_back(field(), MOBILE, "1", *["1203"] * tries, "1202", states={"busy": "c"})
    assert (ends(outcome), len(outcome.attempts)) == (ending, 4)
    assert heard(outcome).count("ask") == 3
    assert "busy" not in heard(outcome)


def test_nothing_dialled_ends_the_call() -> None:
    for pressed in (("1",), ("1", "#"), ("1", "", "1203")):
        outcome = calls_back(field(), MOBILE, *pressed)
        assert (ends(outcome), heard(outcome)) == ("callback/field", ["accept", "ask"])


def test_twenty_digits_are_a_number() -> None:
    assert ends(calls_back(field(), MOBILE, "1", "00" + "420602123456" + "7" * 9)) == "callback/field"
    line = with_nodes(field())
    outcome = calls_back(line, MOBILE, "1", "0" * 25)
    assert [step.text for step in outcome.steps if step.text.endswith(" dialled")] == ["0" * 20 + " dialled"]


def test_he_may_dial_a_menu_and_himself_he_does_not_reach() -> None:
    line = with_menus(field(), main=menu("hello", {"1": to("users/c")}))
    outcome = calls_back(line, MOBILE, "1", "1201", "1800", "1")
    assert (ends(outcome), heard(outcome)) == ("c", ["accept", "ask", "failed", "ask", "hello"])


def test_both_are_told_of_a_recording() -> None:
    line = field()
    node = line.program.tenants[0].node("acme/callback/field")
    assert isinstance(node, ir.Callback)
    line = with_nodes(line, replace(node, record=True, announced=say("recorded")))
    outcome = calls_back(line, MOBILE, "1", "1203")
    assert (ends(outcome), heard(outcome)) == ("c", ["accept", "ask", "recorded"])
    assert heard(calls_back(line, MOBILE, "1", "1203", states={"busy": "c"})) == ["accept", "ask", "failed", "ask"]


def test_a_user_who_withholds_his_number_does_so_here_too() -> None:
    line = field()
    user = line.program.tenants[0].node("acme/users/a")
    assert isinstance(user, ir.User)
    line = with_nodes(line, replace(user, identity=replace(user.identity, withheld=True)))
    assert calls_back(line, MOBILE, "1", "1203").attempts[-1].presented == ANONYMOUS
    assert calls_back(line, MOBILE, "1", "1203").attempts[0].presented.number == NUMBER


# -- click-to-dial


def test_a_click_rings_the_users_own_phone_whatever_he_forwards() -> None:
    outcome = click(field(a="forward: {always: users/b}"), "a", "1203")
    assert (ends(outcome), rang(outcome), heard(outcome)) == ("c", ["a 60", "c 60"], [])
    assert [attempt.presented for attempt in outcome.attempts] == [Presented("1203"), Presented("1201", name="A")]
    assert forwarded(outcome) == []


@pytest.mark.parametrize(
    ("state", "ending"),
    [
        ("busy", "486 Busy Here"),
        ("declines", "486 Busy Here"),
        ("redirects", "486 Busy Here"),
        ("silent", "480 No Answer"),
        ("gone", "480 Temporarily Unavailable"),
        ("unregistered", "480 Temporarily Unavailable"),
    ],
)
def test_nothing_is_dialled_for_who_does_not_answer(state: str, ending: str) -> None:
    outcome = click(field(), "a", "1203", {state: "a"})
    assert ends(outcome) == ending
    assert len(outcome.attempts) == (state != "unregistered")


def test_a_click_is_screened_as_if_dialled() -> None:
    assert ends(click(field(), "a", "0906123456")) == "403 Call Barred"
    assert ends(click(field(), "a", "0800123456")) == "carrier"
    assert ends(click(field(), "a", "1203", {"busy": "c"})) == "486 Busy Here"
    assert ends(click(field(), "a", "1999")) == "404 Not Found"


def test_an_emergency_call_is_not_clicked() -> None:
    outcome = click(field(), "a", "112")
    assert (ends(outcome), rang(outcome), outcome.emergency) == ("403 Call Barred", [], False)


def test_treatments_are_for_callers_only() -> None:
    line = field()
    line = with_nodes(line, ir.Reject("acme/reject/busy", 486, "Busy Here", line.program.tenants[0].span, say("busy")))
    assert heard(dial(line, "x", "1203", states={"busy": "c"})) == ["busy"]
    assert heard(click(line, "a", "1203", {"busy": "c"})) == []
    assert heard(click(line, "a", "1203", {"busy": "a"})) == []
    assert "busy" not in heard(calls_back(line, MOBILE, "1", "1203", states={"busy": "c"}))
