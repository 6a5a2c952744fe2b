"""Who a user's calls say they come from; RP413, RP602, RP603."""

from __future__ import annotations

import pytest
from tests.passes.builder import HEAD, PLATFORM, Bench, tenant, user

from ringplan.ir import Identity, Tenant, User

LEVELS = """\
caller_id: {number: +420222333400, name: Novák a syn}
groups: {prague: {name: Praha, caller_id: {number: +420222333401}}, brno: {name: Brno}}
departments:
  board: {caller_id: {number: +420222333402, name: Vedení}}
  sales: {parent: board, name: Obchod}
  hall: {}
"""


def identity(bench: Bench, more: str, head: str = HEAD, levels: str = LEVELS) -> Identity:
    """The identity of a user with these further fields."""
    graph = bench.tenant(tenant(user("jana", more=more), head=head, more=levels)).graph
    assert isinstance(graph, Tenant)
    node = graph.node("novak/users/jana")
    assert isinstance(node, User)
    return node.identity


@pytest.mark.parametrize(
    ("more", "number"),
    [
        ("number: +420222333404, department: sales", "+420222333404"),
        ("department: sales, group: prague", "+420222333402"),
        ("department: hall, group: prague", "+420222333401"),
        ("department: hall, group: brno", "+420222333400"),
        ("number: +420222333404, caller_id: {show_number_of: tenant}", "+420222333400"),
        ("number: +420222333404, group: prague, caller_id: {show_number_of: group}", "+420222333401"),
        ("number: +420222333404, department: sales, caller_id: {show_number_of: department}", "+420222333402"),
    ],
)
def test_number_shown_outside(bench: Bench, more: str, number: str) -> None:
    assert identity(bench, more).external_number == number


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ("department: sales", "jana"),
        ("department: sales, caller_id: {show_name_of: department}", "Vedení"),
        ("department: hall, caller_id: {show_name_of: department}", "hall"),
        ("group: brno, caller_id: {show_name_of: group}", "Brno"),
        ("caller_id: {show_name_of: tenant}", "Novák a syn"),
    ],
)
def test_name_shown_inside(bench: Bench, more: str, name: str) -> None:
    found = identity(bench, more)
    assert (found.internal_name, found.internal_number) == (name, "1204")


@pytest.mark.parametrize(
    ("more", "levels", "number"),
    [
        ("withheld: false", "emergency: {number: +420222333449}\n", "+420222333449"),
        ("show_number_of: tenant", LEVELS, "+420222333400"),
        ("withheld: true", "", "+420222333400"),
    ],
)
def test_number_shown_to_emergency_centres(bench: Bench, more: str, levels: str, number: str) -> None:
    assert identity(bench, f"caller_id: {{{more}}}", levels=levels).emergency_number == number


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ("caller_id: {show_number_of: user}", "no number at level `user`"),
        ("department: hall, caller_id: {show_number_of: department}", "no number at level `department`"),
        ("group: brno, caller_id: {show_number_of: group}", "no number at level `group`"),
        ("caller_id: {show_number_of: group}", "the user belongs to no group"),
        ("caller_id: {show_name_of: department}", "the user belongs to no department"),
    ],
)
def test_level_without_number_or_name(bench: Bench, more: str, why: str) -> None:
    found = bench.tenant(tenant(user("jana", more=more), more=LEVELS))
    fault = found.claim("RP413")
    assert fault.primary.text == why
    assert found.at(fault.primary.span) in {"user", "department", "group"}


def test_tenant_level_without_number(bench: Bench) -> None:
    bench.tenant(tenant(user("jana", more="caller_id: {show_number_of: tenant}"))).claim("RP413")


def test_emergency_calls_without_any_number(bench: Bench) -> None:
    head = HEAD.replace("numbers: [+420222333400..449]\n", "")
    found = bench.tenant(tenant(head=head))
    assert found.at(found.claim("RP603").primary.span) == "novak"


def test_every_trunk_is_reserved_for_others(bench: Bench) -> None:
    platform = PLATFORM.replace('5060"}\n', '5060", tenants: [clinic]}\n')
    bench.tenant(tenant(), platform).claim("RP602")
    bench.tenant(tenant(), platform.replace("clinic", "clinic, novak"))


def test_nothing_is_said_about_trunks_of_a_platform_with_faults(bench: Bench) -> None:
    bench.tenant(tenant(), None)
