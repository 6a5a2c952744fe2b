"""``ringplan trace``: what happens to one call, and which line decided it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from ringplan.pipeline import Options

from .console import Exit, PathArgument, note, options, out, stop_on_errors, wants_color

_USER = "a user, phone, extension or number"


def trace(
    path: PathArgument,
    from_: Annotated[
        str,
        typer.Option("--from", metavar="A", help="novak/users/novakova, novak:1204, or a number outside."),
    ],
    to: Annotated[str, typer.Option("--to", metavar="B", help="What is dialled, or the user who is called.")],
    busy: Annotated[list[str] | None, typer.Option(metavar="U", help="Is busy.")] = None,
    silent: Annotated[list[str] | None, typer.Option(metavar="U", help="Rings, and nobody answers.")] = None,
    unreachable: Annotated[list[str] | None, typer.Option(metavar="U", help="Is not registered.")] = None,
    declines: Annotated[list[str] | None, typer.Option(metavar="U", help="Declines the call.")] = None,
    trunk_down: Annotated[list[str] | None, typer.Option(metavar="T", help="This trunk fails.")] = None,
    trunk: Annotated[str | None, typer.Option(metavar="T", help="The call comes in on this trunk.")] = None,
    withheld: Annotated[bool, typer.Option("--withheld", help="The caller withholds the number.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Everything, as JSON.")] = False,
) -> None:
    """Say what happens to one call, and which lines decided it.

    Prints every step with its line, who is tried and what they see of the caller, and how the call ends.

    U is a user's address (novak/users/novakova), one phone of a user (novak/users/novakova/phones/desk), or an
    extension of a tenant (novak:1204). An option may be given several times.

    \b
    Examples:
      ringplan trace tenants --from novak:1204 --to 0602111222
      ringplan trace tenants --from +420602111222 --to +420222333404 --busy novak/users/novakova
      ringplan trace tenants --from novak:1204 --to 112 --trunk-down carrier --json
    """
    from ringplan.interpreter import Call, PhoneState, TrunkState, route
    from ringplan.program import load_program
    from ringplan.trace.parties import UnknownPartyError, dialled, origin, world
    from ringplan.trace.render import data, render

    states = {
        PhoneState.BUSY: busy,
        PhoneState.SILENT: silent,
        PhoneState.UNREGISTERED: unreachable,
        PhoneState.DECLINES: declines,
    }
    phones = [(state, name) for state, names in states.items() for name in names or ()]
    try:
        with options(False, 0) as how:
            wanted = _needed(path, from_, to, [name for _, name in phones], how)
        loaded = load_program(path, wanted)
        stop_on_errors(loaded.diagnostics)
        if loaded.program is None:
            raise typer.Exit(Exit.ERRORS)
        caller = origin(loaded.program, from_, trunk)
        call = Call(caller, dialled(loaded.program, caller, to), withheld)
        met = world(loaded.program, phones, [(TrunkState.FAILS, name) for name in trunk_down or ()])
    except UnknownPartyError as error:
        note(f"error: {error}")
        raise typer.Exit(Exit.USAGE) from None
    outcome = route(loaded.program, call, met)
    if as_json:
        out(json.dumps(data(call, outcome), ensure_ascii=False, indent=2))
    else:
        out(render(call, outcome, color=wants_color(sys.stdout)))


def _needed(path: Path, caller: str, called: str, others: list[str], how: Options) -> Callable[[Path], bool] | None:
    """Which tenants' folders the call can touch, None: all of them; raises UnknownPartyError for a tenant not there."""
    from ringplan.interpreter.dialling import called_number
    from ringplan.naming import unknown
    from ringplan.pipeline import summaries
    from ringplan.sources import locate
    from ringplan.trace.parties import UnknownPartyError, is_number, tenant_of

    place = locate(path)
    if place.is_alone:
        return None
    folders = [folder.name for folder in place.layout.tenants]
    named = {tenant for name in (caller, called, *others) if (tenant := tenant_of(name)) is not None}
    for tenant in sorted(named - set(folders)):
        raise UnknownPartyError(unknown("tenant", tenant, folders))
    if tenant_of(caller) is not None:
        return lambda folder: folder.name in named
    if not is_number(caller):
        raise UnknownPartyError(f"`{caller}` could be in any tenant; write for example `{folders[0]}:{caller}`")
    numbers = {number for text in (caller, called) if (number := called_number(text.replace(" ", ""))) is not None}
    owners = {
        folder
        for folder, summary in summaries(path, how).items()
        if any(number in block for number in numbers for block in summary.blocks)
    }
    return lambda folder: folder in owners or folder.name in named
