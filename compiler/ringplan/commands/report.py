"""``ringplan report``: a fleet as pages for people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ringplan.countries.holidays import FIRST_YEAR, LAST_YEAR

from .console import Exit, PathArgument, counted, note, out, stop_on_errors, today


def report(
    path: PathArgument,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="The folder of the pages.")],
    year: Annotated[
        int | None,
        typer.Option(
            min=FIRST_YEAR, max=LAST_YEAR, help="Whose exceptions and holidays are listed [default: this year]."
        ),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; list what is not up to date.")] = False,
) -> None:
    """Write static pages about a fleet, for people who do not read YAML.

    For every tenant: who has which number and extension, the services and restrictions of every user, a picture of
    where calls go for each user, hunt group and time route, a calendar of each schedule, and what happens when.
    Pages need no network and no JavaScript, and can be read on a phone and printed. The same manifests and year give
    the same bytes. Only files that changed are written; pages of tenants that are gone are removed.
    Exit code 0: done, 1: errors, 2: wrong usage, 3: not up to date (with --check).

    \b
    Examples:
      ringplan report tenants -o build/report
      ringplan report tenants/novak -o build/report --year 2027
      ringplan report tenants -o public --check
    """
    from ringplan.output import compare, write
    from ringplan.program import load_program
    from ringplan.report import site
    from ringplan.report.directory import labels_of

    loaded = load_program(path)
    stop_on_errors(loaded.diagnostics)
    if loaded.program is None:
        raise typer.Exit(Exit.ERRORS)
    labels = map(labels_of, loaded.manifests)
    pages = site(zip(loaded.program.tenants, labels, strict=True), year or _this_year()).bundle()
    differences = (compare if check else write)(pages, output)
    if check:
        for kind in ("missing", "stale", "extra"):
            for name in getattr(differences, kind):
                out(f"{kind} {name}")
        raise typer.Exit(Exit.DIFFERENT if differences else Exit.OK)
    written = len(differences.missing) + len(differences.stale)
    note(
        f"{counted(len(loaded.program.tenants), 'tenant')}: {counted(written, 'page')} written, "
        f"{len(differences.extra)} removed, {len(pages.digests) - written} unchanged in {output}"
    )


def _this_year() -> int:
    """The year on this machine's calendar, within those whose holidays are known."""
    return min(max(today().year, FIRST_YEAR), LAST_YEAR)
