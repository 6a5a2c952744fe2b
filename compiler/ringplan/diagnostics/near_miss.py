"""Names that were probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Final

from ringplan.values import dataclass

_SIMILAR: Final = 0.7
"""Smallest difflib ratio that is worth a note."""


@dataclass(frozen=True, slots=True)
class NearMiss:
    """The existing name most similar to a wrong one."""

    name: str
    sure: bool
    """No other name is near, and so few letters differ that replacing it unseen is right."""


def near_miss(wrong: str, names: Iterable[str]) -> NearMiss | None:
    """The similar name, if there is one; upper and lower case count as similar."""
    if len(wrong) > 100:
        return None
    by_folded = {name.casefold(): name for name in sorted(names, reverse=True)}
    folded = wrong.casefold()
    close = difflib.get_close_matches(folded, by_folded, n=5, cutoff=_SIMILAR)
    if not close:
        return None
    # Stable: of equal distances the one that difflib finds more similar stays first.
    (distance, best), *others = sorted(
        ((edit_distance(folded, name), name) for name in close), key=lambda pair: pair[0]
    )
    allowed = 1 if len(folded) < 5 else 2
    rivals = [name for far, name in others if far < distance + 2 or name.startswith(folded)]
    return NearMiss(by_folded[best], distance <= allowed and not rivals)


def edit_distance(one: str, other: str) -> int:
    """Insertions, deletions, replacements and swaps of neighbours from one text to the other."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, start=1):
        previous, row = row, [i]
        for j, right in enumerate(other, start=1):
            cost = min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before = previous
    return row[-1]
