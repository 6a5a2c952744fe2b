"""``ringplan dial``: click-to-dial from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .console import Exit, note
from .switch import NOT_INSTALLED


def dial(
    site: Annotated[Path, typer.Argument(metavar="SITE", help="The site directory of the running exchange.")],
    user: Annotated[str, typer.Argument(metavar="USER", help="Who dials, for example novak/users/novakova.")],
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="What he would dial on his phone.")],
    token: Annotated[
        str, typer.Option(envvar="RINGPLAN_TOKEN", show_default=False, help="His token; better from the environment.")
    ] = "",
    token_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A file that holds the token and nothing else.")
    ] = None,
) -> None:
    """Ring a user's own phones, then dial a number for him, under his calling plan and identity.

    The user has a token (`click_to_dial` in the manifest), the platform a port for clicks (`attendant.clicks`).
    Exit code 0: his phones ring, 1: refused, or no answer, 2: wrong usage.

    \b
    Examples:
      RINGPLAN_TOKEN=… ringplan dial /var/lib/ringplan novak/users/novakova 0602123456
      ringplan dial /var/lib/ringplan novak/users/novakova 1205 --token-file ~/.ringplan-token
    """
    try:
        from ringplan_kamailio.clicking import click
        from ringplan_kamailio.site import SiteError
    except ModuleNotFoundError as error:
        if error.name != "ringplan_kamailio":
            raise
        note(NOT_INSTALLED)
        raise typer.Exit(Exit.USAGE) from None
    if token_file is not None:
        try:
            token = token_file.read_text("utf-8").strip()
        except OSError as error:
            note(f"error: cannot read {token_file}: {error.strerror or error}")
            raise typer.Exit(Exit.USAGE) from None
    if not token:
        note("error: say the user's token: set RINGPLAN_TOKEN, or give --token-file")
        raise typer.Exit(Exit.USAGE)
    try:
        click(site, user, token, number)
    except SiteError as error:
        note(f"error: {error}")
        raise typer.Exit(Exit.ERRORS) from None
    note(f"the phones of {user} ring")
