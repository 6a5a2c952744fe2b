"""``ringplan verify``: plays the generated calls on a real Kamailio and rtpengine."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .console import Exit, PathArgument, counted, note, out, stop_on_errors, wants_color

if TYPE_CHECKING:
    from ringplan.ir import Program
    from ringplan_sipp.report import Summary
    from ringplan_sipp.scenario import Result, Scenario
    from ringplan_sipp.verify import Selection, Settings

NOT_INSTALLED = "error: the SIPp target (package ringplan_sipp) is not installed: pip install ringplan"

Tenants = Annotated[list[str] | None, typer.Option("--tenant", "-t", metavar="NAME", help="Only this tenant.")]
Kinds = Annotated[list[str] | None, typer.Option("--kind", "-k", metavar="KIND", help="Only this kind of scenario.")]
Only = Annotated[list[str] | None, typer.Option("--only", metavar="ID", help="Only scenarios whose id matches (*, ?).")]
Report = Annotated[Path | None, typer.Option("--report", metavar="DIR", help="Write report.html and junit.xml there.")]
Lanes = Annotated[int | None, typer.Option("--lanes", min=1, max=64, help="Exchanges that play at the same time.")]
ChangedSince = Annotated[
    str | None, typer.Option("--changed-since", metavar="REF", help="Only calls that change since this git reference.")
]
SkipBase = Annotated[
    bool, typer.Option("--skip-base", help="With --changed-since: do not play the old version as well.")
]
FirstLane = Annotated[
    int | None, typer.Option("--first-lane", metavar="N", min=1, max=255, help="Use 127.0.N.x and up [default: 31].")
]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a verification of a change is to do besides playing."""

    report: Path | None
    list_only: bool
    is_base_played: bool


def verify(
    path: PathArgument,
    tenants: Tenants = None,
    kinds: Kinds = None,
    only: Only = None,
    changed_since: ChangedSince = None,
    skip_base: SkipBase = False,
    report: Report = None,
    lanes: Lanes = None,
    first_lane: FirstLane = None,
    list_only: Annotated[bool, typer.Option("--list", help="Print the scenarios' ids and play nothing.")] = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep the lab's folder: configuration, logs, SIPp files.")
    ] = False,
) -> None:
    """Boot the real stack on loopback and play a call for every user, number and rule.

    Phones and carriers are played by SIPp; what they must see comes from the reference interpreter. Options that
    select may be repeated. Exit code 0: every scenario passed, 1: a scenario failed or the manifests have errors,
    2: wrong usage, or the lab cannot work on this machine.

    --changed-since REF plays the calls that `ringplan plan --base REF` says change, and for every change one call that
    the version of REF must fail and the version in the files must pass: both are booted. Changes that no call in the
    lab shows are named with the reason, and fail nothing.

    \b
    Examples:
      ringplan verify tenants --report build/report
      ringplan verify tenants --tenant novak --kind emergency
      ringplan verify tenants --only 'novak/trunk-failover/*' --keep
      ringplan verify tenants --changed-since origin/main
      ringplan verify tenants --list
    """
    try:
        from ringplan_sipp.verify import FIRST_LANE, Selection, Settings
    except ModuleNotFoundError as error:
        raise _not_installed(error) from None

    selection = Selection(tuple(tenants or ()), tuple(kinds or ()), tuple(only or ()))
    settings = Settings(lanes, first_lane or FIRST_LANE, keep=keep)
    if changed_since is not None:
        from .verify_changed import verify_changed

        verify_changed(path, changed_since, selection, settings, Wanted(report, list_only, not skip_base))
        return
    program = load(path)
    chosen = _chosen(program, selection)
    if list_only:
        out("".join(f"{scenario.id}\n" for scenario in chosen))
        return
    with lab_errors():
        summary, folder = _play(program, chosen, settings)
    conclude(summary, program, report, (folder,) if folder is not None else ())


