"""From the manifest to plans: defaults, whose plan is whose, order of masks, masks with plus."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.plans.manifests import load
from tests.plans.strategies import masks, numbers
from tests.strategies import dial_plan

from ringplan.countries import COUNTRIES
from ringplan.dialable import block, dialable, lowered, numbers_as_dialled
from ringplan.frontend.load import LoadedTenant
from ringplan.interpreter.screening import call_type, canonical
from ringplan.ir import CALL_TYPES, Plan
from ringplan.passes.plans import lower_plans, plan_of
from ringplan.patterns import intersection, matches, parse, witness

SAFE = {"internal", "national", "mobile", "free", "shared_cost", "short_code"}
COUNTRY = st.sampled_from(sorted(COUNTRIES))


def plans(loaded: LoadedTenant) -> dict[str, Plan]:
    return {plan.id: plan for plan in lower_plans(loaded.manifest, loaded.spans)}


def allowed(plan: Plan) -> tuple[set[str], set[str]]:
    found = [{name for name, yes in table.types if yes} for table in (plan.outgoing, plan.forwarding)]
    return found[0], found[1]


def test_without_a_plan_the_safe_one_applies(tmp_path: Path) -> None:
    (plan,) = plans(load(tmp_path, "")).values()
    assert plan.id == "novak/calling_plan"
    assert allowed(plan) == (SAFE, SAFE)
    assert tuple(name for name, _ in plan.outgoing.types) == CALL_TYPES
    assert plan.span.line == 1


def test_types_that_are_not_named_have_the_safe_default(tmp_path: Path) -> None:
    text = "calling_plan: {outgoing: {international: allow, mobile: deny}}\n"
    plan = plans(load(tmp_path, text))["novak/calling_plan"]
    assert allowed(plan) == (SAFE - {"mobile"} | {"international"}, SAFE)


def test_the_nearest_plan_replaces_those_above_it_wholly(tmp_path: Path) -> None:
    text = """\
calling_plan: {outgoing: {international: allow}}
groups: {prague: {calling_plan: {outgoing: {premium: allow}}}, brno: {}}
departments:
  sales: {calling_plan: {outgoing: {mobile: deny}}}
  export: {parent: sales}
  labs: {}
"""
    loaded = load(tmp_path, text)
    found = plans(loaded)
    assert list(found) == sorted(found)
    assert set(found) == {
        "novak/calling_plan",
        "novak/departments/sales/calling_plan",
        "novak/groups/prague/calling_plan",
    }
    assert allowed(found["novak/departments/sales/calling_plan"])[0] == SAFE - {"mobile"}
    own = "novak/users/jana/calling_plan"
    manifest = loaded.manifest
    assert plan_of(manifest, "export", "prague", own) == own
    assert plan_of(manifest, "export", "prague", None) == "novak/departments/sales/calling_plan"
    assert plan_of(manifest, "labs", "prague", None) == "novak/groups/prague/calling_plan"
    assert plan_of(manifest, "labs", "brno", None) == "novak/calling_plan"
    assert plan_of(manifest, "nowhere", "nowhere", None) == "novak/calling_plan"
    assert plan_of(manifest, None, None, None) == "novak/calling_plan"


def test_masks_are_in_the_order_of_precedence(tmp_path: Path) -> None:
    text = """\
