"""Dial targets: what a speed-dial code stands for can be dialled, and is no emergency number.

The analysis is the interpreter's own, so that a target means here what it will mean in a call.
RP406, RP411, RP414, RP601.
"""

from __future__ import annotations

import dataclasses
import re

from ringplan.diagnostics import Diagnostic, Fix, Label, Sink, Span
from ringplan.diagnostics.codes import diagnostic, replace
from ringplan.diagnostics.near_miss import near_miss
from ringplan.interpreter.dialling import Destination, Emergency, NotFound, OffNet, OnNet, analyse
from ringplan.ir import DialPlan, Tenant, User

from .lower import dialled_code
from .subject import Subject, place

_CODE = re.compile(r"[2-9]#|[0-9]{2}\*\*")


def check(subject: Subject, sink: Sink) -> None:
    """RP406, RP411, RP414, RP601."""
    users = {node.id: node for node in subject.graph.nodes if isinstance(node, User)}
    # What a target means does not depend on who dials it, and many users have the same targets.
    reached: dict[str, Destination] = {}
    extensions = {entry.key: entry for entry in subject.graph.extensions}
    for name, user in subject.manifest.users.items():
        caller = users[f"{subject.graph.id}/users/{name}"]
        for code, dialled in user.speed_dial.items():
            if _CODE.fullmatch(dialled):
                sink.report(_code(subject, name, dialled, subject.value("users", name, "speed_dial", code)))
                continue
            if dialled not in reached:
                # Only the extension dialled can match; with all of them a large tenant would take minutes.
                matching = (extensions[dialled],) if dialled in extensions else ()
                tenant = dataclasses.replace(subject.graph, extensions=matching)
                reached[dialled], _ = analyse(tenant, caller, dialled)
            destination = reached[dialled]
            if isinstance(destination, Emergency | NotFound):
                span = subject.value("users", name, "speed_dial", code)
                sink.report(_fault(subject, caller, dialled, destination, span))


def _fault(subject: Subject, caller: User, dialled: str, found: Emergency | NotFound, span: Span) -> Diagnostic:
    if isinstance(found, Emergency):
        return _emergency(found.number, span)
    return _lacks_prefix(subject.graph, caller, dialled, span) or _nothing(subject, found, dialled, span)


def _code(subject: Subject, name: str, dialled: str, span: Span) -> Diagnostic:
    """RP414; codes are expanded once, so a code behind a code is never reached."""
    secondary: tuple[Label, ...] = ()
    for code in subject.manifest.users[name].speed_dial:
        if dialled_code(code) == dialled:
            secondary = (Label(subject.value("users", name, "speed_dial", code), f"what {dialled} stands for"),)
    return diagnostic(
        "RP414",
        f"the speed-dial target {dialled} is itself a speed-dial code",
        span,
        label="codes are expanded once",
        secondary=tuple(label for label in secondary if label.span != span),
        help="write the number or extension itself",
    )


def _emergency(number: str, span: Span) -> Diagnostic:
    """RP601."""
    return diagnostic(
        "RP601",
        f"a speed-dial code leads to the emergency number {number}",
        span,
        label="would be called by a slip of the finger",
        help=f"remove the code; {number} can be dialled directly from every phone, with or without the prefix",
    )


def _lacks_prefix(tenant: Tenant, caller: User, dialled: str, span: Span) -> Diagnostic | None:
    """RP406: it would be a number, had the outside prefix been written before it."""
    plan = tenant.dial_plan
    found = _with_prefix(tenant, caller, dialled)
    if found is None:
        return None
    wanted, number = found
    return diagnostic(
        "RP406",
        f"{dialled} lacks the outside prefix {plan.outside_prefix}",
        span,
        label="no extension, and not dialled as an outside number",
        notes=(f"{wanted} reaches {number}",),
        help=f"write {wanted}, as it is dialled on a phone",
        fixes=(replace(span, wanted, sure=True),),
    )


def _with_prefix(tenant: Tenant, caller: User, dialled: str) -> tuple[str, str] | None:
    """What should have been written, and the E.164 number that it reaches."""
    for prefix in _prefixes(tenant.dial_plan):
        destination, _ = analyse(tenant, caller, prefix + dialled)
        number = _number(destination)
        if number is not None:
            return prefix + dialled, number
    return None


def _prefixes(plan: DialPlan) -> tuple[str, ...]:
    """What may have been forgotten: the outside prefix, or with it the national prefix."""
    return tuple(dict.fromkeys((plan.outside_prefix, plan.outside_prefix + plan.national_prefix)))


def _number(destination: Destination) -> str | None:
    """The full number reached; a short code is none, for it may as well be a mistyped extension."""
    match destination:
        case OnNet(key=number) | OffNet(number=number) if number.startswith("+"):
            return number
        case _:
            return None


def _nothing(subject: Subject, destination: NotFound, dialled: str, span: Span) -> Diagnostic:
    """RP411."""
    plan = subject.graph.dial_plan
    extensions = {entry.key: entry for entry in subject.graph.extensions}
    near = near_miss(dialled, extensions)
    notes = []
    fixes: tuple[Fix, ...] = ()
    if near is not None:
        notes.append(f"a similar extension exists: {near.name} ({place(extensions[near.name].span)})")
        # Colleagues' extensions differ by a digit: which one is meant is for a person to say.
        fixes = (replace(span, near.name, sure=False),)
    return diagnostic(
        "RP411",
        f"{dialled} reaches nobody",
        span,
        label=destination.why,
        notes=tuple(notes),
        help=f"write an extension, or {plan.outside_prefix} and a number outside",
        fixes=fixes,
    )
