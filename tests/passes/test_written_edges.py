"""Where edges are written: a place for people, which changes no meaning."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.interpreter.exchange import ABROAD, Exchange, exchange

from ringplan.interpreter import Outcome
from ringplan.ir.dump import digest

FORWARD = """forward: {
    busy: users/b,
    no_answer: {after: 5s, to: users/c},
    unreachable: reject/closed}"""
MORE = """schedules: {day: {weekly: [mon-fri 08:00-17:00]}}
hunt_groups:
  g:
    name: G
    extension: 1600
    policy: regular
    members: [users/b]
    no_answer: {after: 20s}
    overflow:
      after: 10s
      to: users/c
    forward:
      busy: users/a
time_routes:
  main:
    extension: 1700
    rules:
      - {when: day, to: users/a}
    otherwise: users/b
"""


@pytest.fixture(scope="module")
def line() -> Exchange:
    return exchange(MORE, a=FORWARD, b="", c="")


def text_at(line: Exchange, node: str, edge: str) -> int:
    tenant = line.program.tenants[0]
    return tenant.edge_span(tenant.node(f"acme/{node}"), edge).line


def forwards(outcome: Outcome) -> list[int]:
    """The lines of the forwards on the way."""
    return [step.span.line for step in outcome.steps if step.text.startswith("forwards") and step.span is not None]


def test_each_edge_has_the_place_of_its_target(line: Exchange) -> None:
    busy = text_at(line, "users/a", "busy")
    assert [text_at(line, "users/a", edge) - busy for edge in ("busy", "no_answer", "unreachable")] == [0, 1, 2]
    group = text_at(line, "hunt_groups/g", "unreachable")  # not written: the group's own
    assert text_at(line, "hunt_groups/g", "overflow") == group + 8
    assert text_at(line, "hunt_groups/g", "busy") == group + 10
    route = line.program.tenants[0].node("acme/time_routes/main").span.line
    assert [text_at(line, "time_routes/main", edge) - route for edge in ("rules/0", "otherwise")] == [3, 4]


@pytest.mark.parametrize(
    ("to", "state", "node", "edge"),
    [
        ("1201", "busy", "users/a", "busy"),
        ("1201", "silent", "users/a", "no_answer"),
        ("1600", "silent", "hunt_groups/g", "overflow"),
        ("1600", "declines", "hunt_groups/g", "busy"),
        ("1700", "busy", "time_routes/main", "rules/0"),
    ],
)
def test_a_step_says_where_its_forward_is_written(line: Exchange, to: str, state: str, node: str, edge: str) -> None:
    outcome = line.call("c", to, {state: "a b"})
    assert forwards(outcome)[0] == text_at(line, node, edge)


def test_places_are_no_meaning(line: Exchange) -> None:
    tenant = line.program.tenants[0]
    assert tenant.written
    assert digest(tenant) == digest(replace(tenant, written=()))
    assert line.call(ABROAD, "+420222333401").code == 200
