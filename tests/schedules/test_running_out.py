"""RP511: calendars that run out, and a cache that knows what day it is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.passes.builder import HEAD, PLATFORM, user

from ringplan.cache import Cache, DiskCache, MemoryCache
from ringplan.pipeline import Options, check, compile_bundle

LONG_AGO = date(2026, 1, 1)
SOON = date(2026, 10, 5)
"""Ninety days before 3 January 2027, the last day that has a later one within the dates."""
SHUTDOWN = "  shutdown: {dates: [2026-12-24..2027-01-02, 2026-07-01]}\n"


def write(fleet: Path, name: str, schedules: str) -> None:
    (fleet / name).mkdir(parents=True, exist_ok=True)
    digit = "abc".index(name[0])
    head = HEAD.replace("novak", name).replace("400..449", f"4{digit}0..4{digit}9")
    text = head + (f"schedules:\n{schedules}" if schedules else "") + "users:\n" + user("jana")
    (fleet / name / "tenant.yaml").write_text(text, encoding="utf-8")


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """Three tenants, of which one has a calendar that ends."""
    folder = tmp_path / "fleet"
    (folder / "aa").mkdir(parents=True)
    (folder / "platform.yaml").write_text(PLATFORM, encoding="utf-8")
    write(folder, "aa", "")
    write(folder, "bb", SHUTDOWN)
    write(folder, "cc", "  open: {weekly: [mon-fri], dates: [2026-01-01], except: [holidays/CZ]}\n")
    return folder


def codes(fleet: Path, cache: Cache, today: date | None) -> list[str]:
    return [one.code for one in check(fleet, Options(cache, today=today)).diagnostics]


@pytest.mark.parametrize(
    ("today", "count"),
    [(None, 0), (date(2026, 10, 4), 0), (SOON, 1), (date(2027, 1, 2), 1), (date(2028, 1, 1), 1)],
)
def test_it_is_told_ninety_days_ahead(fleet: Path, today: date | None, count: int) -> None:
    assert codes(fleet, MemoryCache(), today) == ["RP511"] * count


def test_a_run_from_memory_says_the_same_on_every_day(fleet: Path, tmp_path: Path) -> None:
    file = tmp_path / "cache.sqlite"
    for today in (LONG_AGO, SOON, LONG_AGO, date(2027, 1, 3), None, SOON):
        cache = DiskCache(file)
        assert codes(fleet, cache, today) == codes(fleet, MemoryCache(), today)
        cache.close()


def test_what_is_due_is_found_in_memory_after_another_tenant_changed(fleet: Path, tmp_path: Path) -> None:
    cache = DiskCache(tmp_path / "cache.sqlite")
    assert codes(fleet, cache, LONG_AGO) == []
    write(fleet, "aa", "  night: {weekly: [daily 20:00-06:00]}\n")
    made = check(fleet, Options(cache, today=SOON))
    assert [one.code for one in made.diagnostics] == ["RP511"]
    assert made.compiled == 1
    write(fleet, "bb", SHUTDOWN.replace("]}", ", 2027-12-24]}"))
    assert codes(fleet, cache, SOON) == []


def test_words(fleet: Path) -> None:
    (fault,) = check(fleet, Options(today=SOON)).diagnostics
    assert fault.message == "the dates of schedule `bb/schedules/shutdown` end on 2027-01-02"
    (fault,) = check(fleet, Options(today=date(2027, 1, 3))).diagnostics
    assert fault.message == "the dates of schedule `bb/schedules/shutdown` ended on 2027-01-02"


def test_the_calendar_of_the_compiler_runs_out_too(fleet: Path) -> None:
    found = check(fleet / "cc", Options(today=date(2040, 12, 1))).diagnostics
    assert [(one.code, one.help) for one in found] == [
        ("RP511", "this version of ringplan knows no later days; install a newer one")
    ]


def test_a_bundle_does_not_depend_on_the_day(fleet: Path) -> None:
    early, late = (compile_bundle(fleet, Options(today=today)) for today in (LONG_AGO, SOON))
    assert early.bundle is not None
    assert late.bundle is not None
    assert early.bundle.digests == late.bundle.digests
    assert [one.code for one in late.diagnostics] == ["RP511"]
