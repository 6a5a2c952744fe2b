"""``ringplan print-ir``: the routing graph as canonical JSON."""

from __future__ import annotations

from typing import Annotated

import typer

from .console import Exit, PathArgument, note, out, stop_on_errors


def print_ir(
    path: PathArgument,
    tenant: Annotated[str | None, typer.Option("--tenant", "-t", metavar="NAME", help="Only this tenant.")] = None,
    digest: Annotated[bool, typer.Option("--digest", help="Only a digest of the meaning.")] = False,
) -> None:
    """Print the routing graph the targets are given, as canonical JSON.

    Equal meaning is equal text: order, comments and line numbers of the manifests leave no trace.

    \b
    Examples:
      ringplan print-ir tenants | jq '.tenants[].domain'
      ringplan print-ir tenants --tenant novak
      ringplan print-ir tenants --digest
    """
    from ringplan.ir.dump import digest as digest_of
    from ringplan.ir.dump import dump
    from ringplan.naming import unknown
    from ringplan.program import load_program

    loaded = load_program(path)
    stop_on_errors(loaded.diagnostics)
    if loaded.program is None:
        raise typer.Exit(Exit.ERRORS)
    graph = loaded.program
    if tenant is None:
        out(digest_of(graph) if digest else dump(graph))
        return
    found = {one.id: one for one in graph.tenants}.get(tenant)
    if found is None:
        note(f"error: {unknown('tenant', tenant, [one.id for one in graph.tenants])}")
        raise typer.Exit(Exit.USAGE)
    out(digest_of(found) if digest else dump(found))
