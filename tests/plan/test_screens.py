"""Directions that plans open and close, against every single number."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.plans.strategies import numbers, tables
from tests.strategies import dial_plan

from ringplan.countries import COUNTRIES
from ringplan.dialable import dialable
from ringplan.interpreter.screening import call_type, canonical, screen
from ringplan.ir import CallTable
from ringplan.patterns import matches
from ringplan.plan.screens import decider, turned

countries = st.sampled_from(("CZ", "SK"))


@st.composite
def pairs(draw: st.DrawFn) -> tuple[str, CallTable, CallTable]:
    """A country and two tables of it."""
    country = draw(countries)
    return country, draw(tables(country)), draw(tables(country))


@given(pairs())
def test_every_set_has_a_number_whose_verdict_turned(pair: tuple[str, CallTable, CallTable]) -> None:
    country, old, new = pair
    plan = dial_plan(country)
    for one in turned(plan, old, new).turned:
        assert (call_type(plan, one.number), canonical(plan, one.number)) == (one.call_type, one.canonical)
        before = screen(old, one.call_type, one.canonical).allowed
        after = screen(new, one.call_type, one.canonical).allowed
        assert (before, after) == (not one.allowed, one.allowed)
        assert one.number not in plan.emergency


@given(pairs(), st.lists(numbers(), min_size=10, max_size=40))
def test_no_number_turns_unseen(pair: tuple[str, CallTable, CallTable], some: list[str]) -> None:
    country, old, new = pair
    plan = dial_plan(country)
    found = {(one.call_type, one.old, one.new) for one in turned(plan, old, new).turned}
    for number in some:
        kind, text = call_type(plan, number), canonical(plan, number)
        is_real = any(matches(pattern, text) for pattern in dialable(COUNTRIES[country], kind))
        if not is_real or text in plan.emergency:
            continue
        deciders = decider(old, text, kind), decider(new, text, kind)
        if deciders[0][1] is not deciders[1][1]:
            assert (kind, deciders[0][0], deciders[1][0]) in found


@given(countries.flatmap(lambda country: st.tuples(st.just(country), tables(country))))
def test_nothing_turns_between_equal_tables(case: tuple[str, CallTable]) -> None:
    country, table = case
    assert turned(dial_plan(country), table, table).turned == ()
