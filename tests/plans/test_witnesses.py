"""Witnesses: one number for every verdict of a table."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.plans.strategies import numbers, tables
from tests.strategies import NOWHERE, dial_plan

from ringplan.countries import COUNTRIES
from ringplan.interpreter.screening import call_type, canonical, screen
from ringplan.interpreter.witnesses import TYPES, witnesses
from ringplan.ir import CALL_TYPES, CallTable, MaskRule, NumberBlock
from ringplan.patterns import matches, parse

OWNED = (NumberBlock("+420602100000", "+420602199999", NOWHERE), NumberBlock("+421905000000", "+421905999999", NOWHERE))
COUNTRY = st.sampled_from(sorted(COUNTRIES))


def decides(table: CallTable, text: str) -> MaskRule | None:
    return next((rule for rule in table.masks if matches(parse(rule.pattern), text)), None)


@given(COUNTRY, st.data())
def test_a_witness_is_decided_by_the_rule_it_stands_for(country: str, data: st.DataObject) -> None:
    table, plan = data.draw(tables(country)), dial_plan(country)
    for found in witnesses(plan, table, OWNED):
        assert found.number not in plan.emergency
        assert not any(found.number in block for block in OWNED)
        assert canonical(plan, found.number) == found.canonical
        assert call_type(plan, found.number) == found.call_type
        assert found.verdict == screen(table, found.call_type, found.canonical)
        rule = decides(table, found.canonical)
        assert (rule is None) == (found.rule is None)
        if rule is not None and found.rule is not None:
            assert (rule.pattern, rule.mask) == (found.rule.pattern, found.rule.mask)
        if found.number.startswith(f"+{plan.calling_code}"):
            assert len(found.number) == 1 + len(plan.calling_code) + plan.national_length
        elif found.number.startswith("+"):
            assert 8 <= len(found.number) <= 16
        else:
            assert found.number.startswith("1")


@given(COUNTRY, st.data())
def test_a_rule_without_a_witness_decides_nothing(country: str, data: st.DataObject) -> None:
    table, plan = data.draw(tables(country)), dial_plan(country)
    found = witnesses(plan, table)
    rules = [witness.rule for witness in found if witness.rule is not None]
    types = {witness.call_type for witness in found if witness.rule is None}
    for number in data.draw(st.lists(numbers(), min_size=20, max_size=20)):
        is_short = number.startswith("1") and 3 <= len(number) <= 6 and number not in plan.emergency
        is_own = number.startswith(f"+{plan.calling_code}") and len(number) == 13 and number[4] != "0"
        is_abroad = number[:1] == "+" and not number.startswith(f"+{plan.calling_code}") and 8 <= len(number) <= 16
        if is_short or is_own or (is_abroad and number[1] != "0"):
            rule = decides(table, canonical(plan, number))
            if rule is None:
                assert call_type(plan, number) in types
            else:
                assert any((rule.pattern, rule.mask) == (known.pattern, known.mask) for known in rules)


def test_an_empty_table_has_a_witness_for_every_type() -> None:
    table = CallTable((), tuple((name, name != "premium") for name in CALL_TYPES))
    found = witnesses(dial_plan("CZ"), table)
    assert [witness.call_type for witness in found] == list(TYPES)
    assert [witness.call_type for witness in found if not witness.verdict.allowed] == ["premium"]
    assert {witness.call_type: witness.number for witness in found} == {
        "mobile": "+420601111111",
        "national": "+420211111111",
        "premium": "+420900111111",
        "free": "+420800111111",
        "shared_cost": "+420811111111",
        "international": "+49301111111",
        "short_code": "1111",
        "unknown": "+420111111111",
    }
