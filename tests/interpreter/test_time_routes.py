"""Time routes: where a number leads depends on the time at which the call begins."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.interpreter.exchange import ABROAD, Exchange, end, exchange, forwarded, rang

from ringplan.interpreter import Diversion, Presented

SCHEDULES = """\
schedules:
  open: {weekly: [mon-fri 08:00-17:00], except: [holidays/CZ]}
  lunch: {weekly: [mon-fri 12:00-12:30]}
"""
RULES = "rules: [{when: lunch, to: users/b}, {when: open, to: users/a}], otherwise: users/c"


def route(rules: str = RULES, keys: str = "number: +420222333417, extension: 1700", more: str = "") -> Exchange:
    """Time route `t`, and users a, b, c and x."""
    written = f"{SCHEDULES}time_routes:\n  t: {{{keys}, {rules}}}\n{more}"
    return exchange(written, a="", b="", c="", x="")


def at(day: int, hour: int, minute: int, second: int = 0, month: int = 3) -> datetime:
    """A moment in March 2026, UTC, an hour behind the tenant's clock; the 4th is a Wednesday."""
    return datetime(2026, month, day, hour, minute, second, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "answers"),
    [
        (at(4, 6, 59, 59), "c"),
        (at(4, 7, 0), "a"),
        (at(4, 10, 59, 59), "a"),
        (at(4, 11, 0), "b"),  # two are open, the first one decides
        (at(4, 11, 29, 59), "b"),
        (at(4, 11, 30), "a"),
        (at(4, 15, 59, 59), "a"),
        (at(4, 16, 0), "c"),
        (at(7, 9, 0), "c"),  # Saturday
        (at(3, 9, 0, month=4), "c"),  # Good Friday, in summer time
        (at(2, 5, 59, 59, month=4), "c"),
        (at(2, 6, 0, month=4), "a"),  # eight o'clock in summer time
    ],
)
def test_the_first_open_schedule_decides(moment: datetime, answers: str) -> None:
    outcome = route().call(ABROAD, "+420222333417", now=moment)
    assert end(outcome) == answers
    assert forwarded(outcome) == ["time_routes/t time-of-day"]


def test_a_route_is_reached_by_extension_too() -> None:
    assert end(route().call("x", "1700", now=at(4, 9, 0))) == "a"


def test_the_time_is_read_once() -> None:
    """A call that begins a moment before closing time is the day's, however long the first phones ring."""
    rules = "rules: [{when: open, to: users/a}], otherwise: users/c"
    more = "hunt_groups: {g: {name: G, extension: 1600, members: [users/b], forward: {no_answer: time_routes/t}}}\n"
    line = route(rules, more=more)
    outcome = line.call("x", "1600", now=at(4, 15, 59, 59), silent="b")
    assert (rang(outcome), end(outcome)) == (["b 20", "a 60"], "a")


def test_schedules_are_switched_by_hand() -> None:
    line = route()
    assert end(line.call("x", "1700", now=at(4, 9, 0), switches={"schedules/open": False})) == "c"
    assert end(line.call("x", "1700", now=at(7, 9, 0), switches={"schedules/open": True})) == "a"
    both = {"schedules/open": True, "schedules/lunch": True}
    assert end(line.call("x", "1700", now=at(7, 9, 0), switches=both)) == "b"


@pytest.mark.parametrize(("target", "ending"), [("reject/closed", "480 Closed"), ("reject/busy", "486 Busy Here")])
def test_a_rejection_is_no_diversion(target: str, ending: str) -> None:
    line = route(f"rules: [{{when: open, to: users/a}}], otherwise: {target}")
    assert end(line.call(ABROAD, "+420222333417", now=at(7, 9, 0), diversions=5)) == ending
    by_rule = route(f"rules: [{{when: open, to: {target}}}], otherwise: users/c")
    assert end(by_rule.call(ABROAD, "+420222333417", now=at(4, 9, 0), diversions=5)) == ending


@pytest.mark.parametrize(("before", "ending"), [(4, "a"), (5, "480 Too Many Diversions")])
def test_a_route_counts_as_one_diversion(before: int, ending: str) -> None:
    assert end(route().call(ABROAD, "+420222333417", now=at(4, 9, 0), diversions=before)) == ending


def test_routes_lead_to_routes() -> None:
    more = "  night: {rules: [{when: lunch, to: users/b}], otherwise: 0602123456}\n"
    line = route("rules: [{when: open, to: users/a}], otherwise: time_routes/night", more=more)
    outcome = line.call(ABROAD, "+420222333417", now=at(7, 9, 0))
    assert end(outcome) == "carrier"
    assert forwarded(outcome) == ["time_routes/t time-of-day", "time_routes/night time-of-day"]


@pytest.mark.parametrize(
    ("keys", "number"),
    [("number: +420222333417", "+420222333417"), ("extension: 1700, name: Noc", "+420222333400")],
)
def test_a_route_forwards_under_its_number_or_the_tenants(keys: str, number: str) -> None:
    line = route("rules: [{when: open, to: 0602123456}], otherwise: users/c", keys)
    dialled = "1700" if "1700" in keys else "+420222333417"
    outcome = line.call("x", dialled, now=at(4, 9, 0))
    last = outcome.attempts[-1]
    assert last.presented == Presented("+420222333404", asserted=number)
    assert last.diversions == (Diversion("acme/time_routes/t", "time-of-day", number, private=False),)


def test_edges_of_who_is_reached_hold() -> None:
    line = route()
    assert end(line.call("x", "1700", now=at(4, 9, 0), busy="a")) == "486 Busy Here"
    assert end(line.call("a", "1700", now=at(4, 9, 0))) == "486 Busy Here"
