"""A traced call as text for people, and as data for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from ringplan.diagnostics.text import escape
from ringplan.interpreter import (
    Attempt,
    Call,
    Diversion,
    FromCallback,
    FromClick,
    FromPhone,
    FromStranger,
    FromTrunk,
    Memory,
    Outcome,
    Presented,
    Step,
    World,
)
from ringplan.interpreter.schedules import is_open
from ringplan.ir import Tenant

from .commits import Touched
from .transfer import Transferred

_BOLD, _DIM, _RESET = "\x1b[1m", "\x1b[2m", "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Scene:
    """The time of a call, as its tenant sees it."""

    local: str
    """The tenant's wall clock."""
    schedules: tuple[tuple[str, bool], ...]
    """Every schedule of the tenant, and whether it is open."""
    world: World


@dataclass(frozen=True, slots=True)
class Traced:
    """What becomes of a call."""

    call: Call
    outcome: Outcome
    around: Scene
    transferred: Transferred | None = None
    """What becomes of its transfer; None: nobody wishes one."""
    touched: Touched = field(default_factory=Touched)
    """The commits of the lines that decided."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """All decisions, those about a transfer too."""
        found = self.transferred
        if found is None:
            return self.outcome.steps
        decided = (found.step,) if found.step is not None else ()
        return (*self.outcome.steps, *decided, *(found.outcome.steps if found.outcome is not None else ()))


def scene(tenant: Tenant | None, world: World) -> Scene:
    """What the tenant's clock and schedules say; UTC when the call is nobody's."""
    zone = tenant.time_zone if tenant is not None else "UTC"
    local = f"{world.now.astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M} {zone}"
    names = [schedule.id for schedule in tenant.schedules] if tenant is not None else []
    found = ((name, is_open(tenant, name, world.now, world.switches)) for name in names if tenant is not None)
    return Scene(local, tuple(found), world)


def render(traced: Traced, *, color: bool = False) -> str:
    """The call, every step with the line that decided it, who was tried, and how it ended; then its transfer."""
    paint = _Paint(color)
    lines = [paint.bold(escape(headline(traced.call))), paint.dim(traced.around.local), ""]
    lines += _course(traced, traced.outcome, traced.outcome.steps, paint)
    return "\n".join([*lines, *(_transfer(traced, traced.transferred, paint) if traced.transferred else ()), ""])


@dataclass(frozen=True, slots=True)
class _Paint:
    """Marks of a terminal, or none."""

    color: bool

    def bold(self, text: str) -> str:
        return f"{_BOLD}{text}{_RESET}" if self.color else text

    def dim(self, text: str) -> str:
        return f"{_DIM}{text}{_RESET}" if self.color and text else text


def _course(traced: Traced, outcome: Outcome, steps: Sequence[Step], paint: _Paint) -> list[str]:
    """Steps, attempts, what changed, and the end of a call."""
    lines = list(_tree(steps, traced.touched, paint))
    if outcome.attempts:
        lines += ["", "attempts"]
        lines += [f"  {number}. {_attempt(attempt)}" for number, attempt in enumerate(outcome.attempts, start=1)]
    if outcome is traced.outcome:
        opened = ((name, "open" if is_open else "closed") for name, is_open in traced.around.schedules)
        lines += _section("schedules", (f"{name}: {state}" for name, state in opened))
        lines += _section("remembered", _changes(outcome, traced.around.world))
    lines += _section("commits", _commits(steps, traced.touched))
    return [*lines, "", paint.bold(result(outcome))]


def _tree(steps: Sequence[Step], known: Touched, paint: _Paint) -> Iterator[str]:
    rows = [(step.address, escape(step.text), _place(step), _commit(step, known)) for step in steps]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    for number, (address, text, place, commit) in enumerate(rows, start=1):
        branch = "└─" if number == len(rows) else "├─"
        where = f"{place:<{widths[2]}}  {commit}".rstrip()
        yield f"{branch} {address:<{widths[0]}}  {text:<{widths[1]}}  {paint.dim(where)}".rstrip()


def _commit(step: Step, known: Touched) -> str:
    """The commit of a step's line in short, ``uncommitted``, or nothing where git knows nothing."""
    place = (step.span.file, step.span.line) if step.span is not None else None
    if place is None or place not in known.lines:
        return ""
    commit = known.lines[place]
    return "uncommitted" if commit is None else commit.short


