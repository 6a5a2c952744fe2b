"""What the masks of a table do to each other: ties (RP422), masks that decide nothing (RP423), and masks that bar calls
within the exchange (RP428). All exact: a report comes with a number, and no report means that there is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from ringplan.diagnostics import Diagnostic, Label, Sink, Span
from ringplan.diagnostics.codes import diagnostic
from ringplan.ir import CallTable, MaskRule
from ringplan.patterns import Pattern, TooManyWaysError, intersection, literal_prefix, matches, parse, specificity

from .dial_strings import DialStrings
from .subject import Subject

MAX_PAIRS = 200_000
"""Pairs of equally specific patterns of one table that are looked at."""


class Shadowed(NamedTuple):
    """A mask whose every number is decided by others."""

    mask: str
    number: str
    """One of its numbers."""
    by: MaskRule
    """What decides it."""


class Tie(NamedTuple):
    """A number about which two equally specific patterns say different things."""

    number: str
    deny: MaskRule
    allow: MaskRule


class Barred(NamedTuple):
    """A call within the exchange that a mask decides."""

    number: str
    by: MaskRule


Finding = Shadowed | Tie | Barred
_Rule = tuple[MaskRule, Pattern]


def check(subject: Subject, sink: Sink, strings: DialStrings) -> None:
    """RP422, RP423, RP428; tables that say the same are looked at once."""
    known: dict[object, tuple[Finding, ...]] = {}
    for plan in subject.graph.plans:
        for table in (plan.outgoing, plan.forwarding):
            same = (table.types, tuple((rule.pattern, rule.allowed, rule.mask) for rule in table.masks))
            if same not in known:
                known[same] = tuple(findings(table, strings))
            keys = {rule.mask: rule.span for rule in table.masks}
            for finding in known[same]:
                _report(sink, finding, keys)


def findings(table: CallTable, strings: DialStrings) -> Iterator[Finding]:
    """What is to be said about one table; nothing when its masks are too entangled to be told apart."""
    rules = [(rule, parse(rule.pattern)) for rule in table.masks]
    try:
        shadowed = list(_shadowed(rules, strings))
        yield from shadowed
        yield from _ties(rules, strings, {finding.mask for finding in shadowed})
    except TooManyWaysError:
        pass
    if dict(table.types)["internal"]:
        yield from _barred(rules, strings)


def _shadowed(rules: Sequence[_Rule], strings: DialStrings) -> Iterator[Shadowed]:
    """Masks that decide nothing; those that match nothing, or emergency numbers only, are reported as such."""
    for mask in dict.fromkeys(rule.mask for rule, _ in rules):
        own = [(at, pattern) for at, (rule, pattern) in enumerate(rules) if rule.mask == mask]
        screened = next((found for _, pattern in own if (found := strings.left(pattern, ())) is not None), None)
        if screened is not None and all(strings.left(pattern, _before(rules, at, mask)) is None for at, pattern in own):
            by = next(rule for rule, pattern in rules if rule.mask != mask and matches(pattern, screened))
            yield Shadowed(mask, screened, by)


def _before(rules: Sequence[_Rule], at: int, mask: str) -> list[Pattern]:
    return [pattern for rule, pattern in rules[:at] if rule.mask != mask]


def _ties(rules: Sequence[_Rule], strings: DialStrings, shadowed: set[str]) -> Iterator[Tie]:
    """One tie for every two masks: a number both match, and no pattern that is more specific."""
    done: set[tuple[str, str]] = set()
    before: list[Pattern] = []
    for _, equals in groupby(rules, key=lambda item: specificity(item[1])):
        group = list(equals)
        for (deny, one), (allow, other) in _pairs(group):
            both = intersection(one, other)
            if both is None or (deny.mask, allow.mask) in done or shadowed & {deny.mask, allow.mask}:
                continue
            number = strings.left(both, before)
            if number is not None:
                done.add((deny.mask, allow.mask))
                yield Tie(number, deny, allow)
        before += [pattern for _, pattern in group]


def _pairs(group: Sequence[_Rule]) -> Iterator[tuple[_Rule, _Rule]]:
    """Patterns that deny and that allow, as far as their first digits agree."""
    allow = [(item, literal_prefix(item[1])) for item in group if item[0].allowed]
    looked_at = 0
    for one in (item for item in group if not item[0].allowed):
        beginning = literal_prefix(one[1])
        looked_at += len(allow)
        if looked_at > MAX_PAIRS:
            return
        for other, start in allow:
            if start.startswith(beginning) or beginning.startswith(start):
                yield one, other


def _barred(rules: Sequence[_Rule], strings: DialStrings) -> Iterator[Barred]:
    """One extension or own number for every mask that denies it."""
    done: set[str] = set()
    decided: set[str] = set()
    for rule, pattern in rules:
        mine = strings.matching(pattern) - decided
        decided |= mine
        if mine and not rule.allowed and rule.mask not in done:
            done.add(rule.mask)
            yield Barred(min(mine), rule)


def _report(sink: Sink, finding: Finding, keys: Mapping[str, Span]) -> None:
    match finding:
        case Shadowed():
            sink.report(_shadowed_report(finding, keys))
        case Tie():
            sink.report(_tie_report(finding, keys))
        case Barred():
            sink.report(_barred_report(finding, keys))


def _shadowed_report(finding: Shadowed, keys: Mapping[str, Span]) -> Diagnostic:
    mask, by = _name(finding.mask), finding.by
    return diagnostic(
        "RP423",
        f"mask `{mask}` decides no call",
        keys[finding.mask],
        label="all its numbers are decided by other masks",
        secondary=(Label(keys[by.mask], f"decides {finding.number}, for example"),),
        notes=(f"the more specific pattern decides, of equally specific ones that deny: here `{by.pattern}`",),
        help=f"remove `{mask}` here, or give it more digits than `{_name(by.mask)}` has",
    )


def _tie_report(finding: Tie, keys: Mapping[str, Span]) -> Diagnostic:
    deny, allow = finding.deny, finding.allow
    return diagnostic(
        "RP422",
        f"masks `{_name(deny.mask)}` and `{_name(allow.mask)}` disagree about {finding.number}",
        keys[allow.mask],
        label=f"`{allow.pattern}` allows it",
        secondary=(Label(keys[deny.mask], f"`{deny.pattern}` denies it, and decides"),),
        notes=("both patterns are equally specific, and then those that deny decide",),
        help=f"add a mask with more digits that says what shall happen to calls to {finding.number}",
    )


def _barred_report(finding: Barred, keys: Mapping[str, Span]) -> Diagnostic:
    return diagnostic(
        "RP428",
        f"mask `{_name(finding.by.mask)}` bars the call to {finding.number} within the exchange",
        keys[finding.by.mask],
        label=f"`{finding.by.pattern}` matches {finding.number}",
        help="write the mask with `+`, which matches no extension, or allow the number by a mask with more digits",
    )


def _name(mask: str) -> str:
    return mask.rpartition("/")[2]
