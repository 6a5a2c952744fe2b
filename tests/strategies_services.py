"""Random services of a tenant: calling plans, schedules, hunt groups, time routes, forwards and where they lead."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from ringplan.diagnostics import Span
from ringplan.interpreter import ORDINARY_MOMENT, Memory
from ringplan.ir import (
    CALL_TYPES,
    CallTable,
    HuntGroup,
    MaskRule,
    Member,
    Node,
    Outside,
    Plan,
    Platform,
    Rule,
    Schedule,
    SipUri,
    Tenant,
    TimeRoute,
    User,
)

NOWHERE = Span("tenant.yaml", 1, 1, 1, 1)
PARTNER = "partner.example"
"""Domain that a trunk may serve."""
DAY, WEEK = 24 * 60, 7 * 24 * 60

POLICIES = ("circular", "regular", "simultaneous", "uniform", "weighted")
RINGS_MS = (10_000, 60_000)
OVERFLOWS_MS = (None, None, 10_000, 14_000, 20_000)
"""Sums of rings and of the four seconds of a phone that is gone come to these exactly, or not near them."""
PATTERNS = ("602123456", "0602*", "00*", "602??????", "[2-69]*", "*", "11", "20?", "1204", "00493090182000", "9[05,7]*")

BOUNDARIES = (
    ORDINARY_MOMENT,  # Wednesday 2026-03-04 11:00 in Prague
    datetime(2026, 3, 4, 7, 0, tzinfo=UTC),  # 08:00
    datetime(2026, 3, 4, 16, 0, tzinfo=UTC),  # 17:00
    datetime(2026, 3, 4, 23, 0, tzinfo=UTC),  # Thursday 00:00
    datetime(2026, 3, 8, 23, 0, tzinfo=UTC),  # Monday 00:00
    datetime(2026, 3, 29, 1, 0, tzinfo=UTC),  # summer time begins: 01:59:59 is followed by 03:00
    datetime(2026, 10, 25, 0, 30, tzinfo=UTC),  # 02:30 for the first time
    datetime(2026, 10, 25, 1, 0, tzinfo=UTC),  # 02:59:59 is followed by 02:00
    datetime(2026, 10, 25, 1, 30, tzinfo=UTC),  # 02:30 once more
    datetime(2026, 12, 24, 23, 0, tzinfo=UTC),  # Christmas Day
)
SECONDS = (0, 0, -1, -60, 1, 59, 3600)
moments = st.builds(
    lambda moment, second: moment + timedelta(seconds=second),
    st.sampled_from(BOUNDARIES),
    st.sampled_from(SECONDS),
)
"""When a call begins: at boundaries of what `schedules` draws, and around them."""

_WEEKLY = (
    (),
    tuple((day * DAY + 8 * 60, day * DAY + 17 * 60) for day in range(5)),
    ((0, 6 * 60), *((day * DAY + 22 * 60, (day + 1) * DAY + 6 * 60) for day in range(6)), (WEEK - 120, WEEK)),
    ((6 * DAY + 2 * 60 + 15, 6 * DAY + 2 * 60 + 45),),
    ((0, WEEK),),
)
"""Office hours; nights, over the end of the week too; a Sunday's half hour that summer time touches; always."""


def _day(year: int, month: int, day: int) -> int:
    return datetime(year, month, day, tzinfo=UTC).toordinal() * DAY


_DATES = (
    (),
    ((_day(2026, 3, 4), _day(2026, 3, 5)),),
    ((_day(2026, 3, 29) + 120, _day(2026, 3, 29) + 180), (_day(2026, 10, 25) + 150, _day(2026, 10, 25) + 151)),
    ((_day(2026, 12, 25), _day(2026, 12, 26)),),
)


# -- plans and schedules


def open_plan(tenant: str) -> Plan:
    """A plan that allows everything."""
    table = CallTable((), tuple((kind, True) for kind in CALL_TYPES))
    return Plan(f"{tenant}/calling_plan", table, table, NOWHERE)


def _table(draw: st.DrawFn, tenant: str) -> CallTable:
    barred = draw(st.sets(st.sampled_from(CALL_TYPES), max_size=2))
    masks = draw(st.lists(st.tuples(st.sampled_from(PATTERNS), st.booleans()), max_size=3))
    rules = tuple(MaskRule(pattern, allowed, f"{tenant}/number_masks/m", NOWHERE) for pattern, allowed in masks)
    return CallTable(rules, tuple((kind, kind not in barred) for kind in CALL_TYPES))


