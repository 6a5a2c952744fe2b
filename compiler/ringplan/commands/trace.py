"""``ringplan trace``: what happens to one call, and which line decided it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ringplan.pipeline import Options
from ringplan.trace.side import Side

from .console import Exit, PathArgument, note, options, out, stop_on_errors, wants_color

if TYPE_CHECKING:
    from ringplan.interpreter import PhoneState, TrunkState
    from ringplan.ir import Program
    from ringplan.trace.against import Asked
    from ringplan.trace.commits import Committed
    from ringplan.trace.render import Traced

Several = list[str] | None


def trace(
    path: PathArgument,
    from_: Annotated[
        str,
        typer.Option("--from", metavar="A", help="novak/users/novakova, novak:1204, or a number outside."),
    ],
    to: Annotated[str, typer.Option("--to", metavar="B", help="What is dialled, or who or what is called.")] = "",
    at: Annotated[str | None, typer.Option(metavar="TIME", help="When: 2026-12-23 17:00, local time.")] = None,
    busy: Annotated[Several, typer.Option(metavar="U", help="Is busy.")] = None,
    silent: Annotated[Several, typer.Option(metavar="U", help="Rings, and nobody answers.")] = None,
    unreachable: Annotated[Several, typer.Option(metavar="U", help="Is not registered.")] = None,
    gone: Annotated[Several, typer.Option(metavar="U", help="Is registered and does not react.")] = None,
    declines: Annotated[Several, typer.Option(metavar="U", help="Declines the call.")] = None,
    redirect: Annotated[Several, typer.Option(metavar="U=B", help="Sends the call elsewhere (302).")] = None,
    engaged: Annotated[Several, typer.Option(metavar="U", help="Is in a call; hunt groups mind that.")] = None,
    switch: Annotated[Several, typer.Option(metavar="S=on|off", help="Schedule or hunt group switched.")] = None,
    remember: Annotated[Several, typer.Option(metavar="G=last:U", help="What a hunt group remembers.")] = None,
    trunk_down: Annotated[Several, typer.Option(metavar="T", help="This trunk fails.")] = None,
    trunk: Annotated[str | None, typer.Option(metavar="T", help="The call comes in on this trunk.")] = None,
    diversions: Annotated[int, typer.Option(min=0, metavar="N", help="Was forwarded so often before.")] = 0,
    withheld: Annotated[bool, typer.Option("--withheld", help="The caller withholds the number.")] = False,
    press: Annotated[Several, typer.Option(metavar="KEYS", help="Pressed when a menu waits; '' is nothing.")] = None,
    click: Annotated[bool, typer.Option("--click", help="A clicks to dial.")] = False,
    callback: Annotated[str | None, typer.Option(metavar="C", help="Callback C calls A back.")] = None,
    called_back: Annotated[Several, typer.Option(metavar="A", help="Is being called back already.")] = None,
    refer: Annotated[str | None, typer.Option(metavar="B", help="The call is transferred to B (REFER).")] = None,
    refer_by: Annotated[Side, typer.Option(help="Who transfers it.")] = Side.CALLED,
    against: Annotated[str | None, typer.Option(metavar="REF", help="In this version too.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Everything, as JSON.")] = False,
) -> None:
    """Say what happens to one call, and which lines decided it."""
    from ringplan.trace.against import Asked
    from ringplan.trace.worlds import Words

    words = Words(
        phones=_phones(busy, silent, unreachable, gone, declines),
        trunks=_failing(trunk_down),
        at=at,
        redirects=tuple(redirect or ()),
        engaged=tuple(engaged or ()),
        switches=tuple(switch or ()),
        remembered=tuple(remember or ()),
        called_back=tuple(called_back or ()),
    )
    if not to and callback is None:
        note("error: `--to` is missing; only a call back, with `--callback`, has none")
        raise typer.Exit(Exit.USAGE)
    asked = Asked(from_, to, words, trunk, diversions, withheld, refer, refer_by, tuple(press or ()), click, callback)
    if against is not None:
        _trace_both(path, asked, against, as_json=as_json)
    else:
        _trace(path, asked, as_json=as_json)


_DETAILS = """
Prints every step with its line, in a git checkout with the commit that last touched it, who is tried and what
they see of the caller, and how the call ends. Of a transfer (REFER) it says whether it is allowed, and what
becomes of the call that the other party's phone then makes.

Each `--press` is what the caller presses one time that a menu waits for him: a key, an extension, a name, a
number. After the last one he presses nothing more.

U is a user's address (novak/users/novakova), one phone of a user (novak/users/novakova/phones/desk), or an
extension of a tenant (novak:1204). B may also be a hunt group or time route (novak/hunt_groups/sales). G
remembers last:users/novakova (circular), turn:7 (weighted) or answered:users/novakova,users/dvorak (uniform).
REF is a git reference, or the folder of another version.
TIME is read on the clock of the tenant unless an offset or a zone follows it. Options with U, S, G or T may be
given several times.

\b
Examples:
  ringplan trace tenants --from novak:1204 --to 0602111222
  ringplan trace tenants --from +420602111222 --to +420222333404 --busy novak/users/novakova
  ringplan trace tenants --from +420602111222 --to +420222333400 --at "2026-12-24 17:00"
  ringplan trace tenants --from novak:1204 --to 112 --trunk-down carrier --json
  ringplan trace tenants --from +420602111222 --to novak:1204 --refer novak:1205
  ringplan trace tenants --from +420602111222 --to novak/ivr/main --press 2 --press 1204
  ringplan trace tenants --from +420602111222 --callback novak/callback/field --press 1 --press 1204
  ringplan trace tenants --from novak:1204 --to 0602111222 --click
  ringplan trace tenants --from novak:1204 --to 1205 --against origin/main
