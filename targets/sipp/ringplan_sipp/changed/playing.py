"""Both versions on a real stack: what the old one makes of the calls that show changes, then the new one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from ringplan.ir import Program
from ringplan.plan.fleet import Sides

from ..judge import judge
from ..report import Summary
from ..scenario import Result, Scenario
from ..verify import OnResult, Settings, verify
from .trials import Trial


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What came of a verification of a change."""

    summary: Summary
    """Of the new version; with what is wrong with the old one among the faults of the calls that show changes."""
    folders: tuple[Path, ...]
    """Folders of the labs, if they are kept."""


def play(
    sides: Sides,
    tried: tuple[Trial, ...],
    others: Iterable[Scenario],
    settings: Settings,
    on_result: OnResult = lambda _: None,
    *,
    is_base_played: bool = True,
) -> Confirmed:
    """Plays trials on the old version (unless that is not wanted), then trials and other scenarios on the new one.

    Raises LabError when the machine or the lab fails, which is no verdict.
    """
    faults: dict[str, tuple[str, ...]] = {}
    folders = list[Path | None]()
    if is_base_played and tried:
        found, folder = _of_base(sides, tried, settings)
        faults |= found
        folders.append(folder)

    def judged(result: Result) -> Result:
        return replace(result, faults=(*result.faults, *faults.get(result.scenario.id, ())))

    wanted = (*(trial.after for trial in tried), *others)
    summary, folder = verify(sides.new, wanted, settings, lambda result: on_result(judged(result)), other=sides.old)
    results = tuple(map(judged, summary.results))
    return Confirmed(replace(summary, results=results), tuple(one for one in (*folders, folder) if one is not None))


def _of_base(
    sides: Sides, tried: tuple[Trial, ...], settings: Settings
) -> tuple[dict[str, tuple[str, ...]], Path | None]:
    """What is wrong with the old version, by scenario id."""
    by_id = {trial.after.id: trial for trial in tried}
    summary, folder = verify(sides.old, [trial.before for trial in tried], settings, other=sides.new)
    faults = {result.scenario.id: of_base(by_id[result.scenario.id], result, sides.new) for result in summary.results}
    return faults, folder


def of_base(trial: Trial, result: Result, new: Program) -> tuple[str, ...]:
    """What is wrong with how the old version treated the call of a trial: it must do what it did, and not what is new.

    ``result``: of the call as the old version should treat it.
    """
    if result.faults:
        return tuple(f"the old version: {fault}" for fault in result.faults)
    is_back = trial.before.call != trial.after.call  # one of the versions calls back: the calls before are compared
    after = trial.after.before[0] if is_back and trial.after.before else trial.after
    observed = result.observed.before[0] if is_back and trial.before.before else result.observed
    if not judge(after, observed, new):
        return ("the old version passes this call as well, so it does not show the change",)
    return ()
