"""RP304 of members, RP416, RP441 to RP449."""

from __future__ import annotations

from importlib import import_module

import pytest
from tests.passes.builder import HEAD, Bench, Examined, tenant, user
from tests.runtime.harness import load_runtime

from ringplan.diagnostics import Applicability
from ringplan.diagnostics.apply import apply_fixes
from ringplan.passes import hunting

NUMBER = "caller_id: {number: +420222333400}\n"
USERS = (user("jana", "1204"), user("petr", "1205"))


def group(bench: Bench, fields: str, *more: str, head: str = HEAD + NUMBER) -> Examined:
    """Hunt group `sales` with these fields, and further groups."""
    lines = [f"  sales: {{name: Prodej, {fields}}}\n", *(f"  {line}\n" for line in more)]
    return bench.tenant(tenant(*USERS, head=head, more="hunt_groups:\n" + "".join(lines)))


def repaired(found: Examined, fault_code: str) -> str:
    """The manifest after the safe fixes of a fault."""
    fault = found.claim(fault_code)
    assert fault.fixes[0].applicability is Applicability.MACHINE_APPLICABLE
    path = fault.primary.span.file
    return apply_fixes([fault], {path: found.text}).texts[path]


def test_a_group_without_fault(bench: Bench) -> None:
    group(bench, "extension: 1600, policy: weighted, members: [users/jana, users/petr], weights: {users/jana: 100}")


# -- members


def test_a_mistyped_member_is_repaired(bench: Bench) -> None:
    found = group(bench, "members: [users/jana, users/pert]")
    after = repaired(found, "RP304")
    assert "members: [users/jana, users/petr]" in after
    bench.tenant(after)


@pytest.mark.parametrize("member", ["users/svoboda", "hunt_groups/jana", "hunt_groups/service"])
def test_an_unknown_member_stands_there(bench: Bench, member: str) -> None:
    found = group(bench, f"members: [users/jana, {member}]")
    fault = found.claim("RP304")
    assert found.at(fault.primary.span) == member
    assert "member of `sales`" in fault.primary.text
    assert fault.fixes == ()


def test_a_member_listed_twice_shows_both_places(bench: Bench) -> None:
    found = group(bench, "members: [users/jana, users/petr, users/jana]")
    fault = found.claim("RP416")
    first = fault.secondary[0].span
    assert found.at(fault.primary.span) == found.at(first) == "users/jana"
    assert first.column < fault.primary.span.column


def test_a_member_listed_three_times_is_told_twice(bench: Bench) -> None:
    found = group(bench, "members: [users/jana, users/jana, users/jana]")
    found.claim("RP416")
    found.claim("RP416")


def test_nobody_in_the_group(bench: Bench) -> None:
    found = group(bench, "members: []")
    assert found.at(found.claim("RP441").primary.span) == "[]"


# -- numbers to show


@pytest.mark.parametrize(
    ("keys", "more"),
    [
        ("number: +420222333401", ""),
        ("extension: 1600, number: +420222333401", ""),
        ("extension: 1600", NUMBER),
        ("extension: 1600, department: sales", "departments: {sales: {caller_id: {number: +420222333402}}}\n"),
        ("extension: 1600, group: praha", "groups: {praha: {caller_id: {number: +420222333402}}}\n"),
        ("call_waiting: true", ""),  # reached by other services only
    ],
)
def test_a_group_with_a_number_to_show(bench: Bench, keys: str, more: str) -> None:
    group(bench, f"{keys}, members: [users/jana]", head=HEAD + more)


@pytest.mark.parametrize(
    ("keys", "more"),
    [
        ("extension: 1600", ""),
        ("extension: 1600, department: shop", "departments: {sales: {caller_id: {number: +420222333402}}, shop: {}}\n"),
        ("extension: 1600, group: brno", "groups: {praha: {caller_id: {number: +420222333402}}, brno: {}}\n"),
    ],
)
def test_an_extension_only_needs_a_number_above(bench: Bench, keys: str, more: str) -> None:
    found = group(bench, f"{keys}, members: [users/jana]", head=HEAD + more)
    assert found.at(found.claim("RP442").primary.span) == "1600"


# -- weights


@pytest.mark.parametrize(
    ("weights", "total"),
    [("users/jana: 60, users/petr: 30", 90), ("users/jana: 100, users/petr: 1", 101), ("users/jana: 0", 0)],
)
def test_shares_are_together_a_hundred(bench: Bench, weights: str, total: int) -> None:
    found = group(bench, f"policy: weighted, members: [users/jana, users/petr], weights: {{{weights}}}")
    fault = found.claim("RP443")
    assert f"together {total}, not 100" in fault.message
    assert found.at(fault.primary.span) == "weights"


def test_shares_are_missing(bench: Bench) -> None:
    found = group(bench, "policy: weighted, members: [users/jana, users/petr]")
    assert found.at(found.claim("RP443").primary.span) == "policy"


