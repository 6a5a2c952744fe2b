"""The proofs find exactly the faults that trying every call finds, no more and no fewer."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from tests.proofs.small import T, answering_tenants, every_fault, plan, platform, tenant, tenants, trunk, user

from ringplan.ir import Program, Tenant
from ringplan.proofs import EngineError, prove
from ringplan.proofs.graph import graph_of
from ringplan.proofs.searching import Found, search
from ringplan.proofs.solving import Solution
from ringplan.proofs.space import space_of

PLATFORM = platform(trunk())


def found_in(one: Tenant) -> tuple[Found, ...]:
    return search(graph_of(space_of(one, PLATFORM)))


def exactly_the_faults_that_some_call_meets(one: Tenant, most: int) -> None:
    found = found_in(one)
    tried = every_fault(Program(PLATFORM, (one,)), most)
    assume(tried is not None)
    assert tried is not None
    assert {each.key for each in found if each.kind == "barred"} == tried.barred
    assert {each.key for each in found if each.kind == "ring"} == tried.rings
    assert any(each.kind == "depth" for each in found) == tried.too_long
    assert not any(each.kind == "undecided" for each in found)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(tenants(members=2))
def test_exactly_the_faults_that_some_call_meets(one: Tenant) -> None:
    exactly_the_faults_that_some_call_meets(one, most=50_000)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(answering_tenants())
def test_menus_lead_to_exactly_the_faults_that_some_call_meets(one: Tenant) -> None:
    exactly_the_faults_that_some_call_meets(one, most=20_000)


@settings(max_examples=30, phases=[Phase.generate, Phase.reuse], deadline=None, suppress_health_check=list(HealthCheck))
@given(tenants())
def test_every_fault_has_a_call_that_the_interpreter_confirms(one: Tenant) -> None:
    # ``search`` raises EngineError when it does not.
    for each in found_in(one):
        if each.kind == "undecided":
            continue  # the budget of steps was used up before a call was found; RP618 says so
        assert each.witness is not None
        assert shlex.split(each.witness.command)[:2] == ["ringplan", "trace"]
        assert each.ways
        assert each.slices >> each.slice & 1


def test_a_proof_that_the_interpreter_does_not_confirm_is_a_fault_of_the_engine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = tenant((user("a", 0, busy=f"{T}/users/b"), user("b", 1, busy=f"{T}/users/a")), plans=(plan("calling_plan"),))
    monkeypatch.setattr("ringplan.proofs.searching.solve", lambda *_: Solution(0, 0, {}, {}))  # everybody answers
    with pytest.raises(EngineError, match="does not hold"):
        prove(one, PLATFORM)
