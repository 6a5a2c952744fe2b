"""How times are said."""

from __future__ import annotations

import pytest
from tests.schedules.small import schedule, tenant

from ringplan import ir
from ringplan.ir.schedules import MINUTES_OF_DAY
from ringplan.plan.times import Timeline, described


def turned(old: ir.Schedule, new: ir.Schedule, *others: ir.Schedule) -> str:
    """When one of two versions of a schedule is open and the other one is not."""
    line = Timeline((tenant(old, *others), [old.id]), (tenant(new, *others), [new.id]))
    return described(line, [one for one in line.classes if len(one.opened[0]) != len(one.opened[1])])


WEEK = schedule("novak/schedules/open", ("mon-fri 08:00-17:30",))
DAYS = schedule("novak/schedules/party", dates=("2026-06-12", "2026-06-15"))


@pytest.mark.parametrize(
    ("weekly", "text"),
    [
        (("mon-thu 08:00-17:30", "fri 08:00-16:00"), "Fri 16:00–17:30"),
        (("mon-fri 08:00-18:00",), "Mon–Fri 17:30–18:00"),
        (("mon-fri 08:00-12:00", "mon-fri 13:00-17:30"), "Mon–Fri 12:00–13:00"),
        (("mon-sat 08:00-17:30",), "Sat 08:00–17:30"),
        (("mon,wed 08:00-17:30",), "Tue, Thu, Fri 08:00–17:30"),
        (("mon-fri 07:00-17:30", "sun"), "Mon–Fri 07:00–08:00 and Sun"),
        ((), "Mon–Fri 08:00–17:30"),
        (("mon-sun 00:00-24:00",), "outside Mon–Fri 08:00–17:30"),
    ],
)
def test_weeks(weekly: tuple[str, ...], text: str) -> None:
    assert turned(WEEK, schedule("novak/schedules/open", weekly)) == text


def test_days_without_a_week() -> None:
    closed = schedule("novak/schedules/open", ("mon-fri 08:00-17:30",), excluded=(DAYS.id,))
    assert turned(WEEK, closed, DAYS) == "on schedules/party 08:00–17:30"


def test_holidays_are_named() -> None:
    holidays = schedule("novak/holidays/CZ", holidays=("CZ",))
    old = schedule("novak/schedules/open", ("mon-fri 08:00-17:30",), excluded=(holidays.id,))
    new = schedule("novak/schedules/open", ("mon-thu 08:00-17:30",), excluded=(holidays.id,))
    assert turned(old, new, holidays) == "Fri 08:00–17:30 except on holidays/CZ"


def test_every_year() -> None:
    eve = schedule("novak/schedules/eve", dates=("12-24",))
    closed = schedule("novak/schedules/open", ("mon-sun 08:00-17:30",), excluded=(eve.id,))
    always = schedule("novak/schedules/open", ("mon-sun 08:00-17:30",))
    assert turned(always, closed, eve) in ("on 24 Dec 08:00–17:30", "on schedules/eve 08:00–17:30")


def test_pieces_cover_every_week_once() -> None:
    line = Timeline((tenant(WEEK), [WEEK.id]), (tenant(WEEK), [WEEK.id]))
    pieces = sorted(piece for one in line.classes for piece in one.weekly)
    assert sum(end - start for _, start, end in pieces) == 7 * MINUTES_OF_DAY
    assert described(line, line.classes) == ""