@pytest.mark.parametrize("policy", ["circular", "regular", "simultaneous", "uniform"])
def test_shares_need_the_policy(bench: Bench, policy: str) -> None:
    found = group(bench, f"policy: {policy}, members: [users/jana], weights: {{users/jana: 100}}")
    fault = found.claim("RP443")
    assert found.at(fault.primary.span) == "weights"
    assert policy in fault.message


def test_the_share_of_a_mistyped_member_is_repaired(bench: Bench) -> None:
    weights = "weights: {users/jana: 50, users/pert: 50}"
    found = group(bench, f"policy: weighted, members: [users/jana, users/petr], {weights}")
    bench.tenant(repaired(found, "RP443"))


def test_the_share_of_somebody_else(bench: Bench) -> None:
    weights = "weights: {users/jana: 50, users/petr: 50}"
    found = group(bench, f"policy: weighted, members: [users/jana], {weights}")
    fault = found.claim("RP443")
    assert (found.at(fault.primary.span), fault.fixes) == ("users/petr", ())


# -- groups in groups


def test_a_group_within_a_group_is_no_fault(bench: Bench) -> None:
    group(
        bench,
        "members: [hunt_groups/a, hunt_groups/b]",
        "a: {name: A, members: [hunt_groups/b, users/jana]}",
        "b: {name: B, members: [users/petr]}",
    )


def test_a_group_in_itself(bench: Bench) -> None:
    found = group(bench, "members: [users/jana, hunt_groups/sales]")
    assert found.at(found.claim("RP444").primary.span) == "hunt_groups/sales"


def test_a_ring_of_groups_is_told_once_and_whole(bench: Bench) -> None:
    found = group(
        bench,
        "members: [hunt_groups/b]",
        "b: {name: B, members: [users/petr, hunt_groups/a]}",
        "a: {name: A, members: [users/jana, hunt_groups/sales]}",
    )
    fault = found.claim("RP444")
    assert found.at(fault.primary.span) == "hunt_groups/sales"
    assert fault.notes == ("members: `a` → `sales` → `b` → `a`",)


def test_two_rings_are_told_each(bench: Bench) -> None:
    found = group(
        bench,
        "members: [hunt_groups/sales, users/jana]",
        "a: {name: A, members: [hunt_groups/b, users/jana]}",
        "b: {name: B, members: [hunt_groups/a, users/petr]}",
    )
    found.claim("RP444")
    found.claim("RP444")


def test_rings_that_share_a_group_are_told_each(bench: Bench) -> None:
    found = group(
        bench,
        "members: [hunt_groups/a, hunt_groups/b]",
        "a: {name: A, members: [hunt_groups/sales]}",
        "b: {name: B, members: [hunt_groups/sales]}",
    )
    assert {found.claim("RP444").notes[0] for _ in range(2)} == {
        "members: `a` → `sales` → `a`",
        "members: `b` → `sales` → `b`",
    }


def test_a_long_ring_is_shortened(bench: Bench) -> None:
    fault = bench.tenant(nested(1500, "hunt_groups/g0")).claim("RP444")
    assert fault.notes[0].startswith("members: `g0` → `g1` → `g2`")
    assert fault.notes[0].endswith("`g7` → … → `g0`")


# -- times


def test_rings_and_seconds_of_a_group(bench: Bench) -> None:
    found = group(bench, "members: [users/jana], no_answer: {rings: 4, after: 20s}")
    fault = found.claim("RP445")
    assert (found.at(fault.primary.span), found.at(fault.secondary[0].span)) == ("20s", "4")


def test_rings_and_seconds_of_a_user(bench: Bench) -> None:
    forward = "forward: {no_answer: {after: 25s, to: '1205', rings: 4}}"
    found = bench.tenant(tenant(user("jana", "1204", forward), USERS[1]))
    fault = found.claim("RP445")
    assert (found.at(fault.primary.span), found.at(fault.secondary[0].span)) == ("25s", "4")


@pytest.mark.parametrize(
    "fields",
    [
        "members: [users/jana, users/petr], overflow: {after: 21s, to: reject/busy}",
        "members: [users/jana], overflow: {after: 20s, to: reject/busy}",
        "members: [users/jana, users/petr], policy: simultaneous, overflow: {after: 10s, to: reject/busy}",
        "members: [users/jana, users/petr], no_answer: {advance: false}, overflow: {after: 10s, to: reject/busy}",
    ],
)
def test_an_overflow_that_makes_sense(bench: Bench, fields: str) -> None:
    group(bench, fields)


@pytest.mark.parametrize(
    "fields",
    [
        "overflow: {after: 20s, to: reject/busy}",
        "overflow: {after: 4999ms, to: reject/busy}, no_answer: {rings: 1}",
        "overflow: {after: 1m, to: reject/busy}, no_answer: {after: 60s}",
    ],
)
def test_an_overflow_before_anybody_else_rings(bench: Bench, fields: str) -> None:
    found = group(bench, f"members: [users/jana, users/petr], {fields}")
    fault = found.claim("RP446")
    assert found.at(fault.primary.span) in ("20s", "4999ms", "1m")


