"""The canonical dial strings calls of one tenant can have: those of its country, and its extensions."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field

from ringplan import ir
from ringplan.countries import Country
from ringplan.dialable import numbers_as_dialled
from ringplan.interpreter.screening import canonical
from ringplan.patterns import Pattern, intersection, literal, literal_prefix, matches, outside, overlaps
from ringplan.values import dataclass


@dataclass(frozen=True, slots=True)
class DialStrings:
    """A set of strings, as disjoint patterns and single strings."""

    country: Country
    outside: tuple[Pattern, ...]
    """What can be dialled to places outside, emergency numbers included."""
    inside: tuple[str, ...]
    """Extensions, and numbers of the tenant's own that are assigned, sorted."""
    extensions: tuple[str, ...]
    emergency: tuple[Pattern, ...]
    _matching: dict[Pattern, frozenset[str]] = field(default_factory=dict, repr=False, compare=False)
    """What ``matching`` has found; many plans name the same masks."""

    @classmethod
    def of(cls, tenant: ir.Tenant, country: Country) -> DialStrings:
        """Those of one tenant."""
        extensions = [entry.key for entry in tenant.extensions]
        numbers = [canonical(tenant.dial_plan, entry.key) for entry in tenant.numbers]
        return cls(
            country,
            tuple(numbers_as_dialled(country)),
            tuple(sorted({*extensions, *numbers})),
            tuple(sorted(set(extensions))),
            tuple(literal(number) for number in country.emergency),
        )

    def any_of(self, patterns: Iterable[Pattern]) -> bool:
        """Whether a call can have a string that one of the patterns matches."""
        return any(next(self.parts(pattern), None) is not None for pattern in patterns)

    def parts(self, pattern: Pattern) -> Iterator[Pattern]:
        """What of a pattern can be dialled."""
        for strings in self.outside:
            found = intersection(pattern, strings)
            if found is not None:
                yield found
        yield from (literal(extension) for extension in _matched(pattern, self.extensions))

    def matching(self, pattern: Pattern) -> frozenset[str]:
        """The extensions and assigned numbers that a pattern matches."""
        if pattern not in self._matching:
            self._matching[pattern] = frozenset(_matched(pattern, self.inside))
        return self._matching[pattern]

    def left(self, pattern: Pattern, others: Sequence[Pattern]) -> str | None:
        """A string of ``pattern`` that a call screened can have and none of ``others`` matches; None: there is none."""
        near = [other for other in (*self.emergency, *others) if overlaps(pattern, other)]
        return next((found for part in self.parts(pattern) if (found := outside(part, near)) is not None), None)


def _matched(pattern: Pattern, texts: Sequence[str]) -> Iterator[str]:
    """Those of some sorted digit strings that a pattern matches; only what begins as it does is looked at."""
    beginning = literal_prefix(pattern)
    for at in range(bisect_left(texts, beginning), len(texts)):
        if not texts[at].startswith(beginning):
            return
        if matches(pattern, texts[at]):
            yield texts[at]
