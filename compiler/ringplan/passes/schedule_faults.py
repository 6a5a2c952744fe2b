"""What is wrong with schedules (RP501 to RP510, RP512, RP513)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Final, NamedTuple

from ringplan.countries.holidays import FIRST_YEAR, HOLIDAYS, LAST_YEAR
from ringplan.diagnostics import Label, Sink, Span
from ringplan.diagnostics.codes import diagnostic, replace
from ringplan.diagnostics.near_miss import near_miss
from ringplan.diagnostics.text import listed
from ringplan.ir.schedules import MINUTES_OF_WEEK

from . import calendar
from .calendar import Minutes, Mistake, normalised
from .schedules import HOLIDAYS_OF, Defined, Reference, defined, exclusions, reachable, references, resolve
from .subject import Subject, place

MAX_DEPTH: Final = 5
"""How many exceptions may lie one below the other."""
_YEARS: Final = f"{FIRST_YEAR} to {LAST_YEAR}"


def check(subject: Subject, sink: Sink) -> None:
    """RP501 to RP510, RP512, RP513."""
    for reference in references(subject.manifest):
        _defined(subject, reference, sink)
    _cycles(subject, sink)
    _depth(subject, sink)
    for item in defined(subject.manifest):
        _entries(subject, item, sink)
        _exceptions(subject, item, sink)


# -- names


def _defined(subject: Subject, reference: Reference, sink: Sink) -> None:
    """RP501."""
    manifest, name = subject.manifest, reference.name
    if resolve(manifest, name, reference.user) is not None:
        return
    own = manifest.users[reference.user].schedules if reference.user in manifest.users else {}
    known = sorted({*own, *manifest.schedules, *(HOLIDAYS_OF + country for country in HOLIDAYS)})
    span = subject.spans.value(reference.path)
    near = near_miss(name, known)
    notes = (f"schedules that can be named here: {listed(known)}",)
    if near is not None and near.name in manifest.schedules and near.name not in own:
        defined_at = place(subject.key("schedules", near.name))
        notes = (f"a schedule with a similar name exists: `{near.name}` ({defined_at})",)
    elif near is not None:
        notes = (f"a schedule with a similar name exists: `{near.name}`",)
    advice = f"define `{name}` in `schedules`, or remove it here"
    sink.report(
        diagnostic(
            "RP501",
            f"schedule `{name}` is not defined",
            span,
            label=f"no schedule with this name in tenant `{manifest.tenant}`",
            notes=notes,
            help=f"replace with `{near.name}`" if near is not None else advice,
            fixes=(replace(span, near.name, sure=near.sure),) if near is not None else (),
        )
    )


def _cycles(subject: Subject, sink: Sink) -> None:
    """RP502, once a circle."""
    excluded = exclusions(subject.manifest)
    items = {item.id: item for item in defined(subject.manifest)}
    reported: set[str] = set()
    for start in sorted(excluded):
        way = _way_back(start, excluded)
        if way and not reported.intersection(way):
            reported.update(way)
            _report_cycle(subject, [items[schedule] for schedule in way], sink)


def _way_back(start: str, excluded: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The schedules of a circle through ``start`` in order; empty when there is none."""
    way, here = [start], start
    while True:
        following = [other for other in excluded.get(here, ()) if start in reachable(other, excluded)]
        if start in following:
            return way
        following = [other for other in following if other not in way]
        if not following:
            return []
        here = following[0]
        way.append(here)


def _report_cycle(subject: Subject, way: list[Defined], sink: Sink) -> None:
    places = []
    for one, other in pairwise((*way, way[0])):
        names = one.schedule.except_
        index = next(i for i, name in enumerate(names) if resolve(subject.manifest, name, one.user) == other.id)
        places.append(Label(subject.value(*one.path, "except", index), f"`{one.path[-1]}` excepts `{other.path[-1]}`"))
    sink.report(
        diagnostic(
            "RP502",
            f"schedule `{way[0].path[-1]}` depends on itself",
            places[0].span,
            label=places[0].text,
            secondary=places[1:],
            help="remove one of these exceptions",
        )
    )


def _depth(subject: Subject, sink: Sink) -> None:
    """RP513, where exceptions begin to be too many one below the other."""
    depths = depths_of(exclusions(subject.manifest))
    for item in defined(subject.manifest):
        if depths.get(item.id) == MAX_DEPTH + 1:
            sink.report(
                diagnostic(
                    "RP513",
                    f"schedule `{item.path[-1]}` has exceptions of exceptions {MAX_DEPTH + 1} deep",
                    subject.key(*item.path, "except"),
                    label=f"at most {MAX_DEPTH} are allowed",
                    help="let it except the innermost schedules directly",
                )
            )


