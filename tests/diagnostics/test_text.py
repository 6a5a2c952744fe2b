"""Quoting of foreign text, similar names, consolidation, version."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringplan import __version__
from ringplan.diagnostics.near_miss import edit_distance, near_miss
from ringplan.diagnostics.text import escape, listed, shown

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("novak", "`novak`"),
        ("Žluťoučký kůň 😀", "`Žluťoučký kůň 😀`"),
        ("\x1b[31m", "`\\x1b[31m`"),
        ("a\r\nb\t\0", "`a\\r\\nb\\t\\0`"),
        ("\u202eabc", "`\\u{202e}abc`"),
        ("a`b", "`a'b`"),
        ("x" * 61, "`" + "x" * 59 + "…`"),
        ("\ud800", "`\\u{d800}`"),
        (12, "`12`"),
    ],
)
def test_shown(text: object, expected: str) -> None:
    assert shown(text) == expected


@given(st.text())
def test_nothing_escapes_to_the_terminal(text: str) -> None:
    assert all(character.isprintable() or character == " " for character in escape(text))


def test_listed() -> None:
    assert listed([]) == "nothing"
    assert listed(["a"]) == "`a`"
    assert listed(["a", "b", "c"]) == "`a`, `b` and `c`"
    assert listed(["a", "b", "c"], 2) == "`a`, `b` and 1 more"


@pytest.mark.parametrize(
    ("wrong", "names", "name", "sure"),
    [
        ("suport", ["support", "sales"], "support", True),
        ("salse", ["sales", "office"], "sales", True),
        ("SALES", ["sales", "office"], "sales", True),
        ("sale1", ["sales", "sale2"], "sales", False),
        ("novak", ["novakova", "nova"], "nova", False),
        ("xyz", ["sales"], None, False),
        ("", ["sales"], None, False),
        ("x" * 5000, ["x" * 5000], None, False),
    ],
)
def test_near_miss(wrong: str, names: list[str], name: str | None, sure: bool) -> None:
    found = near_miss(wrong, names)
    assert (found.name if found else None) == name
    assert (found.sure if found else False) == sure
    assert near_miss(wrong, reversed(names)) == found


@pytest.mark.parametrize(
    ("one", "other", "distance"),
    [("", "", 0), ("abc", "abc", 0), ("abc", "acb", 1), ("abc", "", 3), ("abc", "xbcd", 2)],
)
def test_edit_distance(one: str, other: str, distance: int) -> None:
    assert edit_distance(one, other) == edit_distance(other, one) == distance


def test_the_version_is_that_of_the_distribution() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == __version__
