"""Whether the caller heard the right prompts, whole and without gaps, and was waited for as long as he should."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ringplan.interpreter import Waiting

from ..scenario import PromptHeard
from .evidence import Evidence

_MISSING = 0.03
"""Share of a prompt's telling frames that may be missing."""
_MISSING_FRAMES = 3
"""And how many in any case: of a short prompt."""
_GAP_S = 0.2
"""How much too late a frame may be on a machine that plays other calls at the same time."""
_EARLY_S, _LATE_S = 0.25, 1.2
"""How much less, and more, than it should the exchange may wait for a key."""


def prompts(evidence: Evidence) -> Iterator[str]:
    """The prompts are the expected ones in their order; those nobody interrupted are whole."""
    expected, seen = evidence.scenario.expected.heard, evidence.observed.prompts
    if tuple(one.prompt for one in seen) != expected:
        yield f"the caller heard {_names(tuple(one.prompt for one in seen))}, not {_names(expected)}"
        return
    interrupted = {wait.heard - 1 for wait in evidence.scenario.expected.waits if wait.barge_in and wait.pressed}
    for index, one in enumerate(seen):
        yield from _late(one)
        if index not in interrupted:
            yield from _cut(one)
    yield from _waited(evidence.scenario.expected.waits, seen)


def _waited(waits: tuple[Waiting, ...], seen: tuple[PromptHeard, ...]) -> Iterator[str]:
    """How long a caller who pressed nothing was waited for, where another prompt says that this is over."""
    times = Counter(wait.heard for wait in waits)
    for wait in waits:
        if wait.pressed or times[wait.heard] > 1 or not 0 < wait.heard < len(seen):
            continue
        before, after = seen[wait.heard - 1], seen[wait.heard]
        waited = (after.begun - after.leading_s) - (before.ended + before.trailing_s)
        if not wait.ms / 1000 - _EARLY_S <= waited <= wait.ms / 1000 + _LATE_S:
            yield f"after {before.prompt} the exchange waited {waited:.1f} s for a key, not {wait.ms / 1000:.1f} s"


def _late(one: PromptHeard) -> Iterator[str]:
    if one.gap_s > _GAP_S:
        yield f"{one.prompt} was interrupted for {one.gap_s * 1000:.0f} ms"


def _cut(one: PromptHeard) -> Iterator[str]:
    missing = one.of - one.frames
    if missing > max(_MISSING_FRAMES, one.of * _MISSING):
        yield f"{one.prompt} was not heard whole: {missing} of {one.of} packets are missing"


def _names(prompt_ids: tuple[str, ...]) -> str:
    return ", ".join(prompt_ids) or "no prompt"
