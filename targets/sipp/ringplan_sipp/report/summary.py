"""The counts every report shows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ..generate import KINDS
from ..scenario import Result

_MOST_COMMON = 8
_PARTY = re.compile(r"[\w.-]+/users/[\w/-]+")
_QUOTED = re.compile(r"“[^”]*”")
_NUMBER = re.compile(r"(?<![\w.])\+?\d[\d.]*(?![\w.])")


def _without_names(fault: str) -> str:
    """A fault with phones, quoted texts and numbers left out, but for codes of SIP answers."""
    text = _QUOTED.sub("“…”", _PARTY.sub("…", fault))
    return _NUMBER.sub(lambda found: found[0] if re.fullmatch("[1-6][0-9]{2}", found[0]) else "…", text)


@dataclass(frozen=True, slots=True)
class Count:
    """Scenarios of one kind and tenant, or of several."""

    played: int
    failed: int

    @property
    def passed(self) -> int:
        return self.played - self.failed

    def __str__(self) -> str:
        return f"{self.passed}/{self.played}" if self.failed else str(self.played)


@dataclass(frozen=True, slots=True)
class Summary:
    """Results, sorted, and how long it took."""

    results: tuple[Result, ...]
    """Sorted by scenario id."""
    seconds: float
    """From the first call to the last, on the clock."""
    platform: str
    """The platform's id."""

    @classmethod
    def of(cls, results: Iterable[Result], seconds: float, platform: str) -> Summary:
        """The summary of results in any order."""
        return cls(tuple(sorted(results, key=lambda result: result.scenario.id)), seconds, platform)

    @property
    def tenants(self) -> tuple[str, ...]:
        """Tenants with results, sorted."""
        return tuple(sorted({result.scenario.tenant for result in self.results}))

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds with results, in the order in which reports list them; unknown ones last."""
        seen = {result.scenario.kind for result in self.results}
        return (*(kind for kind in KINDS if kind in seen), *sorted(seen - set(KINDS)))

    @property
    def failures(self) -> tuple[Result, ...]:
        """Results with faults."""
        return tuple(result for result in self.results if not result.passed)

    @property
    def total(self) -> Count:
        """All results."""
        return Count(len(self.results), len(self.failures))

    @property
    def counts(self) -> dict[tuple[str, str], Count]:
        """By kind and tenant; an empty name stands for all."""
        played: Counter[tuple[str, str]] = Counter()
        failed: Counter[tuple[str, str]] = Counter()
        for result in self.results:
            kind, tenant = result.scenario.kind, result.scenario.tenant
            for key in ((kind, tenant), (kind, ""), ("", tenant), ("", "")):
                played[key] += 1
                failed[key] += not result.passed
        return {key: Count(count, failed[key]) for key, count in played.items()}

    @property
    def common(self) -> tuple[tuple[str, int, Result], ...]:
        """Faults that several scenarios share but for names and numbers: how often, and the first that has it."""
        found: dict[str, list[Result]] = {}
        for result in self.failures:
            for fault in dict.fromkeys(map(_without_names, result.faults)):
                found.setdefault(fault, []).append(result)
        shared = [(fault, len(results), results[0]) for fault, results in found.items() if len(results) > 1]
        return tuple(sorted(shared, key=lambda entry: (-entry[1], entry[0]))[:_MOST_COMMON])

    def verdict(self) -> str:
        """One sentence."""
        total = self.total
        if not total.played:
            return "No scenario was played."
        if total.failed:
            return f"{total.failed} of {total.played} scenarios failed."
        return f"All {total.played} scenarios passed." if total.played > 1 else "The scenario passed."


def duration(seconds: float) -> str:
    """``4.2 s`` or ``3 min 07 s``."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s"
