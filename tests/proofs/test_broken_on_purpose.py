"""A sound tenant, and what the proofs say when one thing after the other is broken in it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.proofs.small import (
    ABROAD,
    MOBILE,
    T,
    group,
    outside,
    plan,
    platform,
    route_by_time,
    schedule,
    tenant,
    trunk,
    user,
)
from tests.strategies import NOWHERE

from ringplan.diagnostics import Sink
from ringplan.ir import Entry, HuntGroup, Node, Platform, Rule, Tenant, TimeRoute, User
from ringplan.proofs import EngineError, Proof, prove, report

PLATFORM = platform(trunk())


def rule(to: str | None, when: str | None = None, *callers: str) -> Rule:
    return Rule(when and f"{T}/schedules/{when}", callers, False, to and f"{T}/{to}", NOWHERE)


def sound() -> Tenant:
    """Two hunt groups, a night service, forwards four deep, and a plan that bars calls abroad."""
    users = (
        user("ada", 0, busy=f"{T}/users/bob", unreachable=f"{T}/outside/{MOBILE}", speed_dial=(("2#", "1211"),)),
        user("bob", 1, 2, no_answer=f"{T}/hunt_groups/sales"),
        user("cyd", 2, rules=(rule(f"outside/{MOBILE}", "night"),), plan=f"{T}/strict"),
        user("dan", 3),
    )
    sales = group(
        "sales",
        ("users/cyd", "hunt_groups/back"),
        extension="1301",
        number="+420222333410",
        overflow_ms=60_000,
        overflow=f"{T}/outside/{MOBILE}",
        busy=f"{T}/users/dan",
    )
    back = group("back", ("users/dan", "users/bob"), extension="1302", policy="circular")
    main = route_by_time(
        "main", (("day", "users/ada"), ("night", "users/cyd")), "reject/closed", number="+420222333420"
    )
    schedules = (schedule("day", (8, 17)), schedule("night", (0, 6), (20, 24)))
    plans = (plan("calling_plan"), plan("strict", "international"))
    return tenant((*users, sales, back, main, outside(MOBILE), outside(ABROAD)), schedules, plans)


def with_node(one: Tenant, name: str, **changes: object) -> Tenant:
    node = one.node(f"{T}/{name}")
    assert isinstance(node, User | HuntGroup | TimeRoute)
    changed: Node = replace(node, **changes)  # type: ignore[arg-type]
    return replace(one, nodes=tuple(changed if other is node else other for other in one.nodes))


def codes(proofs: tuple[Proof, ...]) -> dict[str, set[str]]:
    """Codes of the counterexamples, by invariant."""
    found = {proof.invariant: {one.code for one in proof.counterexamples} for proof in proofs}
    return {invariant: some for invariant, some in found.items() if some}


def test_the_sound_tenant_is_sound() -> None:
    proofs = prove(sound(), PLATFORM)
    assert codes(proofs) == {}
    assert [proof.invariant for proof in proofs] == [f"I{at}" for at in range(1, 10)]
    assert all(proof.holds and proof.classes > 0 for proof in proofs)


RING = {"I1": {"RP612"}, "I2": {"RP612"}}
BARRED = {"I1": {"RP610"}, "I4": {"RP610"}}
LONG = {"I1": {"RP613"}, "I9": {"RP613"}}


@pytest.mark.parametrize(
    ("name", "changes", "expected"),
    [
        # rings
        ("users/bob", {"busy": f"{T}/users/ada"}, RING),
        ("users/ada", {"rules": (rule("users/ada"),)}, RING),
        ("users/ada", {"no_answer": f"{T}/users/ada"}, RING),
        ("users/dan", {"busy": f"{T}/hunt_groups/sales"}, RING),
        ("users/dan", {"no_answer": f"{T}/hunt_groups/sales"}, RING),  # engaged for the group, and silent when called
        ("users/dan", {"unreachable": f"{T}/hunt_groups/sales"}, RING),
        ("hunt_groups/sales", {"unreachable": f"{T}/users/bob"}, {}),  # then bob cannot be silent either
        ("hunt_groups/sales", {"no_answer": f"{T}/users/bob"}, RING),
        ("users/cyd", {"rules": (rule("time_routes/main", "night"),)}, RING),
        ("users/cyd", {"rules": (rule("time_routes/main", "day"),)}, {}),  # by day the route leads elsewhere
        ("time_routes/main", {"otherwise": f"{T}/time_routes/main"}, RING),
        ("hunt_groups/sales", {"overflow": f"{T}/users/bob"}, RING),
        # plans
        ("users/cyd", {"busy": f"{T}/outside/{ABROAD}"}, BARRED),
        ("users/cyd", {"rules": (rule(f"outside/{ABROAD}", "night", "777*"),)}, BARRED),
        ("hunt_groups/sales", {"overflow": f"{T}/outside/{ABROAD}", "plan": f"{T}/strict"}, BARRED),
        ("time_routes/main", {"otherwise": f"{T}/outside/{ABROAD}", "plan": f"{T}/strict"}, BARRED),
        ("users/bob", {"busy": f"{T}/outside/{ABROAD}"}, {}),  # his own plan allows it
        ("users/cyd", {"speed_dial": (("2#", "0004930901820"),)}, {}),  # the strict plan is for forwarding
        # what can never matter
        ("users/ada", {"rules": (rule("users/bob", "day"), rule("users/dan", "day"))}, {"I1": {"RP615"}}),
        ("users/ada", {"rules": (rule("users/bob"), rule(None, None, "602*"))}, {"I1": {"RP615"}}),
        ("users/ada", {"rules": (rule(None, None, "602*"), rule("users/bob", None, "6021*"))}, {"I1": {"RP615"}}),
        ("users/ada", {"rules": (rule(None, None, "6021*"), rule("users/bob", None, "602*"))}, {}),
        ("hunt_groups/back", {"is_busy": True}, {}),
    ],
)
def test_broken_edges(name: str, changes: dict[str, object], expected: dict[str, set[str]]) -> None:
    assert codes(prove(with_node(sound(), name, **changes), PLATFORM)) == expected


def test_what_an_override_holds_back_is_not_dead() -> None:
    one = with_node(sound(), "users/ada", rules=(rule("users/bob", "day"), rule("users/dan", "day")))
    forced = replace(one, schedules=tuple(replace(s, forced=False) for s in one.schedules))
    assert codes(prove(one, PLATFORM)) == {"I1": {"RP615"}}
    assert codes(prove(forced, PLATFORM)) == {}


def test_a_chain_of_six_forwards_is_too_long_and_of_five_is_not() -> None:
    def chain(length: int) -> Tenant:
        users = [
            user(name, at, rules=(rule(f"users/{chr(ord(name) + 1)}"),)) for at, name in enumerate("abcdefgh"[:length])
        ]
        return tenant((*users, user("abcdefgh"[length], length)))

    assert codes(prove(chain(5), PLATFORM)) == {}
    assert codes(prove(chain(6), PLATFORM)) == LONG
    (found,) = next(proof for proof in prove(chain(7), PLATFORM) if proof.invariant == "I9").counterexamples
    assert "calls to 4 of 16 numbers and extensions" in found.notes[0]


def test_a_ring_longer_than_the_limit_is_one_ring() -> None:
    users = [user(name, at, busy=f"{T}/users/{'abcdefgh'[(at + 1) % 8]}") for at, name in enumerate("abcdefgh")]
    (found,) = next(p for p in prove(tenant(tuple(users)), PLATFORM) if p.invariant == "I2").counterexamples
    assert found.message.count("→") == 8
    assert codes(prove(tenant(tuple(users)), PLATFORM)) == RING


def test_two_phones_can_decline_a_call_and_let_a_group_wait() -> None:
    # When both members ring, one who declines is busy for this call, and the other phone rings on.
    ada = user("ada", 0, 2, busy=f"{T}/users/bob")
    bob = user("bob", 1, busy=f"{T}/hunt_groups/g")
    both = group("g", ("users/ada", "users/bob"), policy="simultaneous", call_waiting=True, no_answer=f"{T}/users/ada")
    assert codes(prove(tenant((ada, bob, both)), PLATFORM)) == RING
    assert codes(prove(tenant((replace(ada, phones=ada.phones[:1]), bob, both)), PLATFORM)) == {}
    assert codes(prove(tenant((ada, bob, replace(both, policy="regular"))), PLATFORM)) == {}


def test_a_member_is_engaged_for_a_group_and_can_still_ring() -> None:
    ada = user("ada", 0, no_answer=f"{T}/hunt_groups/g")
    closed = group("g", ("users/ada",), busy=f"{T}/users/ada")
    assert codes(prove(tenant((ada, closed)), PLATFORM)) == RING
    assert codes(prove(tenant((ada, replace(closed, call_waiting=True))), PLATFORM)) == {}


@pytest.mark.parametrize(
    ("overflow_ms", "expected"),
    [(19_999, RING), (20_000, RING), (40_000, RING), (40_001, {})],
)
def test_overflow_is_reached_by_ringing_only(overflow_ms: int, expected: dict[str, set[str]]) -> None:
    members = ("users/a", "users/b")
    back = group("g", members, overflow_ms=overflow_ms, overflow=f"{T}/users/c", extension="1301")
    caller = user("c", 2, busy=f"{T}/hunt_groups/g")
    assert codes(prove(tenant((user("a", 0), user("b", 1), caller, back)), PLATFORM)) == expected


def test_without_trunks_nothing_is_forwarded_outside() -> None:
    assert codes(prove(replace(sound(), trunks=()), PLATFORM)) == {"I1": {"RP611"}}


@pytest.mark.parametrize("there", [platform(), platform(trunk(numbers=False))])
def test_emergency_calls_need_a_trunk_that_carries_numbers(there: Platform) -> None:
    trunks = tuple(one.id for one in there.trunks)
    alone = tenant((user("ada", 0),), trunks=trunks)
    assert codes(prove(alone, there)) == {"I3": {"RP617"}}


def test_an_emergency_number_that_is_forgotten() -> None:
    one = sound()
    less = replace(one.dial_plan, emergency=tuple(number for number in one.dial_plan.emergency if number != "156"))
    proofs = prove(replace(one, dial_plan=less), PLATFORM)
    assert codes(proofs) == {"I3": {"RP617"}}
    assert {c.message for p in proofs for c in p.counterexamples} == {
        "156 does not reach an emergency centre",
        "0156 does not reach an emergency centre",
    }


def test_nothing_takes_an_emergency_call_away() -> None:
    one = with_node(sound(), "users/ada", speed_dial=(("112", "1211"),))
    entries = tuple(sorted((*one.extensions, Entry("112", f"{T}/users/bob", NOWHERE)), key=lambda entry: entry.key))
    plans = tuple(replace(plan("x", outgoing=("short_code", "internal")), id=other.id) for other in one.plans)
    proofs = {proof.invariant: proof for proof in prove(replace(one, extensions=entries, plans=plans), PLATFORM)}
    assert not proofs["I3"].counterexamples


def test_a_speed_dial_that_the_own_plan_bars() -> None:
    one = with_node(sound(), "users/dan", speed_dial=(("2#", "0602123456"), ("3#", "1201")))
    barring = (plan("calling_plan", outgoing=("mobile",)), plan("strict", "international"))
    proofs = prove(replace(one, plans=barring), PLATFORM)
    assert codes(proofs) == {"I4": {"RP616"}}
    assert all(proof.holds for proof in proofs), "it is a warning"


def test_groups_of_groups_that_ring_nobody() -> None:
    inner = group("in", ("users/a",), is_busy=True, extension="1302")
    outer = group("out", ("hunt_groups/in",), extension="1301")
    assert codes(prove(tenant((user("a", 0), inner, outer)), PLATFORM)) == {"I1": {"RP614"}}
    forwarding = replace(outer, busy=f"{T}/users/a")
    assert codes(prove(tenant((user("a", 0), inner, forwarding)), PLATFORM)) == {}


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda one: replace(one, numbers=(*one.numbers, one.numbers[0])), "exists 2 times"),
        (lambda one: replace(one, extensions=(*one.extensions, one.extensions[0])), "exists 2 times"),
        (lambda one: replace(one, numbers=(Entry("+420222333404", f"{T}/users/eve", NOWHERE),)), "cannot be called"),
        (lambda one: replace(one, numbers=(Entry("+420999999999", f"{T}/users/ada", NOWHERE),)), "not owned"),
        (lambda one: replace(one, nodes=tuple(n for n in one.nodes if n.id != f"{T}/users/dan")), "does not exist"),
        (lambda one: replace(one, schedules=()), "does not exist"),
        (lambda one: replace(one, plans=one.plans[:1]), "does not exist"),
        (lambda one: replace(one, trunks=("nowhere",)), "does not exist"),
        (
            lambda one: with_node(one, "hunt_groups/back", members=one.node(f"{T}/hunt_groups/sales").members),
            "each other",
        ),
    ],
)
def test_a_graph_that_contradicts_itself_is_a_fault_of_the_compiler(change, why: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(EngineError, match=why):
        prove(change(sound()), PLATFORM)


def test_one_root_cause_is_one_diagnostic() -> None:
    """Barred from every number at any time, and said once."""
    one = with_node(sound(), "users/cyd", rules=(rule(f"outside/{ABROAD}"),))
    sink = Sink()
    report(prove(one, PLATFORM), sink)
    (said,) = sink.sorted()
    assert said.code == "RP610"
    assert any("numbers and extensions" in note and "at any time" in note for note in said.notes)


def test_too_many_states_are_not_taken_for_a_proof() -> None:
    members = tuple(f"users/{chr(97 + at)}" for at in range(24))
    users = [user(chr(97 + at), at, number=None, extension=f"{2000 + at}") for at in range(24)]
    first = group(
        "first", members, call_waiting=True, overflow_ms=60_000, overflow=f"{T}/hunt_groups/second", extension="1301"
    )
    second = group(
        "second", members, call_waiting=True, overflow_ms=50_000, no_answer=f"{T}/hunt_groups/first", extension="1302"
    )
    proofs = prove(tenant((*users, first, second)), PLATFORM)
    assert codes(proofs) == {"I1": {"RP618"}}
