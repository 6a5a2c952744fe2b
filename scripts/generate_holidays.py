"""Writes compiler/ringplan/countries/holidays.py: the public holidays as data, from the library ``holidays``.

Importing the library and computing the days takes as long as the rest of a small check, and would let the same
compiler give different bytes on two machines. tests/schedules/test_holidays.py proves that the table is what the
library says.

    scripts/generate_holidays.py [--check]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import holidays

FILE = Path(__file__).resolve().parent.parent / "compiler/ringplan/countries/holidays.py"
COUNTRIES = ("CZ", "SK")
FIRST_YEAR, LAST_YEAR = 2025, 2040
HEAD = '''\
"""Public holidays of the countries Ringplan knows, movable feasts included: data, not code.

Written by scripts/generate_holidays.py from the library ``holidays``; do not edit.
"""

from typing import Final

FIRST_YEAR: Final = {first}
LAST_YEAR: Final = {last}
"""The years in which days of a calendar are known; yearly dates are followed as far."""

HOLIDAYS: Final[dict[str, dict[int, str]]] = {{
'''
TAIL = '''\
}
"""Days on which, by law, people do not work, by ISO 3166 code and year: month and day, sorted."""
'''


def page() -> str:
    """The module as text."""
    return HEAD.format(first=FIRST_YEAR, last=LAST_YEAR) + "".join(_country(code) for code in COUNTRIES) + TAIL


def _country(code: str) -> str:
    years = "".join(_year(code, year) for year in range(FIRST_YEAR, LAST_YEAR + 1))
    return f'    "{code}": {{\n{years}    }},\n'


def _year(code: str, year: int) -> str:
    days = " ".join(f"{day:%m-%d}" for day in sorted(holidays.country_holidays(code, years=year)))
    return f'        {year}: "{days}",\n'


def main() -> int:
    """Write the table, or say that it is stale."""
    parser = argparse.ArgumentParser(description="Write the table of public holidays.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 3 if the table is stale")
    text = page()
    if not parser.parse_args().check:
        FILE.write_text(text, encoding="utf-8")
    elif FILE.read_text(encoding="utf-8") != text:
        print(f"{FILE.name} is stale: run scripts/generate_holidays.py", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
