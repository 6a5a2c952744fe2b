"""The runtime's schedules and the interpreter's agree, on what the compiler emits."""

from __future__ import annotations

import importlib
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.runtime.fake_ksr import install
from tests.runtime.harness import load_runtime
from tests.schedules.small import schedule, tenant, tenants

from ringplan import ir
from ringplan.interpreter.schedules import is_open
from ringplan.interpreter.slices import FIRST_DAY, LAST_DAY
from ringplan.ir.schedules import MINUTES_OF_DAY
from ringplan_kamailio import emit_schedules
from ringplan_kamailio.literals import module

DAY_S = 86_400
FIRST, LAST = datetime(2025, 1, 1, tzinfo=UTC).timestamp(), datetime(2040, 12, 31, tzinfo=UTC).timestamp()
NIGHTS = tuple(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp() for day in ("2026-03-29", "2026-10-25"))
LEAP_DAY = datetime(2028, 2, 28, tzinfo=UTC).timestamp()


@pytest.fixture(autouse=True)
def switches(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """The htable, empty at first."""
    table: dict[str, object] = {}
    load_runtime()
    kamailio: Any = SimpleNamespace(
        configuration=SimpleNamespace(tables={"switches": None}), tables={"switches": table}
    )
    monkeypatch.setattr(install(), "plugged", kamailio)
    return table


def loaded(novak: ir.Tenant) -> Any:
    """The tenant as the runtime has it, over the data module's text."""
    names: dict[str, Any] = {}
    exec(module("A tenant.", {"SCHEDULES": emit_schedules.schedules(novak)}), names)  # noqa: S102 - checked literals
    record = importlib.import_module(f"{load_runtime().__name__}.tenants").Schedule._make
    schedules = {key: record(fields) for key, fields in names["SCHEDULES"].items()}
    return SimpleNamespace(schedules=schedules, zone=ZoneInfo(novak.time_zone))


def runtime() -> Any:
    return importlib.import_module(f"{load_runtime().__name__}.schedules")


@st.composite
def moments(draw: st.DrawFn, novak: ir.Tenant) -> list[float]:
    """Moments at and around marks, in nights in which the clock is set, around a leap day, anywhere."""
    begin = draw(st.floats(FIRST, LAST))
    monday = draw(st.integers(FIRST_DAY // 7, LAST_DAY // 7 - 1)) * 7 * MINUTES_OF_DAY + MINUTES_OF_DAY
    marks = [mark for one in novak.schedules for interval in one.dates for mark in interval]
    marks += [monday + mark for one in novak.schedules for interval in one.weekly for mark in interval]
    chosen = draw(st.lists(st.sampled_from(marks), max_size=6)) if marks else []
    walls = [datetime.fromordinal(mark // MINUTES_OF_DAY) + timedelta(minutes=mark % MINUTES_OF_DAY) for mark in chosen]
    zone = ZoneInfo(novak.time_zone)
    exact = [wall.replace(tzinfo=zone, fold=fold).timestamp() for wall in walls for fold in (0, 1)]
    near = [at + step for at in exact for step in (-60, -0.001, 0, 59.999)]
    night = draw(st.sampled_from((*NIGHTS, LEAP_DAY)))
    return [*near, *(night + draw(st.integers(0, 2 * DAY_S)) for _ in range(4)), begin]


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_runtime_and_interpreter_agree(data: st.DataObject) -> None:
    novak = data.draw(tenants())
    schedules, kept = runtime(), loaded(novak)
    ids = [one.id for one in novak.schedules]
    thrown = data.draw(st.dictionaries(st.sampled_from(ids), st.booleans(), max_size=2))
    table = install().plugged
    assert table is not None
    table.tables["switches"].clear()
    table.tables["switches"].update({name: "1" if state else "0" for name, state in thrown.items()})
    for at in data.draw(moments(novak)):
        moment = datetime.fromtimestamp(at, UTC)
        for name in ids:
            assert schedules.is_open(kept, name, at) is is_open(novak, name, moment, thrown), (name, moment)


def test_a_switch_is_a_text_and_may_be_a_number(switches: dict[str, object]) -> None:
    schedules, kept = runtime(), loaded(tenant(schedule("open")))
    assert not schedules.is_open(kept, "open", FIRST)
    for state, verdict in (("1", True), (1, True), ("0", False), (0, False)):
        switches["open"] = state
        assert schedules.is_open(kept, "open", FIRST) is verdict
    switches.clear()
    assert schedules.switched("open") is None


def test_many_exceptions_are_judged_once_each() -> None:
    names = [f"s{at:03}" for at in range(200)]
    chain = [schedule(name, ("daily",), excluded=tuple(names[max(0, at - 2) : at])) for at, name in enumerate(names)]
    assert not runtime().is_open(loaded(tenant(*chain)), "s199", FIRST)


def test_an_unknown_schedule() -> None:
    with pytest.raises(KeyError):
        runtime().is_open(loaded(tenant()), "open", FIRST)
