"""Writes compiler/ringplan/countries/number_types.py from the numbering plans that ``phonenumbers`` knows.

The library's regular expressions are walked digit by digit, so a beginning is listed exactly when all numbers of
national length with it are of one type. Nothing of the library is needed afterwards.
"""

from __future__ import annotations

import re._parser as parser  # type: ignore[import-not-found]  # the syntax tree of a regular expression
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import phonenumbers

from ringplan.countries import COUNTRIES

FILE = Path(__file__).resolve().parent.parent / "compiler/ringplan/countries/number_types.py"
UNKNOWN = "unknown"
KINDS = (
    ("premium_rate", "premium"),
    ("toll_free", "free"),
    ("shared_cost", "shared_cost"),
    ("voip", "national"),
    ("personal_number", "mobile"),
    ("pager", "mobile"),
    ("uan", "national"),
    ("voicemail", "national"),
    ("fixed_line", "national"),
    ("mobile", "mobile"),
)
"""The library's kinds in the order in which it asks for them, and our call types (decision 0017)."""

Rest = tuple[Any, ...]
"""What of an expression still has to match: items of its syntax tree, first to last."""
State = tuple[frozenset[Rest], ...]
"""For the general description and every kind: the ways on."""


def table(country: str) -> dict[str, str]:
    """The shortest beginnings whose numbers of national length all have one type that is not ``unknown``."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(country)
    assert metadata is not None
    descriptions = [metadata.general_desc, *(getattr(metadata, name) for name, _ in KINDS)]
    start = tuple(frozenset((_items(desc.national_number_pattern),)) if desc else frozenset() for desc in descriptions)
    found: dict[str, str] = {}
    _walk("", start, COUNTRIES[country].national_length, found)
    return found


def _walk(prefix: str, state: State, left: int, found: dict[str, str]) -> None:
    only = _uniform(state, left)
    if only == UNKNOWN:
        return
    if only is not None:
        found[prefix] = only
        return
    for digit in "0123456789":
        _walk(prefix + digit, _after(state, digit), left - 1, found)


@cache
def _uniform(state: State, left: int) -> str | None:
    """The type of all numbers that have ``left`` digits more; None: they differ."""
    if not left:
        return _type_at_end(state)
    types = {_uniform(_after(state, digit), left - 1) for digit in "0123456789"}
    return types.pop() if len(types) == 1 else None


def _type_at_end(state: State) -> str:
    general, *kinds = (any(map(_may_end, ways)) for ways in state)
    if not general:
        return UNKNOWN
    return next((ours for (_, ours), matched in zip(KINDS, kinds, strict=True) if matched), UNKNOWN)


@cache
def _after(state: State, digit: str) -> State:
    return tuple(frozenset(rest for way in ways for rest in _eaten(way, digit)) for ways in state)


def _items(pattern: str) -> Rest:
    return tuple(_frozen(item) for item in parser.parse(pattern))


def _frozen(item: Any) -> Any:
    """A syntax tree of tuples only, so that states can be compared."""
    if isinstance(item, parser.SubPattern):
        return tuple(_frozen(child) for child in item)
    return tuple(_frozen(child) for child in item) if isinstance(item, (tuple, list)) else item


def _eaten(rest: Rest, digit: str) -> Iterator[Rest]:
    """What is left of an expression after a digit."""
    for (name, value), others in _heads(rest):
        if (name == "LITERAL" and chr(value) == digit) or (name == "IN" and _holds(value, digit)):
            yield others


def _may_end(rest: Rest) -> bool:
    """Whether nothing more has to match."""
    for operation, value in rest:
        match str(operation):
            case "MAX_REPEAT":
                optional = not value[0] or _may_end(value[2])
            case "BRANCH":
                optional = any(map(_may_end, value[1]))
            case "SUBPATTERN":
                optional = _may_end(value[3])
            case _:
                optional = False
        if not optional:
            return False
    return True


def _heads(rest: Rest) -> Iterator[tuple[tuple[str, Any], Rest]]:
    """The first items that consume a digit, with what follows each."""
    if not rest:
        return
    (operation, value), others = rest[0], rest[1:]
    match str(operation):
        case "LITERAL" | "IN":
            yield (str(operation), value), others
        case "BRANCH":
            for branch in value[1]:
                yield from _heads((*branch, *others))
        case "SUBPATTERN":
            yield from _heads((*value[3], *others))
        case "MAX_REPEAT":
            low, high, body = value
            if high:
                again = ((operation, (max(0, low - 1), high - 1, body)),) if high > 1 else ()
                yield from _heads((*body, *again, *others))
            if not low:
                yield from _heads(others)
        case _:
            raise ValueError(f"an expression uses {operation}, which this script does not know")


def _holds(items: Any, digit: str) -> bool:
    for operation, value in items:
        match str(operation):
            case "LITERAL":
                found = chr(value) == digit
            case "RANGE":
                found = chr(value[0]) <= digit <= chr(value[1])
            case "CATEGORY":
                found = str(value) == "CATEGORY_DIGIT"
            case _:
                raise ValueError(f"a class uses {operation}, which this script does not know")
        if found:
            return True
    return False


def text() -> str:
    """The module as it is committed."""
    lines = [
        '"""Types of national numbers by their beginning; the longest beginning wins, all others are ``unknown``.',
        "",
        "For numbers of the country's national length. Written by scripts/generate_number_types.py from phonenumbers",
        f"{phonenumbers.__version__}; which of its kinds is which type: docs/decisions/0017-calling-plans.md.",
        '"""',
        "",
        "from __future__ import annotations",
        "",
        "from typing import Final",
        "",
        "NUMBER_TYPES: Final[dict[str, dict[str, str]]] = {",
    ]
    for country in sorted(COUNTRIES):
        lines.append(f'    "{country}": {{')
        lines += [f'        "{prefix}": "{kind}",' for prefix, kind in sorted(table(country).items())]
        lines.append("    },")
    return "\n".join([*lines, "}", '"""By ISO 3166 code."""', ""])


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8", newline="\n")
