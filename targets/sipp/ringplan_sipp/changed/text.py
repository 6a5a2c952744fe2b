"""What a verification of a change says of every change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ringplan.plan.model import Change

from ..scenario import Result
from .trials import Trials


def lines(found: Trials, failures: Iterable[Result], *, is_base_played: bool) -> Iterator[str]:
    """One line for every change, with the reason for those that were not played; then their number."""
    failed = {result.scenario.id for result in failures}
    shown = 0
    for trial in found.played:
        is_shown = trial.after.id not in failed
        shown += is_shown
        yield f"{'shown ' if is_shown else 'FAILED'}      {trial.after.id}: {trial.change.sentence}"
    for untried in found.untried:
        yield f"not played  {_address(untried.change)}: {untried.change.sentence}"
        yield f"            because {untried.reason}"
    yield ""
    yield _count(found, shown, is_base_played=is_base_played)


def _count(found: Trials, shown: int, *, is_base_played: bool) -> str:
    total = len(found.played) + len(found.untried)
    how = "the old version fails the call that shows it, the new one passes it"
    how = how if is_base_played else "the new version passes the call that shows it; the old one was not asked"
    text = f"{shown} of {total} change{'' if total == 1 else 's'} shown on the wire ({how})"
    failed, untried = len(found.played) - shown, len(found.untried)
    return ", ".join([text, *([f"{failed} failed"] if failed else []), *([f"{untried} not played"] if untried else [])])


def _address(change: Change) -> str:
    return change.tenant or "platform"
