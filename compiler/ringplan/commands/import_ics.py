"""``ringplan import ics``: a calendar of another program as a schedule."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from .console import Exit, counted, note, out, today

_NAME = re.compile(r"[a-z][a-z0-9_]{0,29}\Z")

import_app = typer.Typer(
    name="import",
    help="Take over what other programs keep.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


@import_app.command("ics")
def import_ics(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An iCalendar file (RFC 5545).")],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="How the schedule is called.")] = "imported",
    time_zone: Annotated[
        str | None,
        typer.Option("--time-zone", metavar="ZONE", help="The tenant's time zone [default: the calendar's]."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write there instead of to stdout.")
    ] = None,
) -> None:
    """Write a calendar as a part of a manifest: the schedule is open during its events.

    Weekly and yearly rules without an end stay rules. All others are written out as dates, from today to the end of
    Ringplan's calendar, at most 500 an event. An event that cannot be expressed is named, and the exit code is 1.

    \b
    Examples:
      ringplan import ics opening-hours.ics --name open
      ringplan import ics shutdown.ics --name shutdown --time-zone Europe/Prague -o tenants/novak/shutdown.yaml
    """
    from zoneinfo import available_timezones

    from ringplan.ics.convert import convert
    from ringplan.ics.events import MAX_BYTES, IcsError, read
    from ringplan.ics.write import write

    try:
        if _NAME.match(name) is None:
            raise IcsError(f"{name!r} is not a name for a schedule: lower case letters, digits and underscores")
        with file.open("rb") as stream:
            found = read(stream.read(MAX_BYTES + 1), time_zone)
        if found.zone not in available_timezones():
            raise IcsError(f"{found.zone!r} is not an IANA time zone; use --time-zone")
        converted = convert(found, today())
    except IcsError as error:
        note(f"error: {error}")
        raise typer.Exit(Exit.USAGE) from None
    text = write(name, converted)
    if output is None:
        out(text)
    else:
        output.write_text(text, encoding="utf-8", newline="\n")
    for said in converted.notes:
        note(f"note: {said}")
    for refused in converted.refused:
        note(f"error: left out {refused}")
    note(f"{counted(len(found.events), 'event')}, in the wall-clock time of {found.zone}")
    if converted.refused:
        raise typer.Exit(Exit.ERRORS)
