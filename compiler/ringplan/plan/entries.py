"""Calls to the numbers and extensions of a tenant: where the two versions part, class by class."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ringplan.interpreter import Call, FromPhone, FromTrunk
from ringplan.interpreter.dialling import OffNet, OnNet, analyse, called_number, destination
from ringplan.interpreter.screening import call_type, canonical, screen
from ringplan.ir import CallTable, Reject

from .behaviour import Caller, Out, Parting, Place, Settled, Start, View, Walk, end_of
from .classes import CallerGroup, Nodes, from_trunks, from_users
from .times import ANY_TIME, TimeClass, Timeline
from .versions import Pair, Version
from .worlds import Setting, Shown, Unknown, show


@dataclass(frozen=True, slots=True)
class EntryKey:
    """What is dialled."""

    key: str
    """E.164 number, or extension; of several numbers that are owned and not assigned the first."""
    last: str | None = None
    """The last of several numbers."""

    @property
    def is_number(self) -> bool:
        """Whether calls from outside can have it."""
        return self.key.startswith("+")

    def holds(self, key: str) -> bool:
        """Whether a number or extension is meant."""
        if self.last is None:
            return key == self.key
        return len(key) == len(self.key) and self.key <= key <= self.last


@dataclass(frozen=True, slots=True)
class Atom:
    """One class of calls whose treatment changed."""

    entry: EntryKey
    group: CallerGroup
    time: TimeClass
    parting: Parting
    call: Call
    """One of the class."""
    shown: Shown | None
    """A call that parts there, perhaps to another number of the same node; None: it is not decided whether any does."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of one entry."""

    entry: EntryKey
    timeline: Timeline | None
    """None: the time plays no part."""
    times: tuple[TimeClass, ...]
    groups: tuple[CallerGroup, ...]
    """Every group that was compared."""
    atoms: tuple[Atom, ...]
    nodes: Nodes


def compare_entries(pair: Pair) -> Iterator[Compared]:
    """Every entry that may differ."""
    suspects = tuple(user for user in pair.shared_users if _calls_otherwise(pair, user))
    for entry in entries(pair):
        found = _compare(pair, entry, suspects)
        if found is not None:
            yield found


def entries(pair: Pair) -> tuple[EntryKey, ...]:
    """Everything that can be dialled to reach somebody in either version; numbers first."""
    numbers = {entry.key for version in (pair.old, pair.new) for entry in version.tenant.numbers}
    extensions = {entry.key for version in (pair.old, pair.new) for entry in version.tenant.extensions}
    return (
        *(EntryKey(key) for key in sorted(numbers)),
        *_traded(pair, numbers),
        *(EntryKey(key) for key in sorted(extensions)),
    )


def node_of(version: Version, key: str) -> str | None:
    """The node that a number or extension reaches; None: it is not assigned."""
    return version.entries.get(key)


def _compare(pair: Pair, entry: EntryKey, suspects: tuple[str, ...]) -> Compared | None:
    old, new = node_of(pair.old, entry.key), node_of(pair.new, entry.key)
    same = old is not None and old == new and pair.is_same(old)
    if same and not suspects:
        return None
    nodes = Nodes(_closure(pair.old, old), _closure(pair.new, new))
    groups = [] if same or not entry.is_number else from_trunks(pair, nodes)
    groups += from_users(pair, nodes, entry.key, suspects if same else pair.shared_users)
    asked = pair.old.asked(nodes.old), pair.new.asked(nodes.new)
    timeline = pair.timeline(*asked) if any(asked) else None
    times = timeline.classes if timeline is not None else (ANY_TIME,)
    atoms = tuple(atom for time in times for group in groups for atom in _atoms(pair, entry, group, time))
    return Compared(entry, timeline, times, tuple(groups), atoms, nodes)


def _closure(version: Version, node: str | None) -> frozenset[str]:
    return version.closure(node) if node is not None else frozenset()


def _atoms(pair: Pair, entry: EntryKey, group: CallerGroup, time: TimeClass) -> Iterator[Atom]:
    callers, call = group.callers(pair), group.call(pair, entry.key)
    starts = start(pair.old, callers[0], entry.key), start(pair.new, callers[1], entry.key)
    key = starts, callers, time
    found = pair.partings.get(key)
    if found is None:
        found = pair.partings[key] = _partings(Setting(pair, callers[0], call, time), callers, starts)
    assert isinstance(found, dict)
    yield from (Atom(entry, group, time, parting, call, shown) for parting, shown in found.items())