def _commits(steps: Iterable[Step], known: Touched) -> Iterator[str]:
    """Each commit once, in the order of the steps."""
    places = ((step.span.file, step.span.line) for step in steps if step.span is not None)
    for commit in dict.fromkeys(known.lines.get(place) for place in places):
        if commit is not None:
            older = ", or an older one: the history is cut off here" if commit.is_oldest else ""
            about = f"{commit.date}  {escape(commit.author)}: {escape(commit.subject)}"
            yield f"{commit.short}  {about}{older}"
    if not known.is_complete:
        yield "left out: git takes too long"


def _transfer(traced: Traced, found: Transferred, paint: _Paint) -> list[str]:
    """Who transfers, whether he may, and the call that follows."""
    if found.answer is None or found.step is None:
        return ["", paint.bold("the call is not answered, so nobody can transfer it")]
    answer = f"{found.answer.code} {found.answer.reason}"
    lines = ["", paint.bold(f"{found.by} transfers the call to {escape(found.target)}"), ""]
    lines += [*_tree((found.step,), traced.touched, paint)]
    lines += _section("commits", _commits((found.step,), traced.touched))
    if found.outcome is not None and found.call is not None:
        lines += ["", paint.bold(escape(headline(found.call))), ""]
        return lines + _course(traced, found.outcome, found.outcome.steps, paint)
    if found.answer.code >= 300:
        return [*lines, "", paint.bold(f"not transferred: {found.by} gets {answer}")]
    return [*lines, "", paint.bold(f"{found.other} is asked to call {escape(found.target)}")]


def _section(title: str, rows: Iterator[str]) -> list[str]:
    found = [f"  {row}" for row in rows]
    return ["", title, *found] if found else []


def _changes(outcome: Outcome, world: World) -> Iterator[str]:
    """What hunt groups remember now and did not before."""
    for group, memory in sorted(outcome.memory.items()):
        before = world.remembered(group)
        if memory != before:
            yield f"{group}: {_remembered(memory)}, before {_remembered(before)}"


def _remembered(memory: Memory) -> str:
    """What a hunt group remembers, as ``--remember`` takes it."""
    words = [f"last:{memory.last.partition('/')[2]}"] if memory.last is not None else []
    words += [f"turn:{memory.turn}"] if memory.turn else []
    answered = ",".join(member.partition("/")[2] for member in memory.answered)
    words += [f"answered:{answered}"] if answered else []
    return " ".join(words) or "nothing"


def headline(call: Call) -> str:
    """Who calls whom."""
    withheld = ", number withheld" if call.withheld else ""
    match call.origin:
        case FromPhone(phone):
            caller = phone
        case FromTrunk(trunk, number):
            caller = f"{number or 'an unknown number'} on trunk {trunk}"
        case FromCallback(callback, number):
            return f"{callback} calls {number} back{_presses(call)}"
        case FromClick(user):
            caller = f"{user}, by click-to-dial,"
        case FromStranger(domain):
            caller = f"a stranger from {domain}"
    before = f", forwarded {call.diversions} times before" if call.diversions else ""
    return f"{caller} calls {call.dialled}{withheld}{before}{_presses(call)}"


def _presses(call: Call) -> str:
    """What is pressed, in order."""
    return f", and presses {', '.join(keys or 'nothing' for keys in call.presses)}" if call.presses else ""


def result(outcome: Outcome) -> str:
    """How the call ended, in one line."""
    kind = "emergency call " if outcome.emergency else ""
    if outcome.code == 200:
        parties = " or ".join(outcome.answered_by)
        is_ended = parties.partition("/")[2].startswith(("ivr/", "callback/"))
        return f"{kind}answered by {parties}{', which hangs up' if is_ended else ''}"
    if outcome.called_back is not None:
        callback, number = outcome.called_back
        return f"not answered: the caller gets {outcome.code} {outcome.reason}, and {callback} calls {number} back"
    return f"{kind}not answered: the caller gets {outcome.code} {outcome.reason}"


