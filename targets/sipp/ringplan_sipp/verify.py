"""From a program to a verdict: generate the scenarios, play them, judge them, report."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from ringplan.ir import Program

from .generate import scenarios
from .judge import judge
from .lab import FIRST_LANE, Lab, default_lanes
from .player import Played, play_all
from .report import Summary, html, junit
from .scenario import Result, Scenario

OnResult = Callable[[Result], None]
"""Hears every result when it is there; results come in any order."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which scenarios are wanted; empty means all."""

    tenants: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    """Patterns of scenario ids (``*`` and ``?``); one must match."""

    def __contains__(self, scenario: Scenario) -> bool:
        return (
            (not self.tenants or scenario.tenant in self.tenants)
            and (not self.kinds or scenario.kind in self.kinds)
            and (not self.only or any(fnmatchcase(scenario.id, pattern) for pattern in self.only))
        )


@dataclass(frozen=True, slots=True)
class Settings:
    """How the lab is run; nothing here changes a verdict."""

    lanes: int | None = None
    """Exchanges that play at the same time; None: as many as the machine carries."""
    first_lane: int = FIRST_LANE
    workdir: Path | None = None
    keep: bool = False
    """Keep the lab's folder: configuration, logs, SIPp files."""


def select(program: Program, selection: Selection) -> tuple[Scenario, ...]:
    """The generated scenarios that are wanted, sorted by id."""
    return tuple(scenario for scenario in scenarios(program) if scenario in selection)


def verify(
    program: Program,
    chosen: Iterable[Scenario],
    settings: Settings,
    on_result: OnResult = lambda _: None,
    *,
    other: Program | None = None,
) -> tuple[Summary, Path | None]:
    """Plays the scenarios on a real stack; the results, and the lab's folder if it is kept.

    ``other``: another version of the program, whose further phones take part although the exchange does not know
    them. Raises LabError when the machine or the lab fails, which is no verdict on the program.
    """
    results: list[Result] = []

    def played(scenario: Scenario, what: Played) -> None:
        faults = judge(scenario, what.observed, program)
        result = Result(scenario, faults, what.observed, what.seconds, what.remarks)
        results.append(result)
        on_result(result)

    wanted = tuple(chosen)
    lab = Lab(
        program,
        lanes=_lanes(settings, len(wanted)),
        first_lane=settings.first_lane,
        workdir=settings.workdir,
        keep=settings.keep,
        other=other,
    )
    with lab:
        begin = time.monotonic()
        play_all(lab, wanted, played)
        seconds = time.monotonic() - begin
        folder = lab.folder if settings.keep else None
    return Summary.of(results, seconds, program.platform.id), folder


def _lanes(settings: Settings, count: int) -> int:
    """No more lanes than there are scenarios for."""
    return max(1, min(settings.lanes or default_lanes(), count))


def write_reports(summary: Summary, program: Program, folder: Path) -> tuple[Path, ...]:
    """Writes ``report.html`` and ``junit.xml`` into the folder, which is made; returns where they are."""
    folder.mkdir(parents=True, exist_ok=True)
    page, cases = folder / "report.html", folder / "junit.xml"
    page.write_text(html(summary, program), encoding="utf-8")
    cases.write_bytes(junit(summary))
    return page, cases


__all__ = ["FIRST_LANE", "Selection", "Settings", "select", "verify", "write_reports"]
