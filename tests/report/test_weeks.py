"""Calendars say of every minute what the interpreter says of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from xml.etree.ElementTree import Element

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.report.dom import by_class, by_id, rows, tree, words
from tests.strategies import programs

from ringplan import ir
from ringplan.interpreter.schedules import open_at
from ringplan.report import Site, site
from ringplan.report.calendar import (
    Clock,
    Day,
    ordinary_week,
    route_clock,
    schedule_clock,
    span_of_days,
    special_days,
    weekly_hours,
)
from ringplan.report.directory import Directory

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONDAY = date(1, 1, 1).toordinal() * 1440
DAY, WEEK = 1440, 7 * 1440


def timeless(tenant: ir.Tenant) -> ir.Tenant:
    """The tenant in a week in which no date is named."""
    return replace(tenant, schedules=tuple(replace(one, dates=()) for one in tenant.schedules))


def leads(tenant: ir.Tenant, node: str, minute: int) -> str:
    """Where time routes lead in a minute."""
    seen = []
    while isinstance(route := tenant.node(node), ir.TimeRoute) and node not in seen:
        seen.append(node)
        open_ones = (target for schedule, target in route.rules if open_at(tenant, schedule, minute, {}))
        node = next(open_ones, route.otherwise)
    return node


def bars(picture: Element) -> Iterator[tuple[int, int, str, Element]]:
    """Of every bar its first minute in the week, the one after its last, and its class."""
    for group in by_class(picture, "bar"):
        said = words(next(group.iter("title")))
        day, start, end = re.fullmatch(r"(\w+) (\d\d:\d\d)–(\d\d:\d\d)", said).groups()  # type: ignore[union-attr]
        at = DAYS.index(day) * DAY
        yield at + minutes(start), at + minutes(end), group.get("class", "").split()[1], group


def minutes(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


def painted(picture: Element) -> list[str]:
    """The class of every minute of the week; empty: nothing is drawn."""
    found = [""] * WEEK
    for start, end, colour, group in bars(picture):
        assert not any(found[start:end]), "two bars in one place"
        found[start:end] = [colour] * (end - start)
        rect = next(group.iter("rect"))
        assert float(rect.get("x", "")) == pytest.approx(38 + start % DAY / 60 * 12.5, abs=0.01)
        assert float(rect.get("width", "")) == pytest.approx((end - start) / 60 * 12.5, abs=0.01)
        assert float(rect.get("y", "")) == 20 + 26 * (start // DAY)
    return found


def schedules_agree(program: ir.Program, pages: Site) -> None:
    for tenant in program.tenants:
        plain = timeless(tenant)
        root = tree(pages.pages[f"{tenant.id}/schedules.html"]) if tenant.schedules else None
        for schedule in tenant.schedules:
            assert root is not None
            section = by_id(root, "-".join(schedule.id.split("/")[1:]))
            pictures = list(section.iter("svg"))
            found = painted(pictures[0]) if pictures else [""] * WEEK
            for minute in range(WEEK):
                is_open = open_at(plain, schedule.id, MONDAY + minute, {})
                assert found[minute] == ("open" if is_open else ""), (schedule.id, minute)


def routes_agree(program: ir.Program, pages: Site) -> None:
    for tenant in program.tenants:
        plain, names = timeless(tenant), Directory.of(tenant, {})
        for route in names.routes:
            root = tree(pages.pages[f"{tenant.id}/{names.page(route.id)}"])
            (picture,) = by_class(root, "week")
            (legend,) = by_class(root, "legend")
            colours: dict[str, list[str]] = {}
            for item in legend.findall("li"):
                swatch, said = item.findall("span")
                colours.setdefault(swatch.get("class", "").split()[1], []).append(words(said).partition(":")[0])
            found = painted(picture)
            meant: dict[tuple[str, str], str] = {}
            for minute in range(WEEK):
                target = leads(plain, route.id, MONDAY + minute)
                assert found[minute], (route.id, minute)
                kind = "ends" if isinstance(tenant.node(target), ir.Reject) else found[minute]
                assert found[minute] == kind
                assert meant.setdefault((found[minute], target), target) == target
            by_colour: dict[str, set[str]] = {}
            for colour, target in meant:
                by_colour.setdefault(colour, set()).add(target)
            assert all(len(by_colour[colour]) <= len(colours[colour]) for colour in by_colour)


def test_weeks_of_the_examples(program: ir.Program, pages: Site) -> None:
    schedules_agree(program, pages)
    routes_agree(program, pages)


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(programs())
def test_random_weeks(program: ir.Program) -> None:
    made = site([(tenant, {}) for tenant in program.tenants], 2026)
    schedules_agree(program, made)
    routes_agree(program, made)


def says(week: tuple[Day, ...], specials: dict[int, Day], minute: int) -> str:
    """What the calendar says of one minute of the year."""
    ordinal, of_day = divmod(minute, DAY)
    day = specials.get(ordinal, week[date.fromordinal(ordinal).weekday()])
    (value,) = [piece.value for piece in day if piece.start <= of_day < piece.end]
    return value


def year_of(clock: Clock, year: int) -> tuple[tuple[Day, ...], dict[int, Day]]:
    found = {
        ordinal: one.day
        for one in special_days(clock, year)
        for ordinal in range(one.first.toordinal(), one.last.toordinal() + 1)
    }
    return ordinary_week(clock), found


@pytest.mark.parametrize("year", [2026, 2040])
def test_every_quarter_of_an_hour_of_a_year_of_the_examples(program: ir.Program, year: int) -> None:
    first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
    for tenant in program.tenants:
        for schedule in tenant.schedules:
            week, specials = year_of(schedule_clock(tenant, schedule.id), year)
            for minute in range(first * DAY, (last + 1) * DAY, 45):
                is_open = open_at(tenant, schedule.id, minute, {})
                assert says(week, specials, minute) == ("open" if is_open else "closed"), (schedule.id, minute)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(programs(), st.data())
def test_random_routes_over_a_year(program: ir.Program, data: st.DataObject) -> None:
    tenant = data.draw(st.sampled_from(program.tenants))
    for route in Directory.of(tenant, {}).routes:
        week, specials = year_of(route_clock(tenant, route.id), 2026)
        start = date(2026, 1, 1).toordinal() * DAY
        for _ in range(40):
            minute = start + data.draw(st.integers(0, 365 * DAY - 1))
            assert says(week, specials, minute) == leads(tenant, route.id, minute)


def test_holidays_and_exceptions_are_listed_with_dates(pages: Site) -> None:
    root = tree(pages.pages["lipa/schedules.html"])
    text = words(by_id(root, "schedules-office_hours"))
    assert "Mon–Thu 08:00–16:00; Fri 08:00–12:00" in text
    assert "Exceptions and holidays in 2026" in text
    (table,) = by_id(root, "schedules-office_hours").iter("table")
    found = [tuple(words(cell) for cell in line) for line in rows(table)]
    assert ("Wed 1 April", "office_hours", "open 08:00–20:00") in found
    assert ("Mon 6 April", "public holidays (CZ)", "closed all day") in found
    assert found[-1] == ("Thu 24 – Sat 26 December", "public holidays (CZ)", "closed all day")


def test_a_day_as_usual_is_marked(pages: Site) -> None:
    root = tree(pages.pages["vltava/schedules.html"])
    usual = [words(one) for one in by_class(by_id(root, "schedules-office"), "usual")]
    assert usual == [] or all(one.endswith("(as usual)") for one in usual)


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        (date(2026, 12, 24), date(2026, 12, 24), "Thu 24 December"),
        (date(2026, 12, 24), date(2026, 12, 26), "Thu 24 – Sat 26 December"),
        (date(2026, 6, 30), date(2026, 7, 1), "Tue 30 June – Wed 1 July"),
    ],
)
def test_days_in_words(first: date, last: date, text: str) -> None:
    assert span_of_days(first, last) == text


def test_hours_in_words(program: ir.Program) -> None:
    tenant = program.tenant("klinika")
    night = ordinary_week(schedule_clock(tenant, "klinika/schedules/night"))
    assert weekly_hours(night, "open") == ("every day 00:00–07:00, 19:00–24:00",)
    weekend = ordinary_week(schedule_clock(tenant, "klinika/schedules/weekend"))
    assert weekly_hours(weekend, "open") == ("Mon 00:00–07:00", "Fri 18:00–24:00", "Sat, Sun all day")
