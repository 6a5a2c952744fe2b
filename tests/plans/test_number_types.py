"""The table of number types says what the numbering plans of ``phonenumbers`` say."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumber, PhoneNumberType
from tests.strategies import dial_plan

from ringplan.countries import COUNTRIES
from ringplan.interpreter.screening import call_type
from ringplan.ir import CALL_TYPES

SCRIPT = Path(__file__).parents[2] / "scripts/generate_number_types.py"
OURS = {
    PhoneNumberType.FIXED_LINE: "national",
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.TOLL_FREE: "free",
    PhoneNumberType.PREMIUM_RATE: "premium",
    PhoneNumberType.SHARED_COST: "shared_cost",
    PhoneNumberType.VOIP: "national",
    PhoneNumberType.PERSONAL_NUMBER: "mobile",
    PhoneNumberType.PAGER: "mobile",
    PhoneNumberType.UAN: "national",
    PhoneNumberType.VOICEMAIL: "national",
    PhoneNumberType.UNKNOWN: "unknown",
}

countries = pytest.mark.parametrize("country", sorted(COUNTRIES))


def theirs(country: str, significant: str) -> str:
    """The type according to the library."""
    number = PhoneNumber(country_code=int(COUNTRIES[country].calling_code), national_number=int(significant))
    return OURS[phonenumbers.number_type(number)]


def ours(country: str, significant: str) -> str:
    """The type according to the table."""
    return call_type(dial_plan(country), f"+{COUNTRIES[country].calling_code}{significant}")


def script() -> ModuleType:
    """The generator, which is no module of the product."""
    spec = importlib.util.spec_from_file_location("generate_number_types", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@countries
def test_every_beginning_of_five_digits(country: str) -> None:
    """No expression of the library looks at more than five digits before it takes any; see the next test for ends."""
    wrong = [
        significant
        for beginning in range(10_000, 100_000)
        for significant in (f"{beginning}{beginning % 9973:04}",)
        if ours(country, significant) != theirs(country, significant)
    ]
    assert wrong == []


@countries
def test_the_table_is_what_the_library_s_expressions_mean(country: str) -> None:
    """The generator follows the expressions digit by digit, so this covers all numbers there are."""
    assert script().table(country) == COUNTRIES[country].number_types


@given(st.sampled_from(sorted(COUNTRIES)), st.integers(100_000_000, 999_999_999))
def test_any_number(country: str, number: int) -> None:
    assert ours(country, str(number)) == theirs(country, str(number))


@countries
def test_the_module_is_as_it_was_generated(country: str) -> None:
    generator = script()
    written = generator.FILE.read_text("utf-8")
    assert written.partition("from __future__")[2] == generator.text().partition("from __future__")[2]


@countries
def test_no_beginning_hides_another(country: str) -> None:
    beginnings = sorted(COUNTRIES[country].number_types)
    assert not [one for one in beginnings for other in beginnings if one != other and other.startswith(one)]
    assert set(COUNTRIES[country].number_types.values()) <= set(CALL_TYPES)


@pytest.mark.parametrize(
    ("country", "number", "expected"),
    [
        ("CZ", "+420222333404", "national"),
        ("CZ", "+420602123456", "mobile"),
        ("CZ", "+420771234567", "mobile"),
        ("CZ", "+420800123456", "free"),
        ("CZ", "+420840123456", "shared_cost"),
        ("CZ", "+420900123456", "premium"),
        ("CZ", "+420976123456", "premium"),
        ("CZ", "+420910123456", "national"),
        ("CZ", "+420972123456", "national"),
        ("CZ", "+420123456789", "unknown"),
        ("CZ", "+42060212345", "unknown"),
        ("CZ", "+421905123456", "international"),
        ("CZ", "+42", "international"),
        ("CZ", "1188", "short_code"),
        ("CZ", "116111", "short_code"),
        ("SK", "+421232334444", "national"),
        ("SK", "+421905123456", "mobile"),
        ("SK", "+421800123456", "free"),
        ("SK", "+421850123456", "shared_cost"),
        ("SK", "+421900123456", "premium"),
        ("SK", "+421970123456", "premium"),
        ("SK", "+421650123456", "national"),
        ("SK", "+421909012345", "unknown"),
        ("SK", "+420602123456", "international"),
        ("SK", "12345", "short_code"),
    ],
)
def test_types_of_well_known_numbers(country: str, number: str, expected: str) -> None:
    assert call_type(dial_plan(country), number) == expected