def data(traced: Traced) -> dict[str, Any]:
    """Everything, as plain data."""
    around = traced.around
    moment = {"at": around.world.now.isoformat(), "local": around.local}
    return {
        "call": _call_data(traced.call) | moment,
        "schedules": dict(around.schedules),
        **_outcome_data(traced.outcome, traced.touched),
        "transfer": _transfer_data(traced.transferred, traced.touched) if traced.transferred is not None else None,
    }


def _call_data(call: Call) -> dict[str, Any]:
    return {
        "origin": {"kind": type(call.origin).__name__, **asdict(call.origin)},
        "dialled": call.dialled,
        "withheld": call.withheld,
        "diversions": call.diversions,
        "presses": list(call.presses),
    }


def _outcome_data(outcome: Outcome, known: Touched) -> dict[str, Any]:
    return {
        "tenant": outcome.tenant,
        "steps": [_step_data(step, known) for step in outcome.steps],
        "attempts": [asdict(attempt) for attempt in outcome.attempts],
        "heard": list(outcome.heard),
        "waits": [asdict(waiting) for waiting in outcome.waits],
        "memory": {group: asdict(memory) for group, memory in sorted(outcome.memory.items())},
        "result": {
            "code": outcome.code,
            "reason": outcome.reason,
            "answered_by": list(outcome.answered_by),
            "emergency": outcome.emergency,
            "called_back": list(outcome.called_back) if outcome.called_back is not None else None,
            "text": result(outcome),
        },
    }


def _transfer_data(found: Transferred, known: Touched) -> dict[str, Any]:
    return {
        "by": found.by,
        "target": found.target,
        "answer": asdict(found.answer) if found.answer is not None else None,
        "step": _step_data(found.step, known) if found.step is not None else None,
        "asked": found.other if found.answer is not None and found.answer.code < 300 else None,
        "call": _call_data(found.call) if found.call is not None else None,
        "outcome": _outcome_data(found.outcome, known) if found.outcome is not None else None,
    }


def _step_data(step: Step, known: Touched) -> dict[str, Any]:
    place = (step.span.file, step.span.line) if step.span is not None else ("", 0)
    commit = known.lines.get(place)
    return {
        "address": step.address,
        "text": step.text,
        "place": asdict(step.span) if step.span is not None else None,
        "commit": asdict(commit) if commit is not None else None,
        "uncommitted": place in known.lines and commit is None,
    }


def _place(step: Step) -> str:
    return f"{escape(step.span.file)}:{step.span.line}" if step.span is not None else ""


def _attempt(attempt: Attempt) -> str:
    targets = ", ".join(attempt.targets)
    host = f"@{attempt.request_host}" if attempt.request_host is not None else ""
    to = f" to {attempt.request_user}{host}" if attempt.request_user is not None else ""
    what = "rings" if attempt.kind == "phones" else "calls out through"
    during = f" for {attempt.ring_ms / 1000:g} s" if attempt.ring_ms else ""
    lines = [f"{what} {targets}{to}{during}: {attempt.result}"]
    lines.append(f"     caller shown as {'; '.join(_identity(attempt.presented))}")
    if attempt.diversions:
        lines.append(f"     forwarded by {', '.join(map(_diversion, attempt.diversions))}")
    return "\n".join(lines)


def _diversion(diversion: Diversion) -> str:
    number = f", as {diversion.number}" if diversion.number is not None and not diversion.private else ""
    return f"{diversion.node} ({diversion.reason}{number})"


def _identity(presented: Presented) -> Iterator[str]:
    if presented.number == "anonymous":
        yield "anonymous"
    else:
        name = f'"{escape(presented.name)}" ' if presented.name else ""
        yield f"{name}{escape(presented.number)}"
    if presented.asserted is not None and presented.private:
        yield f"asserted to the carrier as {presented.asserted}, privacy requested"
    elif presented.asserted is not None:
        yield f"asserted as {presented.asserted}"
