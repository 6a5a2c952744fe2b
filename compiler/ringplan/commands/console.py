"""What all commands share: exit codes, where output goes, colours, and a bar when it takes long.

Data goes to stdout, everything about its making to stderr.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from ringplan.diagnostics import Diagnostic, Severity

if TYPE_CHECKING:
    from ringplan.cache import Cache
    from ringplan.pipeline import Options, Progress


class Exit(IntEnum):
    """What a command's exit code says."""

    OK = 0
    ERRORS = 1
    USAGE = 2
    DIFFERENT = 3
    DENIED = 4


class Format(StrEnum):
    """How diagnostics are written."""

    HUMAN = "human"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"


PathArgument = Annotated[Path, typer.Argument(metavar="PATH", help="A fleet's folder, or one tenant's.")]
PathsArgument = Annotated[
    list[Path] | None, typer.Argument(metavar="PATH", help="Fleets' folders, or tenants' [default: .]")
]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Compile everything again, and remember nothing.")]
Jobs = Annotated[int, typer.Option("--jobs", "-j", min=0, help="Processes to use; 0: one per processor.")]

_BAR_FROM = 50
"""Tenants from which a progress bar is worth its place."""


def wants_color(stream: TextIO) -> bool:
    """Colours only on a terminal that can show them, and never against the user's wish (no-color.org)."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return stream.isatty() and not plain


def out(text: str) -> None:
    """Write data to stdout."""
    sys.stdout.write(text if text.endswith("\n") or not text else text + "\n")


def note(text: str) -> None:
    """Say something about the work on stderr."""
    sys.stderr.write(text + "\n")


def show(diagnostics: Sequence[Diagnostic], style: Format, stream: TextIO) -> None:
    """Write diagnostics; a style for machines is written even when there is nothing to say."""
    if style is Format.HUMAN and not diagnostics:
        return
    from ringplan.diagnostics.render import RENDERERS, human
    from ringplan.frontend.source_text import read_sources

    sources = read_sources(diagnostics)
    if style is Format.HUMAN:
        text = human.render(diagnostics, sources, color=wants_color(stream))
    else:
        text = RENDERERS[style.value](diagnostics, sources)
    stream.write(text if text.endswith("\n") or not text else text + "\n")


def stop_on_errors(diagnostics: Sequence[Diagnostic]) -> None:
    """Show diagnostics on stderr, and end with exit code 1 when one is an error."""
    show(diagnostics, Format.HUMAN, sys.stderr)
    if any(diagnostic.severity is Severity.ERROR for diagnostic in diagnostics):
        raise typer.Exit(Exit.ERRORS)


def counted(count: int, thing: str) -> str:
    """``1 tenant``, ``2 tenants``."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def today() -> date:
    """The day on this machine's calendar."""
    return datetime.now(UTC).astimezone().date()


@contextmanager
def options(no_cache: bool, jobs: int) -> Iterator[Options]:
    """The pipeline's options; closes the cache and the progress bar at the end."""
    from ringplan.cache import DiskCache, MemoryCache, default_cache_file
    from ringplan.pipeline import Options, no_progress

    cache: Cache = MemoryCache() if no_cache else DiskCache(default_cache_file())
    with ExitStack() as ended:
        ended.callback(cache.close)
        progress = _Bar(ended) if wants_color(sys.stderr) else no_progress
        yield Options(cache, jobs or os.cpu_count() or 1, progress, today())


class _Bar:
    """A progress bar on stderr that appears when there is enough to do."""

    def __init__(self, ended: ExitStack) -> None:
        self._ended = ended
        self._update: Progress | None = None

    def __call__(self, done: int, total: int) -> None:
        if total >= _BAR_FROM:
            self._update = self._update or self._start(total)
            self._update(done, total)

    def _start(self, total: int) -> Progress:
        from rich.console import Console  # slow to import, and most runs need no bar
        from rich.progress import Progress as RichProgress

        bar = self._ended.enter_context(RichProgress(console=Console(stderr=True), transient=True))
        task = bar.add_task("compiling", total=total)
        return lambda done, _total: bar.update(task, completed=done)
