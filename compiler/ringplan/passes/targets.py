"""Targets: what a speed-dial code stands for or a call is forwarded to exists, and is no emergency number.

The analysis is the interpreter's own, so that a target means here what it will mean in a call.
RP304, RP406, RP411, RP414, RP415, RP601.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ringplan.diagnostics import Diagnostic, Fix, Label, Sink, Span
from ringplan.diagnostics.codes import diagnostic, replace
from ringplan.diagnostics.near_miss import near_miss
from ringplan.diagnostics.text import listed
from ringplan.interpreter.dialling import Destination, Emergency, NotFound, OffNet, OnNet, destination
from ringplan.ir import DialPlan, SipUri, Tenant

from .destinations import Meaning, NoTrunk, Path, Undefined, meaning, written_targets
from .lower import dialled_code
from .subject import Subject, place

_CODE = re.compile(r"[2-9]#|[0-9]{2}\*\*")


def check(subject: Subject, sink: Sink) -> None:
    """RP304, RP406, RP411, RP414, RP415, RP601."""
    # What a target means does not depend on where it stands, and many are written often.
    reached: dict[str, Destination] = {}
    meant: dict[str, Meaning] = {}
    for path, dialled in _speed_dials(subject):
        if _CODE.fullmatch(dialled):
            sink.report(_code(subject, str(path[1]), dialled, subject.value(*path)))
            continue
        if dialled not in reached:
            reached[dialled] = destination(subject.graph, dialled)
        found = reached[dialled]
        if isinstance(found, Emergency | NotFound):
            sink.report(_fault(subject, dialled, found, subject.value(*path), "a speed-dial code leads"))
    for path, target in written_targets(subject.manifest):
        if target not in meant:
            meant[target] = meaning(subject.manifest, subject.graph, subject.platform, target)
        if not isinstance(meant[target], str | OffNet | SipUri):
            _forward(subject, sink, subject.value(*path), target, meant[target])


def _speed_dials(subject: Subject) -> Iterator[tuple[Path, str]]:
    for name, user in subject.manifest.users.items():
        for code, dialled in user.speed_dial.items():
            yield ("users", name, "speed_dial", code), dialled


def _forward(subject: Subject, sink: Sink, span: Span, target: str, meant: Meaning) -> None:
    """What is wrong with one forward target."""
    match meant:
        case Emergency() | NotFound() as found:
            sink.report(_fault(subject, target, found, span, "a call would be forwarded"))
        case Undefined(section, name):
            sink.report(undefined(subject, section, name, span, "forward target"))
        case NoTrunk(host) if subject.platform is not None:
            sink.report(_no_trunk(subject, host, span))


def undefined(subject: Subject, section: str, name: str, span: Span, role: str) -> Diagnostic:
    """RP304 for a name in ``section`` that nothing has; the span covers ``section/name``."""
    kind = section.removesuffix("s").replace("_", " ")
    defined: Mapping[str, object] = getattr(subject.manifest, section)
    near = near_miss(name, defined)
    notes = (f"{section.replace('_', ' ')} of this tenant: {listed(sorted(defined)) if defined else 'none'}",)
    if near is not None:
        place_of = place(subject.key(section, near.name))
        notes = (f"a {kind} with a similar name exists: `{near.name}` ({place_of})",)
    wanted, define = f"{section}/{near.name}" if near is not None else "", f"define `{name}` in `{section}`"
    return diagnostic(
        "RP304",
        f"{kind} `{name}` is not defined",
        span,
        label=f"no {kind} with this name in tenant `{subject.graph.id}`, used as {role}",
        notes=notes,
        help=f"replace with `{wanted}`, or {define}" if near is not None else define,
        fixes=(replace(span, wanted, sure=near.sure),) if near is not None else (),
    )


def _no_trunk(subject: Subject, host: str, span: Span) -> Diagnostic:
    """RP415."""
    trunks = subject.platform.trunks if subject.platform else ()
    usable = [trunk for trunk in trunks if not trunk.tenants or subject.graph.id in trunk.tenants]
    served = sorted({domain for trunk in usable for domain in trunk.domains})
    return diagnostic(
        "RP415",
        f"no trunk serves SIP URIs at {host}",
        span,
        label="calls cannot be sent there",
        notes=(f"domains that trunks serve for this tenant: {listed(served) if served else 'none'}",),
        help="have the operator add the domain to `domains` of a trunk, or forward to a number",
    )


def _fault(subject: Subject, dialled: str, found: Emergency | NotFound, span: Span, how: str) -> Diagnostic:
    if isinstance(found, Emergency):
        return _emergency(found.number, span, how)
    return _lacks_prefix(subject.graph, dialled, span) or _nothing(subject, found, dialled, span)


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


def _emergency(number: str, span: Span, how: str) -> Diagnostic:
    """RP601."""
    return diagnostic(
        "RP601",
        f"{how} to the emergency number {number}",
        span,
        label="would be called by a slip of the finger",
        help=f"remove it; {number} can be dialled directly from every phone, with or without the prefix",
    )


def _lacks_prefix(tenant: Tenant, dialled: str, span: Span) -> Diagnostic | None:
    """RP406: it would be a number, had the outside prefix been written before it."""
    plan = tenant.dial_plan
    found = _with_prefix(tenant, dialled)
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


def _with_prefix(tenant: Tenant, dialled: str) -> tuple[str, str] | None:
    """What should have been written, and the E.164 number that it reaches."""
    for prefix in _prefixes(tenant.dial_plan):
        number = _number(destination(tenant, prefix + dialled))
        if number is not None:
            return prefix + dialled, number
    return None


def _prefixes(plan: DialPlan) -> tuple[str, ...]:
    """What may have been forgotten: the outside prefix, or with it the national prefix."""
    return tuple(dict.fromkeys((plan.outside_prefix, plan.outside_prefix + plan.national_prefix)))


def _number(found: Destination) -> str | None:
    """The full number reached; a short code is none, for it may as well be a mistyped extension."""
    match found:
        case OnNet(key=number) | OffNet(number=number) if number.startswith("+"):
            return number
        case _:
            return None


def _nothing(subject: Subject, found: NotFound, dialled: str, span: Span) -> Diagnostic:
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
        label=found.why,
        notes=tuple(notes),
        help=f"write an extension, or {plan.outside_prefix} and a number outside",
        fixes=fixes,
    )