def depths_of(excluded: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """How many exceptions lie one below the other, by id of the uppermost schedule; those of a circle are left out."""
    depths: dict[str, int] = {}
    left = {schedule: [other for other in others if other in excluded] for schedule, others in excluded.items()}
    while ready := [schedule for schedule, others in left.items() if all(other in depths for other in others)]:
        for schedule in ready:
            below = [depths[other] for other in left.pop(schedule)]
            depths[schedule] = 1 + max(below, default=0) if excluded[schedule] else 0
    return depths


# -- entries


class _Written(NamedTuple):
    """One entry and what it means."""

    text: str
    span: Span
    meaning: Minutes


def _entries(subject: Subject, item: Defined, sink: Sink) -> None:
    weekly = _read(subject, item, "weekly", item.schedule.weekly, calendar.weekly)
    dates = _read(subject, item, "dates", item.schedule.dates, calendar.dates)
    for entry in (*weekly, *dates):
        _mistake(entry, sink)
    _unquoted(weekly, sink)
    for field in (weekly, dates):
        _overlaps(field, sink)
    if not any(entry.meaning.mistake for entry in (*weekly, *dates)):
        _constant(subject, item, weekly, sink)


def _read(
    subject: Subject, item: Defined, field: str, entries: list[str], meaning: Callable[[str], Minutes]
) -> list[_Written]:
    return [
        _Written(text, subject.value(*item.path, field, index), meaning(text)) for index, text in enumerate(entries)
    ]


def _mistake(entry: _Written, sink: Sink) -> None:
    """RP503, RP504, RP505, RP506."""
    match entry.meaning.mistake:
        case Mistake.EMPTY:
            whole = "write the day alone for all of it, such as `sat`; an end of `24:00` is midnight"
            found = ("RP503", f"`{entry.text}` begins and ends at the same minute", "nothing, or everything?", whole)
        case Mistake.IMPOSSIBLE:
            found = ("RP504", f"`{entry.text}` names a day that does not exist", "no such day", "correct the date")
        case Mistake.REVERSED:
            advice = "swap the two; only dates without a year go on over the new year"
            found = ("RP505", f"`{entry.text}` ends before it begins", "the end comes first", advice)
        case Mistake.OUTSIDE:
            advice = "remove it when it is over; dates far ahead need a later version of ringplan"
            what = f"`{entry.text}` lies outside the years {_YEARS}"
            found = ("RP506", what, "what lies outside never comes", advice)
        case _:
            return
    code, message, label, advice = found
    sink.report(diagnostic(code, message, entry.span, label=label, help=advice))


def _overlaps(entries: list[_Written], sink: Sink) -> None:
    """RP509: each entry that shares minutes with an earlier one, once."""
    marks = sorted((*interval, at) for at, entry in enumerate(entries) for interval in entry.meaning.intervals)
    reached: tuple[int, int] = (-1, -1)
    shared: dict[int, int] = {}
    for start, end, at in marks:
        if start < reached[0] and at != reached[1]:
            shared.setdefault(max(at, reached[1]), min(at, reached[1]))
        reached = max(reached, (end, at))
    for later, earlier in sorted(shared.items()):
        one, other = entries[earlier], entries[later]
        both = normalised((*one.meaning.intervals, *other.meaning.intervals))
        inside = both == normalised(one.meaning.intervals)
        sink.report(
            diagnostic(
                "RP509",
                f"`{other.text}` {'adds nothing to' if inside else 'overlaps'} `{one.text}`",
                other.span,
                label="all of it is open already" if inside else "part of it is open already",
                secondary=(Label(one.span, "open here"),),
                help="remove it" if inside else "nothing goes wrong; make them meet to say what is meant",
            )
        )


def _unquoted(entries: list[_Written], sink: Sink) -> None:
    """RP510: ``[mon,wed 08:00-12:00]`` is two entries, all of Monday and a part of Wednesday."""
    for one, other in pairwise(entries):
        touching = one.span.line == other.span.line and other.span.column == one.span.end_column + 1
        if touching and ":" not in one.text and ":" in other.text:
            whole = Span(one.span.file, one.span.line, one.span.column, other.span.end_line, other.span.end_column)
            meant = f'"{one.text},{other.text}"'
            sink.report(
                diagnostic(
                    "RP510",
                    f"`{one.text}` and `{other.text}` are two entries",
                    whole,
                    label=f"all of `{one.text}`, and `{other.text}`",
                    help=f"write `{meant}` when it is one entry, or a space behind the comma when it is two",
                    fixes=(replace(whole, meant, sure=False),),
                )
            )


def _constant(subject: Subject, item: Defined, weekly: list[_Written], sink: Sink) -> None:
    """RP507, RP508: a schedule that never changes, although nobody forces it."""
    schedule, name = item.schedule, item.path[-1]
    if schedule.override is not None:
        return
    hours = normalised(interval for entry in weekly for interval in entry.meaning.intervals)
    if not (hours or schedule.dates or schedule.holidays):
        advice = "give it `weekly`, `dates` or `holidays`; write `override: closed` when that is meant"
        sink.report(
            diagnostic(
                "RP507", f"schedule `{name}` is never open", subject.key(*item.path), label="no entry", help=advice
            )
        )
    elif hours == ((0, MINUTES_OF_WEEK),) and not schedule.except_:
        advice = "leave the schedule out where it is named; write `override: open` when that is meant"
        label = "covers the whole week"
        sink.report(
            diagnostic("RP508", f"schedule `{name}` is always open", subject.key(*item.path), label=label, help=advice)
        )


def _exceptions(subject: Subject, item: Defined, sink: Sink) -> None:
    """RP512: exceptions that change nothing."""
    schedule = item.schedule
    for index, (name, why) in enumerate(_without_effect(item)):
        if why:
            sink.report(
                diagnostic(
                    "RP512",
                    f"the exception `{name}` has no effect",
                    subject.value(*item.path, "except", index),
                    label=why,
                    help="remove it" if schedule.weekly else "exceptions are for `weekly`; remove it",
                )
            )


def _without_effect(item: Defined) -> Iterator[tuple[str, str]]:
    """Each exception, and why it changes nothing; empty: it may change something."""
    schedule = item.schedule
    countries = {HOLIDAYS_OF + country for country in schedule.holidays}
    for index, name in enumerate(schedule.except_):
        if not schedule.weekly:
            yield name, "there are no weekly hours to except from"
        elif name in countries:
            yield name, "`holidays` opens on these days, whatever is excepted"
        elif name in schedule.except_[:index]:
            yield name, "written twice"
        else:
            yield name, ""
