"""``ringplan verify --changed-since``: the calls that change, on both versions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from .console import counted, note, out
from .plan import opened_versions
from .verify import Wanted, conclude, lab_errors, progress, require_names

if TYPE_CHECKING:
    from ringplan.plan.model import Plan
    from ringplan.plan.sides import Opened
    from ringplan_sipp.changed import Confirmed, Trials
    from ringplan_sipp.scenario import Scenario
    from ringplan_sipp.verify import Selection, Settings


def verify_changed(path: Path, reference: str, selection: Selection, settings: Settings, wanted: Wanted) -> None:
    """Plays what changes between a git reference and the files; ends the command when something fails."""
    from ringplan.plan.fleet import make_plan
    from ringplan_sipp.changed import KIND, lines
    from ringplan_sipp.generate import KINDS

    require_names("kind", selection.kinds, (*KINDS, KIND))
    with opened_versions(path, None, reference) as opened:
        plan = opened.relocated(make_plan(opened.sides))
    found, others = _chosen(opened, plan, selection)
    ids = [*(trial.after.id for trial in found.played), *(scenario.id for scenario in others)]
    if wanted.list_only:
        out("".join(f"{one}\n" for one in ids))
        return
    if not plan.changes:
        out(f"no call changes since {reference}: nothing to play\n")
        return
    if not ids:
        out("\n".join(lines(found, (), is_base_played=wanted.is_base_played)))
        return
    with lab_errors():
        confirmed = _play(opened, found, others, settings, is_base_played=wanted.is_base_played)
    out("\n".join(lines(found, confirmed.summary.failures, is_base_played=wanted.is_base_played)) + "\n\n")
    conclude(confirmed.summary, opened.sides.new, wanted.report, confirmed.folders)


def _chosen(opened: Opened, plan: Plan, selection: Selection) -> tuple[Trials, tuple[Scenario, ...]]:
    """What is played of the changes, and the generated scenarios that a change is about."""
    from ringplan_sipp.changed import affected, trials
    from ringplan_sipp.verify import select

    found = trials(plan, opened.sides)
    played = tuple(trial for trial in found.played if trial.after in selection)
    return replace(found, played=played), affected(select(opened.sides.new, selection), plan, opened.sides)


def _play(
    opened: Opened, found: Trials, others: tuple[Scenario, ...], settings: Settings, *, is_base_played: bool
) -> Confirmed:
    from ringplan_sipp.changed import play

    twice = " on both versions" if is_base_played else ""
    shown = f"{counted(len(found.played), 'change')}{twice}"
    note(f"playing {shown} and {counted(len(others), 'scenario')} with calls that change")
    with progress(len(found.played) + len(others)) as heard:
        return play(opened.sides, found.played, others, settings, heard, is_base_played=is_base_played)
