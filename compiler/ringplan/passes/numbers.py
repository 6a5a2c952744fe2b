"""Public numbers: owned once, assigned once, and real (RP402, RP403, RP407, RP408)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TypeVar

from ringplan.countries import COUNTRIES
from ringplan.diagnostics import Diagnostic, Label, Sink, Span
from ringplan.diagnostics.codes import diagnostic
from ringplan.ir import Entry, NumberBlock

from .destinations import NUMBERED
from .subject import Subject, place

T = TypeVar("T")


def check(subject: Subject, sink: Sink) -> None:
    """RP402, RP403, RP407, RP408."""
    _ranges_apart(subject, sink)
    _assigned_once(subject.graph.numbers, sink)
    for path, number in _uses(subject):
        _owned(subject, sink, path, number)
    for block in subject.graph.blocks:
        _real(block, sink)


def _ranges_apart(subject: Subject, sink: Sink) -> None:
    """RP407."""
    for one, other in overlapping((block, block) for block in subject.graph.blocks):
        earlier, later = sorted((one[0], other[0]), key=lambda block: block.span)
        sink.report(
            diagnostic(
                "RP407",
                f"{common(one[0], other[0])} is owned twice",
                later.span,
                label="overlaps with another entry",
                secondary=(Label(earlier.span, "first owned here"),),
                help="list every number once; shorten or remove one of the two entries",
            )
        )


def overlapping(
    blocks: Iterable[tuple[NumberBlock, T]],
) -> Iterator[tuple[tuple[NumberBlock, T], tuple[NumberBlock, T]]]:
    """Every pair of blocks that share a number, each with its owner.

    Numbers of equal length are compared as text; those of different length are never equal.
    """
    ordered = sorted(blocks, key=lambda item: (len(item[0].first), item[0].first, item[0].last, item[0].span))
    reaching: list[tuple[NumberBlock, T]] = []
    for item in ordered:
        block = item[0]
        reaching = [
            other for other in reaching if len(other[0].last) == len(block.first) and other[0].last >= block.first
        ]
        for other in reaching:
            yield other, item
        reaching.append(item)


def common(one: NumberBlock, other: NumberBlock) -> str:
    """The numbers two overlapping blocks share, as they are written in a manifest."""
    first, last = max(one.first, other.first), min(one.last, other.last)
    return first if first == last else f"{first}..{last}"


def _assigned_once(entries: tuple[Entry, ...], sink: Sink) -> None:
    """RP402."""
    for number, group in repeated(entries):
        first, *others = sorted(group, key=lambda entry: entry.span)
        for entry in others:
            sink.report(
                diagnostic(
                    "RP402",
                    f"number {number} is used twice",
                    entry.span,
                    label=f"also the number of `{address(first)}`",
                    secondary=(Label(first.span, "first used here"),),
                    help="a number rings in one place; give one of the two another number",
                )
            )


def repeated(entries: tuple[Entry, ...]) -> Iterator[tuple[str, list[Entry]]]:
    """Keys that occur more than once, with their entries; ``entries`` are sorted by key."""
    group: list[Entry] = []
    for entry in entries:
        if group and group[0].key != entry.key:
            if len(group) > 1:
                yield group[0].key, group
            group = []
        group.append(entry)
    if len(group) > 1:
        yield group[0].key, group


def address(entry: Entry) -> str:
    """The object an entry leads to, as it is called within its tenant: ``users/novakova``."""
    return entry.node.split("/", 1)[1]


def _uses(subject: Subject) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every number of the tenant's own that is assigned or presented somewhere."""
    manifest = subject.manifest
    for section in NUMBERED:
        for name, owner in getattr(manifest, section).items():
            if owner.number is not None:
                yield (section, name, "number"), owner.number
    if manifest.emergency is not None:
        yield ("emergency", "number"), manifest.emergency.number
    if manifest.caller_id.number is not None:
        yield ("caller_id", "number"), manifest.caller_id.number
    for name, group in manifest.groups.items():
        if group.caller_id.number is not None:
            yield ("groups", name, "caller_id", "number"), group.caller_id.number
    for name, department in manifest.departments.items():
        if department.caller_id.number is not None:
            yield ("departments", name, "caller_id", "number"), department.caller_id.number


def _owned(subject: Subject, sink: Sink, path: tuple[str | int, ...], number: str) -> None:
    """RP403."""
    blocks = subject.graph.blocks
    if any(number in block for block in blocks):
        return
    if blocks:
        owned = ", ".join(written(block) for block in blocks[:3]) + (" …" if len(blocks) > 3 else "")
        notes = (f"owned numbers: {owned} ({place(subject.key('numbers'))})",)
    else:
        notes = ("the tenant owns no numbers",)
    sink.report(
        diagnostic(
            "RP403",
            f"number {number} is not owned by tenant `{subject.manifest.tenant}`",
            subject.value(*path),
            label="not in `numbers`",
            notes=notes,
            help="use one of the tenant's numbers, or have the operator add this one to `numbers`",
        )
    )


def written(block: NumberBlock) -> str:
    """A block as it is written in a manifest."""
    return block.first if block.first == block.last else f"{block.first}..{block.last}"


def _real(block: NumberBlock, sink: Sink) -> None:
    """RP408 for an owned range: its ends stand for all of it."""
    for number in sorted({block.first, block.last}):
        if not is_valid(number):
            sink.report(_invalid(number, block.span))


def _invalid(number: str, span: Span) -> Diagnostic:
    return diagnostic(
        "RP408",
        f"{number} is not valid in its country's numbering plan",
        span,
        label="no such number",
        help="compare with the operator's assignment; carriers may refuse calls from this number",
    )


@lru_cache(maxsize=65_536)
def is_valid(number: str) -> bool:
    """Whether a numbering plan has this E.164 number; the plans we know ourselves are asked first."""
    for country in COUNTRIES.values():
        significant = number.removeprefix(f"+{country.calling_code}")
        if significant != number and len(significant) == country.national_length:
            beginnings = (significant[:length] for length in range(len(significant), 0, -1))
            found = (country.number_types[one] for one in beginnings if one in country.number_types)
            return next(found, "unknown") != "unknown"
    import phonenumbers  # slow to import: a tenth of a small check

    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False
