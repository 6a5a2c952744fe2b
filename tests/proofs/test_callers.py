"""Every caller there can be is in a class that forwarding entries cannot tell from him."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.proofs.small import T, tenant, user
from tests.strategies import NOWHERE

from ringplan.interpreter.dialling import calling_number
from ringplan.interpreter.screening import canonical, matches
from ringplan.ir import Rule, User
from ringplan.proofs.callers import caller_classes

PATTERNS = (
    "602*",
    "6021*",
    "60212345?",
    "777??????",
    "[2-5]*",
    "00*",
    "00421*",
    "0042190?123456",
    "1*",
    "12?",
    "1201",
    "0*",
    "?",
    "??",
    "*",
    "420*",
    "4200*",
    "123456789012345678901",
    "1234567890123456789012*",
)
numbers = st.sampled_from(
    ("+420602123456", "+421905123456", "00421905123456", "602123456", "123", "1201", "1", "+", "420602123456", "+420")
) | st.text("0123456789", min_size=1, max_size=24).flatmap(lambda text: st.sampled_from((text, "+" + text)))


def rule(*patterns: str, anonymous: bool = False) -> Rule:
    return Rule(None, patterns, anonymous, f"{T}/reject/busy", NOWHERE)


@given(st.sets(st.sampled_from(PATTERNS), min_size=1, max_size=6), numbers)
def test_every_number_has_its_class(patterns: set[str], number: str) -> None:
    one = user("a", 0, rules=(rule(*sorted(patterns)),))
    plan = tenant((one,)).dial_plan
    known = canonical(plan, calling_number(plan, number))
    found = caller_classes(tenant((one,)), [one], outside=True)
    outsiders = [caller.canonical for caller in found if caller.user is None and caller.canonical is not None]
    sets = [{pattern for pattern in patterns if matches(pattern, text)} for text in outsiders]
    assert {pattern for pattern in patterns if matches(pattern, known)} in sets
    assert len({frozenset(matched) for matched in sets}) == len(sets), "no class is there twice"


@given(st.sets(st.sampled_from(PATTERNS), min_size=1, max_size=8))
def test_what_a_carrier_sends_is_read_as_the_class_says(patterns: set[str]) -> None:
    one = user("a", 0, rules=(rule(*sorted(patterns)),))
    plan = tenant((one,)).dial_plan
    for caller in caller_classes(tenant((one,)), [one], outside=True):
        if caller.number is not None:
            assert canonical(plan, calling_number(plan, caller.number)) == caller.canonical


def test_without_patterns_callers_from_outside_are_all_alike() -> None:
    users = [user("a", 0), user("b", 1)]
    found = caller_classes(tenant(tuple(users)), users, outside=True)
    assert [caller.user for caller in found] == [None, *users]
    assert [caller.user for caller in caller_classes(tenant(tuple(users)), users, outside=False)] == users


def test_users_can_hide_where_that_matters() -> None:
    users: list[User] = [user("a", 0, rules=(rule("1*", anonymous=True),)), user("b", 1)]
    found = caller_classes(tenant(tuple(users)), users, outside=False)
    assert [(caller.user, caller.withheld) for caller in found] == [
        (users[0], False),
        (users[1], False),
        (users[0], True),
        (users[1], True),
    ]
    assert [caller.is_among(users[0].rules[0]) for caller in found] == [True, True, True, True]
    assert [caller.is_among(rule("1*")) for caller in found] == [True, True, False, False]
