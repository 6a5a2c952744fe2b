"""``ringplan up``: the real stack, left running for real phones."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Annotated

import typer

from .console import Exit, PathArgument, note, out
from .verify import NOT_INSTALLED, lab_errors, load

Tenant = Annotated[
    list[str] | None, typer.Option("--tenant", "-t", metavar="NAME", help="Only accounts of this tenant.")
]
Listen = Annotated[
    str | None,
    typer.Option("--listen", metavar="ADDR", help="IPv4 address of this machine that phones can reach."),
]


Lane = Annotated[
    int | None, typer.Option("--lane", metavar="N", min=1, max=255, help="Use the addresses 127.0.N.x [default: 31].")
]


def up(path: PathArgument, tenants: Tenant = None, listen: Listen = None, lane: Lane = None) -> None:
    """Boot the real stack and leave it running; print the accounts for real phones. Ctrl-C ends it.

    Without --listen everything stays on loopback addresses. The passwords are made up anew for every run and go to
    stdout only. Calls out go to carriers that do not exist, so they end with 503.

    \b
    Examples:
      ringplan up tenants
      ringplan up tenants --tenant novak --listen 192.0.2.7
    """
    try:
        from ringplan_sipp import up as stack
    except ModuleNotFoundError as error:
        if error.name != "ringplan_sipp":
            raise
        note(NOT_INSTALLED)
        raise typer.Exit(Exit.USAGE) from None

    program = load(path)
    known = [tenant.id for tenant in program.tenants]
    for name in tenants or ():
        if name not in known:
            note(f"error: there is no tenant {name!r}; there are {', '.join(known)}")
            raise typer.Exit(Exit.USAGE)
    with lab_errors():
        note("booting; this takes a few seconds")
        with stack.running(program, listen, lane or stack.FIRST_LANE) as running, suppress(KeyboardInterrupt):
            out(stack.listing([a for a in running.accounts if not tenants or a.tenant in tenants]))
            sys.stdout.flush()
            note("running; Ctrl-C ends it")
            running.wait()
    note("ended")
