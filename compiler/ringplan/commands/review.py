"""``ringplan review``: may this author make this change, or who must approve it?"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from .console import Exit, Format, PathArgument, note, out, show


def review(
    path: PathArgument,
    base: Annotated[str, typer.Option(metavar="REF", help="The version before the change, whose roles count.")],
    author: Annotated[
        str | None, typer.Option(metavar="ID", help="Who makes the change [default: the author of HEAD]")
    ] = None,
    approved_by: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Somebody who approves; may be given several times.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
) -> None:
    """Say whether an author may change what he changed, or whose approval is needed.

    Changes are compared by meaning; layout, comments and files that moved are none. Each needs a role that the
    manifests name under administrators: operator, tenant, group, department or user. Only roles of the base version
    count, so nobody gives himself rights. Whoever is not named may change nothing.

    Exit code 0: allowed. 4: denied. 1: the new version has errors. 2: wrong usage, or nobody can be judged because
    neither operators nor administrators are named.

    The author of a commit is what the committer wrote; let CI pass the account that was logged in.

    \b
    Examples:
      ringplan review tenants --base origin/main --author jan@novak.example
      ringplan review tenants --base origin/main --author jan --approved-by novakova --json
    """
    from ringplan.review import render
    from ringplan.review.versions import BrokenError, opened
    from ringplan.review.versions import review as reviewed

    try:
        with opened(path, base) as (repository, versions):
            who = author if author is not None else repository.author()
            if author is None and len(repository.authors()) > 1:
                note(f"warning: several people made commits since {base}; judged is {who}, the author of the last")
            found = reviewed(versions, who, approved_by or ())
    except BrokenError as error:
        show(error.diagnostics, Format.HUMAN, sys.stderr)
        note(f"error: {error}")
        raise typer.Exit(Exit.ERRORS) from None
    out(render.as_json(found) if as_json else render.text(found))
    if found.is_denied:
        raise typer.Exit(Exit.DENIED)
    if found.unjudged:
        raise typer.Exit(Exit.USAGE)
