"""Number masks: every one named is defined (RP421), can match (RP424, RP425, RP426), is used (RP427) and decides what
it seems to decide (RP422, RP423, RP428); there are not too many (RP429)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ringplan.countries import COUNTRIES, Country
from ringplan.diagnostics import Label, Sink
from ringplan.diagnostics.codes import diagnostic, replace
from ringplan.diagnostics.near_miss import near_miss
from ringplan.diagnostics.text import listed, shown
from ringplan.dialable import lowered
from ringplan.frontend.spans import Path
from ringplan.patterns import Pattern, matches

from . import mask_conflicts, mask_limits
from .dial_strings import DialStrings
from .plans import written_plans
from .subject import Subject, place

SECTION = "number_masks"


def check(subject: Subject, sink: Sink) -> None:
    """RP421 to RP429."""
    used: set[str] = set()
    for use in _uses(subject):
        used.add(use.mask)
        if use.mask not in subject.manifest.number_masks:
            _undefined(subject, sink, use)
    for name in subject.manifest.number_masks:
        if name not in used:
            _unused(subject, sink, name)
    if subject.manifest.number_masks:
        strings = DialStrings.of(subject.graph, COUNTRIES[subject.manifest.country])
        for name, texts in subject.manifest.number_masks.items():
            _definition(subject, sink, strings, name, texts)
        if mask_limits.check(subject, sink):
            mask_conflicts.check(subject, sink, strings)


class _Use(NamedTuple):
    """A place where a mask is named."""

    mask: str
    path: Path
    is_key: bool


def _uses(subject: Subject) -> Iterator[_Use]:
    for path, plan in written_plans(subject.manifest):
        for direction in ("outgoing", "forwarding"):
            for mask in getattr(plan, direction).masks:
                yield _Use(mask, (*path, direction, "masks", mask), True)
    for name, user in subject.manifest.users.items():
        for index, entry in enumerate(user.forward.selective):
            for position, mask in enumerate(entry.callers):
                yield _Use(mask, ("users", name, "forward", "selective", index, "from", position), False)


def _undefined(subject: Subject, sink: Sink, use: _Use) -> None:
    """RP421."""
    defined = subject.manifest.number_masks
    span = subject.key(*use.path) if use.is_key else subject.value(*use.path)
    near = near_miss(use.mask, defined)
    notes = [f"number masks of this tenant: {listed(sorted(defined)) if defined else 'none'}"]
    advice = f"define `{use.mask}` in `{SECTION}`, or remove it here"
    if near is not None:
        notes = [f"a number mask with a similar name exists: `{near.name}` ({place(subject.key(SECTION, near.name))})"]
        advice = f"replace with `{near.name}`, or define `{use.mask}` in `{SECTION}`"
    sink.report(
        diagnostic(
            "RP421",
            f"number mask {shown(use.mask)} is not defined",
            span,
            label=f"no number mask with this name in tenant `{subject.manifest.tenant}`",
            notes=notes,
            help=advice,
            fixes=(replace(span, near.name, sure=near.sure),) if near is not None else (),
        )
    )


def _unused(subject: Subject, sink: Sink, name: str) -> None:
    """RP427."""
    sink.report(
        diagnostic(
            "RP427",
            f"number mask `{name}` is used nowhere",
            subject.key(SECTION, name),
            label="no calling plan and no forwarding names it",
            help="name it in a calling plan, for example `masks: {" + name + ": deny}`, or remove it",
        )
    )


def _definition(subject: Subject, sink: Sink, strings: DialStrings, name: str, texts: list[str]) -> None:
    """RP424, RP425 and RP426 for every pattern of a mask."""
    first: dict[tuple[Pattern, ...], int] = {}
    for index, text in enumerate(texts):
        patterns = lowered(strings.country, text)
        if not strings.any_of(patterns):
            _dead(subject, sink, strings, (SECTION, name, index), text)
        elif patterns in first:
            _duplicate(subject, sink, name, first[patterns], index, text)
        else:
            first[patterns] = index
            _urgent(subject, sink, strings.country, (SECTION, name, index), text, patterns)


def _duplicate(subject: Subject, sink: Sink, name: str, first: int, index: int, text: str) -> None:
    """RP425."""
    sink.report(
        diagnostic(
            "RP425",
            f"{shown(text)} is in mask `{name}` twice",
            subject.value(SECTION, name, index),
            label="means the same",
            secondary=(Label(subject.value(SECTION, name, first), "first written here"),),
            help="remove one of the two",
        )
    )


def _urgent(
    subject: Subject, sink: Sink, country: Country, path: Path, text: str, patterns: tuple[Pattern, ...]
) -> None:
    """RP426; that ``*`` is everything else is understood."""
    found = [number for number in country.emergency if any(matches(pattern, number) for pattern in patterns)]
    if found and text != "*":
        sink.report(
            diagnostic(
                "RP426",
                f"{shown(text)} matches {listed(found)}, but emergency calls are never screened",
                subject.value(*path),
                label="no effect on emergency calls",
                help="nothing needs to be done; emergency numbers can always be called",
            )
        )


def _dead(subject: Subject, sink: Sink, strings: DialStrings, path: Path, text: str) -> None:
    """RP424."""
    span = subject.value(*path)
    candidates = _meant(strings.country, subject.graph.dial_plan.outside_prefix, text)
    meant = next((one for one in candidates if strings.any_of(lowered(strings.country, one.text))), None)
    sink.report(
        diagnostic(
            "RP424",
            f"no number that can be dialled matches {shown(text)}",
            span,
            label="matches nothing",
            notes=(meant.why if meant is not None else _lengths(strings.country),),
            help=f"replace with {shown(meant.text)}"
            if meant is not None
            else "write the number as it is dialled after the outside prefix, or with `+` and the country code",
            fixes=(replace(span, meant.text, sure=meant.sure),) if meant is not None else (),
        )
    )


def _lengths(country: Country) -> str:
    national = country.national_length + len(country.national_prefix)
    return (
        f"national numbers have {national} digits, numbers of other countries begin with "
        f"`{country.international_prefix}`, short codes have three to six digits and begin with 1"
    )


class _Meant(NamedTuple):
    """What was perhaps meant by a mask that matches nothing."""

    text: str
    why: str
    sure: bool


def _meant(country: Country, outside_prefix: str, text: str) -> Iterator[_Meant]:
    """Other ways to write a mask, the most probable first."""
    if text.startswith("+"):
        if text.startswith("+00"):
            yield _Meant(f"+{text[3:]}", "after `+` stands the country code", True)
        return
    own = country.international_prefix + country.calling_code
    for written in (text, text.removeprefix(outside_prefix)):
        if written.startswith(own):
            why = "numbers of the tenant's country are compared in their national form"
            yield _Meant(country.national_prefix + written.removeprefix(own), why, True)
    if text.startswith(outside_prefix):
        why = f"masks are compared with what is dialled after the outside prefix `{outside_prefix}`"
        yield _Meant(text.removeprefix(outside_prefix), why, True)
    if country.national_prefix:
        why = f"national numbers are compared with the national prefix `{country.national_prefix}`"
        yield _Meant(country.national_prefix + text, why, False)
    yield _Meant(f"+{text}", "a country code stands after `+`", False)
