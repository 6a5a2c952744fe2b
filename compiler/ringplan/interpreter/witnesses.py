"""Concrete numbers for every verdict of a calling plan, for proofs and for generated calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ringplan.countries import COUNTRIES, Country
from ringplan.dialable import block, dialable
from ringplan.ir import CallTable, DialPlan, MaskRule, NumberBlock
from ringplan.patterns import Pattern, TooManyWaysError, intersection, literal, outside, parse

from .screening import Verdict, screen

TYPES: Final = ("mobile", "national", "premium", "free", "shared_cost", "international", "short_code", "unknown")
"""Call types with numbers outside the exchange, in the order in which a mask's number is looked for."""


@dataclass(frozen=True, slots=True)
class Witness:
    """One number outside and what a table says about it."""

    number: str
    """E.164 with plus, or a short code; never an emergency number."""
    canonical: str
    """What is dialled after the outside prefix."""
    call_type: str
    verdict: Verdict
    rule: MaskRule | None
    """The mask rule that decides; None: the type does."""


def witnesses(plan: DialPlan, table: CallTable, owned: Iterable[NumberBlock] = ()) -> tuple[Witness, ...]:
    """One number for every mask rule that can decide a call out, then one for every type no mask takes wholly.

    ``owned`` numbers are left out: calls to them stay within the exchange. So do rules that only decide those.
    """
    country = COUNTRIES[plan.country]
    never = [literal(number) for number in plan.emergency]
    never += [pattern for numbers in owned for pattern in block(country, numbers.first, numbers.last)]
    patterns = [parse(rule.pattern) for rule in table.masks]
    found = []
    for at, rule in enumerate(table.masks):
        first = _first(country, TYPES, patterns[at], [*never, *patterns[:at]])
        if first is not None:
            found.append(_witness(country, table, *first, rule))
    for call_type in TYPES:
        first = _first(country, (call_type,), parse("*"), [*never, *patterns])
        if first is not None:
            found.append(_witness(country, table, *first, None))
    return tuple(found)


def _first(
    country: Country, types: Iterable[str], pattern: Pattern, others: Sequence[Pattern]
) -> tuple[str, str] | None:
    """A canonical dial string of ``pattern`` that none of ``others`` matches, with its type; None: there is none."""
    for call_type in types:
        for strings in _preferred(country, call_type):
            both = intersection(pattern, strings)
            try:
                text = outside(both, others) if both is not None else None
            except TooManyWaysError:  # no witness is better than a check that does not end
                return None
            if text is not None:
                return text, call_type
    return None


def _preferred(country: Country, call_type: str) -> Iterator[Pattern]:
    """The dial strings of a type; of the numbers abroad those that look like some of Germany come first."""
    if call_type == "international":
        yield parse(f"{country.international_prefix}4930{'?' * 7}")
    yield from dialable(country, call_type)


def _witness(country: Country, table: CallTable, canonical: str, call_type: str, rule: MaskRule | None) -> Witness:
    match call_type:
        case "short_code":
            number = canonical
        case "international":
            number = "+" + canonical.removeprefix(country.international_prefix)
        case _:
            number = f"+{country.calling_code}{canonical.removeprefix(country.national_prefix)}"
    return Witness(number, canonical, call_type, screen(table, call_type, canonical), rule)
