"""The algebra of number masks: sets of digit strings written with digits, ``?``, classes and one trailing ``*``.

Every pattern is a fixed beginning and perhaps any end, so intersection, inclusion and emptiness are decided exactly,
one position after the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from ringplan.values import dataclass

DIGITS: Final = frozenset("0123456789")
MAX_LENGTH: Final = 160
"""Characters of a written mask (OCI ``CallingPlanDigitPattern``)."""

GRAMMAR: Final = r"([0-9?]|\[[0-9](-[0-9])?(,?[0-9](-[0-9])?)*\])*\*?"
"""A pattern as it is written: digits, ``?``, classes such as ``[2-57]`` or ``[2-5,7]``, ``*`` only at the end."""

_WELL_FORMED: Final = re.compile(GRAMMAR, re.ASCII)
_STEP: Final = re.compile(r"[0-9?]|\[[^\]]*\]", re.ASCII)
_RANGE: Final = re.compile(r"([0-9])(?:-([0-9]))?", re.ASCII)
_DIGIT_ORDER: Final = "1234567890"

MAX_WAYS: Final = 20_000
"""How many beginnings ``outside`` tells apart before it gives up."""


class TooManyWaysError(ArithmeticError):
    """Masks are so entangled that the question is not answered."""


Step = frozenset[str]
"""The digits that may stand at one position."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A set of digit strings."""

    steps: tuple[Step, ...]
    """What may stand at each of the first positions."""
    is_open: bool
    """Whether any digits may follow, none included."""

    def __str__(self) -> str:
        return "".join(_written(step) for step in self.steps) + ("*" if self.is_open else "")


@lru_cache(maxsize=8192)
def parse(text: str) -> Pattern:
    """The pattern that is written so; ValueError when it is of another form, a class is reversed or it is too long."""
    if len(text) > MAX_LENGTH or _WELL_FORMED.fullmatch(text) is None:
        raise ValueError(f"not a pattern: {text!r}")
    return Pattern(tuple(_read(step) for step in _STEP.findall(text)), text.endswith("*"))


def literal(text: str, *, is_open: bool = False) -> Pattern:
    """The pattern of one string, or of everything that begins with it."""
    return Pattern(tuple(frozenset(digit) for digit in text), is_open)


def concatenated(text: str, pattern: Pattern) -> Pattern:
    """Every string of ``pattern`` with ``text`` before it."""
    return Pattern(literal(text).steps + pattern.steps, pattern.is_open)


def without_first(pattern: Pattern, count: int) -> Pattern:
    """What may follow after the first ``count`` digits."""
    return Pattern(pattern.steps[count:], pattern.is_open)


def matches(pattern: Pattern, text: str) -> bool:
    """Whether the digits ``text`` are in the set; ``555*`` matches ``555``."""
    steps = pattern.steps
    if len(text) < len(steps) or (len(text) > len(steps) and not pattern.is_open):
        return False
    for digit, step in zip(text, steps, strict=False):  # a loop: proofs ask this ten thousand times
        if digit not in step:
            return False
    return DIGITS.issuperset(text[len(steps) :])


def is_empty(pattern: Pattern) -> bool:
    """Whether no string matches; never so for a written one."""
    return not all(pattern.steps)


def overlaps(one: Pattern, other: Pattern) -> bool:
    """Whether some string matches both."""
    if len(one.steps) != len(other.steps):
        shorter = one if len(one.steps) < len(other.steps) else other
        if not shorter.is_open:
            return False
    return not any(map(frozenset.isdisjoint, one.steps, other.steps)) and not is_empty(one) and not is_empty(other)


def intersection(one: Pattern, other: Pattern) -> Pattern | None:
    """The strings both match; None: there are none."""
    if not overlaps(one, other):
        return None
    common = map(frozenset.intersection, one.steps, other.steps)
    longer = one if len(one.steps) > len(other.steps) else other
    rest = longer.steps[min(len(one.steps), len(other.steps)) :]
    return Pattern((*common, *rest), one.is_open and other.is_open)


