"""A time zone is a name of the IANA database, and nothing else that happens to lie beside it."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import TZPATH, available_timezones

import pytest
from pydantic import TypeAdapter, ValidationError

from ringplan_schema.types import TimeZone

ZONE: TypeAdapter[str] = TypeAdapter(TimeZone)
ODD = ("", ".", "/", "Europe", "Europe/", "Europe//Prague", "Europe/Prague\n", "europe/prague", "../Europe/Prague")
FORBIDDEN = ("posix/Europe/Prague", "right/UTC", "posixrules", "a" * 5_000, "a\0b", "Evropa/Praha", "Čas")


def accepted(name: str) -> bool:
    try:
        return ZONE.validate_python(name) == name
    except ValidationError:
        return False


def test_every_zone_is_accepted() -> None:
    assert [name for name in sorted(available_timezones()) if not accepted(name)] == []


@pytest.mark.parametrize("name", [*ODD, *FORBIDDEN])
def test_other_names_are_not(name: str) -> None:
    assert not accepted(name)


def test_a_file_of_the_database_is_a_zone_only_if_it_is_listed() -> None:
    known = available_timezones()
    for folder in (Path(entry) for entry in TZPATH):
        names = [str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()]
        assert [name for name in names if accepted(name) is not (name in known)] == []
