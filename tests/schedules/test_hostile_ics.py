"""Calendars written to keep the importer busy, to fill memory, or to make it fail."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.schedules.test_ics import TODAY, converted, ics
from typer.testing import CliRunner

from ringplan.cli import app
from ringplan.ics.convert import MOST_DATES, convert
from ringplan.ics.events import MAX_EVENTS, IcsError, read
from ringplan.ics.write import write

HOUR = "DTSTART:20260101T080000\nDTEND:20260101T090000\n"
NEVER = f"{HOUR}RRULE:FREQ=WEEKLY;BYMONTH=2;BYMONTHDAY=30"


def numbers(count: int) -> str:
    return ",".join(map(str, range(count)))


@pytest.mark.parametrize(
    "event",
    [
        HOUR + "RRULE:FREQ=SECONDLY",
        HOUR + "RRULE:FREQ=DAILY;INTERVAL=0",
        HOUR + "RRULE:FREQ=DAILY;INTERVAL=-1;COUNT=5",
        HOUR + "RRULE:FREQ=DAILY;INTERVAL=1000000000000000000000",
        HOUR + f"RRULE:FREQ=DAILY;BYHOUR={numbers(24)};BYMINUTE={numbers(60)};BYSECOND={numbers(60)}",
        HOUR + "RRULE:FREQ=DAILY;UNTIL=99999999T999999Z",
        HOUR + "RRULE:FREQ=WEEKLY;BYDAY=+999999999999MO",
        HOUR + "RRULE:COUNT=3",
        HOUR + "RRULE:RSCALE=CHINESE;FREQ=YEARLY;COUNT=3",
        "DTSTART:99991231T080000\nDTEND:99991231T235959",
        "DTSTART:20260101T080000\nDURATION:P999999999D",
        "DTSTART:20260101T080000\nDURATION:P99999999999999999D",
        "DTSTART;VALUE=DATE:00010101\nDTEND;VALUE=DATE:99991231\nRRULE:FREQ=DAILY",
    ],
)
@pytest.mark.timeout(20)
def test_one_event_is_refused_and_the_others_are_taken(event: str) -> None:
    result = converted(event, "DTSTART;VALUE=DATE:20270101")
    assert len(result.refused) == 1
    assert [entry.text for entry in result.dates] == ["2027-01-01"]


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ([HOUR + "RRULE:FREQ=DAILY;COUNT=1000000000"] * 100, f"more than {MOST_DATES:,} dates"),
        ([HOUR + "RRULE:FREQ=WEEKLY"] * 201, "more than 200 weekly entries"),
        ([NEVER] * 20, "never take place"),
        (["DTSTART:00010101T080000\nDTEND:00010101T090000\nRRULE:FREQ=DAILY;COUNT=999999"] * 9, "recur too often"),
        ([HOUR] * (MAX_EVENTS + 1), f"more than {MAX_EVENTS:,} events"),
    ],
)
@pytest.mark.timeout(60)
def test_a_file_that_costs_too_much_is_refused(events: list[str], words: str) -> None:
    with pytest.raises(IcsError, match=words):
        converted(*events)


@pytest.mark.timeout(60)
def test_nesting_ends() -> None:
    deep = b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 20_000 + b"END:VEVENT\r\n" * 20_000 + b"END:VCALENDAR\r\n"
    with pytest.raises(IcsError):
        read(deep, None)
    with pytest.raises(IcsError):
        read(b"BEGIN:VCALENDAR\r\n" * 20_000, None)


def test_an_endless_file_is_read_to_the_limit(tmp_path: Path) -> None:
    """A device, or a hundred gigabytes: only what may be looked at is read."""
    began = time.monotonic()
    result = CliRunner().invoke(app, ["import", "ics", "/dev/zero"])
    assert result.exit_code == 2
    assert "larger than 5 MB" in result.output
    assert time.monotonic() - began < 5
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("zone", ["../../../etc/passwd", "/etc/passwd", "Europe/../../x", "\x00", "Prague"])
def test_a_zone_is_never_a_path(zone: str, tmp_path: Path) -> None:
    file = tmp_path / "hostile.ics"
    file.write_bytes(ics("DTSTART:20270101T080000\nDURATION:PT1H", head=f"X-WR-TIMEZONE:{zone}"))
    result = CliRunner().invoke(app, ["import", "ics", str(file)])
    assert result.exit_code == 2
    assert "passwd:" not in result.output


@given(st.lists(st.text(st.characters(blacklist_categories=["Cs"]), max_size=40), max_size=4))
def test_whatever_an_event_says_nothing_but_icserror_comes_out(lines: list[str]) -> None:
    """Neither into the manifest: what is not an entry of ours is a comment on its line."""
    try:
        result = convert(read(ics("\n".join(["DTSTART;VALUE=DATE:20270101", *lines])), None), TODAY)
    except IcsError:
        return
    for line in write("open", result).splitlines()[1:]:
        assert line.startswith(("  open", "    ", "      - "))
