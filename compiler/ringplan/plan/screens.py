"""Calling plans compared by what they say of numbers: every set of numbers whose verdict changed, with one of them.

Numbers fall into disjoint sets by their call type and by the first mask of either version that matches them; for
each set the algebra of masks says exactly whether it is empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ringplan.countries import COUNTRIES, Country
from ringplan.dialable import block, dialable
from ringplan.ir import CallTable, DialPlan, NumberBlock
from ringplan.patterns import Pattern, TooManyWaysError, intersection, literal, outside, parse

TYPES: Final = ("mobile", "national", "premium", "free", "shared_cost", "international", "short_code", "unknown")
"""Call types with numbers outside the exchange, in the order in which people will want to read them."""
NAMES: Final = {
    "mobile": "mobile numbers",
    "national": "national numbers",
    "premium": "premium numbers",
    "free": "free numbers",
    "shared_cost": "shared cost numbers",
    "international": "numbers abroad",
    "short_code": "short codes",
    "unknown": "unknown numbers",
    "sip_uri": "SIP URIs",
}


@dataclass(frozen=True, slots=True)
class Turned:
    """A set of numbers whose verdict changed."""

    call_type: str
    old: int | None
    """Index of the mask that decides in the old version; None: the type does."""
    new: int | None
    allowed: bool
    """What the new version says."""
    canonical: str
    """One of them: what is dialled after the outside prefix."""
    number: str
    """The same in E.164 with plus, or a short code."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of comparing two tables."""

    turned: tuple[Turned, ...]
    is_undecided: bool
    """Whether masks are too entangled to say of some set whether there are numbers in it."""


def turned(plan: DialPlan, old: CallTable, new: CallTable, owned: Sequence[NumberBlock] = ()) -> Compared:
    """Every set of numbers outside whose verdict changed."""
    country = COUNTRIES[plan.country]
    never = [literal(number) for number in plan.emergency]
    never += [pattern for numbers in owned for pattern in block(country, numbers.first, numbers.last)]
    masks = [parse(rule.pattern) for rule in old.masks], [parse(rule.pattern) for rule in new.masks]
    found, is_undecided = list[Turned](), False
    for call_type in TYPES:
        types = dict(old.types)[call_type], dict(new.types)[call_type]
        for at, allowed in _deciders(old, types[0]):
            for there, is_allowed in _deciders(new, types[1]):
                if allowed is is_allowed:
                    continue
                others = [*never, *_before(masks, (at, there))]
                try:
                    text = _first(country, call_type, _region(masks, (at, there)), others)
                except TooManyWaysError:
                    text, is_undecided = None, True
                if text is not None:
                    number = _e164(country, call_type, text)
                    found.append(Turned(call_type, at, there, is_allowed, text, number))
    return Compared(tuple(found), is_undecided)


def decider(table: CallTable, canonical: str, call_type: str) -> tuple[int | None, bool]:
    """Which mask decides about a number, and how."""
    from ringplan.patterns import matches

    for at, rule in enumerate(table.masks):
        if matches(parse(rule.pattern), canonical):
            return at, rule.allowed
    return None, dict(table.types)[call_type]


def _deciders(table: CallTable, by_type: bool) -> Iterator[tuple[int | None, bool]]:
    """Everything that can decide, and how it does."""
    yield None, by_type
    for at, rule in enumerate(table.masks):
        yield at, rule.allowed


Both = tuple[list[Pattern], list[Pattern]]
Indexes = tuple[int | None, int | None]


def _region(masks: Both, at: Indexes) -> Pattern | None:
    """What both deciders match; None: nothing."""
    found: Pattern | None = parse("*")
    for patterns, index in zip(masks, at, strict=True):
        if index is not None and found is not None:
            found = intersection(found, patterns[index])
    return found


def _before(masks: Both, at: Indexes) -> list[Pattern]:
    """The masks that decide before these."""
    return [pattern for patterns, index in zip(masks, at, strict=True) for pattern in patterns[:index]]


def _first(country: Country, call_type: str, region: Pattern | None, others: list[Pattern]) -> str | None:
    """A dial string of a type in a region that none of the others matches; None: there is none."""
    if region is None:
        return None
    for strings in _preferred(country, call_type):
        both = intersection(region, strings)
        text = outside(both, others) if both is not None else None
        if text is not None:
            return text
    return None


def _preferred(country: Country, call_type: str) -> Iterator[Pattern]:
    if call_type == "international":
        yield parse(f"{country.international_prefix}4930{'?' * 7}")
    yield from dialable(country, call_type)


def _e164(country: Country, call_type: str, canonical: str) -> str:
    match call_type:
        case "short_code":
            return canonical
        case "international":
            return "+" + canonical.removeprefix(country.international_prefix)
        case _:
            return f"+{country.calling_code}{canonical.removeprefix(country.national_prefix)}"
