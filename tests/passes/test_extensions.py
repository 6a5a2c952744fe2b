"""RP401, RP404, RP405, RP410, RP412."""

from __future__ import annotations

import pytest
from tests.passes.builder import HEAD, Bench, tenant, user

SLOVAK = HEAD.replace("country: CZ", "country: SK").replace("+420222333400..449", "+421220333400..449")


def test_extension_used_twice_and_thrice(bench: Bench) -> None:
    found = bench.tenant(tenant(user("a"), user("b"), user("c")))
    for _ in range(2):
        fault = found.claim("RP401")
        assert "users/a" in fault.primary.text
        assert fault.secondary[0].span.line < fault.primary.span.line


@pytest.mark.parametrize(
    ("extension", "code"),
    [
        ("0204", "RP404"),
        ("0112", "RP404"),
        ("112", "RP405"),
        ("11", "RP405"),
        ("15", "RP405"),
        ("1120", "RP405"),
        ("1561", "RP405"),
        ("602123456", "RP412"),
    ],
)
def test_extension_that_would_be_mistaken(bench: Bench, extension: str, code: str) -> None:
    found = bench.tenant(tenant(user("jana", extension)))
    assert found.at(found.claim(code).primary.span) == extension


@pytest.mark.parametrize("extension", ["1204", "16", "10", "113", "1590"])
def test_extension_that_is_sound(bench: Bench, extension: str) -> None:
    bench.tenant(tenant(user("jana", extension)))


def test_emergency_numbers_are_the_country_s(bench: Bench) -> None:
    bench.tenant(tenant(user("jana", "1560"), head=SLOVAK))
    bench.tenant(tenant(user("jana", "1590"), head=SLOVAK)).claim("RP405")


def test_outside_prefix_is_the_tenant_s(bench: Bench) -> None:
    more = "dialing: {outside_prefix: 9}\n"
    bench.tenant(tenant(user("jana", "0204"), more=more))
    bench.tenant(tenant(user("jana", "9204"), more=more)).claim("RP404")


def test_extension_of_another_length_than_agreed(bench: Bench) -> None:
    more = "dialing: {extension_length: 4}\n"
    found = bench.tenant(tenant(user("jana", "1204"), user("petr", "205"), more=more))
    fault = found.claim("RP410")
    assert found.at(fault.primary.span) == "205"
    assert found.at(fault.secondary[0].span) == "4"


def test_a_wrong_extension_is_one_fault(bench: Bench) -> None:
    """112 is too short as well, but it is its being an emergency number that must be said."""
    bench.tenant(tenant(user("jana", "112"), more="dialing: {extension_length: 4}\n")).claim("RP405")
