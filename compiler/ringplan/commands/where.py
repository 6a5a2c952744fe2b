"""``ringplan where``: the line that defines an object."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .console import Exit, note, out


def where(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="For example novak/users/novakova.")],
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A fleet's folder, or one tenant's.")] = Path(),
) -> None:
    """Print file, line and column where an object is defined.

    Addresses stand in traces, in generated files and in Kamailio's log.

    \b
    Examples:
      ringplan where novak/users/novakova tenants
      ringplan where novak/users/novakova/phones/desk tenants
      ringplan where trunks/carrier tenants
    """
    from ringplan.addresses import UnknownAddressError, find_address

    try:
        span = find_address(path, address)
    except UnknownAddressError as error:
        note(f"error: {error}")
        raise typer.Exit(Exit.ERRORS) from None
    out(f"{span.file}:{span.line}:{span.column}")
