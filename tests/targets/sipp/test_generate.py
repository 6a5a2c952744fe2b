"""The generated scenarios: complete, deterministic, and expecting what the interpreter says."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from tests.targets.sipp.services import services

from ringplan.interpreter import FromPhone, FromStranger, FromTrunk, PhoneState, route
from ringplan.ir import Program, User
from ringplan.program import load_program
from ringplan_sipp.generate import KINDS, scenarios
from ringplan_sipp.scenario import Scenario, Shape


@pytest.fixture(scope="module")
def generated(program: Program) -> tuple[Scenario, ...]:
    return scenarios(program)


def _of(generated: tuple[Scenario, ...], tenant: str, kind: str) -> list[Scenario]:
    return [s for s in generated if s.tenant == tenant and s.kind == kind]


def _users(program: Program, tenant: str) -> list[User]:
    return [node for node in program.tenant(tenant).nodes if isinstance(node, User)]


def test_ids_are_sorted_unique_and_begin_with_tenant_and_kind(generated: tuple[Scenario, ...]) -> None:
    ids = [s.id for s in generated]
    assert ids == sorted(set(ids))
    assert all(s.id.startswith(f"{s.tenant}/{s.kind}/") for s in generated)


def test_the_order_of_tenants_does_not_matter(program: Program, generated: tuple[Scenario, ...]) -> None:
    assert scenarios(program) == generated
    assert {s.id for s in scenarios(replace(program, tenants=program.tenants[::-1]))} == {s.id for s in generated}


def test_every_kind_occurs(generated: tuple[Scenario, ...]) -> None:
    examples = load_program(Path(__file__).parents[3] / "examples" / "tenants").program
    assert examples is not None
    assert examples is not None
    assert {s.kind for s in (*generated, *scenarios(services()), *scenarios(examples))} == set(KINDS)


def test_counts_of_a_small_tenant(generated: tuple[Scenario, ...]) -> None:
    counts = Counter(s.kind for s in generated if s.tenant == "novak")
    assert counts == {
        "registration": 12,
        "extension": 4,
        "number-in": 5,
        "on-net": 4,
        "call-out": 6,
        "speed-dial": 6,
        "not-found": 4,
        "emergency": 16,
        "privacy": 6,
        "caller-identity": 7,
        "busy": 4,
        "unreachable": 4,
        "no-answer": 1,
        "several-phones": 5,
        "trunk-failover": 6,
        "forged-headers": 5,
        "spoofed-identity": 3,
        "isolation": 3,
        "stranger": 2,
        "toll-fraud": 3,
        "conduct": 9,
        "transport": 4,
        "forward-redirect": 5,
        "forward-presented": 8,
        "forward-limit": 2,
        "plan-outgoing": 9,
        "plan-forwarding": 9,
        "plan-transfer": 2,
        "plan-emergency": 1,
    }


def test_expected_results_come_from_the_interpreter(program: Program, generated: tuple[Scenario, ...]) -> None:
    special = {Shape.REGISTER, Shape.REGISTER_WRONG_SECRET, Shape.CANCEL}
    played = [s for s in generated if s.shape not in special and not s.id.endswith("/other-tenant")]
    assert len(played) > 100
    assert all(s.expected == route(program, s.call, s.world) for s in played)


def test_at_most_one_phone_can_answer(generated: tuple[Scenario, ...]) -> None:
    assert all(len(s.expected.answered_by) <= 1 for s in generated)
    assert any(len(s.expected.attempts[0].targets) == 3 for s in generated if s.expected.attempts)


def test_every_user_is_called_and_calls_out(program: Program, generated: tuple[Scenario, ...]) -> None:
    users = {user.id for user in _users(program, "novak")}
    called = {
        s.expected.attempts[0].targets[0].split("/phones/")[0]
        for s in _of(generated, "novak", "extension")
        if s.expected.attempts
    }
    assert called == users
    for kind in ("call-out", "emergency"):
        callers = {
            s.call.origin.phone.split("/phones/")[0]
            for s in _of(generated, "novak", kind)
            if isinstance(s.call.origin, FromPhone)
        }
        assert callers == users, kind


def test_every_number_is_called_from_every_trunk(program: Program, generated: tuple[Scenario, ...]) -> None:
    called = {
        (s.call.origin.trunk, s.expected.steps[-1].address)
        for s in _of(generated, "novak", "number-in")
        if isinstance(s.call.origin, FromTrunk) and s.expected.code == 200
    }
    owners = {user.id for user in _users(program, "novak") if user.number}
    assert called == {(trunk.id, owner) for trunk in program.platform.trunks for owner in owners}


def test_every_emergency_number_with_and_without_prefix_is_answered(generated: tuple[Scenario, ...]) -> None:
    dialled = {s.call.dialled for s in _of(generated, "novak", "emergency") if s.expected.code == 200}
    numbers = {"112", "150", "155", "156", "158"}
    assert dialled >= numbers | {"0" + n for n in numbers} | {"urn:service:sos", "urn:service:sos.police"}
    assert all(s.expected.emergency for s in _of(generated, "novak", "emergency"))


def test_all_notations_are_dialled_outside(generated: tuple[Scenario, ...]) -> None:
    sent = {s.expected.attempts[0].request_user for s in _of(generated, "novak", "call-out")}
    assert {number and number[:4] for number in sent} == {"+420", "+436", "1188"}
    on_net = {s.call.dialled[:2] for s in _of(generated, "novak", "on-net")}
    assert on_net == {"22", "02", "00", "+4"}
    assert all(a.kind == "phones" for s in _of(generated, "novak", "on-net") for a in s.expected.attempts)


def test_another_tenants_phone_is_never_expected_to_ring(generated: tuple[Scenario, ...]) -> None:
    rung = [
        t
        for s in generated
        for a in s.expected.attempts
        if a.kind == "phones"
        for t in a.targets
        if not t.startswith(s.tenant + "/")
    ]
    assert rung == []
    isolation = {s.id.split("/")[-1]: s.expected.code for s in _of(generated, "clinic", "isolation")}
    assert isolation == {
        "common-extension-of-novak": 486,
        "extension-of-novak": 404,
        "number-of-novak": 200,
        "number-plus-of-novak": 200,
    }


def test_toll_fraud_sends_nothing_out(generated: tuple[Scenario, ...]) -> None:
    found = _of(generated, "novak", "toll-fraud")
    assert [(s.expected.code, s.expected.attempts) for s in found] == [(404, ())] * 3


def test_strangers_are_challenged_or_refused(generated: tuple[Scenario, ...]) -> None:
    found = {
        s.call.origin.domain: s.expected.code
        for s in _of(generated, "novak", "stranger")
        if isinstance(s.call.origin, FromStranger)
    }
    assert found == {"novak.voice.example": 407, "unknown.invalid": 403}


def test_who_claims_to_be_of_another_tenant_is_a_stranger(generated: tuple[Scenario, ...]) -> None:
    found = [s for s in generated if s.id.endswith("/other-tenant")]
    assert [(s.id, s.expected.code, s.expected.attempts) for s in found] == [
        ("clinic/spoofed-identity/other-tenant", 407, ()),
        ("novak/spoofed-identity/other-tenant", 407, ()),
    ]
    assert "clinic.voice.example" in dict(found[1].forged)["From"]


def test_cancel_ends_with_487_while_every_phone_rings(generated: tuple[Scenario, ...]) -> None:
    cancelled = [s for s in generated if s.shape is Shape.CANCEL]
    assert cancelled
    for scenario in cancelled:
        assert scenario.expected.code == 487
        assert len(scenario.expected.attempts) == 1
        for phone in scenario.expected.attempts[0].targets:
            assert scenario.world.phone(phone) is PhoneState.SILENT


def test_a_user_alone_calls_himself_and_is_called_by_trunk(generated: tuple[Scenario, ...]) -> None:
    assert [s.expected.code for s in _of(generated, "clinic", "extension")] == [486]
    assert all(isinstance(s.call.origin, FromTrunk) for s in _of(generated, "clinic", "busy"))


def test_a_tenant_without_users_has_scenarios(program: Program) -> None:
    novak = program.tenant("novak")
    rejects = tuple(node for node in novak.nodes if not isinstance(node, User))
    empty = replace(novak, nodes=rejects, numbers=(), extensions=())
    kinds = {s.kind for s in scenarios(replace(program, tenants=(empty,)))}
    assert kinds == {"number-in", "stranger", "toll-fraud"}


def test_a_twelve_user_tenant_has_a_reasonable_number(program: Program) -> None:
    novak = program.tenant("novak")
    model = _users(program, "novak")[1]
    users = tuple(
        replace(
            model,
            id=f"novak/users/u{n:02}",
            extension=f"13{n:02}",
            number=None,
            phones=tuple(replace(p, id=f"novak/users/u{n:02}/phones/desk") for p in model.phones),
            speed_dial=(),
        )
        for n in range(9)
    )
    nodes = tuple(sorted((*novak.nodes, *users), key=lambda node: node.id))
    count = len(list(scenarios(replace(program, tenants=(replace(novak, nodes=nodes),)))))
    assert 100 <= count <= 250
