"""When schedules are open, in the interpreter; every expectation is written by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.schedules.small import schedule, tenant

from ringplan.interpreter.schedules import is_open

MINUTE = timedelta(minutes=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_the_first_minute_belongs_to_it_and_the_last_does_not() -> None:
    novak = tenant(schedule("open", weekly=("mon-fri 08:00-17:00",)))
    assert [
        is_open(novak, "open", utc(text), {})
        for text in ("2026-11-23 06:59:59", "2026-11-23 07:00", "2026-11-23 15:59:59", "2026-11-23 16:00")
    ] == [False, True, True, False]


def test_the_week_wraps() -> None:
    novak = tenant(schedule("weekend", weekly=("fri 18:00 - mon 08:00",)))
    friday, monday = utc("2026-11-20 17:00"), utc("2026-11-23 07:00")
    assert [is_open(novak, "weekend", moment, {}) for moment in (friday - MINUTE, friday)] == [False, True]
    assert [is_open(novak, "weekend", moment, {}) for moment in (monday - MINUTE, monday)] == [True, False]


def test_the_hour_that_summer_time_skips_never_comes() -> None:
    novak = tenant(schedule("skipped", weekly=("sun 02:00-03:00",)), schedule("across", weekly=("sun 02:30-03:30",)))
    night = [utc("2026-03-29 00:00") + MINUTE * step for step in range(180)]
    assert not any(is_open(novak, "skipped", moment, {}) for moment in night)
    assert [moment for moment in night if is_open(novak, "across", moment, {})] == night[60:90]


def test_the_hour_that_comes_twice_counts_twice() -> None:
    novak = tenant(schedule("twice", weekly=("sun 02:00-03:00",)))
    night = [utc("2026-10-24 23:00") + MINUTE * step for step in range(300)]
    assert [moment for moment in night if is_open(novak, "twice", moment, {})] == night[60:180]


def test_what_decides_from_the_strongest_to_the_weakest() -> None:
    noon = utc("2026-12-24 11:00")
    full = {"weekly": ("daily 08:00-17:00",), "dates": ("12-24",), "excluded": ("holidays",)}
    feast = schedule("holidays", holidays=("CZ",))

    def verdict(switches: dict[str, bool] | None = None, forced: bool | None = None, **fields: tuple[str, ...]) -> bool:
        one = schedule("open", forced=forced, **fields)
        return is_open(tenant(one, feast), "open", noon, switches or {})

    assert verdict(weekly=full["weekly"])
    assert not verdict(weekly=full["weekly"], excluded=full["excluded"])
    assert verdict(weekly=full["weekly"], excluded=full["excluded"], dates=full["dates"])
    assert not verdict(forced=False, weekly=full["weekly"], excluded=full["excluded"], dates=full["dates"])
    assert verdict({"open": True}, False, weekly=full["weekly"])
    assert not verdict({"open": False}, True, weekly=full["weekly"])
    assert verdict(forced=True)


def test_an_exception_that_is_switched_off_excepts_nothing() -> None:
    noon = utc("2026-12-24 11:00")
    novak = tenant(schedule("open", ("daily",), excluded=("feast",)), schedule("feast", holidays=("CZ",)))
    assert not is_open(novak, "open", noon, {})
    assert is_open(novak, "open", noon, {"feast": False})
    assert not is_open(novak, "open", noon + timedelta(days=5), {"feast": True})


def test_exceptions_of_exceptions() -> None:
    novak = tenant(
        schedule("open", ("daily 08:00-17:00",), excluded=("shutdown",)),
        schedule("shutdown", ("daily",), excluded=("duty",)),
        schedule("duty", dates=("2026-12-28",)),
    )
    assert not is_open(novak, "open", utc("2026-12-27 11:00"), {})
    assert is_open(novak, "open", utc("2026-12-28 11:00"), {})


def test_many_exceptions_of_exceptions_are_judged_once_each() -> None:
    """Each of two hundred excepts the two before it: 2^100 ways, and no more than two hundred verdicts."""
    names = [f"s{at:03}" for at in range(200)]
    chain = [schedule(name, ("daily",), excluded=tuple(names[max(0, at - 2) : at])) for at, name in enumerate(names)]
    assert not is_open(tenant(*chain), "s199", utc("2026-12-27 11:00"), {})


def test_a_leap_day_comes_in_leap_years() -> None:
    novak = tenant(schedule("leap", dates=("02-29",)))
    assert is_open(novak, "leap", utc("2028-02-29 12:00"), {})
    assert not is_open(novak, "leap", utc("2027-02-28 12:00"), {})
    assert not is_open(novak, "leap", utc("2027-03-01 12:00"), {})


def test_the_zone_is_the_tenants() -> None:
    times = schedule("open", weekly=("mon 08:00-09:00",))
    moment = utc("2026-11-23 07:30")
    assert is_open(tenant(times), "open", moment, {})
    assert not is_open(tenant(times, zone="Europe/London"), "open", moment, {})


def test_wrong_use() -> None:
    novak = tenant(schedule("open"))
    with pytest.raises(KeyError):
        is_open(novak, "closed", utc("2026-11-23 07:30"), {})
    with pytest.raises(ValueError, match="without a zone"):
        is_open(novak, "open", utc("2026-11-23 07:30").replace(tzinfo=None), {})