def _partings(
    setting: Setting, callers: tuple[Caller, Caller], starts: tuple[Start, Start]
) -> dict[Parting, Shown | None]:
    """Everywhere a call parts, with a call that shows it."""
    pair, time = setting.pair, setting.time
    found: dict[Parting, Shown | None] = {}

    def judge(parting: Parting) -> bool:
        try:
            shown = show(setting, parting)
        except Unknown:
            found[parting] = None
            return True
        if shown is not None:
            found[parting] = shown
        return shown is not None

    old = View(pair.old, time.opened[0], callers[0])
    new = View(pair.new, time.opened[1], callers[1])
    return {parting: found[parting] for parting in Walk(pair, old, new, judge).run(*starts)}


# -- where a call begins


def start(version: Version, caller: Caller, key: str) -> Start:
    """Where a call to a number or extension begins."""
    if caller.user is None:
        node = node_of(version, key)
        return Place(node) if node is not None else _refused(version, "unknown-number")
    return _dialled(version, caller.user, key)


def _dialled(version: Version, user: str, key: str) -> Start:
    """Where a call of a user begins."""
    plan = version.plans[version.users[user].plan]
    match destination(version.tenant, key):
        case OnNet(found, node):
            wanted = canonical(version.tenant.dial_plan, found)
            if not screen(plan.outgoing, "internal", wanted).allowed:
                return _refused(version, "barred", plan.id)
            return Place(node)
        case OffNet(number):
            dial_plan = version.tenant.dial_plan
            if not screen(plan.outgoing, call_type(dial_plan, number), canonical(dial_plan, number)).allowed:
                return _refused(version, "barred", plan.id)
            return Settled(Out(number, version.ways_out(None), ()), (), (plan.id,))
        case _:
            return _refused(version, "unknown-number")


def _refused(version: Version, name: str, *decided: str) -> Settled:
    node = version.nodes[f"{version.tenant.id}/reject/{name}"]
    assert isinstance(node, Reject)
    return Settled(end_of(node), (), (node.id, *decided))


# -- callers and numbers that changed hands


def _calls_otherwise(pair: Pair, user: str) -> bool:
    """Whether a user may be treated otherwise as a caller although what is called is the same."""
    old, new = pair.old.users[user], pair.new.users[user]
    if (old.extension, old.identity.withheld) != (new.extension, new.identity.withheld):
        return True
    return table_data(pair.old.plans[old.plan].outgoing) != table_data(pair.new.plans[new.plan].outgoing)


def table_data(table: CallTable) -> object:
    """What a table means, whatever its masks are called."""
    return tuple((rule.pattern, rule.allowed) for rule in table.masks), table.types


def _traded(pair: Pair, assigned: Iterable[str]) -> Iterator[EntryKey]:
    """Numbers that only one version owns and none assigns, in ranges."""
    known = {int(key[1:]) for key in assigned}
    for first, last in _ranges(pair):
        begin = int(first[1:])
        for number in sorted(n for n in known if begin <= n <= int(last[1:])):
            if number > begin:
                yield EntryKey(f"+{begin}", f"+{number - 1}")
            begin = number + 1
        if begin <= int(last[1:]):
            yield EntryKey(f"+{begin}", last)


def _ranges(pair: Pair) -> Iterator[tuple[str, str]]:
    """What one version owns and the other does not."""
    for mine, other in ((pair.old.tenant, pair.new.tenant), (pair.new.tenant, pair.old.tenant)):
        for block in mine.blocks:
            left = [(int(block.first[1:]), int(block.last[1:]))]
            for theirs in (b for b in other.blocks if len(b.first) == len(block.first)):
                low, high = int(theirs.first[1:]), int(theirs.last[1:])
                left = [
                    (start, end)
                    for begin, finish in left
                    for start, end in ((begin, min(finish, low - 1)), (max(begin, high + 1), finish))
                    if start <= end
                ]
            yield from ((f"+{start}", f"+{end}") for start, end in left)


def calls(entry: EntryKey, call: Call, version: Version) -> bool:
    """Whether a call means an entry, however it was dialled."""
    if isinstance(call.origin, FromTrunk):
        number = called_number(call.dialled)
        return number is not None and entry.holds(number)
    if not isinstance(call.origin, FromPhone):
        return False
    user = version.users.get(call.origin.phone.partition("/phones/")[0])
    if user is None:
        return False
    match analyse(version.tenant, user, call.dialled):
        case (OnNet(key), _):
            return entry.holds(key)
        case (OffNet(number), _):
            return entry.holds(number)
        case (_, dialled):
            return entry.holds(dialled)
