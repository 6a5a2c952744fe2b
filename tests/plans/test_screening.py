"""Screening: what the reference interpreter says, by hand, and that the runtime says the same."""

from __future__ import annotations

import importlib
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.plans.strategies import numbers, plans
from tests.runtime.harness import load_runtime
from tests.strategies import NOWHERE, dial_plan

from ringplan.countries import COUNTRIES
from ringplan.interpreter.screening import Verdict, call_type, canonical, screen
from ringplan.ir import CALL_TYPES, CallTable, MaskRule, Plan
from ringplan.patterns import matches, parse
from ringplan_kamailio import emit_plans

COUNTRY = st.sampled_from(sorted(COUNTRIES))


def table(*rules: tuple[str, bool], denied: tuple[str, ...] = ()) -> CallTable:
    """A table with masks in this order."""
    masks = tuple(MaskRule(pattern, allowed, "novak/number_masks/m", NOWHERE) for pattern, allowed in rules)
    return CallTable(masks, tuple((name, name not in denied) for name in CALL_TYPES))


@pytest.mark.parametrize(
    ("country", "number", "expected"),
    [
        ("CZ", "+420602123456", "602123456"),
        ("CZ", "+421905123456", "00421905123456"),
        ("CZ", "+12025550123", "0012025550123"),
        ("SK", "+421905123456", "0905123456"),
        ("SK", "+420602123456", "00420602123456"),
        ("CZ", "1188", "1188"),
        ("SK", "1204", "1204"),
        ("CZ", "+42", "0042"),
    ],
)
def test_canonical_dial_strings(country: str, number: str, expected: str) -> None:
    assert canonical(dial_plan(country), number) == expected


def test_the_first_mask_that_matches_decides() -> None:
    found = table(("602123*", True), ("602*", False))
    assert screen(found, "mobile", "602123456").allowed
    assert not screen(found, "mobile", "602124456").allowed
    assert screen(found, "mobile", "603123456").allowed


def test_a_mask_decides_whatever_the_type_says() -> None:
    found = table(("900*", True), denied=("premium",))
    assert screen(found, "premium", "900123456").allowed
    assert not screen(found, "premium", "906123456").allowed


def test_no_mask_matches_a_sip_uri() -> None:
    assert screen(table(("*", False)), "sip_uri", "602123456@partner.example").allowed


def test_why() -> None:
    found = table(("90*", False), denied=("international",))
    plan = "novak/departments/sales/calling_plan"
    mask = "novak/number_masks/m"
    assert screen(found, "premium", "900123456", plan) == Verdict(False, f"barred: mask m (90*) of {plan}", mask)
    assert screen(found, "mobile", "602123456", plan).why == f"allowed: mobile calls are allowed by {plan}"
    assert screen(found, "international", "0049", plan).why == f"barred: international calls are denied by {plan}"


@pytest.mark.parametrize("kind", CALL_TYPES)
def test_every_type_has_its_words(kind: str) -> None:
    assert screen(table(), kind, "").allowed
    assert not screen(table(denied=(kind,)), kind, "").allowed


# -- the runtime


def runtime(name: str) -> ModuleType:
    """A module of the runtime as it stands in the source."""
    return importlib.import_module(f"{load_runtime().__name__}.{name}")


def loaded(country: str, plan: Plan) -> Any:
    """What the runtime knows of a tenant with this plan, as far as screening asks."""
    found = SimpleNamespace(dial_plan=dial_plan(country), plans=(plan,))
    records = emit_plans.plans(found)  # type: ignore[arg-type]
    facts = dial_plan(country)
    tenants = runtime("tenants")
    return SimpleNamespace(
        plan=tenants.DialPlan(
            facts.outside_prefix,
            facts.calling_code,
            facts.national_prefix,
            facts.international_prefix,
            facts.national_length,
        ),
        plans={key: runtime("plans").Plan.read(record) for key, record in records.items()},
    )


@given(COUNTRY, st.data())
def test_the_runtime_screens_as_the_interpreter_does(country: str, data: st.DataObject) -> None:
    plan = data.draw(plans(country))
    tenant, screening, types = loaded(country, plan), runtime("screening"), emit_plans.number_types()
    facts = dial_plan(country)
    for number in data.draw(st.lists(numbers(), min_size=10, max_size=10)):
        for forwarding, rules in ((False, plan.outgoing), (True, plan.forwarding)):
            for internal in (False, True):
                kind = "internal" if internal else call_type(facts, number)
                expected = screen(rules, kind, canonical(facts, number)).allowed
                assert screening.allowed(types, tenant, plan.id, forwarding, number, internal) is expected
            uri = screen(rules, "sip_uri", f"{number}@partner.example").allowed
            assert screening.allowed_uri(tenant, plan.id, forwarding) is uri


@pytest.mark.parametrize("country", sorted(COUNTRIES))
def test_the_runtime_knows_the_type_of_every_beginning(country: str) -> None:
    screening, types, facts = runtime("screening"), emit_plans.number_types(), dial_plan(country)
    for beginning in range(100_000):
        number = f"+{facts.calling_code}{beginning:05}1234"
        assert screening.call_type(types, facts, number) == call_type(facts, number)


@pytest.mark.parametrize("country", sorted(COUNTRIES))
@pytest.mark.parametrize("significant", ["", "6", "60212345", "602123456", "6021234567", "0602123456", "90512345"])
def test_the_runtime_knows_numbers_of_another_length(country: str, significant: str) -> None:
    screening, types, facts = runtime("screening"), emit_plans.number_types(), dial_plan(country)
    for code in ("420", "421", "42", "1"):
        number = f"+{code}{significant}"
        assert screening.call_type(types, facts, number) == call_type(facts, number)


@given(COUNTRY, numbers())
def test_the_runtime_knows_types_and_dial_strings(country: str, number: str) -> None:
    facts, screening = dial_plan(country), runtime("screening")
    assert screening.canonical(facts, number) == canonical(facts, number)
    assert screening.call_type(emit_plans.number_types(), facts, number) == call_type(facts, number)


@given(st.data())
def test_the_emitted_expression_finds_the_first_mask(data: st.DataObject) -> None:
    rules = data.draw(plans("CZ")).outgoing.masks
    found = runtime("plans").Table((), emit_plans.expression(rules))
    for number in data.draw(st.lists(numbers(), min_size=20, max_size=20)):
        text = canonical(dial_plan("CZ"), number)
        assert found.masks(text) == next((r.allowed for r in rules if matches(parse(r.pattern), text)), None)


def test_types_do_not_count_when_a_mask_decides_in_the_runtime() -> None:
    plan = Plan("novak/calling_plan", table(("90*", False)), table(("90*", True), denied=("premium",)), NOWHERE)
    tenant, screening, types = loaded("CZ", plan), runtime("screening"), emit_plans.number_types()
    assert not screening.allowed(types, tenant, plan.id, False, "+420900123456", False)
    assert screening.allowed(types, tenant, plan.id, True, "+420900123456", False)
    assert not screening.allowed(types, tenant, plan.id, True, "+420976123456", False)
