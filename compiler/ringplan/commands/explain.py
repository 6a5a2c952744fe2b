"""``ringplan explain``: the page of a diagnostic code."""

from __future__ import annotations

from typing import Annotated

import typer

from .console import Exit, note, out


def explain(
    code: Annotated[str, typer.Argument(metavar="CODE", help="For example RP301.")],
) -> None:
    """Explain a diagnostic code: what it means, why it matters, an example, what to do.

    \b
    Example:
      ringplan explain RP406
    """
    from ringplan.diagnostics.codes import UnknownCodeError
    from ringplan.diagnostics.codes import explain as page

    try:
        out(page(code))
    except UnknownCodeError as error:
        note(f"error: {error}")
        raise typer.Exit(Exit.USAGE) from None