def is_subset(one: Pattern, other: Pattern) -> bool:
    """Whether every string of ``one`` matches ``other``."""
    if is_empty(one):
        return True
    if len(one.steps) < len(other.steps) or (not other.is_open and (one.is_open or len(one.steps) > len(other.steps))):
        return False
    return all(mine <= yours for mine, yours in zip(one.steps, other.steps, strict=False))


def witness(pattern: Pattern) -> str:
    """The shortest string that matches, with the first possible digit of 1 to 9, 0 everywhere; the pattern must not
    be empty."""
    return "".join(next(digit for digit in _DIGIT_ORDER if digit in step) for step in pattern.steps)


def outside(pattern: Pattern, others: Sequence[Pattern]) -> str | None:
    """A string of ``pattern`` that none of ``others`` matches; None: they cover it.

    Exact. Whether sets of this kind cover another one takes exponential time in the worst case; masks as people
    write them take one step a digit. Raises ``TooManyWaysError`` after ``MAX_WAYS`` beginnings that differ.
    """
    near = tuple(other for other in others if overlaps(pattern, other))
    return _outside(pattern, near, "", frozenset(range(len(near))), set())


def _outside(
    pattern: Pattern,
    others: Sequence[Pattern],
    text: str,
    alive: frozenset[int],
    covered: set[tuple[int, frozenset[int]]],
) -> str | None:
    """``outside`` among the strings that begin with ``text``; ``alive``: which of the others that still matches."""
    at = len(text)
    if not alive:
        return text + witness(without_first(pattern, at))
    if at >= len(pattern.steps) and not any(_may_end(others[index], at) for index in alive):
        return text
    if (at == len(pattern.steps) and not pattern.is_open) or any(_takes_all(others[index], at) for index in alive):
        return None
    if (at, alive) in covered:
        return None
    for digit in _DIGIT_ORDER:
        if digit in _step(pattern, at):
            still = frozenset(index for index in alive if digit in _step(others[index], at))
            found = _outside(pattern, others, text + digit, still, covered)
            if found is not None:
                return found
    covered.add((at, alive))
    if len(covered) > MAX_WAYS:
        raise TooManyWaysError
    return None


def _step(pattern: Pattern, at: int) -> Step:
    """The digits that may stand at a position."""
    if at < len(pattern.steps):
        return pattern.steps[at]
    return DIGITS if pattern.is_open else frozenset()


def _may_end(pattern: Pattern, at: int) -> bool:
    return at == len(pattern.steps) or _takes_all(pattern, at)


def _takes_all(pattern: Pattern, at: int) -> bool:
    """Whether whatever follows the first ``at`` digits matches."""
    return at >= len(pattern.steps) and pattern.is_open


def specificity(pattern: Pattern) -> tuple[int, int, int, bool]:
    """Sorts the more specific pattern first: more digits, then more classes, then more ``?``, then no ``*``."""
    digits = sum(len(step) == 1 for step in pattern.steps)
    unknown = sum(step == DIGITS for step in pattern.steps)
    return -digits, digits + unknown - len(pattern.steps), -unknown, pattern.is_open


def literal_prefix(pattern: Pattern) -> str:
    """The digits with which every match begins."""
    found: list[str] = []
    for step in pattern.steps:
        if len(step) != 1:
            break
        found.extend(step)
    return "".join(found)


def _read(step: str) -> Step:
    if step == "?":
        return DIGITS
    return frozenset(digit for first, last in _RANGE.findall(step) for digit in _span(first, last or first))


def _span(first: str, last: str) -> Iterator[str]:
    if last < first:
        raise ValueError(f"the range {first}-{last} ends before it begins")
    return map(str, range(int(first), int(last) + 1))


def _written(step: Step) -> str:
    """One position: a digit, ``?`` or a class with runs of three and more as ranges."""
    if step == DIGITS:
        return "?"
    if len(step) == 1:
        return next(iter(step))
    return f"[{''.join(_runs(step))}]"


def _runs(step: Step) -> Iterator[str]:
    rest = sorted(step)
    while rest:
        length = 1
        while length < len(rest) and int(rest[length]) == int(rest[0]) + length:
            length += 1
        yield f"{rest[0]}-{rest[length - 1]}" if length > 2 else "".join(rest[:length])
        rest = rest[length:]
