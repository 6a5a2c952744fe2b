"""RP301, RP302, RP303."""

from __future__ import annotations

import pytest
from tests.passes.builder import Bench, tenant, user

from ringplan.diagnostics import Applicability

DEPARTMENTS = "departments:\n  sales: {}\n  office: {}\n"


def test_a_sound_tenant_has_no_faults(bench: Bench) -> None:
    bench.tenant(tenant(user("jana", more="department: sales"), more=DEPARTMENTS))


@pytest.mark.parametrize(
    ("more", "line"),
    [
        (DEPARTMENTS, "department: salse"),
        ("groups:\n  sales: {}\n", "group: salse"),
    ],
)
def test_unknown_name_with_a_near_miss_is_repaired(bench: Bench, more: str, line: str) -> None:
    found = bench.tenant(tenant(user("jana", more=line), more=more))
    fault = found.claim("RP301")
    assert found.at(fault.primary.span) == "salse"
    assert "`sales`" in fault.notes[0]
    assert fault.fixes[0].edits[0].text == "sales"
    assert fault.fixes[0].applicability is Applicability.MACHINE_APPLICABLE


def test_unknown_name_like_no_other_lists_what_there_is(bench: Bench) -> None:
    fault = bench.tenant(tenant(user("jana", more="department: warehouse"), more=DEPARTMENTS)).claim("RP301")
    assert fault.fixes == ()
    assert "`office`" in fault.notes[0]
    assert "`sales`" in fault.notes[0]


def test_unknown_parent_and_unknown_group_of_a_department(bench: Bench) -> None:
    found = bench.tenant(tenant(more="departments:\n  sales: {parent: board, group: prague}\n"))
    assert {found.at(found.claim("RP301").primary.span) for _ in range(2)} == {"board", "prague"}


def test_an_undefined_department_is_reported_once(bench: Bench) -> None:
    """Neither the missing number nor the missing name of the department is a second fault."""
    more = "department: salse, caller_id: {show_number_of: department, show_name_of: department}"
    bench.tenant(tenant(user("jana", more=more), more=DEPARTMENTS)).claim("RP301")


def test_cycle_of_parents_shows_every_link_once(bench: Bench) -> None:
    cycle = "departments:\n  a: {parent: b}\n  b: {parent: c}\n  c: {parent: a}\n  outside: {parent: a}\n"
    found = bench.tenant(tenant(user("jana", more="department: c"), more=cycle))
    fault = found.claim("RP302")
    assert found.at(fault.primary.span) == "b"
    assert [found.at(label.span) for label in fault.secondary] == ["c", "a"]


def test_department_that_is_its_own_parent(bench: Bench) -> None:
    bench.tenant(tenant(more="departments:\n  a: {parent: a}\n")).claim("RP302")


def test_department_of_another_group(bench: Bench) -> None:
    more = "groups: {prague: {}, brno: {}}\ndepartments: {top: {group: brno}, sales: {parent: top}}\n"
    found = bench.tenant(tenant(user("jana", more="group: prague, department: sales"), more=more))
    fault = found.claim("RP303")
    assert [found.at(label.span) for label in (fault.primary, *fault.secondary)] == ["sales", "prague", "brno"]


def test_department_of_no_group_suits_every_group(bench: Bench) -> None:
    more = "groups: {prague: {}}\ndepartments: {sales: {}}\n"
    bench.tenant(tenant(user("jana", more="group: prague, department: sales"), more=more))
