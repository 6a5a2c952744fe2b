"""The canonical dial strings of a country, by call type, as patterns; and masks in E.164 form brought to them.

A canonical dial string is what is dialled after the outside prefix in its shortest form (decision 0017).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from .countries import Country
from .patterns import DIGITS, Pattern, concatenated, intersection, literal, parse

E164_LENGTHS: Final = (12, 11, 10, 13, 14, 15, 9, 8, 7)
"""Digits of a number after the plus (ITU-T E.164), the most usual first."""
SHORT_CODES: Final = tuple(parse("1" + "?" * length) for length in (3, 2, 4, 5))
"""Three to six digits beginning with 1."""

_FIRST: Final = DIGITS - {"0"}
_E164: Final = Pattern((_FIRST,), True)


def lowered(country: Country, written: str) -> tuple[Pattern, ...]:
    """The patterns over canonical dial strings that a written mask means; none when no number can match.

    A mask with ``+`` never matches a short code or an extension: its own-country part has the national length.
    """
    if not written.startswith("+"):
        return (parse(written),)
    mask = parse(written[1:])
    own = intersection(mask, own_numbers(country))
    prefix = len(country.calling_code)
    national = (
        (concatenated(country.national_prefix, Pattern(own.steps[prefix:], own.is_open)),) if own is not None else ()
    )
    abroad = (intersection(mask, numbers) for numbers in foreign_numbers(country))
    return (*national, *(concatenated(country.international_prefix, found) for found in abroad if found is not None))


def own_numbers(country: Country) -> Pattern:
    """The country's numbers in E.164 form, without the plus."""
    return concatenated(country.calling_code, _significant(country))


def foreign_numbers(country: Country) -> tuple[Pattern, ...]:
    """All E.164 numbers, without the plus, that do not begin with the country's calling code; disjoint."""
    found = []
    for at, digit in enumerate(country.calling_code):
        other = Pattern((*literal(country.calling_code[:at]).steps, DIGITS - {digit}), True)
        found.append(intersection(other, _E164))
    return tuple(pattern for pattern in found if pattern is not None)


def dialable(country: Country, call_type: str) -> Iterator[Pattern]:
    """The canonical dial strings of a type, emergency numbers included, in disjoint patterns; the most usual first.

    There are none for ``internal`` and ``sip_uri``, whose strings are not the country's matter.
    """
    match call_type:
        case "short_code":
            yield from SHORT_CODES
        case "international":
            yield from _international(country)
        case "unknown":
            yield from (_national(country, prefix) for prefix in _gaps(country))
        case _:
            for prefix, kind in country.number_types.items():
                if kind == call_type:
                    yield _national(country, prefix)


def numbers_as_dialled(country: Country) -> Iterator[Pattern]:
    """The canonical dial strings of all types; disjoint, the most usual first."""
    yield concatenated(country.national_prefix, _significant(country))
    yield from _international(country)
    yield from SHORT_CODES


def block(country: Country, first: str, last: str) -> Iterator[Pattern]:
    """The canonical dial strings of the E.164 numbers ``first`` to ``last``, of equal length, as disjoint patterns."""
    for numbers in _range(first.removeprefix("+"), last.removeprefix("+")):
        yield from lowered(country, f"+{numbers}")


def _range(first: str, last: str) -> Iterator[Pattern]:
    """The digit strings from ``first`` to ``last``."""
    same = next((at for at, pair in enumerate(zip(first, last, strict=True)) if pair[0] != pair[1]), len(first))
    rest = len(first) - same - 1
    if set(first[same:]) <= {"0"} and set(last[same:]) <= {"9"}:
        yield Pattern((*literal(first[:same]).steps, *(DIGITS,) * (len(first) - same)), False)
        return
    for digit in range(int(first[same]), int(last[same]) + 1):
        start = first[same + 1 :] if digit == int(first[same]) else "0" * rest
        end = last[same + 1 :] if digit == int(last[same]) else "9" * rest
        yield from (concatenated(f"{first[:same]}{digit}", pattern) for pattern in _range(start, end))


def _significant(country: Country) -> Pattern:
    return Pattern((_FIRST, *(DIGITS,) * (country.national_length - 1)), False)


def _international(country: Country) -> Iterator[Pattern]:
    for length in E164_LENGTHS:
        for numbers in foreign_numbers(country):
            found = intersection(numbers, parse("?" * length))
            if found is not None:
                yield concatenated(country.international_prefix, found)


def _national(country: Country, prefix: str) -> Pattern:
    rest = country.national_length - len(prefix)
    return concatenated(country.national_prefix + prefix, Pattern((DIGITS,) * rest, False))


def _gaps(country: Country) -> Iterator[str]:
    """The shortest beginnings of national numbers, none with 0, under which the country's table has nothing."""
    waiting = [str(digit) for digit in range(1, 10)]
    while waiting:
        prefix = waiting.pop(0)
        if not _any_begins(country.number_types, prefix):
            yield prefix
        elif prefix not in country.number_types:
            waiting += [f"{prefix}{digit}" for digit in range(10)]


def _any_begins(beginnings: Iterable[str], prefix: str) -> bool:
    return any(beginning.startswith(prefix) for beginning in beginnings)
