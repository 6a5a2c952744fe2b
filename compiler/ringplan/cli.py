"""The command line: which commands there are, and what becomes of an error nobody expected."""

from __future__ import annotations

import gc
import os
import sys
import traceback
from importlib.metadata import version as installed_version
from typing import Annotated

import typer

from ringplan.commands.check import check
from ringplan.commands.compile import compile_
from ringplan.commands.explain import explain
from ringplan.commands.fmt import fmt
from ringplan.commands.import_ics import import_app
from ringplan.commands.init import init
from ringplan.commands.plan import plan
from ringplan.commands.print_ir import print_ir
from ringplan.commands.report import report
from ringplan.commands.review import review
from ringplan.commands.schema import schema
from ringplan.commands.switch import switch
from ringplan.commands.trace import trace
from ringplan.commands.up import up
from ringplan.commands.verify import verify
from ringplan.commands.where import where

app = typer.Typer(
    name="ringplan",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
app.command("check")(check)
app.command("compile")(compile_)
app.command("plan")(plan)
app.command("review")(review)
app.command("trace")(trace)
app.command("verify")(verify)
app.command("up")(up)
app.command("switch")(switch)
app.command("report")(report)
app.command("where")(where)
app.command("explain")(explain)
app.command("fmt")(fmt)
app.command("schema")(schema)
app.command("print-ir")(print_ir)
app.command("init")(init)
app.add_typer(import_app)


def _version(wanted: bool) -> None:
    if wanted:
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
    # Imports make objects by the thousand that stay; looking through them so often takes a tenth of a small check.
    gc.set_threshold(50_000)
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

    if isinstance(error, UsageError | OutputError):
        sys.stderr.write(f"error: {error}\n")
        return 2
    if isinstance(error, WorkerLostError):
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
