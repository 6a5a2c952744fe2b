"""``ringplan plan``: which calls change between two versions."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .console import Exit, Format, note, out, show, wants_color

if TYPE_CHECKING:
    from ringplan.plan.model import Plan
    from ringplan.plan.sides import Opened


class PlanFormat(StrEnum):
    """How a plan is written."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


def plan(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A fleet's folder, or one tenant's; or the old one.")],
    new: Annotated[Path | None, typer.Argument(metavar="[NEW]", help="The new folder, instead of --base.")] = None,
    base: Annotated[str | None, typer.Option(metavar="REF", help="Compare with this git reference.")] = None,
    style: Annotated[PlanFormat, typer.Option("--format", help="How to write the plan.")] = PlanFormat.TEXT,
    allow: Annotated[
        list[str] | None, typer.Option(metavar="T:REASON", help="Accept a protected change of a tenant.")
    ] = None,
    digest: Annotated[
        str | None, typer.Option(metavar="DIGEST", help="Refuse any other plan than the one with this digest.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1000, metavar="BYTES", help="The longest Markdown.")] = 60_000,
) -> None:
    """Say which calls change between two versions of a fleet, by meaning and not by lines.

    Every change is one sentence with the line that causes it and a call that shows it, the most dangerous first.
    Files that moved, keys in another order and schedules that mean the same change nothing.

    Protected changes end with exit code 1 unless they are allowed by name, --allow novak:numbers: emergency (how
    emergency calls go out), numbers and users (more than 30 % of ten or more), whitelist (a list of allowed numbers
    becomes empty), delete (a tenant). Otherwise exit code 3 says that calls change, and 0 that none does.

    \b
    Examples:
      ringplan plan tenants --base origin/main
      ringplan plan tenants --base HEAD~1 --format markdown > comment.md
      ringplan plan old/tenants new/tenants --allow novak:delete
    """
    if (new is None) is (base is None):
        note("error: give either --base REF or two folders")
        raise typer.Exit(Exit.USAGE)
    with opened_versions(path, new, base) as opened:
        found = _made(opened, frozenset(allow or ()))
    out(_written(found, style, limit))
    _end(found, digest)


@contextmanager
def opened_versions(path: Path, new: Path | None, base: str | None) -> Iterator[Opened]:
    """Both versions; ends the command when one has errors."""
    from ringplan.plan.sides import BrokenError, against_reference, between_folders

    try:
        if new is not None:
            yield between_folders(path, new)
            return
        with against_reference(path, base or "") as opened:
            yield opened
    except BrokenError as error:
        show(error.diagnostics, Format.HUMAN, sys.stderr)
        note(f"error: {error}")
        raise typer.Exit(Exit.ERRORS) from None


def _made(opened: Opened, allowed: frozenset[str]) -> Plan:
    from ringplan.plan.fleet import make_plan
    from ringplan.plan.safety import REASONS

    for one in sorted(allowed):
        if one.partition(":")[2] not in REASONS:
            note(f"error: `{one}` is not written like `novak:numbers`; reasons are {', '.join(REASONS)}")
            raise typer.Exit(Exit.USAGE)
    return opened.relocated(make_plan(opened.sides, allowed))


def _written(found: Plan, style: PlanFormat, limit: int) -> str:
    from ringplan.plan.render import json, markdown, text

    match style:
        case PlanFormat.TEXT:
            return text.render(found, color=wants_color(sys.stdout))
        case PlanFormat.MARKDOWN:
            return markdown.render(found, limit)
        case PlanFormat.JSON:
            return json.render(found)


def _end(found: Plan, digest: str | None) -> None:
    """Exit with what the plan says."""
    if digest is not None and digest != found.digest:
        note(f"error: the plan has the digest {found.digest} and not {digest}: something else would change")
        raise typer.Exit(Exit.ERRORS)
    for refusal in found.refusals:
        note(f"refused: {refusal.message}; allow it with --allow {refusal.key}")
    if found.refusals:
        raise typer.Exit(Exit.ERRORS)
    if found.changes:
        raise typer.Exit(Exit.DIFFERENT)
