"""RP402, RP403, RP407, RP408, RP409."""

from __future__ import annotations

import phonenumbers
import pytest
from tests.passes.builder import HEAD, Bench, tenant, user

from ringplan.ir import Tenant
from ringplan.passes.numbers import is_valid


def test_number_used_twice_shows_both_places(bench: Bench) -> None:
    number = "number: +420222333404"
    found = bench.tenant(tenant(user("jana", "1204", number), user("petr", "1205", number)))
    fault = found.claim("RP402")
    assert fault.primary.span.line == fault.secondary[0].span.line + 1
    assert found.at(fault.primary.span) == "+420222333404"
    assert "users/jana" in fault.primary.text


@pytest.mark.parametrize(
    "more",
    [
        "caller_id: {number: +420222333450}\n",
        "emergency: {number: +420222333450}\n",
        "groups: {g: {caller_id: {number: +420222333450}}}\n",
        "departments: {d: {caller_id: {number: +420222333450}}}\n",
    ],
)
def test_number_that_is_not_owned(bench: Bench, more: str) -> None:
    found = bench.tenant(tenant(more=more))
    fault = found.claim("RP403")
    assert found.at(fault.primary.span) == "+420222333450"
    assert "+420222333400..+420222333449" in fault.notes[0]


def test_user_number_that_is_not_owned_by_a_tenant_without_numbers(bench: Bench) -> None:
    head = HEAD.replace("numbers: [+420222333400..449]\n", "")
    fault = bench.tenant(tenant(user("jana", more="number: +420222333404"), head=head)).claim("RP403")
    assert fault.notes == ("the tenant owns no numbers",)


def test_the_ends_of_a_range_are_owned(bench: Bench) -> None:
    users = (user("a", "1201", "number: +420222333400"), user("b", "1202", "number: +420222333449"))
    bench.tenant(tenant(*users))


@pytest.mark.parametrize(
    ("numbers", "common"),
    [
        ("+420222333400..449, +420222333449", "+420222333449"),
        ("+420222333400..449, +420222333440..460", "+420222333440..+420222333449"),
        ("+420222333410, +420222333400..449", "+420222333410"),
    ],
)
def test_overlapping_ranges(bench: Bench, numbers: str, common: str) -> None:
    head = HEAD.replace("+420222333400..449", numbers)
    found = bench.tenant(tenant(head=head))
    fault = found.claim("RP407")
    assert fault.message.startswith(f"{common} is")
    assert found.at(fault.primary.span) == numbers.split(", ")[1]
    assert found.at(fault.secondary[0].span) == numbers.split(", ")[0]


def test_a_range_that_overlaps_with_two_others_is_reported_with_each(bench: Bench) -> None:
    head = HEAD.replace("+420222333400..449", "+420222333400..449, +420222333410, +420222333420")
    found = bench.tenant(tenant(head=head))
    found.claim("RP407")
    found.claim("RP407")


def test_neighbouring_ranges_do_not_overlap(bench: Bench) -> None:
    head = HEAD.replace("+420222333400..449", "+420222333400..409, +420222333410..419")
    graph = bench.tenant(tenant(head=head)).graph
    assert isinstance(graph, Tenant)
    assert [block.first for block in graph.blocks] == ["+420222333400", "+420222333410"]


@pytest.mark.parametrize("number", ["+42022233340", "+420122333400", "+421122"])
def test_number_that_no_plan_has(bench: Bench, number: str) -> None:
    if len(number) < 8:
        number += "00"
    found = bench.tenant(tenant(head=HEAD.replace("449]", f"449, {number}]")))
    fault = found.claim("RP408")
    assert found.at(fault.primary.span) == number


def test_more_users_than_licensed(bench: Bench) -> None:
    head = HEAD.replace("licensed_users: 20", "licensed_users: 1")
    found = bench.tenant(tenant(user("jana", "1204"), user("petr", "1205"), head=head))
    fault = found.claim("RP409")
    assert found.at(fault.primary.span) == "1"
    assert found.at(fault.secondary[0].span) == "petr"


def test_as_many_users_as_licensed(bench: Bench) -> None:
    bench.tenant(tenant(user("jana"), head=HEAD.replace("licensed_users: 20", "licensed_users: 1")))


@pytest.mark.parametrize("country", ["420", "421"])
def test_our_own_numbering_plans_know_the_numbers_the_library_knows(country: str) -> None:
    for beginning in range(1000, 10_000, 7):
        for rest in ("00000", "12345"):
            number = f"+{country}{beginning}{rest}"
            assert is_valid(number) == phonenumbers.is_valid_number(phonenumbers.parse(number)), number


def test_other_lengths_and_countries_are_asked_of_the_library() -> None:
    assert is_valid("+4930901820")
    assert not is_valid("+49309")
    assert not is_valid("+42022233340")
