"""``ringplan fmt``: one layout for all manifests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ringplan.diagnostics import Diagnostic
from ringplan.files import replace_file
from ringplan.frontend.discover import discover, display_path, manifest_files

from .console import Exit, PathsArgument, counted, note, out, stop_on_errors

if TYPE_CHECKING:
    from ringplan.formatting import Kind


def fmt(
    paths: PathsArgument = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; list files that are laid out otherwise.")
    ] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Write nothing; show what would change.")] = False,
) -> None:
    """Lay out manifests in the canonical form.

    Fields in the order of the schema, two spaces a level, no spare blank lines.
    Comments, quotes, the order of users and the meaning stay.
    Exit code 3 with --check or --diff when something would change, 1 when a file cannot be read.

    \b
    Examples:
      ringplan fmt tenants
      ringplan fmt tenants/novak --diff
    """
    from ringplan.formatting import NotFormattableError, format_text

    changed = 0
    unreadable: list[Diagnostic] = []
    for file, kind in _manifests(paths or [Path()]):
        before = file.read_bytes().decode("utf-8", "surrogateescape")
        try:
            after = format_text(before, kind, display_path(file))
        except NotFormattableError as error:
            unreadable.extend(error.diagnostics)
            continue
        if after == before:
            continue
        changed += 1
        if diff:
            out(_difference(file, before, after))
        elif check:
            out(display_path(file))
        else:
            replace_file(file.resolve(), after.encode("utf-8"), file.stat().st_mode & 0o777)
            note(f"laid out {file}")
    note(f"{counted(changed, 'file')} {'to lay out' if check or diff else 'laid out'}")
    stop_on_errors(unreadable)
    if changed and (check or diff):
        raise typer.Exit(Exit.DIFFERENT)


def _manifests(paths: list[Path]) -> Iterator[tuple[Path, Kind]]:
    """Every manifest below the paths once, and its kind."""
    seen: set[Path] = set()
    for path in paths:
        layout = discover(path)
        files: list[tuple[Path, Kind]] = [
            (file, "tenant") for folder in layout.tenants for file in manifest_files(folder)
        ]
        if layout.platform is not None:
            files.append((layout.platform, "platform"))
        for file, kind in sorted(files):
            if file.resolve() not in seen:
                seen.add(file.resolve())
                yield file, kind


def _difference(file: Path, before: str, after: str) -> str:
    from difflib import unified_diff

    lines = unified_diff(before.splitlines(), after.splitlines(), str(file), f"{file} (laid out)", lineterm="")
    return "\n".join(lines)
