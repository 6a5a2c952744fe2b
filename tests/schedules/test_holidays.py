"""The table of public holidays is what the library says."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import holidays
import pytest

from ringplan.countries import COUNTRIES
from ringplan.countries.holidays import FIRST_YEAR, HOLIDAYS, LAST_YEAR

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("country", COUNTRIES)
def test_the_table_is_what_the_library_says(country: str) -> None:
    assert list(HOLIDAYS[country]) == list(range(FIRST_YEAR, LAST_YEAR + 1))
    for year, days in HOLIDAYS[country].items():
        found = {date.fromisoformat(f"{year}-{day}") for day in days.split()}
        assert found == set(holidays.country_holidays(country, years=year))


def test_a_country_has_holidays() -> None:
    assert set(HOLIDAYS) == set(COUNTRIES)


def test_the_file_is_as_it_was_written() -> None:
    command = [sys.executable, "scripts/generate_holidays.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
