"""A traced call as text for people, and as data for programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from ringplan.diagnostics.text import escape
from ringplan.interpreter import Attempt, Call, FromPhone, FromTrunk, Outcome, Presented, Step

_BOLD, _DIM, _RESET = "\x1b[1m", "\x1b[2m", "\x1b[0m"


def render(call: Call, outcome: Outcome, *, color: bool = False) -> str:
    """The call, every step with the line that decided it, who was tried, and how it ended."""
    bold, dim, reset = (_BOLD, _DIM, _RESET) if color else ("", "", "")
    lines = [f"{bold}{escape(headline(call))}{reset}", ""]
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
    return "\n".join([*lines, "", f"{bold}{result(outcome)}{reset}", ""])


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
    return f"{caller} calls {call.dialled}{withheld}"


def result(outcome: Outcome) -> str:
    """How the call ended, in one line."""
    kind = "emergency call " if outcome.emergency else ""
    if outcome.code == 200:
        return f"{kind}answered by {' or '.join(outcome.answered_by)}"
    return f"{kind}not answered: the caller gets {outcome.code} {outcome.reason}"


def data(call: Call, outcome: Outcome) -> dict[str, Any]:
    """Everything, as plain data."""
    origin = {"kind": type(call.origin).__name__, **asdict(call.origin)}
    return {
        "call": {"origin": origin, "dialled": call.dialled, "withheld": call.withheld},
        "tenant": outcome.tenant,
        "steps": [_step_data(step) for step in outcome.steps],
        "attempts": [asdict(attempt) for attempt in outcome.attempts],
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
    to = f" to {attempt.request_user}" if attempt.request_user is not None else ""
    what = "rings" if attempt.kind == "phones" else "calls out through"
    return f"{what} {targets}{to}: {attempt.result}\n     caller shown as {'; '.join(_identity(attempt.presented))}"


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
