"""What entries mean; every expectation is written by hand."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringplan.passes.calendar import FIRST_DAY, LAST_DAY, Mistake, dates, holidays, normalised, weekdays, weekly

MON, TUE, WED, THU, FRI, SAT, SUN, WEEK = (1440 * day for day in range(8))


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    return date(year, month, day).toordinal() * 1440 + hour * 60 + minute


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("mon 08:00-17:00", [(480, 1020)]),
        ("mon 08:00 - 17:00", [(480, 1020)]),
        ("mon-tue 08:00-17:00", [(480, 1020), (TUE + 480, TUE + 1020)]),
        ("mon,wed 08:00-12:00", [(480, 720), (WED + 480, WED + 720)]),
        ("mon, wed-thu,sun 00:00-00:01", [(0, 1), (WED, WED + 1), (THU, THU + 1), (SUN, SUN + 1)]),
        ("sat", [(SAT, SUN)]),
        ("sat-sun", [(SAT, WEEK)]),
        ("sat-mon", [(0, TUE), (SAT, WEEK)]),
        ("daily", [(0, WEEK)]),
        ("mon 23:59-24:00", [(1439, 1440)]),
        ("mon 08:00-00:00", [(480, 1440)]),
        ("mon-fri 22:00-06:00", [(day + 1320, day + 1800) for day in (MON, TUE, WED, THU, FRI)]),
        ("sun 22:00-06:00", [(0, 360), (SUN + 1320, WEEK)]),
        ("fri 18:00 - mon 08:00", [(0, 480), (FRI + 1080, WEEK)]),
        ("fri 18:00-mon 08:00", [(0, 480), (FRI + 1080, WEEK)]),
        ("mon 08:00 - fri 17:00", [(480, FRI + 1020)]),
        ("mon 00:00 - sun 24:00", [(0, WEEK)]),
        ("sat 00:00 - sun 24:00", [(SAT, WEEK)]),
        ("fri 18:00 - fri 08:00", [(0, FRI + 480), (FRI + 1080, WEEK)]),
        ("mon 12:00-11:59", [(720, 2159)]),
    ],
)
def test_weekly(entry: str, expected: list[tuple[int, int]]) -> None:
    assert list(normalised(weekly(entry).intervals)) == expected
    assert weekly(entry).mistake is None


@pytest.mark.parametrize("entry", ["mon 08:00-08:00", "mon-fri 00:00-00:00", "fri 18:00 - fri 18:00"])
def test_a_weekly_entry_that_begins_where_it_ends_is_nobodys_guess(entry: str) -> None:
    assert weekly(entry).mistake is Mistake.EMPTY
    assert weekly(entry).intervals == ()


@pytest.mark.parametrize(
    ("written", "expected"),
    [("mon", (0,)), ("sun-mon", (0, 6)), ("fri-thu", tuple(range(7))), ("tue,tue", (1,)), ("daily", tuple(range(7)))],
)
def test_weekdays(written: str, expected: tuple[int, ...]) -> None:
    assert weekdays(written) == expected


@given(st.integers(0, 6), st.integers(0, 1439), st.integers(0, 6), st.integers(0, 1440))
def test_a_span_is_the_way_from_one_minute_to_the_other(first: int, start: int, last: int, end: int) -> None:
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    begin, until = first * 1440 + start, last * 1440 + end
    entry = f"{names[first]} {start // 60:02}:{start % 60:02} - {names[last]} {end // 60:02}:{end % 60:02}"
    open_minutes = {minute for low, high in weekly(entry).intervals for minute in range(low, high)}
    length = 0 if begin == until else (until - begin) % WEEK or WEEK
    assert open_minutes == {(begin + step) % WEEK for step in range(length)}


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("2026-12-31", [(at(2026, 12, 31), at(2027, 1, 1))]),
        ("2026-12-31 08:00-12:00", [(at(2026, 12, 31, 8), at(2026, 12, 31, 12))]),
        ("2026-12-31 22:00-06:00", [(at(2026, 12, 31, 22), at(2027, 1, 1, 6))]),
        ("2026-12-31 08:00-24:00", [(at(2026, 12, 31, 8), at(2027, 1, 1))]),
        ("2026-07-01..2026-07-14", [(at(2026, 7, 1), at(2026, 7, 15))]),
        ("2026-07-01..2026-07-02 08:00-09:00", [(at(2026, 7, d, 8), at(2026, 7, d, 9)) for d in (1, 2)]),
        ("2026-12-24 18:00 - 2026-12-27 08:00", [(at(2026, 12, 24, 18), at(2026, 12, 27, 8))]),
        ("2026-12-24 18:00 - 2026-12-24 18:01", [(at(2026, 12, 24, 18), at(2026, 12, 24, 18, 1))]),
        ("2028-02-29", [(at(2028, 2, 29), at(2028, 3, 1))]),
        ("2025-01-01..2040-12-31", [(FIRST_DAY * 1440, (LAST_DAY + 1) * 1440)]),
    ],
)
def test_dates(entry: str, expected: list[tuple[int, int]]) -> None:
    assert list(dates(entry).intervals) == expected
    assert dates(entry).mistake is None
    assert not dates(entry).yearly


@pytest.mark.parametrize(
    ("entry", "year", "expected"),
    [
        ("12-24", 2026, [(at(2026, 12, 24), at(2026, 12, 25))]),
        ("12-24 08:00-12:00", 2026, [(at(2026, 12, 24, 8), at(2026, 12, 24, 12))]),
        ("12-24..12-26", 2031, [(at(2031, 12, 24), at(2031, 12, 27))]),
        ("12-30..01-02", 2031, [(at(2031, 1, 1), at(2031, 1, 3)), (at(2031, 12, 30), at(2032, 1, 3))]),
        ("12-31 22:00-06:00", 2030, [(at(2030, 1, 1), at(2030, 1, 1, 6)), (at(2030, 12, 31, 22), at(2031, 1, 1, 6))]),
        ("12-24 18:00 - 12-27 08:00", 2040, [(at(2040, 12, 24, 18), at(2040, 12, 27, 8))]),
        ("02-29", 2026, []),
        ("02-29", 2028, [(at(2028, 2, 29), at(2028, 3, 1))]),
        ("02-28..02-29", 2026, [(at(2026, 2, 28), at(2026, 3, 1))]),
        ("02-28..03-01", 2028, [(at(2028, 2, 28), at(2028, 3, 2))]),
        ("02-29..03-01", 2027, [(at(2027, 3, 1), at(2027, 3, 2))]),
        ("02-29 08:00-12:00", 2027, []),
        ("02-28..02-29 08:00-12:00", 2027, [(at(2027, 2, 28, 8), at(2027, 2, 28, 12))]),
        ("02-29 18:00 - 03-02 08:00", 2027, [(at(2027, 3, 1), at(2027, 3, 2, 8))]),
        ("02-28 18:00 - 02-29 08:00", 2027, [(at(2027, 2, 28, 18), at(2027, 3, 1))]),
        ("01-01", 2025, [(at(2025, 1, 1), at(2025, 1, 2))]),
        ("12-31", 2040, [(at(2040, 12, 31), at(2041, 1, 1))]),
    ],
)
def test_yearly_dates_in_one_year(entry: str, year: int, expected: list[tuple[int, int]]) -> None:
    found = dates(entry)
    low, high = at(year, 1, 1), at(year, 12, 31) + 1440
    within = [
        (max(start, low) if start < low else start, end) for start, end in found.intervals if low < end and start < high
    ]
    assert within == expected
    assert found.yearly
    assert found.mistake is None


def test_yearly_dates_stay_within_the_calendar() -> None:
    found = dates("12-24..01-01").intervals
    assert found[0] == (at(2025, 1, 1), at(2025, 1, 2))
    assert found[-1] == (at(2040, 12, 24), at(2041, 1, 1))
    assert len(found) == 17


@pytest.mark.parametrize(
    ("entry", "mistake"),
    [
        ("2026-02-30", Mistake.IMPOSSIBLE),
        ("2026-02-29", Mistake.IMPOSSIBLE),
        ("02-30", Mistake.IMPOSSIBLE),
        ("04-01..04-31", Mistake.IMPOSSIBLE),
        ("0000-01-01", Mistake.IMPOSSIBLE),
        ("2026-07-14..2026-07-01", Mistake.REVERSED),
        ("2026-07-14 18:00 - 2026-07-14 08:00", Mistake.REVERSED),
        ("2026-07-14 18:00 - 2026-07-14 18:00", Mistake.EMPTY),
        ("12-24 08:00-08:00", Mistake.EMPTY),
        ("2024-12-24", Mistake.OUTSIDE),
        ("2041-01-01", Mistake.OUTSIDE),
        ("9999-12-31", Mistake.OUTSIDE),
    ],
)
def test_a_date_that_means_nothing_says_why(entry: str, mistake: Mistake) -> None:
    assert dates(entry).mistake is mistake
    assert dates(entry).intervals == ()


def test_of_a_date_across_the_edge_of_the_calendar_the_inner_part_counts() -> None:
    found = dates("2024-12-24..2025-01-02")
    assert found.mistake is Mistake.OUTSIDE
    assert found.intervals == ((at(2025, 1, 1), at(2025, 1, 3)),)
    assert len(dates("0001-01-01..9999-12-31 08:00-09:00").intervals) == LAST_DAY - FIRST_DAY + 1


def test_holidays_are_whole_days_and_movable() -> None:
    days = {minute // 1440 for start, end in holidays("CZ") for minute in range(start, end, 1440)}
    year = [date.fromordinal(day) for day in sorted(days) if date.fromordinal(day).year == 2026]
    easter = date(2026, 4, 5)
    assert easter - timedelta(days=2) in year
    assert easter + timedelta(days=1) in year
    assert easter not in year
    assert len(year) == 13


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda p: (min(p), max(p) + 1))))
def test_normalised_intervals_are_the_same_minutes(intervals: list[tuple[int, int]]) -> None:
    found = normalised(intervals)
    assert {m for low, high in found for m in range(low, high)} == {
        m for low, high in intervals for m in range(low, high)
    }
    assert all(one[1] < other[0] for one, other in pairwise(found))
