"""What hunt groups, time routes and forwarding become."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.passes.builder import HEAD, PLATFORM, Bench, tenant, user

from ringplan import ir
from ringplan.passes.services import turns

NUMBER = "caller_id: {number: +420222333400}\n"
PARTNERS = '  partners: {address: "127.0.0.30:5060", numbers: false, domains: [partner.example]}\n'
USERS = (user("jana", "1204"), user("petr", "1205"), user("eva", "1206"))


def graph(bench: Bench, more: str, *users: str, head: str = HEAD + NUMBER) -> ir.Tenant:
    made = bench.tenant(tenant(*(users or USERS), head=head, more=more), PLATFORM + PARTNERS).graph
    assert isinstance(made, ir.Tenant)
    return made


def group(bench: Bench, fields: str, more: str = "", head: str = HEAD + NUMBER) -> ir.HuntGroup:
    """Hunt group `sales` with these fields."""
    written = f"hunt_groups: {{sales: {{name: Prodej, {fields}}}}}\n{more}"
    node = graph(bench, written, head=head).node("novak/hunt_groups/sales")
    assert isinstance(node, ir.HuntGroup)
    return node


def forwarding(bench: Bench, forward: str, more: str = "", fields: str = "") -> ir.User:
    """User `jana` with this forwarding."""
    rest = f"forward: {{{forward}}}" + (f", {fields}" if fields else "")
    node = graph(bench, more, user("jana", "1204", rest), *USERS[1:]).node("novak/users/jana")
    assert isinstance(node, ir.User)
    return node


# -- hunt groups


def test_what_a_hunt_group_is_by_default(bench: Bench) -> None:
    made = group(bench, "members: [users/petr, users/jana]")
    assert made == ir.HuntGroup(
        id="novak/hunt_groups/sales",
        name="Prodej",
        extension=None,
        number=None,
        external_number="+420222333400",
        policy="circular",
        members=(ir.Member("novak/users/petr", 0), ir.Member("novak/users/jana", 0)),
        turns=(),
        ring_ms=20_000,
        advance=True,
        overflow_ms=None,
        call_waiting=False,
        is_busy=False,
        busy="novak/reject/busy",
        no_answer="novak/reject/no-answer",
        unreachable="novak/reject/unreachable",
        overflow="novak/reject/no-answer",
        plan="novak/calling_plan",
        span=made.span,
    )


def test_every_field_of_a_hunt_group(bench: Bench) -> None:
    made = group(
        bench,
        "number: +420 222 333 416, extension: 1600, policy: weighted, members: [users/petr, users/eva], "
        "weights: {users/petr: 75, users/eva: 25}, no_answer: {rings: 3, advance: false}, "
        "overflow: {after: 2m, to: 0602123456}, call_waiting: true, group_busy: true, calling_plan: {}, "
        "forward: {busy: reject/closed, no_answer: '1206', unreachable: users/jana}",
    )
    assert (made.number, made.extension, made.external_number) == ("+420222333416", "1600", "+420222333416")
    assert (made.policy, made.turns) == ("weighted", (0, 0, 1, 0))
    assert made.members == (ir.Member("novak/users/petr", 75), ir.Member("novak/users/eva", 25))
    assert (made.ring_ms, made.advance, made.overflow_ms) == (15_000, False, 120_000)
    assert (made.call_waiting, made.is_busy, made.plan) == (True, True, "novak/hunt_groups/sales/calling_plan")
    assert made.busy == "novak/reject/closed"
    assert made.no_answer == "novak/users/eva"
    assert made.unreachable == "novak/users/jana"
    assert made.overflow == "novak/outside/+420602123456"


def test_a_hunt_group_can_be_called_like_a_user(bench: Bench) -> None:
    made = graph(
        bench,
        "hunt_groups: {sales: {name: S, extension: 1203, number: +420222333416, members: [users/jana]}}\n"
        "schedules: {open: {weekly: [sat]}}\n"
        "time_routes: {main: {extension: 1300, number: +420222333415, "
        "rules: [{when: open, to: users/jana}], otherwise: reject/closed}}\n",
    )
    assert [(entry.key, entry.node) for entry in made.extensions] == [
        ("1203", "novak/hunt_groups/sales"),
        ("1204", "novak/users/jana"),
        ("1205", "novak/users/petr"),
        ("1206", "novak/users/eva"),
        ("1300", "novak/time_routes/main"),
    ]
    assert [(entry.key, entry.node) for entry in made.numbers] == [
        ("+420222333415", "novak/time_routes/main"),
        ("+420222333416", "novak/hunt_groups/sales"),
    ]


@pytest.mark.parametrize(
    ("no_answer", "milliseconds"),
    [("{}", 20_000), ("{rings: 1}", 5_000), ("{rings: 20}", 100_000), ("{after: 2500ms}", 2_500)],
)
def test_a_ring_is_five_seconds(bench: Bench, no_answer: str, milliseconds: int) -> None:
    assert group(bench, f"members: [users/jana], no_answer: {no_answer}").ring_ms == milliseconds


def test_without_overflow_its_edge_is_that_of_no_answer(bench: Bench) -> None:
    made = group(bench, "members: [users/jana], forward: {no_answer: users/petr}")
    assert (made.overflow_ms, made.overflow) == (None, "novak/users/petr")


LEVELS = (
    "departments: {sales: {caller_id: {number: +420222333402}}}\n"
    "groups: {praha: {caller_id: {number: +420222333403}}}\n"
)


@pytest.mark.parametrize(
    ("fields", "number"),
    [
        ("number: +420222333401, group: praha, department: sales, ", "+420222333401"),
        ("group: praha, department: sales, ", "+420222333402"),
        ("group: praha, ", "+420222333403"),
        ("", "+420222333400"),
    ],
)
def test_the_nearest_number_stands_for_a_hunt_group_outside(bench: Bench, fields: str, number: str) -> None:
    assert group(bench, f"{fields}members: [users/jana]", LEVELS).external_number == number


PLANS = "calling_plan: {}\ndepartments: {sales: {calling_plan: {}}}\ngroups: {praha: {calling_plan: {}}}\n"


@pytest.mark.parametrize(
    ("fields", "plan"),
    [
        ("group: praha, department: sales, calling_plan: {}, ", "novak/hunt_groups/sales/calling_plan"),
        ("group: praha, department: sales, ", "novak/departments/sales/calling_plan"),
        ("group: praha, ", "novak/groups/praha/calling_plan"),
        ("", "novak/calling_plan"),
    ],
)
def test_the_nearest_plan_is_that_of_a_hunt_group(bench: Bench, fields: str, plan: str) -> None:
    assert group(bench, f"{fields}members: [users/jana]", PLANS).plan == plan


def test_members_that_are_missing_or_repeated_leave_the_others(bench: Bench) -> None:
    text = tenant(
        *USERS,
        head=HEAD + NUMBER,
        more="hunt_groups: {sales: {name: S, members: [users/eva, users/nobody, users/jana, users/eva]}}\n",
    )
    found = bench.tenant(text)
    found.claim("RP304")
    found.claim("RP416")
    assert isinstance(found.graph, ir.Tenant)
    node = found.graph.node("novak/hunt_groups/sales")
    assert isinstance(node, ir.HuntGroup)
    assert [member.node for member in node.members] == ["novak/users/eva", "novak/users/jana"]


# -- shares


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ((100,), (0,)),
        ((50, 50), (0, 1)),
        ((0, 100), (1,)),
        ((75, 25), (0, 0, 1, 0)),
        ((50, 30, 20), (0, 1, 0, 2, 0, 1, 0, 2, 1, 0)),
        ((0, 0), ()),
        ((50, 49), ()),
        ((100,) * 1000, ()),
        ((), ()),
    ],
)
def test_turns(weights: tuple[int, ...], expected: tuple[int, ...]) -> None:
    assert turns(weights) == expected


def percentages(cuts: list[int]) -> tuple[int, ...]:
    """Shares that are together 100, from where the whole is cut."""
    edges = [0, *sorted(cuts), 100]
    return tuple(after - before for before, after in pairwise(edges))


@given(st.lists(st.integers(0, 100), max_size=40).map(percentages))
def test_at_any_moment_nobody_is_a_whole_turn_away_from_his_share(weights: tuple[int, ...]) -> None:
    begun = [0] * len(weights)
    order = turns(weights)
    for count, member in enumerate(order, 1):
        begun[member] += 1
        assert all(abs(had * 100 - count * weight) < 100 for had, weight in zip(begun, weights, strict=True))
    assert all(had * 100 == len(order) * weight for had, weight in zip(begun, weights, strict=True))


# -- users


def test_a_user_who_forwards_nothing(bench: Bench) -> None:
    made = forwarding(bench, "")
    assert (made.ring_ms, made.rules) == (60_000, ())
    assert (made.busy, made.no_answer, made.unreachable) == (
        "novak/reject/busy",
        "novak/reject/no-answer",
        "novak/reject/unreachable",
    )


def test_the_edges_of_a_user(bench: Bench) -> None:
    edges = "busy: '1205', no_answer: {to: users/eva}, unreachable: reject/closed"
    made = forwarding(bench, edges)
    assert (made.busy, made.no_answer, made.unreachable) == (
        "novak/users/petr",
        "novak/users/eva",
        "novak/reject/closed",
    )


@pytest.mark.parametrize(
    ("timing", "more", "milliseconds"),
    [
        ("", "", 60_000),
        ("", "ring_timeout: 25s\n", 25_000),
        ("rings: 4, ", "ring_timeout: 25s\n", 20_000),
        ("after: 12s, ", "ring_timeout: 25s\n", 12_000),
    ],
)
def test_how_long_a_users_phones_ring(bench: Bench, timing: str, more: str, milliseconds: int) -> None:
    assert forwarding(bench, f"no_answer: {{{timing}to: users/eva}}", more).ring_ms == milliseconds


MOBILES = "number_masks: {mobiles: [602*, 1188]}\n"
FOREIGN = "number_masks: {mobiles: [602*, 1188], foreign: [+49*, +420603*]}\n"
NIGHT = "schedules: {night: {weekly: [sat]}}\n"


def test_rules_are_the_entries_in_order_and_the_one_for_all(bench: Bench) -> None:
    entries = (
        "{when: night, from: [mobiles, foreign], anonymous: true, to: users/petr}, {when: holidays/CZ, to: phones}, "
        "{from: [mobiles], to: 0602123456}"
    )
    rules = forwarding(bench, f"always: users/eva, selective: [{entries}]", FOREIGN + NIGHT).rules
    assert [(rule.when, rule.callers, rule.anonymous, rule.to) for rule in rules] == [
        ("novak/schedules/night", ("0049*", "1188", "602*", "603??????"), True, "novak/users/petr"),
        ("novak/holidays/CZ", (), False, None),
        (None, ("1188", "602*"), False, "novak/outside/+420602123456"),
        (None, (), False, "novak/users/eva"),
    ]


def test_a_rule_names_the_users_own_schedule_first(bench: Bench) -> None:
    mine = "schedules: {night: {weekly: [sat]}}"
    (rule,) = forwarding(bench, "selective: [{when: night, to: phones}]", NIGHT, mine).rules
    assert rule.when == "novak/users/jana/schedules/night"


def test_entries_that_cannot_be_read_are_left_out(bench: Bench) -> None:
    entries = "{when: never, to: users/petr}, {from: [nobody], to: users/petr}, {from: [nobody, mobiles], to: phones}"
    text = tenant(user("jana", "1204", f"forward: {{selective: [{entries}]}}"), *USERS[1:], more=MOBILES)
    found = bench.tenant(text)
    found.claim("RP501")
    found.claim("RP421")
    found.claim("RP421")
    assert isinstance(found.graph, ir.Tenant)
    node = found.graph.node("novak/users/jana")
    assert isinstance(node, ir.User)
    assert [(rule.callers, rule.to) for rule in node.rules] == [(("1188", "602*"), None)]


# -- outside


def test_one_node_for_each_number_outside_however_it_is_written(bench: Bench) -> None:
    edges = "busy: 0602 123 456, no_answer: {to: +420602123456}, unreachable: 000420602123456, always: 01188"
    made = graph(bench, "", user("jana", "1204", f"forward: {{{edges}}}"))
    outside = [node for node in made.nodes if isinstance(node, ir.Outside)]
    assert [(node.id, node.number) for node in outside] == [
        ("novak/outside/+420602123456", "+420602123456"),
        ("novak/outside/1188", "1188"),
    ]


def test_a_sip_uri_knows_its_trunk(bench: Bench) -> None:
    fields = "forward: {always: sip:jan.novak@partner.example}, calling_plan: {forwarding: {sip_uri: allow}}"
    made = graph(bench, "", user("jana", "1204", fields))
    (uri,) = (node for node in made.nodes if isinstance(node, ir.SipUri))
    assert (uri.id, uri.user, uri.host, uri.trunk) == (
        "novak/sip/jan.novak@partner.example",
        "jan.novak",
        "partner.example",
        "partners",
    )
    assert made.trunks == ("carrier",)


# -- time routes


def test_a_time_route(bench: Bench) -> None:
    fields = "extension: 1300, rules: [{when: night, to: users/eva}, {when: holidays/SK, to: reject/closed}]"
    made = graph(bench, f"{NIGHT}time_routes: {{main: {{{fields}, otherwise: '1204'}}}}\n").node(
        "novak/time_routes/main"
    )
    assert isinstance(made, ir.TimeRoute)
    assert (made.extension, made.number, made.external_number) == ("1300", None, "+420222333400")
    assert made.rules == (
        ("novak/schedules/night", "novak/users/eva"),
        ("novak/holidays/SK", "novak/reject/closed"),
    )
    assert (made.otherwise, made.plan) == ("novak/users/jana", "novak/calling_plan")


def test_a_time_route_with_a_number_and_plan_of_its_own(bench: Bench) -> None:
    fields = "number: +420222333417, calling_plan: {}, rules: [{when: night, to: users/eva}], otherwise: users/jana"
    made = graph(bench, f"{NIGHT}time_routes: {{main: {{{fields}}}}}\n").node("novak/time_routes/main")
    assert isinstance(made, ir.TimeRoute)
    assert (made.external_number, made.plan) == ("+420222333417", "novak/time_routes/main/calling_plan")


def test_a_line_with_an_unknown_schedule_is_left_out(bench: Bench) -> None:
    fields = "rules: [{when: nigth, to: users/eva}, {when: night, to: users/petr}], otherwise: users/jana"
    found = bench.tenant(tenant(*USERS, head=HEAD + NUMBER, more=f"{NIGHT}time_routes: {{main: {{{fields}}}}}\n"))
    found.claim("RP501")
    assert isinstance(found.graph, ir.Tenant)
    node = found.graph.node("novak/time_routes/main")
    assert isinstance(node, ir.TimeRoute)
    assert node.rules == (("novak/schedules/night", "novak/users/petr"),)
