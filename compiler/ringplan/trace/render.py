"""A traced call as text for people, and as data for programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any
from zoneinfo import ZoneInfo

from ringplan.diagnostics.text import escape
from ringplan.interpreter import Attempt, Call, Diversion, FromPhone, FromTrunk, Memory, Outcome, Presented, Step, World
from ringplan.interpreter.schedules import is_open
from ringplan.ir import Tenant

_BOLD, _DIM, _RESET = "\x1b[1m", "\x1b[2m", "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Scene:
    """The time of a call, as its tenant sees it."""

    local: str
    """The tenant's wall clock."""
    schedules: tuple[tuple[str, bool], ...]
    """Every schedule of the tenant, and whether it is open."""
    world: World


def scene(tenant: Tenant | None, world: World) -> Scene:
    """What the tenant's clock and schedules say; UTC when the call is nobody's."""
    zone = tenant.time_zone if tenant is not None else "UTC"
    local = f"{world.now.astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M} {zone}"
    names = [schedule.id for schedule in tenant.schedules] if tenant is not None else []
    found = ((name, is_open(tenant, name, world.now, world.switches)) for name in names if tenant is not None)
    return Scene(local, tuple(found), world)


def render(call: Call, outcome: Outcome, around: Scene, *, color: bool = False) -> str:
    """The call, every step with the line that decided it, who was tried, and how it ended."""
    bold, dim, reset = (_BOLD, _DIM, _RESET) if color else ("", "", "")
    lines = [f"{bold}{escape(headline(call))}{reset}", f"{dim}{around.local}{reset}", ""]
    rows = [(step.address, step.text, _place(step)) for step in outcome.steps]
    addresses = max((len(address) for address, _, _ in rows), default=0)
    texts = max((len(text) for _, text, _ in rows), default=0)
    for number, (address, text, place) in enumerate(rows, start=1):
        branch = "└─" if number == len(rows) else "├─"
        line = f"{branch} {address:<{addresses}}  {escape(text):<{texts}}  {dim}{place}{reset if place else ''}"
        lines.append(line.rstrip())
    if outcome.attempts:
        lines += ["", "attempts"]
        lines += [f"  {number}. {_attempt(attempt)}" for number, attempt in enumerate(outcome.attempts, start=1)]
    lines += _section("schedules", (f"{name}: {'open' if opened else 'closed'}" for name, opened in around.schedules))
    lines += _section("remembered", _changes(outcome, around.world))
    return "\n".join([*lines, "", f"{bold}{result(outcome)}{reset}", ""])


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
        case _:
            caller = f"a stranger from {call.origin.domain}"
    before = f", forwarded {call.diversions} times before" if call.diversions else ""
    return f"{caller} calls {call.dialled}{withheld}{before}"


def result(outcome: Outcome) -> str:
    """How the call ended, in one line."""
    kind = "emergency call " if outcome.emergency else ""
    if outcome.code == 200:
        return f"{kind}answered by {' or '.join(outcome.answered_by)}"
    return f"{kind}not answered: the caller gets {outcome.code} {outcome.reason}"


def data(call: Call, outcome: Outcome, around: Scene) -> dict[str, Any]:
    """Everything, as plain data."""
    origin = {"kind": type(call.origin).__name__, **asdict(call.origin)}
    return {
        "call": {
            "origin": origin,
            "dialled": call.dialled,
            "withheld": call.withheld,
            "diversions": call.diversions,
            "at": around.world.now.isoformat(),
            "local": around.local,
        },
        "schedules": dict(around.schedules),
        "tenant": outcome.tenant,
        "steps": [_step_data(step) for step in outcome.steps],
        "attempts": [asdict(attempt) for attempt in outcome.attempts],
        "memory": {group: asdict(memory) for group, memory in sorted(outcome.memory.items())},
        "result": {
            "code": outcome.code,
            "reason": outcome.reason,
            "answered_by": list(outcome.answered_by),
            "emergency": outcome.emergency,
            "text": result(outcome),
        },
    }


def _step_data(step: Step) -> dict[str, Any]:
    place = asdict(step.span) if step.span is not None else None
    return {"address": step.address, "text": step.text, "place": place}


def _place(step: Step) -> str:
    return f"{step.span.file}:{step.span.line}" if step.span is not None else ""


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