def plans(draw: st.DrawFn, tenant: str) -> tuple[Plan, ...]:
    """One that allows everything, and perhaps one that does not."""
    found = [open_plan(tenant)]
    if draw(st.booleans()):
        found.append(Plan(f"{tenant}/groups/g/calling_plan", _table(draw, tenant), _table(draw, tenant), NOWHERE))
    return tuple(found)


def schedules(draw: st.DrawFn, tenant: str) -> tuple[Schedule, ...]:
    """Up to three; a later one may except an earlier one."""
    found: list[Schedule] = []
    for at in range(draw(st.integers(0, 3))):
        excluded = draw(st.sets(st.sampled_from([one.id for one in found]), max_size=2)) if found else set()
        weekly, dates = draw(st.sampled_from(_WEEKLY)), draw(st.sampled_from(_DATES))
        forced = draw(st.sampled_from((None, None, None, True, False)))
        found.append(
            Schedule(f"{tenant}/schedules/s{at}", weekly, dates, tuple(sorted(excluded)), forced, None, NOWHERE)
        )
    return tuple(found)


# -- nodes


def with_services(draw: st.DrawFn, platform: Platform, tenant: Tenant, outside: tuple[str, ...]) -> Tenant:
    """The tenant with everything it may have; nodes may lead to each other in circles, inner groups do not."""
    found_plans, found_schedules = plans(draw, tenant.id), schedules(draw, tenant.id)
    users = [node for node in tenant.nodes if isinstance(node, User)]
    groups = _hunt_groups(draw, tenant.id, [user.id for user in users])
    routes = [f"{tenant.id}/time_routes/r{at}" for at in range(draw(st.integers(0, 2)))]
    ways_out: list[Node] = [
        Outside(f"{tenant.id}/outside/{number}", number, NOWHERE)
        for number in draw(st.lists(st.sampled_from((*outside, "1188")), unique=True, max_size=2))
    ]
    serving = next(
        (
            trunk.id
            for trunk in platform.trunks
            if PARTNER in trunk.domains and (not trunk.tenants or tenant.id in trunk.tenants)
        ),
        None,
    )
    if serving is not None:
        ways_out.append(SipUri(f"{tenant.id}/sip/alice@{PARTNER}", "alice", PARTNER, serving, NOWHERE))
    rejects = [f"{tenant.id}/reject/{name}" for name in ("busy", "closed", "no-answer", "unreachable")]
    inside = [*(user.id for user in users), *(group.id for group in groups), *routes]
    targets = st.sampled_from([*rejects, *inside, *inside, *(node.id for node in ways_out)])
    plan = st.sampled_from([one.id for one in found_plans])
    opening = st.sampled_from([None, *(one.id for one in found_schedules)])
    owned = [entry.key for entry in tenant.numbers]
    numbers = st.sampled_from((None, *owned))
    nodes: list[Node] = [
        *(_with_forwards(draw, user, targets, opening, plan) for user in users),
        *(_with_edges(draw, group, targets, plan, numbers) for group in groups),
        *(_time_route(draw, route, targets, found_schedules, plan, numbers) for route in routes),
        *ways_out,
        *(node for node in tenant.nodes if not isinstance(node, User)),
    ]
    return replace(
        tenant, nodes=tuple(sorted(nodes, key=lambda node: node.id)), plans=found_plans, schedules=found_schedules
    )


def entered(tenant: Tenant) -> list[str]:
    """Nodes besides users that may have an extension or a number."""
    return [node.id for node in tenant.nodes if isinstance(node, HuntGroup | TimeRoute)]


def _with_forwards(
    draw: st.DrawFn,
    user: User,
    targets: st.SearchStrategy[str],
    opening: st.SearchStrategy[str | None],
    plan: st.SearchStrategy[str],
) -> User:
    rules = st.builds(
        Rule,
        opening,
        st.lists(st.sampled_from(PATTERNS), max_size=2).map(tuple),
        st.booleans(),
        st.one_of(st.none(), targets),
        st.just(NOWHERE),
    )
    busy, no_answer, unreachable = (
        draw(st.one_of(st.just(edge), targets)) for edge in (user.busy, user.no_answer, user.unreachable)
    )
    return replace(
        user,
        busy=busy,
        no_answer=no_answer,
        unreachable=unreachable,
        plan=draw(plan),
        rules=tuple(draw(st.one_of(st.just([]), st.lists(rules, max_size=3)))),
    )


