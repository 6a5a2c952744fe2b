"""Callbacks: whom they call back is somebody else, may be called, and belongs to a user.

RP304 (users), RP470 to RP475.
"""

from __future__ import annotations

from collections.abc import Iterator

from ringplan import ir
from ringplan.diagnostics import Diagnostic, Sink
from ringplan.diagnostics.codes import diagnostic
from ringplan.interpreter.dialling import Emergency, destination
from ringplan.interpreter.screening import call_type, canonical, screen
from ringplan_schema import Callback

from .subject import Subject
from .targets import undefined

_GROUPING = str.maketrans("", "", " \u00a0\u202f().-/")


def check(subject: Subject, sink: Sink) -> None:
    """RP304, RP470 to RP475."""
    for name, callback in subject.manifest.callback.items():
        for fault in (*_allowed(subject, name, callback), *_rest(subject, name, callback)):
            sink.report(fault)


def _allowed(subject: Subject, name: str, callback: Callback) -> Iterator[Diagnostic]:
    base = ("callback", name, "allowed")
    seen = set[str]()
    for written in subject.spans.names(base):
        number = str(written).translate(_GROUPING)
        if number in seen:
            yield diagnostic(
                "RP473",
                f"{number} is allowed twice",
                subject.key(*base, written),
                label="the other entry is the same number, written otherwise",
                help="keep one of the two",
            )
        seen.add(number)
        user = callback.allowed.get(number, "").partition("/")[2]
        if user not in subject.manifest.users:
            yield undefined(subject, "users", user, subject.value(*base, written), "who is called back")
        fault = _number(subject, name, callback, number, (*base, written))
        if fault is not None:
            yield fault


def _number(
    subject: Subject, name: str, callback: Callback, number: str, path: tuple[str | int, ...]
) -> Diagnostic | None:
    """What is wrong with calling one number back: RP470, RP471, RP475."""
    graph, span = subject.graph, subject.key(*path)
    if any(number in block for block in graph.blocks):
        itself = number == callback.number
        return diagnostic(
            "RP470",
            f"callback `{name}` would call {'itself' if itself else f'the own number {number}'} back",
            span,
            label="the callback's own number" if itself else "a number of this tenant",
            help="list mobile numbers of employees; within the exchange nobody pays for a call",
        )
    kind = call_type(graph.dial_plan, number)
    if kind == "premium" or isinstance(destination(graph, number), Emergency):
        return diagnostic(
            "RP471",
            f"{number} is {'a premium' if kind == 'premium' else 'an emergency'} number",
            span,
            label="no employee calls from there",
            help="list mobile numbers of employees",
        )
    plan = graph.plan(_node(subject, name).plan)
    verdict = screen(plan.forwarding, kind, canonical(graph.dial_plan, number), plan.id)
    if verdict.allowed:
        return None
    return diagnostic(
        "RP475",
        f"{number} would never be called back",
        span,
        label=verdict.why,
        help="allow such calls in `forwarding` of the callback's calling plan, or remove the number",
    )


def _rest(subject: Subject, name: str, callback: Callback) -> Iterator[Diagnostic]:
    """RP472, RP474."""
    if callback.record and callback.announced is None:
        yield diagnostic(
            "RP472",
            f"callback `{name}` records calls without saying so",
            subject.key("callback", name, "record"),
            label="needs `announced`",
            help='add a prompt, such as `announced: {say: "This call is being recorded."}`',
        )
    node = _node(subject, name)
    if isinstance(subject.graph.node(node.otherwise), ir.Outside | ir.SipUri):
        yield diagnostic(
            "RP474",
            f"callback `{name}` sends other callers out of the exchange itself",
            subject.value("callback", name, "otherwise"),
            label="a callback forwards nothing and has no identity to show there",
            help="lead them to a user, hunt group, time route or IVR, which forwards them",
        )


def _node(subject: Subject, name: str) -> ir.Callback:
    node = subject.graph.node(f"{subject.graph.id}/callback/{name}")
    assert isinstance(node, ir.Callback)
    return node
