"""From classes to the fewest sentences: what differs only in time, caller, result or number is said once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from ringplan.interpreter import Call, FromPhone, FromTrunk

from .behaviour import Caller, End, Step
from .causes import causes_of
from .classes import CallerGroup, from_outside
from .entries import Atom, Compared, EntryKey, calls
from .model import Cause, Change, Risk, Witness
from .times import TimeClass, described
from .versions import Pair
from .wording import WHOEVER, condition, entry_words, parties, short, treatment, who
from .worlds import Shown, alike, compare

Told = Callable[[Shown, bool], Witness]
"""Makes a witness of what was shown; with whether the time matters."""


@dataclass(frozen=True, slots=True)
class _Record:
    """Classes that have one treatment before and one after."""

    compared: tuple[Compared, ...]
    groups: tuple[frozenset[CallerGroup], ...]
    """For each of ``compared``."""
    times: tuple[frozenset[TimeClass], ...]
    """For each of ``compared``."""
    path: tuple[Step, ...]
    """The last one without its result."""
    results: frozenset[str]
    """Results of the last step."""
    before: str
    after: str
    risk: Risk
    causes: tuple[Cause, ...]
    atom: Atom
    """One of them, to be shown."""
    self_call: bool
    texts: tuple[str, str] = ("", "")
    """Who calls, and when."""

    @property
    def last(self) -> str | None:
        return self.path[-1].node if self.path else None


def changes(pair: Pair, found: Iterable[Compared], tell: Told) -> list[Change]:
    """All changes of calls to numbers and extensions."""
    records = []
    for compared in found:
        own = _reassigned(pair, compared, [_record(pair, compared, atom) for atom in compared.atoms])
        own = _merged(own, lambda r: (r.groups, r.path, r.results, *_said(r)), _with_times)
        own = _merged(own, lambda r: (r.groups, r.times, r.path, *_said(r)), _with_results)
        own = _merged(own, lambda r: (r.times, r.path, r.results, *_said(r)), _with_groups)
        own = _without_self_calls(own)
        own = _merged(own, lambda r: (r.groups, r.last, r.results, *_said(r)), _any_time)
        records += _without_parties(own)
    named = [replace(r, texts=(_who(pair, r), _when(r))) for r in records]
    merged = _merged(named, lambda r: (r.texts, _ways(r), r.results, *_said(r)), _with_entries)
    shared = _merged(merged, lambda r: (r.texts, r.last, r.results, *_said(r)), _any_way)
    shared = _merged(shared, lambda r: (r.texts, _is_called(pair, r) or r.last, r.results, *_said(r)), _whoever)
    together: dict[Hashable, list[_Record]] = {}
    for record in shared:
        together.setdefault((record.texts[0], record.last, record.results, *_said(record)), []).append(record)
    return [_change(pair, some, tell) for some in together.values()]


def _reassigned(pair: Pair, compared: Compared, records: list[_Record]) -> list[_Record]:
    """A number that was given to somebody else, or came, or went: what each caller met at each time says little."""
    key = compared.entry.key
    nodes = pair.old.entries.get(key), pair.new.entries.get(key)
    classes = {(group, time) for r in records if not r.path for group in r.groups[0] for time in r.times[0]}
    callers = {group for group in compared.groups if not group.is_called}
    if not records or nodes[0] == nodes[1] or not {(g, t) for g in callers for t in compared.times} <= classes:
        return records
    words = {}
    for side, node, verb in (("before", nodes[0], "reached"), ("after", nodes[1], "now reaches")):
        said = {getattr(r, side) for r in records if not r.self_call}
        if node is not None or len(said) > 1:
            words[side] = f"{verb} {short(node) if node is not None else 'nobody'}"
    causes = max((r.causes for r in records), key=len)
    risk = Risk.ADDED if nodes[0] is None else Risk.REMOVED if nodes[1] is None else min(r.risk for r in records)
    return [replace(r, causes=causes, risk=risk, **words) for r in records]  # type: ignore[arg-type]


def _said(record: _Record) -> tuple[Hashable, ...]:
    return record.before, record.after, record.risk, record.causes


def _ways(record: _Record) -> Hashable:
    """The way without the last result."""
    return tuple((step.node, step.result) for step in record.path)


def _record(pair: Pair, compared: Compared, atom: Atom) -> _Record:
    parting = atom.parting
    path, own = parting.path, parting.new.was_self
    self_call = own is not None and own == parting.old.was_self
    if self_call and own is not None:
        path = (*path, Step(own, own, "busy"))
    results = frozenset({path[-1].result}) if path else frozenset()
    shortened = (*path[:-1], path[-1]._replace(result="")) if path else ()
    before, after = treatment(pair, parting, atom.entry)
    return _Record(
        compared=(compared,),
        groups=(frozenset({atom.group}),),
        times=(frozenset({atom.time}),),
        path=shortened,
        results=results,
        before=before,
        after=after,
        risk=_risk(pair, atom),
        causes=causes_of(pair, parting, atom.entry),
        atom=atom,
        self_call=self_call,
    )


def _risk(pair: Pair, atom: Atom) -> Risk:
    old, new, key = atom.parting.old.action, atom.parting.new.action, atom.entry.key
    if atom.entry.last is not None:
        return Risk.CHANGED
    if isinstance(new, End) and new.code == 404 and key not in pair.new.entries:
        return Risk.REMOVED
    if isinstance(old, End) and old.code == 404 and key not in pair.old.entries:
        return Risk.ADDED
    if isinstance(old, End) and old.code == 403 and not isinstance(new, End):
        return Risk.ALLOWED
    return Risk.CHANGED


# -- merging


def _merged(
    records: Iterable[_Record], key: Callable[[_Record], Hashable], join: Callable[[_Record, _Record], _Record]
) -> list[_Record]:
    """Records of equal key made one."""
    found: dict[Hashable, _Record] = {}
    for record in records:
        name = key(record)
        found[name] = join(found[name], record) if name in found else record
    return list(found.values())


def _with_times(one: _Record, other: _Record) -> _Record:
    return replace(one, times=(one.times[0] | other.times[0],), self_call=one.self_call and other.self_call)


def _with_results(one: _Record, other: _Record) -> _Record:
    return replace(one, results=one.results | other.results, self_call=one.self_call and other.self_call)


def _with_groups(one: _Record, other: _Record) -> _Record:
    atom = other.atom if one.self_call and not other.self_call else one.atom
    groups = (one.groups[0] | other.groups[0],)
    return replace(one, groups=groups, atom=atom, self_call=one.self_call and other.self_call)


def _without_self_calls(records: list[_Record]) -> list[_Record]:
    """A user who calls himself is busy: that goes without saying where the same is said of the busy user."""
    result = [record for record in records if not record.self_call]
    for own in (record for record in records if record.self_call):
        for at, other in enumerate(result):
            alike = _said(own) == _said(other) and own.path == other.path and own.times[0] <= other.times[0]
            if alike and "busy" in other.results:
                result[at] = _with_groups(other, own)
                break
        else:
            result.append(own)
    return result


def _without_parties(records: list[_Record]) -> list[_Record]:
    """Callers who may be called by their own call see an edit otherwise than all others: that is not said again."""
    result = [record for record in records if not _is_of_parties(record)]
    for own in (record for record in records if _is_of_parties(record)):
        for at, other in enumerate(result):
            if own.causes == other.causes and own.times[0] <= other.times[0]:
                result[at] = replace(other, groups=(other.groups[0] | own.groups[0],))
                break
        else:
            result.append(own)
    return result


def _is_of_parties(record: _Record) -> bool:
    return all(group.is_called for group in record.groups[0])


def _any_time(one: _Record, other: _Record) -> _Record:
    """Records of one number at different times, perhaps by different ways to one point."""
    path = one.path if len(one.path) <= len(other.path) else other.path
    return replace(_with_times(one, other), path=path if one.path == other.path else path[-1:])


def _with_entries(one: _Record, other: _Record) -> _Record:
    return replace(
        one,
        compared=one.compared + other.compared,
        groups=one.groups + other.groups,
        times=one.times + other.times,
    )


def _any_way(one: _Record, other: _Record) -> _Record:
    """Records of different ways to one point; the last step says enough."""
    return replace(_with_entries(one, other), path=one.path[-1:])


def _is_called(pair: Pair, record: _Record) -> bool:
    """Whether all that comes before the parting is that who is called does not take the call."""
    nodes = {step.node for step in record.path}
    called = {pair.new.entries.get(entry.key) for entry in _entries(record)}
    return len(record.path) == 1 and nodes == called and nodes <= pair.new.users.keys()


def _whoever(one: _Record, other: _Record) -> _Record:
    """Records of different users who are called and then forward alike."""
    return replace(_with_entries(one, other), path=(Step(WHOEVER, WHOEVER, ""),))


# -- sentences


def _who(pair: Pair, record: _Record) -> str:
    return who(pair, record.compared[0], record.groups[0], parties(pair, record.atom.parting))


def _when(record: _Record) -> str:
    line = record.compared[0].timeline
    if line is None or record.times[0] == frozenset(record.compared[0].times):
        return ""
    return described(line, record.times[0])


def _change(pair: Pair, records: list[_Record], tell: Told) -> Change:
    """One sentence; records differ in numbers and times only."""
    records = sorted(records, key=lambda r: (r.texts[1] != "", r.texts[1]))
    first = records[0]
    paths = {record.path for record in records}
    shown = next((_shown(pair, r.atom) for r in records if r.atom.shown is not None), None)
    timeless = first.texts[1] == ""
    return Change(
        tenant=pair.tenant,
        risk=first.risk,
        when=first.texts[1] if len(records) == 1 else "",
        subject=_subject(pair, records),
        condition=condition(pair, first.path if len(paths) == 1 else first.path[-1:], first.results),
        before=first.before,
        after=first.after,
        causes=first.causes,
        witness=tell(shown, not timeless) if shown is not None else None,
        classes=sum(map(_classes, records)),
        about=tuple(entry.key for record in records for entry in _entries(record)),
        covers=_Cover(pair, tuple(records)).holds,
    )


def _shown(pair: Pair, atom: Atom) -> Shown:
    """What was shown of a call to one number, of the call of the class."""
    assert atom.shown is not None
    call = alike(atom.call, atom.shown)
    return atom.shown if atom.shown.call == call else compare(pair, call, atom.shown.world)


def _subject(pair: Pair, records: list[_Record]) -> str:
    """``calls from outside to +420 222 333 400``; with a time before every further number that has one."""
    callers = records[0].texts[0]
    head = f"calls {callers} to" if callers else "calls to"
    if len(records) == 1:
        return f"{head} {entry_words(pair, _entries(records[0]))}"
    parts = [f"{r.texts[1]} to {entry_words(pair, _entries(r))}" if r.texts[1] else _plain(pair, r) for r in records]
    return f"{head.removesuffix(' to')} {', and '.join(parts)}"


def _plain(pair: Pair, record: _Record) -> str:
    return f"to {entry_words(pair, _entries(record))}"


def _entries(record: _Record) -> list[EntryKey]:
    """Numbers first."""
    return sorted({one.entry for one in record.compared}, key=lambda e: (not e.is_number, len(e.key), e.key))


def _classes(record: _Record) -> int:
    return sum(
        sum(max(len(group.users), 1) for group in groups) * len(times)
        for groups, times in zip(record.groups, record.times, strict=True)
    )


@dataclass(frozen=True, slots=True)
class _Cover:
    """Says whether a call is of the classes of some records."""

    pair: Pair
    records: tuple[_Record, ...]

    def holds(self, call: Call, moment: datetime) -> bool:
        """Whether the call, at that moment, is one of them."""
        return any(
            self._is_in(compared, groups, times, call, moment)
            for record in self.records
            for compared, groups, times in zip(record.compared, record.groups, record.times, strict=True)
        )

    def _is_in(
        self,
        compared: Compared,
        groups: frozenset[CallerGroup],
        times: frozenset[TimeClass],
        call: Call,
        moment: datetime,
    ) -> bool:
        if not (self._means(compared.entry, call) and any(self._is_of(group, call) for group in groups)):
            return False
        line = compared.timeline
        return line is None or line.opened_at(moment) in {time.opened for time in times}

    def _means(self, entry: EntryKey, call: Call) -> bool:
        return any(calls(entry, call, version) for version in (self.pair.old, self.pair.new))

    def _is_of(self, group: CallerGroup, call: Call) -> bool:
        """Whether a caller belongs to a group."""
        if isinstance(call.origin, FromPhone):
            user = call.origin.phone.partition("/phones/")[0]
            return user in group.users and (not group.compares or group.withheld == call.withheld)
        if not isinstance(call.origin, FromTrunk) or not group.is_outside:
            return False
        caller = from_outside(self.pair.new.tenant, call.origin.number, withheld=call.withheld)
        return _alike(caller, group)


def _alike(caller: Caller, group: CallerGroup) -> bool:
    if not group.compares:
        return True
    hidden = caller.withheld or caller.compared is None
    return hidden if group.withheld else not hidden and group.fits(caller.compared or "")