# -- phones at once


def team(phones: int, *fields: str) -> str:
    """A tenant with so many phones, at most ten a user, and these lines of hunt groups."""
    users = []
    for at in range(0, phones, 10):
        own = ", ".join(f"p{n}: {{secret: novak/u{at}/{n}}}" for n in range(min(10, phones - at)))
        users.append(f"  u{at}: {{name: U, extension: 13{at:02}, phones: {{{own}}}}}\n")
    return HEAD + NUMBER + "users:\n" + "".join(users) + "hunt_groups:\n" + "".join(f"  {line}\n" for line in fields)


def test_sixteen_phones_ring_at_once_and_no_more(bench: Bench) -> None:
    everybody = "sales: {name: S, policy: simultaneous, members: [users/u0, users/u10]}"
    bench.tenant(team(16, everybody))
    found = bench.tenant(team(17, everybody))
    fault = found.claim("RP447")
    assert "17 phones" in fault.message
    assert found.at(fault.primary.span) == "simultaneous"


def test_phones_of_groups_within_count_each_once(bench: Bench) -> None:
    inner = "inner: {name: I, policy: regular, members: [users/u10, users/u0]}"
    outer = "outer: {name: O, policy: simultaneous, members: [hunt_groups/inner, users/u0]}"
    bench.tenant(team(16, inner, outer))
    assert "17 phones" in bench.tenant(team(17, inner, outer)).claim("RP447").message


@pytest.mark.parametrize("policy", ["circular", "regular", "uniform"])
def test_one_after_the_other_are_as_many_as_a_call_has_branches(bench: Bench, policy: str) -> None:
    sales = f"sales: {{name: S, policy: {policy}, members: [users/u0, users/u10, users/u20]}}"
    bench.tenant(team(22, sales))
    found = bench.tenant(team(23, sales))
    fault = found.claim("RP449")
    assert "23 phones" in fault.message
    assert found.at(fault.primary.span) == "members"


def test_the_bound_of_a_hunt_is_what_the_runtime_leaves_it() -> None:
    package = load_runtime().__name__
    state, hunts = import_module(f"{package}.state"), import_module(f"{package}.hunts")
    assert hunts.MOST_AT_ONCE == hunting.MAX_AT_ONCE
    assert state.MAX_BRANCHES - hunts.KEPT == hunting.MAX_IN_ALL


# -- groups that are too large


def nested(depth: int, members: str = "users/jana") -> str:
    """A tenant with a group that has so many groups within it, one in the other; the innermost has these members."""
    chain = [f"  g{at}: {{name: G, members: [hunt_groups/g{at + 1}]}}\n" for at in range(depth)]
    innermost = f"  g{depth}: {{name: G, members: [{members}]}}\n"
    return tenant(*USERS, head=HEAD + NUMBER, more="hunt_groups:\n" + "".join((*chain, innermost)))


def test_groups_lie_five_deep_and_no_deeper(bench: Bench) -> None:
    bench.tenant(nested(5))
    found = bench.tenant(nested(6))
    fault = found.claim("RP448")
    assert "`g0`" in fault.message
    assert found.at(fault.primary.span) == "members"


def test_a_tower_of_groups_is_told_once(bench: Bench) -> None:
    assert "`g1494`" in bench.tenant(nested(1500)).claim("RP448").message


def test_groups_above_a_ring_are_no_further_fault(bench: Bench) -> None:
    bench.tenant(nested(8, "hunt_groups/g8")).claim("RP444")


def doubling(levels: int) -> str:
    """A group whose users are listed twice as often with every level."""
    lines = [
        f"  {name}{at}: {{name: G, members: [hunt_groups/a{at + 1}, hunt_groups/b{at + 1}]}}\n"
        for at in range(levels)
        for name in "ab"
    ]
    many = ", ".join(f"users/u{at}" for at in range(32))
    last = "".join(f"  {name}{levels}: {{name: G, members: [{many}]}}\n" for name in "ab")
    users = (user(f"u{at}", str(1300 + at)) for at in range(32))
    head = HEAD.replace("licensed_users: 20", "licensed_users: 99") + NUMBER
    return tenant(*users, head=head, more="hunt_groups:\n" + "".join(lines) + last)


def test_a_hunt_has_a_thousand_members_at_most(bench: Bench) -> None:
    small, found = bench.tenant(doubling(4)), bench.tenant(doubling(5))  # 512 and 1,024 members
    for each in (small, found):
        assert "`a" in each.claim("RP449").message  # 32 phones; only the innermost groups say so
        assert "`b" in each.claim("RP449").message
    assert "1,024 members" in found.claim("RP448").message
    found.claim("RP448")  # a0 and b0