"""
trace.__doc__ = f"{trace.__doc__}\n{_DETAILS}"  # more than a function has room for


def _phones(
    busy: Several, silent: Several, unreachable: Several, gone: Several, declines: Several
) -> tuple[tuple[PhoneState, str], ...]:
    """What the phones that are named do."""
    from ringplan.interpreter import PhoneState

    states = {
        PhoneState.BUSY: busy,
        PhoneState.SILENT: silent,
        PhoneState.UNREGISTERED: unreachable,
        PhoneState.GONE: gone,
        PhoneState.DECLINES: declines,
    }
    return tuple((state, name) for state, names in states.items() for name in names or ())


def _failing(trunks: Several) -> tuple[tuple[TrunkState, str], ...]:
    """Trunks that fail."""
    from ringplan.interpreter import TrunkState

    return tuple((TrunkState.FAILS, name) for name in trunks or ())


def _trace(path: Path, asked: Asked, *, as_json: bool) -> None:
    """Load what the call can touch, walk it, and print."""
    from ringplan.trace.against import walk, with_commits
    from ringplan.trace.render import data, render

    with _usage_errors():
        traced = with_commits(walk(_program(path, _wanted(path, asked)), asked))
    if as_json:
        out(json.dumps(data(traced), ensure_ascii=False, indent=2))
    else:
        out(render(traced, color=wants_color(sys.stdout)))


def _trace_both(path: Path, asked: Asked, against: str, *, as_json: bool) -> None:
    """The same in two versions."""
    from ringplan.trace.against import data_both, render_both, walk_both

    with _usage_errors():
        wanted = _wanted(path, asked)
        new = _program(path, wanted)
        if Path(against).exists():
            old = _program(Path(against), _wanted(Path(against), asked))
            before, now = map(_with_commits, walk_both(old, new, asked))
        else:
            before, now = _walk_since(path, against, new, asked, wanted)
    if as_json:
        out(json.dumps(data_both(before, now), ensure_ascii=False, indent=2))
    else:
        out(render_both(before, now, against, color=wants_color(sys.stdout)))


def _walk_since(
    path: Path, reference: str, new: Program, asked: Asked, wanted: Callable[[Path], bool] | None
) -> tuple[Traced | str, Traced | str]:
    """A call in a committed version and in the one on disk."""
    from ringplan.frontend.discover import display_path
    from ringplan.plan.sides import base_folder
    from ringplan.review.repository import commit_of
    from ringplan.sources import locate
    from ringplan.trace.against import relocated, walk_both
    from ringplan.trace.commits import Committed

    place = locate(path)
    names = {folder.name for folder in place.layout.tenants if wanted is None or wanted(folder)}
    with base_folder(place, reference, names) as (folder, _):
        before, now = walk_both(_program(folder, None), new, asked)
        if not isinstance(before, str):
            before = relocated(before, display_path(folder), display_path(place.root))
    return _with_commits(before, Committed(place.root, commit_of(place.root, reference))), _with_commits(now)


def _with_commits(traced: Traced | str, at: Committed | None = None) -> Traced | str:
    from ringplan.trace.against import with_commits

    return traced if isinstance(traced, str) else with_commits(traced, at)


@contextmanager
def _usage_errors() -> Iterator[None]:
    """Ends the command when something is named that is not there."""
    from ringplan.trace.parties import UnknownPartyError
    from ringplan.trace.worlds import WordError

    try:
        yield
    except (UnknownPartyError, WordError) as error:
        note(f"error: {error}")
        raise typer.Exit(Exit.USAGE) from None


def _wanted(path: Path, asked: Asked) -> Callable[[Path], bool] | None:
    with options(False, 0) as how:
        others = (*asked.words.names, *_addressed(asked.refer), *([asked.callback] if asked.callback else []))
        return _needed(path, asked.caller, asked.called, others, how)


def _addressed(target: str | None) -> tuple[str, ...]:
    """What names a tenant of the target of a transfer; a URI does not."""
    return () if target is None or target.startswith(("sip:", "sips:", "tel:")) else (target,)


def _program(path: Path, wanted: Callable[[Path], bool] | None) -> Program:
    from ringplan.program import load_program

    loaded = load_program(path, wanted)
    stop_on_errors(loaded.diagnostics)
    if loaded.program is None:
        raise typer.Exit(Exit.ERRORS)
    return loaded.program


def _needed(path: Path, caller: str, called: str, others: Iterable[str], how: Options) -> Callable[[Path], bool] | None:
    """Which tenants' folders the call can touch, None: all of them; raises UnknownPartyError for a tenant not there."""
    from ringplan.interpreter.dialling import called_number
    from ringplan.naming import unknown
    from ringplan.pipeline import summaries
    from ringplan.sources import locate
    from ringplan.trace.parties import UnknownPartyError, is_number, tenant_of

    place = locate(path)
    if place.is_alone:
        return None
    folders = [folder.name for folder in place.layout.tenants]
    named = {tenant for name in (caller, called, *others) if (tenant := tenant_of(name)) is not None}
    for tenant in sorted(named - set(folders)):
        raise UnknownPartyError(unknown("tenant", tenant, folders))
    if tenant_of(caller) is not None:
        return lambda folder: folder.name in named
    if not is_number(caller):
        raise UnknownPartyError(f"`{caller}` could be in any tenant; write for example `{folders[0]}:{caller}`")
    numbers = {number for text in (caller, called) if (number := called_number(text.replace(" ", ""))) is not None}
    owners = {
        folder
        for folder, summary in summaries(path, how).items()
        if any(number in block for number in numbers for block in summary.blocks)
    }
    return lambda folder: folder in owners or folder.name in named
