"""``ringplan compile``: the bundle."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ringplan.pipeline import compile_bundle

from .console import Exit, Jobs, NoCache, PathArgument, counted, note, options, out, stop_on_errors


def compile_(
    path: PathArgument,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="The bundle's folder.")],
    check: Annotated[bool, typer.Option("--check", help="Write nothing; list what is not up to date.")] = False,
    no_cache: NoCache = False,
    jobs: Jobs = 0,
) -> None:
    """Compile a fleet into the bundle that Kamailio and rtpengine run.

    Only files that changed are written; files of tenants that are gone are removed; other people's files are never
    touched. When there is an error, nothing is written.
    Exit code 0: done, 1: errors, 2: wrong usage, 3: not up to date (with --check).

    \b
    Examples:
      ringplan compile tenants -o build/bundle
      ringplan compile tenants -o build/bundle --check
    """
    from ringplan.output import compare, write

    with options(no_cache, jobs) as how:
        compilation = compile_bundle(path, how)
        stop_on_errors(compilation.diagnostics)
        if compilation.bundle is None:
            raise typer.Exit(Exit.ERRORS)
        differences = (compare if check else write)(compilation.bundle, output)
    if check:
        for kind in ("missing", "stale", "extra"):
            for name in getattr(differences, kind):
                out(f"{kind} {name}")
        raise typer.Exit(Exit.DIFFERENT if differences else Exit.OK)
    written = len(differences.missing) + len(differences.stale)
    note(
        f"{counted(compilation.tenants, 'tenant')}: {counted(written, 'file')} written, "
        f"{len(differences.extra)} removed, {len(compilation.bundle.digests) - written} unchanged in {output}"
    )
