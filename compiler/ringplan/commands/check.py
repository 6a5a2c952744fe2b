"""``ringplan check``: every diagnostic."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ringplan.diagnostics import Diagnostic, Severity, Sink
from ringplan.pipeline import Options
from ringplan.pipeline import check as check_fleet

from .console import Exit, Format, Jobs, NoCache, PathsArgument, counted, note, options, out, show


def check(
    paths: PathsArgument = None,
    style: Annotated[Format, typer.Option("--format", "-f", help="How diagnostics are written.")] = Format.HUMAN,
    fix: Annotated[bool, typer.Option("--fix", help="Repair what can be repaired without a person looking.")] = False,
    prove: Annotated[bool, typer.Option("--prove", help="Print what was proved of each tenant.")] = False,
    no_cache: NoCache = False,
    jobs: Jobs = 0,
) -> None:
    """Check manifests and report everything that is wrong with them.

    Exit code 0: no errors (there may be warnings), 1: errors, 2: wrong usage.

    \b
    Examples:
      ringplan check tenants                     a whole fleet
      ringplan check tenants/novak --fix         one tenant; repair what is sure
      ringplan check tenants --format sarif > ringplan.sarif
      ringplan check tenants --prove             and for how many classes of calls no call is lost
    """
    wanted = paths or [Path()]
    with options(no_cache, jobs) as how:
        diagnostics, tenants = _check_all(wanted, how)
        if fix and _repair(diagnostics):
            diagnostics, tenants = _check_all(wanted, how)
    show(diagnostics, style, sys.stdout)
    if prove:
        out("".join(_proved(path) for path in wanted))
    if not diagnostics:
        note(f"{counted(tenants, 'tenant')}: no faults")
    if any(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics):
        raise typer.Exit(Exit.ERRORS)


def _check_all(paths: list[Path], how: Options) -> tuple[tuple[Diagnostic, ...], int]:
    sink = Sink()
    tenants = 0
    for path in paths:
        compilation = check_fleet(path, how)
        sink.extend(compilation.diagnostics)
        tenants += compilation.tenants
    return sink.sorted(), tenants


def _proved(path: Path) -> str:
    """The table of a fleet's proofs; nothing when it cannot be lowered, which the diagnostics say."""
    from ringplan.program import load_program
    from ringplan.proofs import prove
    from ringplan.proofs.table import table

    program = load_program(path).program
    if program is None:
        return ""
    return table((tenant.id, proof) for tenant in program.tenants for proof in prove(tenant, program.platform))


def _repair(diagnostics: tuple[Diagnostic, ...]) -> bool:
    """Apply the fixes that are sure; whether there were any."""
    from ringplan.fixes import repair

    repairs = repair(diagnostics)
    for done in repairs:
        note(f"{done.file}:{done.line}: {done.code}: {done.title}")
    note(f"{counted(len(repairs), 'fault')} repaired")
    return bool(repairs)
