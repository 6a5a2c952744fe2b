"""Slices and changes against brute force over real moments."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.schedules.small import PRAGUE, schedule, tenant, tenants

from ringplan import ir
from ringplan.interpreter.schedules import all_open_at, is_open, local_minute
from ringplan.interpreter.slices import FIRST_DAY, LAST_DAY, _transitions, boundaries, slices

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NIGHTS = {
    PRAGUE: ("2026-03-28 12:00", "2026-10-24 12:00"),
    "Africa/Cairo": ("2026-04-23 12:00", "2026-10-29 12:00"),
    "America/Santiago": ("2026-04-04 12:00", "2026-09-05 12:00"),
    "Australia/Lord_Howe": ("2026-04-04 00:00", "2026-10-03 00:00"),
    "Asia/Kolkata": ("2026-03-28 12:00", "2026-10-24 12:00"),
}
"""A moment in UTC some hours before the clock is set, in spring and autumn."""


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def sets(novak: ir.Tenant) -> set[frozenset[str]]:
    return {piece.open for piece in slices(novak)}


def sets_in(novak: ir.Tenant, start: datetime, count: int, step: timedelta = MINUTE) -> set[frozenset[str]]:
    """The sets that moments of a stretch of time have."""
    return {all_open_at(novak, local_minute(start + step * at, novak.time_zone), {}) for at in range(count)}


def test_the_nights_are_those_in_which_the_clock_is_set() -> None:
    for zone, nights in NIGHTS.items():
        for night in nights:
            offsets = {(utc(night) + HOUR * hour).astimezone(ZoneInfo(zone)).utcoffset() for hour in range(24)}
            assert len(offsets) == (1 if zone == "Asia/Kolkata" else 2), (zone, night)


@pytest.mark.parametrize("zone", ["Africa/Casablanca", "Asia/Gaza", "Asia/Kolkata", "Australia/Lord_Howe"])
def test_no_change_of_the_clock_is_missed(zone: str) -> None:
    """The shortest times between two changes are those around Ramadan; every day is looked at here."""
    found = list(_transitions(ZoneInfo(zone)))
    days = [datetime.fromordinal(day).replace(tzinfo=UTC) for day in range(FIRST_DAY - 1, LAST_DAY + 3)]
    offsets = [day.astimezone(ZoneInfo(zone)).utcoffset() for day in days]
    changed = [day for day, (before, after) in zip(days[1:], pairwise(offsets), strict=True) if before != after]
    assert len(found) == len(changed)
    assert all(day - timedelta(days=1) < moment <= day for moment, day in zip(found, changed, strict=True))


@pytest.mark.parametrize("zone", [PRAGUE, "Africa/Cairo", "America/Santiago"])
def test_every_hour_of_the_calendar(zone: str) -> None:
    """Nothing else occurs, and all of it does: hourly schedules against every hour that ever comes."""
    novak = tenant(
        schedule("skipped", ("sun 00:00-01:00", "sun 02:00-03:00", "fri 00:00-01:00")),
        schedule("day", ("mon-sat 08:00-17:00",), excluded=("feast", "inventory")),
        schedule("feast", holidays=("CZ",)),
        schedule("inventory", dates=("2027-01-04 06:00-20:00", "02-29", "12-31 22:00-06:00")),
        schedule("weekend", ("fri 17:00 - mon 08:00",)),
        zone=zone,
    )
    start = datetime.fromordinal(FIRST_DAY - 1).replace(tzinfo=UTC)
    every = {
        all_open_at(novak, minute, {})
        for hour in range((LAST_DAY - FIRST_DAY + 3) * 24)
        if FIRST_DAY <= (minute := local_minute(start + HOUR * hour, zone)) // 1440 <= LAST_DAY
    }
    assert sets(novak) == every


def test_an_hour_that_is_always_skipped_makes_no_slice() -> None:
    """On the days of the spring change the hour from two to three never comes."""
    novak = tenant(schedule("never", dates=("2026-03-29 02:00-03:00",)))
    assert sets(novak) == {frozenset()}
    novak = tenant(schedule("rest", dates=("2026-03-29 02:00-03:01",)))
    assert [piece.witness for piece in slices(novak) if piece.open] == [utc("2026-03-29 01:00")]
    novak = tenant(schedule("day", dates=("2026-03-29",)), schedule("hole", dates=("2026-03-29 02:00-03:00",)))
    assert sets(novak) == {frozenset(), frozenset({"day"})}
    novak = tenant(schedule("autumn", dates=("2026-10-25 02:00-03:00",)))
    assert sets(novak) == {frozenset(), frozenset({"autumn"})}


@settings(max_examples=40, deadline=None)
@given(tenants(days=(739700, 739720)), st.sampled_from(range(20)))
def test_every_minute_of_a_day_is_in_a_slice(novak: ir.Tenant, day: int) -> None:
    """Random schedules of one-minute grain around the spring change of 2026 (ordinal 739704 is 29 March)."""
    start = datetime.fromordinal(739700 + day).replace(tzinfo=UTC)
    assert sets_in(novak, start, 1440) <= sets(novak)


@settings(max_examples=20, deadline=None)
@given(tenants(), st.sampled_from((0, 1)))
def test_every_minute_of_the_nights_in_which_the_clock_is_set(novak: ir.Tenant, night: int) -> None:
    start = utc(NIGHTS[novak.time_zone][night])
    assert sets_in(novak, start, 1440) <= sets(novak)


@settings(max_examples=60, deadline=None)
@given(tenants())
def test_a_witness_has_the_set_and_the_minute_before_has_another(novak: ir.Tenant) -> None:
    zone = novak.time_zone
    found = slices(novak)
    assert len({piece.open for piece in found}) == len(found)
    for piece in found:
        assert all_open_at(novak, local_minute(piece.witness, zone), {}) == piece.open
        assert f"{piece.witness.astimezone(ZoneInfo(zone)):%A %Y-%m-%d %H:%M}" == piece.when
        before = local_minute(piece.witness - MINUTE, zone)
        assert before // 1440 < FIRST_DAY or all_open_at(novak, before, {}) != piece.open


def test_a_holiday_that_falls_on_every_weekday() -> None:
    """24 December is on each day of the week within the calendar, so all seven meet the weekly hours of their day."""
    week = [schedule(day, (day,)) for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")]
    novak = tenant(*week, schedule("eve", dates=("12-24",)))
    assert sets(novak) == {frozenset({day.id, *eve}) for day in week for eve in ((), ("eve",))}


def test_forced_schedules_never_change() -> None:
    novak = tenant(schedule("open", ("mon-fri",), forced=True), schedule("closed", ("daily",), forced=False))
    assert sets(novak) == {frozenset({"open"})}
    assert boundaries(novak, "open", utc("2026-01-01 00:00"), 3) == ()


def test_a_tenant_without_schedules_has_one_slice() -> None:
    assert sets(tenant()) == {frozenset()}


def test_slices_are_quick() -> None:
    novak = tenant(
        schedule("day", ("mon-fri 08:00-17:00",), ("2026-12-31 08:00-12:00",), excluded=("feast", "shutdown")),
        schedule("feast", holidays=("CZ",)),
        schedule("slovak", holidays=("SK",)),
        schedule("night", ("daily 20:00-06:00",), excluded=("feast",)),
        schedule("shutdown", dates=("12-24..01-01", "2026-07-01..2026-07-14")),
        schedule("weekend", ("fri 18:00 - mon 08:00",)),
    )
    slices(novak)
    begun = time.process_time()
    slices(novak)
    assert time.process_time() - begun < 0.25  # it takes a tenth of that on a quiet machine


# -- changes


def test_changes_of_a_week_with_a_holiday() -> None:
    novak = tenant(schedule("open", ("mon-fri 08:00-17:00",), excluded=("feast",)), schedule("feast", holidays=("CZ",)))
    assert boundaries(novak, "open", utc("2026-04-02 00:00"), 4) == (
        utc("2026-04-02 06:00"),
        utc("2026-04-02 15:00"),
        utc("2026-04-07 06:00"),
        utc("2026-04-07 15:00"),
    )
    assert boundaries(novak, "open", utc("2026-04-02 06:00"), 1) == (utc("2026-04-02 15:00"),)
    assert boundaries(novak, "feast", utc("2026-04-02 00:00"), 2) == (utc("2026-04-02 22:00"), utc("2026-04-03 22:00"))


def test_changes_in_the_nights_in_which_the_clock_is_set() -> None:
    novak = tenant(schedule("two", ("sun 02:00-03:00",)), schedule("half", ("sun 02:30-04:00",)))
    spring, autumn = utc("2026-03-28 12:00"), utc("2026-10-24 12:00")
    assert boundaries(novak, "two", spring, 1) == (utc("2026-04-05 00:00"),)
    assert boundaries(novak, "half", spring, 2) == (utc("2026-03-29 01:00"), utc("2026-03-29 02:00"))
    assert boundaries(novak, "two", autumn, 2) == (utc("2026-10-25 00:00"), utc("2026-10-25 02:00"))
    assert boundaries(novak, "half", autumn, 4) == (
        utc("2026-10-25 00:30"),
        utc("2026-10-25 01:00"),
        utc("2026-10-25 01:30"),
        utc("2026-10-25 03:00"),
    )


def test_a_change_years_ahead_is_found_and_none_after_the_calendar() -> None:
    novak = tenant(schedule("leap", dates=("02-29",)))
    assert boundaries(novak, "leap", utc("2036-03-01 00:00"), 9) == (utc("2040-02-28 23:00"), utc("2040-02-29 23:00"))
    assert boundaries(novak, "leap", utc("2041-01-01 00:00"), 1) == ()
    with pytest.raises(KeyError):
        boundaries(novak, "other", utc("2041-01-01 00:00"), 1)


@settings(max_examples=25, deadline=None)
@given(st.sampled_from((1, 60, 1440)).flatmap(tenants), st.sampled_from((0, 1)))
def test_changes_are_where_brute_force_finds_them(novak: ir.Tenant, night: int) -> None:
    start = utc(NIGHTS[novak.time_zone][night])
    chosen = novak.schedules[-1].id
    verdicts = [is_open(novak, chosen, start + MINUTE * at, {}) for at in range(1441)]
    expected = [start + MINUTE * at for at in range(1, 1441) if verdicts[at] is not verdicts[at - 1]]
    found = [moment for moment in boundaries(novak, chosen, start, 500) if moment <= start + MINUTE * 1440]
    assert found == expected
