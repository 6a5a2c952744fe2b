"""One call in two versions of a fleet, and where they part."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from ringplan.interpreter import Call, Outcome, Step, route
from ringplan.ir import HuntGroup, Program

from .commits import Committed, touched
from .parties import UnknownPartyError, called_back, clicking, dialled, find_node, find_party, origin
from .render import Traced, data, render, result, scene
from .side import Side
from .transfer import transferred
from .worlds import Words, local_tenant, world

_BOLD, _RESET = "\x1b[1m", "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Asked:
    """A call as the command line gives it."""

    caller: str
    called: str
    words: Words
    trunk: str | None
    diversions: int
    withheld: bool
    refer: str | None = None
    """Where the answered call is transferred to; None: nowhere."""
    refer_by: Side = Side.CALLED
    """Who transfers it."""
    presses: tuple[str, ...] = ()
    """What the caller presses each time an answered call waits for him."""
    click: bool = False
    """The caller clicks to dial."""
    callback: str | None = None
    """The callback that calls ``caller`` back; None: ``caller`` calls."""


def walk(program: Program, asked: Asked) -> Traced:
    """Trace a call; raises UnknownPartyError or WordError."""
    call = _call(program, asked)
    local = local_tenant(program, call.origin, call.dialled)
    met = world(program, asked.words, local)
    outcome = route(program, call, met)
    refer, by = asked.refer, asked.refer_by
    moved = transferred(program, call, outcome, met, refer, by) if refer is not None else None
    return Traced(call, outcome, scene(local, met), moved)


def _call(program: Program, asked: Asked) -> Call:
    if asked.callback is not None:
        return Call(called_back(program, asked.callback, asked.caller), "", presses=asked.presses)
    caller = origin(program, asked.caller, asked.trunk)
    text = dialled(program, caller, asked.called)
    if asked.click:
        return Call(clicking(program, asked.caller), text, asked.withheld, presses=asked.presses)
    return Call(caller, text, asked.withheld, asked.diversions, asked.presses)


def with_commits(traced: Traced, at: Committed | None = None) -> Traced:
    """The same, with the commits of the lines that decided; those of a version that was committed, or on disk."""
    return replace(traced, touched=touched((step.span for step in traced.steps if step.span is not None), at))


def relocated(traced: Traced, there: str, here: str) -> Traced:
    """The same with files named as if they were in another folder."""

    def moved(step: Step) -> Step:
        if step.span is None or not step.span.file.startswith(there):
            return step
        return replace(step, span=replace(step.span, file=here + step.span.file.removeprefix(there)))

    def course(outcome: Outcome) -> Outcome:
        return replace(outcome, steps=tuple(map(moved, outcome.steps)))

    found = traced.transferred
    if found is not None:
        step, outcome = (moved(found.step) if found.step else None), (course(found.outcome) if found.outcome else None)
        found = replace(found, step=step, outcome=outcome)
    return replace(traced, outcome=course(traced.outcome), transferred=found)


def walk_both(old: Program, new: Program, asked: Asked) -> tuple[Traced | str, Traced | str]:
    """The call in the old and in the new version; text: why one of them does not know the call.

    What is named may be missing in one of the versions. Raises UnknownPartyError when it is in neither.
    """
    words = [known(program, asked.words) for program in (old, new)]
    for name in asked.words.names:
        if all(name not in some.names and name.partition("=")[0] not in some.names for some in words):
            find_party(new, name)
    found = [_tried(program, replace(asked, words=some)) for program, some in zip((old, new), words, strict=True)]
    if isinstance(found[0], str) and isinstance(found[1], str):
        raise UnknownPartyError(found[1])
    return found[0], found[1]


def _tried(program: Program, asked: Asked) -> Traced | str:
    try:
        return walk(program, asked)
    except UnknownPartyError as error:
        return str(error)


def known(program: Program, words: Words) -> Words:
    """What is said of the world, without what a version does not know."""

    def of_party(name: str) -> bool:
        return _is_there(lambda: find_party(program, name))

    def of_group(pair: str) -> bool:
        return _is_there(lambda: find_node(program, pair.partition("=")[0], HuntGroup, "hunt group"))

    return replace(
        words,
        phones=tuple((state, name) for state, name in words.phones if of_party(name)),
        engaged=tuple(filter(of_party, words.engaged)),
        redirects=tuple(pair for pair in words.redirects if of_party(pair.partition("=")[0])),
        remembered=tuple(filter(of_group, words.remembered)),
        trunks=tuple((state, name) for state, name in words.trunks if name in _trunks(program)),
    )


def _is_there(look: Callable[[], object]) -> bool:
    try:
        look()
    except UnknownPartyError:
        return False
    return True


def _trunks(program: Program) -> frozenset[str]:
    return frozenset(trunk.id for trunk in program.platform.trunks)


# -- for people and programs


def parting(old: Iterable[Step], new: Iterable[Step]) -> int:
    """How many steps are the same."""
    count = 0
    for before, after in zip(old, new, strict=False):
        if (before.address, before.text) != (after.address, after.text):
            break
        count += 1
    return count


def render_both(old: Traced | str, new: Traced | str, name: str, *, color: bool = False) -> str:
    """Both versions, the old one first, and in which step they part."""
    bold, reset = (_BOLD, _RESET) if color else ("", "")
    blocks = []
    for title, one in ((f"before ({name})", old), ("now", new)):
        text = render(one, color=color) if isinstance(one, Traced) else f"{one}\n"
        blocks.append(f"{bold}== {title}{reset}\n{text}")
    return "\n".join([*blocks, f"{bold}{_verdict(old, new)}{reset}", ""])


def _verdict(old: Traced | str, new: Traced | str) -> str:
    if not isinstance(old, Traced) or not isinstance(new, Traced):
        return "the call is known to one of the versions only"
    if _seen(old) == _seen(new):
        return "nobody notices a difference"
    at = parting(old.steps, new.steps)
    before, after = (_end(one) for one in (old, new))
    return f"they part at step {at + 1}: {before}; now {after}"


def _end(traced: Traced) -> str:
    found = traced.transferred
    if found is None or found.answer is None:
        return result(traced.outcome)
    if found.outcome is not None:
        return f"transferred, {result(found.outcome)}"
    return f"transfer answered with {found.answer.code} {found.answer.reason}"


def _seen(traced: Traced) -> object:
    found = traced.transferred
    moved = (found.by, found.other, found.answer and found.answer.code) if found is not None else None
    outcomes = (traced.outcome, found.outcome if found is not None else None)
    return moved, [
        (one.attempts, one.code, one.reason, one.emergency, one.heard, one.called_back)
        for one in outcomes
        if one is not None
    ]


def data_both(old: Traced | str, new: Traced | str) -> dict[str, Any]:
    """Both versions as plain data."""
    same = isinstance(old, Traced) and isinstance(new, Traced) and _seen(old) == _seen(new)
    steps = [one.steps if isinstance(one, Traced) else () for one in (old, new)]
    before, after = (data(t) if isinstance(t, Traced) else {"error": t} for t in (old, new))
    return {"before": before, "now": after, "same": same, "same_steps": parting(*steps)}