def _hunt_groups(draw: st.DrawFn, tenant: str, users: list[str]) -> list[HuntGroup]:
    """Up to three; a later one may have an earlier one as a member."""
    found: list[HuntGroup] = []
    for at in range(draw(st.sampled_from((0, 1, 1, 2, 3)))):
        candidates = [*users, *(group.id for group in found)]
        members = draw(st.lists(st.sampled_from(candidates), unique=True, max_size=4))
        policy = draw(st.sampled_from(POLICIES))
        weights, turns = _weights(draw, members) if policy == "weighted" else ([0] * len(members), ())
        found.append(
            HuntGroup(
                id=f"{tenant}/hunt_groups/g{at}",
                name="Group",
                extension=None,
                number=None,
                external_number=None,
                policy=policy,
                members=tuple(Member(node, weight) for node, weight in zip(members, weights, strict=True)),
                turns=turns,
                ring_ms=draw(st.sampled_from(RINGS_MS)),
                advance=draw(st.sampled_from((True, True, False))),
                overflow_ms=draw(st.sampled_from(OVERFLOWS_MS)),
                call_waiting=draw(st.booleans()),
                is_busy=draw(st.sampled_from((False, False, False, True))),
                busy="",
                no_answer="",
                unreachable="",
                overflow="",
                plan="",
                span=NOWHERE,
            )
        )
    return found


def _weights(draw: st.DrawFn, members: list[str]) -> tuple[list[int], tuple[int, ...]]:
    """Weights that come to 100, and turns by them."""
    if not members:
        return [], ()
    cuts = sorted(draw(st.lists(st.integers(0, 10), min_size=len(members) - 1, max_size=len(members) - 1)))
    shares = [10 * (after - before) for before, after in zip([0, *cuts], [*cuts, 10], strict=True)]
    turns = [at for at, share in enumerate(shares) for _ in range(share // 10)]
    return shares, tuple(draw(st.permutations(turns)))


def _with_edges(
    draw: st.DrawFn,
    group: HuntGroup,
    targets: st.SearchStrategy[str],
    plan: st.SearchStrategy[str],
    numbers: st.SearchStrategy[str | None],
) -> HuntGroup:
    busy, no_answer, unreachable, overflow = (draw(targets) for _ in range(4))
    return replace(
        group,
        busy=busy,
        no_answer=no_answer,
        unreachable=unreachable,
        overflow=overflow,
        plan=draw(plan),
        external_number=draw(numbers),
    )


def _time_route(
    draw: st.DrawFn,
    route: str,
    targets: st.SearchStrategy[str],
    found: tuple[Schedule, ...],
    plan: st.SearchStrategy[str],
    numbers: st.SearchStrategy[str | None],
) -> TimeRoute:
    rules = draw(st.lists(st.tuples(st.sampled_from(found), targets), max_size=2)) if found else []
    return TimeRoute(
        id=route,
        extension=None,
        number=None,
        external_number=draw(numbers),
        rules=tuple((schedule.id, target) for schedule, target in rules),
        otherwise=draw(targets),
        plan=draw(plan),
        span=NOWHERE,
    )


# -- the world


def memories(tenant: Tenant) -> st.SearchStrategy[dict[str, Memory]]:
    """What some of the hunt groups remember; a member may have left since."""
    groups = [node for node in tenant.nodes if isinstance(node, HuntGroup)]

    def memory(group: HuntGroup) -> st.SearchStrategy[Memory]:
        members = [member.node for member in group.members]
        gone = f"{tenant.id}/users/gone"
        match group.policy:
            case "circular":
                return st.builds(Memory, last=st.sampled_from((None, gone, *members)))
            case "weighted":
                return st.builds(Memory, turn=st.sampled_from((0, 1, 7, 2_000_000_000)))
            case "uniform" if members:
                some = st.lists(st.sampled_from(members), unique=True).map(tuple)
                return st.builds(Memory, answered=some)
            case _:
                return st.just(Memory())

    return st.fixed_dictionaries({}, optional={group.id: memory(group) for group in groups})


def switchable(tenant: Tenant) -> list[str]:
    """What can be switched by hand."""
    groups = (node.id for node in tenant.nodes if isinstance(node, HuntGroup))
    return [*(schedule.id for schedule in tenant.schedules), *groups]
