"""The command line: which commands there are, and what becomes of an error nobody expected."""

from __future__ import annotations

import atexit
import gc
import os
import sys
import traceback
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from typer._click import Command, Context

COMMANDS: Final[Mapping[str, str]] = {
    "check": "check:check",
    "compile": "compile:compile_",
    "plan": "plan:plan",
    "review": "review:review",
    "trace": "trace:trace",
    "verify": "verify:verify",
    "up": "up:up",
    "switch": "switch:switch",
    "dial": "dial:dial",
    "report": "report:report",
    "where": "where:where",
    "explain": "explain:explain",
    "fmt": "fmt:fmt",
    "schema": "schema:schema",
    "print-ir": "print_ir:print_ir",
    "init": "init:init",
    "import": "import_ics:import_app",
}
"""Module below ``ringplan.commands`` and function of every command, in the order of ``--help``."""
_NEW_OBJECTS: Final = 200_000
"""After how many new objects cycles are looked for; that many weigh some 30 MB."""
_PLAIN: Final[Mapping[str, Any]] = {
    "add_completion": False,
    "pretty_exceptions_enable": False,
    "rich_markup_mode": None,
}


class _Commands(TyperGroup):
    """Imports a command when it is asked for: all of them together take longer than a small check."""

    def list_commands(self, ctx: Context) -> list[str]:
        """All names; ``--help`` and the completion of a shell ask for them."""
        return list(COMMANDS)

    def get_command(self, ctx: Context, cmd_name: str) -> Command | None:
        """The command of this name; of an unknown one Typer suggests the nearest of all."""
        for name in [cmd_name] if cmd_name in COMMANDS else COMMANDS:
            if name not in self.commands:
                self.commands[name] = _command(name)
        return self.commands.get(cmd_name)


def _command(name: str) -> Command:
    module, _, attribute = COMMANDS[name].partition(":")
    found = getattr(import_module(f"ringplan.commands.{module}"), attribute)
    if isinstance(found, typer.Typer):
        return typer.main.get_group(found)
    alone = typer.Typer(**_PLAIN)
    alone.command(name)(found)
    return typer.main.get_command(alone)


app = typer.Typer(
    name="ringplan",
    cls=_Commands,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    **_PLAIN,
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version as installed_version

        sys.stdout.write(f"ringplan {installed_version('ringplan')}\n")
        raise typer.Exit


@app.callback()
def ringplan(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Compile YAML tenants of a hosted telephone exchange into Kamailio and rtpengine.

    Data goes to stdout, everything else to stderr.
    """


def main() -> None:
    """Run the command line; a traceback is shown only to those who ask for it with RINGPLAN_DEBUG=1."""
    # Imports make objects by the thousand, and they stay: the collector would look through them again and again, and
    # once more at the end, when all go anyway. That took a sixth of a small check.
    gc.set_threshold(_NEW_OBJECTS)
    atexit.register(gc.freeze)
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # nothing installed beside us takes part in a check
    try:
        app()
    except Exception as error:
        if os.environ.get("RINGPLAN_DEBUG"):
            traceback.print_exc()
        sys.exit(_explain(error))
    finally:
        _finish_output()


def _finish_output() -> None:
    """Write out what is left; that the reader has gone (``| head``) is no reason to complain."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _explain(error: Exception) -> int:
    """One sentence about an error that ended a command, and its exit code."""
    from ringplan.frontend.discover import UsageError
    from ringplan.output import OutputError
    from ringplan.pipeline import WorkerLostError
    from ringplan.prompts.audio import AudioError

    if isinstance(error, UsageError | OutputError):
        sys.stderr.write(f"error: {error}\n")
        return 2
    if isinstance(error, WorkerLostError | AudioError):
        sys.stderr.write(f"error: {error}\n")
        return 1
    if isinstance(error, OSError):
        where = f": {error.filename}" if error.filename else ""
        sys.stderr.write(f"error: {error.strerror or error}{where}\n")
        return 1
    sys.stderr.write(
        f"error: ringplan failed unexpectedly ({type(error).__name__}: {error}); this is a bug in ringplan,"
        " please report it with the output of the same command under RINGPLAN_DEBUG=1\n"
    )
    return 1