number_masks: {a: [90*, '9[0-4]?*'], b: ["602*", +421905*, 90*, "*"], c: [6021*]}
calling_plan: {outgoing: {masks: {b: allow, c: deny, a: deny, nobody: allow}}}
"""
    table = plans(load(tmp_path, text))["novak/calling_plan"].outgoing
    assert [(rule.pattern, rule.allowed, rule.mask.rpartition("/")[2]) for rule in table.masks] == [
        ("00421905*", True, "b"),
        ("6021*", False, "c"),
        ("602*", True, "b"),
        ("90*", False, "a"),
        ("90*", True, "b"),
        ("9[0-4]?*", False, "a"),
        ("*", True, "b"),
    ]


def test_plans_of_equal_meaning_are_equal(tmp_path: Path) -> None:
    one = "number_masks: {a: [90*, 602*], b: [90*]}\ncalling_plan: {outgoing: {masks: {a: deny, b: deny}}}\n"
    other = "number_masks: {b: [90*], a: ['6[0]2*', 90*]}\ncalling_plan: {outgoing: {masks: {b: deny, a: deny}}}\n"
    found = [plans(load(tmp_path, text))["novak/calling_plan"].outgoing for text in (one, other)]
    rules = [[(rule.pattern, rule.allowed, rule.mask) for rule in table.masks] for table in found]
    assert rules[0] == rules[1]


def test_every_plan_of_a_manifest_is_lowered(tmp_path: Path) -> None:
    users = "users:\n  jana: {name: Jana, extension: 1204, calling_plan: {}, phones: {desk: {secret: novak/jana}}}\n"
    assert set(plans(load(tmp_path, "", users=users))) == {"novak/calling_plan", "novak/users/jana/calling_plan"}


# -- masks with plus


@pytest.mark.parametrize(
    ("country", "written", "expected"),
    [
        ("CZ", "+420602*", ["602??????"]),
        ("CZ", "+421905*", ["00421905*"]),
        ("CZ", "+42*", ["[1-9]????????", "0042[1-9]*"]),
        ("CZ", "+42?9*", ["9????????", "0042[1-9]9*"]),
        ("CZ", "+*", ["[1-9]????????", "00[1-35-9]*", "004[013-9]*", "0042[1-9]*"]),
        ("CZ", "+4", []),
        ("CZ", "+0*", []),
        ("CZ", "602*", ["602*"]),
        ("SK", "+421905*", ["0905??????"]),
        ("SK", "+420602*", ["00420602*"]),
        ("SK", "+42[01]9*", ["09????????", "004209*"]),
    ],
)
def test_masks_with_plus_become_canonical_patterns(country: str, written: str, expected: list[str]) -> None:
    assert [str(pattern) for pattern in lowered(COUNTRIES[country], written)] == expected


@given(COUNTRY, masks().filter(lambda mask: mask.startswith("+")), numbers())
def test_a_mask_with_plus_means_the_numbers_it_matches(country: str, mask: str, number: str) -> None:
    """And no short code, no extension, nothing that no number is."""
    facts = COUNTRIES[country]
    text = canonical(dial_plan(country), number)
    own = number.startswith(f"+{facts.calling_code}")
    right_length = len(number) == 1 + len(facts.calling_code) + facts.national_length and number[4] != "0"
    real = number.startswith("+") and (right_length if own else number[1:2] != "0")
    if not own and number.startswith("+") and f"+{facts.calling_code}".startswith(number):
        return  # shorter than any number
    expected = real and matches(parse(mask[1:]), number[1:])
    assert any(matches(pattern, text) for pattern in lowered(facts, mask)) is expected


@given(COUNTRY, numbers())
def test_types_divide_what_can_be_dialled(country: str, number: str) -> None:
    """Every number is in the patterns of its own type and of no other."""
    facts, plan = COUNTRIES[country], dial_plan(country)
    text = canonical(plan, number)
    own = f"+{facts.calling_code}"
    if number.startswith("+"):
        significant = number.removeprefix(own)
        national = len(significant) == facts.national_length and significant[0] != "0"
        assume(national if number.startswith(own) else 8 <= len(number) <= 16 and number[1] != "0")
    else:
        assume(number.startswith("1") and 3 <= len(number) <= 6)
    assert any(matches(pattern, text) for pattern in numbers_as_dialled(facts))
    kinds = [name for name in CALL_TYPES if any(matches(pattern, text) for pattern in dialable(facts, name))]
    assert kinds == [call_type(plan, number)]


@pytest.mark.parametrize("country", sorted(COUNTRIES))
def test_patterns_of_types_are_disjoint_and_hold_their_type(country: str) -> None:
    facts, plan = COUNTRIES[country], dial_plan(country)
    found = [(name, pattern) for name in CALL_TYPES for pattern in dialable(facts, name)]
    for at, (name, pattern) in enumerate(found):
        assert [other for other, against in found[:at] if intersection(pattern, against) is not None] == []
        text = witness(pattern)
        if name not in ("short_code", "international"):
            number = f"+{facts.calling_code}{text.removeprefix(facts.national_prefix)}"
            assert call_type(plan, number) == name
            assert canonical(plan, number) == text


@given(st.integers(0, 9999), st.integers(0, 9999))
def test_blocks_of_numbers(one: int, other: int) -> None:
    first, last = sorted((one, other))
    patterns = tuple(block(COUNTRIES["CZ"], f"+42022233{first:04}", f"+42022233{last:04}"))
    for number in {0, first - 1, first, first + 1, (first + last) // 2, last - 1, last, last + 1, 9999}:
        if 0 <= number <= 9999:
            hits = sum(matches(pattern, f"22233{number:04}") for pattern in patterns)
            assert hits == (first <= number <= last)
