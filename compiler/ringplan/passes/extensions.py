"""Extensions: unique, and never mistaken for anything else that can be dialled (RP401, RP404, RP405, RP410, RP412)."""

from __future__ import annotations

from ringplan.diagnostics import Diagnostic, Label, Sink
from ringplan.diagnostics.codes import diagnostic
from ringplan.ir import DialPlan, Entry

from .numbers import address, repeated
from .subject import Subject


def check(subject: Subject, sink: Sink) -> None:
    """RP401, RP404, RP405, RP410, RP412."""
    for extension, group in repeated(subject.graph.extensions):
        _report_repeated(extension, group, sink)
    for entry in subject.graph.extensions:
        fault = _fault(subject, entry)
        if fault is not None:
            sink.report(fault)


def _report_repeated(extension: str, group: list[Entry], sink: Sink) -> None:
    """RP401."""
    first, *others = sorted(group, key=lambda entry: entry.span)
    for entry in others:
        sink.report(
            diagnostic(
                "RP401",
                f"extension {extension} is used twice",
                entry.span,
                label=f"also the extension of `{address(first)}`",
                secondary=(Label(first.span, "first used here"),),
                help="give one of the two another extension",
            )
        )


def _fault(subject: Subject, entry: Entry) -> Diagnostic | None:
    """What is wrong with one extension; only the weightiest fault, for a wrong extension is one mistake."""
    return (
        _outside_prefix(subject, entry)
        or _emergency(subject.graph.dial_plan, entry)
        or _national(subject.graph.dial_plan, entry)
        or _length(subject, entry)
    )


def _outside_prefix(subject: Subject, entry: Entry) -> Diagnostic | None:
    prefix = subject.graph.dial_plan.outside_prefix
    if not entry.key.startswith(prefix):
        return None
    return diagnostic(
        "RP404",
        f"extension {entry.key} begins with the outside prefix {prefix}",
        entry.span,
        label=f"{prefix} leads outside the exchange",
        help=f"choose an extension that does not begin with {prefix}",
    )


def _emergency(plan: DialPlan, entry: Entry) -> Diagnostic | None:
    """Equal, or one the beginning of the other: phones that send digit by digit would call the wrong one."""
    for number in plan.emergency:
        if entry.key == number:
            how = f"is the emergency number {number}"
        elif number.startswith(entry.key):
            how = f"is the beginning of the emergency number {number}"
        elif entry.key.startswith(number):
            how = f"begins with the emergency number {number}"
        else:
            continue
        return diagnostic(
            "RP405",
            f"extension {entry.key} {how}",
            entry.span,
            label=f"collides with {number}",
            notes=(f"emergency numbers in {plan.country}: {', '.join(plan.emergency)}",),
            help="choose an extension that shares no beginning with an emergency number",
        )
    return None


def _national(plan: DialPlan, entry: Entry) -> Diagnostic | None:
    if len(entry.key) != plan.national_length:
        return None
    return diagnostic(
        "RP412",
        f"extension {entry.key} looks like a national number",
        entry.span,
        label=f"{plan.national_length} digits, as a number in {plan.country}",
        help=f"choose an extension with fewer or more than {plan.national_length} digits",
    )


def _length(subject: Subject, entry: Entry) -> Diagnostic | None:
    length = subject.manifest.dialing.extension_length
    if length is None or len(entry.key) == length:
        return None
    return diagnostic(
        "RP410",
        f"extension {entry.key} has {len(entry.key)} digits instead of {length}",
        entry.span,
        label=f"{length} digits expected",
        secondary=(Label(subject.value("dialing", "extension_length"), "the length is set here"),),
        help=f"choose an extension of {length} digits",
    )
