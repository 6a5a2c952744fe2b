"""Calendars of other programs, against what their rules say."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import DAILY, MONTHLY, TH, TU, WEEKLY, YEARLY, rrule
from hypothesis import given
from hypothesis import strategies as st
from tests.passes.builder import HEAD, user
from typer.testing import CliRunner

from ringplan import ir
from ringplan.cli import app
from ringplan.diagnostics import Severity, Sink
from ringplan.frontend.load import load_tenant
from ringplan.ics.convert import MAX_DATES, Converted, convert
from ringplan.ics.entries import date_entry, day_list, weekly_entries
from ringplan.ics.events import IcsError, read
from ringplan.ics.write import write
from ringplan.interpreter.schedules import is_open
from ringplan.passes import calendar, examine
from ringplan.passes.calendar import DAYS, normalised

TODAY = date(2026, 11, 24)
PRAGUE = ZoneInfo("Europe/Prague")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def wall(text: str) -> datetime:
    """A time of the wall clock, without a zone."""
    return datetime.fromisoformat(text)


def ics(*events: str, head: str = "X-WR-TIMEZONE:Europe/Prague") -> bytes:
    """A calendar; of every event the lines between BEGIN and END."""
    bodies = "".join(
        f"BEGIN:VEVENT\nUID:{at}\nSUMMARY:E{at}\n{event.strip()}\nEND:VEVENT\n" for at, event in enumerate(events)
    )
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test//EN\n{head}\n{bodies}END:VCALENDAR\n"
    return text.replace("\n\n", "\n").replace("\n", "\r\n").encode()


def converted(*events: str, head: str = "X-WR-TIMEZONE:Europe/Prague", today: date = TODAY) -> Converted:
    return convert(read(ics(*events, head=head), None), today)


def texts(entries: Iterable[object]) -> list[str]:
    return [getattr(entry, "text") for entry in entries]  # noqa: B009 - of any entry


def tenant_with(fragment: str, folder: Path) -> ir.Tenant:
    """The tenant to which a written calendar belongs, without faults."""
    (folder / "tenant.yaml").write_text(HEAD + fragment + "users:\n" + user("jana"), encoding="utf-8")
    sink = Sink()
    loaded = load_tenant(folder, folder, sink)
    assert loaded is not None, sink.sorted()
    graph = examine(loaded, None, sink).graph
    assert [one for one in sink.sorted() if one.severity is Severity.ERROR] == []
    return graph


WEEKLY_HOURS = "DTSTART;TZID=Europe/Prague:20240108T080000\nDTEND;TZID=Europe/Prague:20240108T170000\n"


@pytest.mark.parametrize(
    ("event", "weekly"),
    [
        (WEEKLY_HOURS + "RRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", ["mon-fri 08:00-17:00"]),
        (WEEKLY_HOURS + "RRULE:FREQ=WEEKLY", ["mon 08:00-17:00"]),
        (WEEKLY_HOURS + "RRULE:FREQ=WEEKLY;INTERVAL=1;WKST=SU;BYDAY=WE,MO", ["mon,wed 08:00-17:00"]),
        (WEEKLY_HOURS + "RRULE:FREQ=DAILY", ["daily 08:00-17:00"]),
        (WEEKLY_HOURS + "RRULE:FREQ=DAILY;BYDAY=SA,SU", ["sat-sun 08:00-17:00"]),
        ("DTSTART:20240105T180000\nDTEND:20240108T080000\nRRULE:FREQ=WEEKLY", ["fri 18:00 - mon 08:00"]),
        ("DTSTART:20240105T220000\nDTEND:20240106T060000\nRRULE:FREQ=WEEKLY", ["fri 22:00-06:00"]),
        ("DTSTART:20240105T220000\nDTEND:20240106T000000\nRRULE:FREQ=WEEKLY", ["fri 22:00-24:00"]),
        ("DTSTART:20240105T080000\nDTEND:20240106T080000\nRRULE:FREQ=WEEKLY", ["fri 08:00 - sat 08:00"]),
        ("DTSTART:20240105T080000\nDTEND:20240107T000000\nRRULE:FREQ=WEEKLY", ["fri 08:00 - sat 24:00"]),
        ("DTSTART;VALUE=DATE:20240106\nDTEND;VALUE=DATE:20240108\nRRULE:FREQ=WEEKLY", ["sat-sun"]),
        ("DTSTART;VALUE=DATE:20240107\nDTEND;VALUE=DATE:20240109\nRRULE:FREQ=WEEKLY", ["mon,sun"]),
        ("DTSTART;VALUE=DATE:20240107\nRRULE:FREQ=WEEKLY", ["sun"]),
        ("DTSTART:20240105T080000\nDURATION:PT90M\nRRULE:FREQ=WEEKLY", ["fri 08:00-09:30"]),
    ],
)
def test_weekly_rules_without_an_end_stay_rules(event: str, weekly: list[str]) -> None:
    result = converted(event)
    assert texts(result.weekly) == weekly
    assert (result.dates, result.cancelled, result.refused, result.notes) == ([], [], [], [])


@pytest.mark.parametrize(
    ("event", "dates"),
    [
        ("DTSTART;VALUE=DATE:20201224\nDTEND;VALUE=DATE:20201227\nRRULE:FREQ=YEARLY", ["12-24..12-26"]),
        ("DTSTART;VALUE=DATE:20201224\nRRULE:FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24", ["12-24"]),
        ("DTSTART:20201231T220000\nDTEND:20210101T060000\nRRULE:FREQ=YEARLY", ["12-31 22:00-06:00"]),
        ("DTSTART;VALUE=DATE:20200229\nRRULE:FREQ=YEARLY", ["02-29"]),
        ("DTSTART;VALUE=DATE:20270701\nDTEND;VALUE=DATE:20270715", ["2027-07-01..2027-07-14"]),
        ("DTSTART;VALUE=DATE:20270701", ["2027-07-01"]),
        ("DTSTART:20261231T080000\nDTEND:20261231T120000", ["2026-12-31 08:00-12:00"]),
        ("DTSTART:20261231T080000\nDTEND:20270102T120000", ["2026-12-31 08:00 - 2027-01-02 12:00"]),
        ("DTSTART:20261231T080000Z\nDTEND:20261231T120000Z", ["2026-12-31 09:00-13:00"]),
        ("DTSTART;TZID=America/New_York:20261231T080000\nDTEND;TZID=America/New_York:20261231T120000",
         ["2026-12-31 14:00-18:00"]),
        ("DTSTART;VALUE=DATE:20261201\nRRULE:FREQ=DAILY;COUNT=10", ["2026-12-01..2026-12-10"]),
        ("DTSTART:20261201T080000\nDTEND:20261201T090000\nRRULE:FREQ=DAILY;UNTIL=20261203T080000\n"
         "EXDATE:20261202T080000\nRDATE:20261210T080000",
         ["2026-12-01 08:00-09:00", "2026-12-03 08:00-09:00", "2026-12-10 08:00-09:00"]),
    ],
)  # fmt: skip
def test_days_of_the_calendar(event: str, dates: list[str]) -> None:
    result = converted(event)
    assert texts(result.dates) == dates
    assert (result.weekly, result.cancelled, result.refused, result.notes) == ([], [], [], [])


def test_what_does_not_take_place_is_excepted() -> None:
    moved = "UID:0\nRECURRENCE-ID:20261231T080000\nDTSTART:20261231T080000\nDTEND:20261231T120000"
    gone = "UID:0\nRECURRENCE-ID:20261228T080000\nDTSTART:20261228T080000\nDTEND:20261228T170000\nSTATUS:CANCELLED"
    hours = "UID:0\nDTSTART:20240108T080000\nDTEND:20240108T170000\nRRULE:FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR\n"
    events = [hours + "EXDATE:20261224T080000,20261225T080000\nEXDATE:20200101T080000", moved, gone]
    data = ics(*events)
    for at in range(3):
        data = data.replace(f"UID:{at}\r\nSUMMARY:E{at}\r\nUID:0".encode(), f"UID:0\r\nSUMMARY:E{at}".encode())
    result = convert(read(data, None), TODAY)
    assert texts(result.weekly) == ["mon-fri 08:00-17:00"]
    assert texts(result.dates) == ["2026-12-31 08:00-12:00"]
    assert texts(result.cancelled) == [f"2026-12-{day} 08:00-17:00" for day in (24, 25, 28, 31)]
    assert "    except: [open_cancelled]\n  open_cancelled:\n" in write("open", result)


def test_a_cancelled_date_must_not_close_another_event() -> None:
    morning = "DTSTART:20240108T080000\nDTEND:20240108T120000\nRRULE:FREQ=WEEKLY\nEXDATE:20261228T080000"
    assert converted(morning, "DTSTART:20240108T120000\nDTEND:20240108T170000\nRRULE:FREQ=WEEKLY").refused == []
    (refused,) = converted(morning, "DTSTART:20240108T110000\nDTEND:20240108T170000\nRRULE:FREQ=WEEKLY").refused
    assert refused == "E0: does not take place on 2026-12-28 08:00-12:00, when E1 does; that cannot be expressed"


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ("DTSTART:20261231T080000", "it takes no time"),
        ("DTEND:20261231T080000", "it has no DTSTART"),
        ("DTSTART:20261231T080000\nDURATION:PT5M\nRRULE:FREQ=HOURLY", "more often than daily"),
        ("DTSTART:20261025T003000Z\nDTEND:20261025T013000Z\nRRULE:FREQ=YEARLY;COUNT=1", "the hour that comes twice"),
        ("DTSTART:20261231T080000\nDURATION:PT5M\nRECURRENCE-ID;RANGE=THISANDFUTURE:20261231T080000", "all following"),
        ("DTSTART:20261231T080000\nDURATION:PT5M\nRDATE;VALUE=PERIOD:20270101T080000/PT1H", "periods"),
    ],
)
def test_an_event_that_cannot_be_expressed_is_named(event: str, reason: str) -> None:
    result = converted(event)
    assert len(result.refused) == 1
    assert result.refused[0].startswith("E0")
    assert reason in result.refused[0]
    assert (result.weekly, result.dates) == ([], [])


def test_notes() -> None:
    over = "DTSTART:20250101T080000\nDTEND:20250101T090000"
    later = "DTSTART:20270104T080000\nDTEND:20270104T090000\nRRULE:FREQ=WEEKLY"
    seconds = "DTSTART:20261231T080000\nDTEND:20261231T235959"
    many = "DTSTART:20261201T080000\nDTEND:20261201T090000\nRRULE:FREQ=DAILY;INTERVAL=2"
    result = converted(over, over, later, seconds, many)
    assert result.notes == [
        "E2: begins on 2027-01-04, but is entered as if it always was",
        "E3: seconds are rounded to whole minutes",
        "E4: only 500 dates are entered, the last is 2029-08-25",
        "2 events are over and left out",
    ]
    assert len(result.dates) == MAX_DATES + 1
    assert texts(result.dates)[0] == "2026-12-31 08:00-24:00"


@pytest.mark.parametrize("rule", ["FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=31"])
@pytest.mark.timeout(20)
def test_a_rule_that_never_comes_ends(rule: str) -> None:
    assert converted(f"DTSTART:20261201T080000\nDTEND:20261201T090000\nRRULE:{rule}").dates == []


def test_zones() -> None:
    utc, prague = "DTSTART:20261231T080000Z\nDURATION:PT1H", "DTSTART;TZID=Europe/Prague:20261231T080000\nDURATION:PT1H"
    london = prague.replace("Europe/Prague", "Europe/London")
    assert read(ics(utc, prague, head=""), None).zone == "Europe/Prague"
    assert read(ics(utc, head=""), "Europe/Bratislava").zone == "Europe/Bratislava"
    for events, words in ((utc,), "in UTC"), ((prague, london), "several time zones, Europe/London, Europe/Prague"):
        with pytest.raises(IcsError, match=words):
            read(ics(*events, head=""), None)
    with pytest.raises(IcsError, match="not an iCalendar file"):
        read(b"schedules: {}", None)


def test_a_title_is_a_comment_and_nothing_more(tmp_path: Path) -> None:
    data = ics("DTSTART;VALUE=DATE:20270101").replace(
        b"SUMMARY:E0", b"SUMMARY:x\\n  - 2027-02-02: \xc2\x85 # y\\n" + b"z" * 99
    )
    text = write("open", convert(read(data, None), TODAY))
    assert len(text.splitlines()) == 4
    novak = tenant_with(text, tmp_path)
    assert len(novak.schedule("novak/schedules/open").dates) == 1


# -- against an independent expansion of the rules

RULES = {
    "working days": (
        WEEKLY_HOURS + "RRULE:FREQ=WEEKLY;BYDAY=TU,TH\nEXDATE;TZID=Europe/Prague:20261201T080000",
        9 * HOUR,
        [
            d
            for d in rrule(WEEKLY, wall("2024-01-08 08:00"), byweekday=(TU, TH), count=600)
            if d.date() != date(2026, 12, 1)
        ],
    ),
    "nights": (
        "DTSTART:20240105T220000\nDTEND:20240106T060000\nRRULE:FREQ=DAILY",
        8 * HOUR,
        list(rrule(DAILY, wall("2024-01-05 22:00"), count=1500)),
    ),
    "every other week": (
        "DTSTART:20240105T220000\nDTEND:20240107T060000\nRRULE:FREQ=WEEKLY;INTERVAL=2",
        32 * HOUR,
        list(rrule(WEEKLY, wall("2024-01-05 22:00"), interval=2, count=200)),
    ),
    "second Tuesday": (
        "DTSTART:20240109T100000\nDTEND:20240109T110000\nRRULE:FREQ=MONTHLY;BYDAY=2TU",
        HOUR,
        list(rrule(MONTHLY, wall("2024-01-09 10:00"), byweekday=TU(2), count=80)),
    ),
    "Christmas": (
        "DTSTART;VALUE=DATE:20201224\nDTEND;VALUE=DATE:20201227\nRRULE:FREQ=YEARLY",
        3 * DAY,
        list(rrule(YEARLY, wall("2020-12-24"), count=20)),
    ),
    "around the leap day": (
        "DTSTART;VALUE=DATE:20200227\nDTEND;VALUE=DATE:20200302\nRRULE:FREQ=YEARLY",
        4 * DAY,
        list(rrule(YEARLY, wall("2020-02-27"), count=20)),
    ),
}


@pytest.mark.parametrize("name", RULES)
def test_the_schedule_is_open_when_the_rule_says(name: str, tmp_path: Path) -> None:
    event, length, begins = RULES[name]
    fragment = write("open", converted(event))
    novak = tenant_with(fragment, tmp_path)
    start = datetime(2026, 11, 24, 12, tzinfo=UTC)
    for half_hours in range(160 * 48):
        moment = start + half_hours * HOUR / 2
        shown = moment.astimezone(PRAGUE).replace(tzinfo=None)
        expected = any(begin <= shown < begin + length for begin in begins)
        assert is_open(novak, "novak/schedules/open", moment, {}) is expected, shown


@given(st.datetimes(wall("2025-01-01"), wall("2039-01-01")), st.integers(1, 100_000))
def test_every_span_of_days_can_be_written(start: datetime, minutes: int) -> None:
    start = start.replace(second=0, microsecond=0)
    end = start + timedelta(minutes=minutes)
    low = start.toordinal() * 1440 + start.hour * 60 + start.minute
    assert calendar.dates(date_entry(start, end)).intervals == ((low, low + minutes),)


@given(st.sets(st.integers(0, 6), min_size=1), st.integers(0, 1439), st.integers(1, 10079))
def test_every_span_of_the_week_can_be_written(days: set[int], start: int, minutes: int) -> None:
    begin = wall("2024-01-01") + timedelta(minutes=start)
    entries = weekly_entries(days, begin, timedelta(minutes=minutes))
    found = {m for text in entries for low, high in calendar.weekly(text).intervals for m in range(low, high)}
    assert found == {(day * 1440 + start + step) % 10080 for day in days for step in range(minutes)}


@given(st.sets(st.integers(0, 6), min_size=1))
def test_lists_of_days(days: set[int]) -> None:
    assert calendar.weekdays(day_list(days)) == tuple(sorted(days))
    assert normalised(calendar.weekly(day_list(days)).intervals)
    assert all(name in DAYS or name == "daily" for name in day_list(days).replace("-", ",").split(","))


# -- the command


def test_the_command(tmp_path: Path) -> None:
    file = tmp_path / "a.ics"
    file.write_bytes(ics(WEEKLY_HOURS + "RRULE:FREQ=WEEKLY"))
    done = CliRunner().invoke(app, ["import", "ics", str(file), "--name", "open"])
    assert done.exit_code == 0, done.output
    assert done.stdout == "schedules:\n  open:\n    weekly:\n      - mon 08:00-17:00  # E0\n"
    target = tmp_path / "hours.yaml"
    assert CliRunner().invoke(app, ["import", "ics", str(file), "-o", str(target)]).exit_code == 0
    assert target.read_text(encoding="utf-8").startswith("schedules:\n  imported:\n")


@pytest.mark.parametrize(
    ("content", "arguments", "code", "words"),
    [
        (b"no", [], 2, "not an iCalendar file"),
        (ics(), ["--name", "Open hours"], 2, "is not a name for a schedule"),
        (ics(), ["--time-zone", "Prague"], 2, "not an IANA time zone"),
        (ics("DTSTART:20261231T080000"), [], 1, "error: left out E0: it takes no time"),
    ],
)
def test_the_command_says_what_is_wrong(
    tmp_path: Path, content: bytes, arguments: list[str], code: int, words: str
) -> None:
    file = tmp_path / "a.ics"
    file.write_bytes(content)
    done = CliRunner().invoke(app, ["import", "ics", str(file), *arguments])
    assert done.exit_code == code
    assert words in done.stderr