def load(path: Path) -> Program:
    """The program at a path; ends the command when its manifests have errors."""
    from ringplan.program import load_program

    loaded = load_program(path)
    stop_on_errors(loaded.diagnostics)
    if loaded.program is None:
        raise typer.Exit(Exit.ERRORS)
    return loaded.program


@contextmanager
def lab_errors() -> Iterator[None]:
    """A machine on which the lab cannot work is one sentence and exit code 2; Ctrl-C is exit code 130."""
    from ringplan_sipp.errors import LabError

    try:
        yield
    except LabError as error:
        note(f"error: {error}")
        raise typer.Exit(Exit.USAGE) from None
    except KeyboardInterrupt:
        note("interrupted; everything that was started has been ended")
        raise typer.Exit(130) from None


def _not_installed(error: ModuleNotFoundError) -> BaseException:
    """What to raise when the plug-in is missing; any other missing module is a fault of ours."""
    if error.name != "ringplan_sipp":
        return error
    note(NOT_INSTALLED)
    return typer.Exit(Exit.USAGE)


def _chosen(program: Program, selection: Selection) -> tuple[Scenario, ...]:
    """The wanted scenarios; ends the command when a name is unknown or nothing matches."""
    from ringplan_sipp.generate import KINDS
    from ringplan_sipp.verify import select

    known = tuple(tenant.id for tenant in program.tenants)
    require_names("tenant", selection.tenants, known)
    require_names("kind", selection.kinds, KINDS)
    chosen = select(program, selection)
    if not chosen:
        note("error: no scenario matches; `ringplan verify PATH --list` prints their ids")
        raise typer.Exit(Exit.USAGE)
    return chosen


def require_names(what: str, wanted: Iterable[str], names: Sequence[str]) -> None:
    """Ends the command when a name is unknown."""
    for name in wanted:
        if name not in names:
            note(f"error: there is no {what} {name!r}; there are {', '.join(names)}")
            raise typer.Exit(Exit.USAGE)


def _play(program: Program, chosen: tuple[Scenario, ...], settings: Settings) -> tuple[Summary, Path | None]:
    from ringplan_sipp.verify import verify

    tenants = len({scenario.tenant for scenario in chosen})
    note(f"playing {counted(len(chosen), 'scenario')} of {counted(tenants, 'tenant')}")
    with progress(len(chosen)) as heard:
        return verify(program, chosen, settings, heard)


@contextmanager
def progress(total: int) -> Iterator[Callable[[Result], None]]:
    """A bar on a terminal; otherwise a line for every failure and for every tenth of the work."""
    if wants_color(sys.stderr):
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("booting", total=total)
            failed: list[str] = []

            def advance(result: Result) -> None:
                failed.extend([] if result.passed else [result.scenario.id])
                text = f"playing, [red]{len(failed)} failed[/red]" if failed else "playing"
                bar.update(task, advance=1, description=text)

            yield advance
        return
    heard: list[bool] = []

    def say(result: Result) -> None:
        heard.append(result.passed)
        if not result.passed:
            note(f"FAILED {result.scenario.id}: {result.faults[0]}")
        if len(heard) * 10 // total > (len(heard) - 1) * 10 // total:
            note(f"{len(heard)} of {total} played, {heard.count(False)} failed")

    yield say


def conclude(summary: Summary, program: Program, report: Path | None, folders: Iterable[Path]) -> None:
    """Prints the table, writes the reports, and ends with the exit code."""
    from rich.console import Console

    from ringplan_sipp.report import table
    from ringplan_sipp.verify import write_reports

    console = Console(file=sys.stdout, no_color=not wants_color(sys.stdout), highlight=False, soft_wrap=True)
    console.print(table(summary))
    if report is not None:
        try:
            written = write_reports(summary, program, report)
        except OSError as error:
            note(f"error: the report cannot be written to {report}: {error.strerror}")
            raise typer.Exit(Exit.USAGE) from None
        for file in written:
            out(f"{file}\n")
    for folder in folders:
        note(f"the lab's folder is kept: {folder}")
    if summary.failures or not summary.results:
        raise typer.Exit(Exit.ERRORS)
