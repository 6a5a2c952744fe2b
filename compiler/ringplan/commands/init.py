"""``ringplan init``: a fleet to start from."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from .console import Exit, note

_TENANT = re.compile(r"[a-z][a-z0-9-]{0,38}[a-z0-9]")


def init(
    path: Annotated[
        Path, typer.Argument(metavar="FLEET/TENANT", help="The new tenant's folder in the fleet's folder.")
    ],
) -> None:
    """Write a first tenant, and the platform if there is none yet.

    Both are commented. Existing files are never changed.

    \b
    Example:
      ringplan init tenants/novak                writes tenants/platform.yaml and tenants/novak/tenant.yaml
    """
    name = path.absolute().name
    if not _TENANT.fullmatch(name):
        note(f"error: {name!r} cannot be a tenant's name; use lower case letters, digits and hyphens, such as `novak`")
        raise typer.Exit(Exit.USAGE)
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        note(f"error: {path} exists already")
        raise typer.Exit(Exit.USAGE)
    path.mkdir(parents=True, exist_ok=True)
    _write(path.parent / "platform.yaml", _template("platform.yaml"))
    _write(path / "tenant.yaml", _tenant(name, neighbours=len(list(path.parent.glob("*/tenant.yaml")))))
    note(f"next: ringplan check {path.parent}")


def _tenant(name: str, neighbours: int) -> str:
    """A first manifest; ten numbers that no neighbour made by this command has."""
    text = _template("tenant.yaml").replace("example-tenant", name)
    first = 400 + neighbours % 60 * 10
    return text.replace("333 400..409", f"333 {first}..{first + 9}").replace("333 400", f"333 {first}")


def _template(name: str) -> str:
    return (files("ringplan.commands") / "templates" / name).read_text(encoding="utf-8")


def _write(file: Path, text: str) -> None:
    if file.exists():
        note(f"kept    {file}")
        return
    file.write_text(text, encoding="utf-8")
    note(f"written {file}")
