"""``ringplan switch``: schedules and hunt groups of a running exchange, by hand."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .console import Exit, note, out

NOT_INSTALLED = "error: the Kamailio target (package ringplan_kamailio) is not installed: pip install ringplan"


class State(StrEnum):
    """What something is switched to."""

    ON = "on"
    OFF = "off"
    AUTO = "auto"


_STATES = {State.ON: True, State.OFF: False, State.AUTO: None}


def switch(
    site: Annotated[Path, typer.Argument(metavar="SITE", help="The site directory of the running exchange.")],
    address: Annotated[
        str | None,
        typer.Argument(metavar="ADDRESS", help="For example novak/schedules/open; none: list what is switched."),
    ] = None,
    state: Annotated[State | None, typer.Argument(metavar="STATE", help="on, off or auto.")] = None,
) -> None:
    """Switch a schedule open or closed, or a hunt group busy, on a running exchange.

    For a schedule on is open and off is closed; for a hunt group on is busy. auto: as the manifest says.
    It takes effect with the next call and lasts until Kamailio ends; what shall last longer belongs into the manifest.

    \b
    Examples:
      ringplan switch /var/lib/ringplan novak/schedules/open off
      ringplan switch /var/lib/ringplan novak/hunt_groups/sales auto
      ringplan switch /var/lib/ringplan                 list what is switched
    """
    try:
        from ringplan_kamailio import switches
        from ringplan_kamailio.site import SiteError
    except ModuleNotFoundError as error:
        if error.name != "ringplan_kamailio":
            raise
        note(NOT_INSTALLED)
        raise typer.Exit(Exit.USAGE) from None
    try:
        if address is None:
            out("".join(f"{name} {'on' if is_on else 'off'}\n" for name, is_on in switches.switches(site).items()))
            return
        if state is None:
            note("error: say on, off or auto")
            raise typer.Exit(Exit.USAGE)
        if state is not State.AUTO and address not in (known := switches.addresses(site, address.partition("/")[0])):
            from ringplan.naming import unknown

            note(f"error: {unknown('schedule or hunt group', address, known)}")
            raise typer.Exit(Exit.USAGE)
        switches.switch(site, address, _STATES[state])
    except SiteError as error:
        note(f"error: {error}")
        raise typer.Exit(Exit.ERRORS) from None
    note(f"{address} is {'as the manifest says' if state is State.AUTO else state}")
