"""The words of a plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from ringplan.ir import HuntGroup, Ivr, Menu, User

from .answering import differing
from .behaviour import Action, Answer, CalledBack, End, Hunt, Out, Parting, Ring, Step, is_barred, members
from .classes import CallerGroup
from .entries import Compared, EntryKey
from .versions import Pair, Version

_SHOWN: Final = 4
"""How many things are named before the others are counted."""


def short(address: str) -> str:
    """An address without the tenant."""
    return address.partition("/")[2]


def listed(words: Sequence[str], *, shown: int = _SHOWN) -> str:
    """``a, b and c``; of many the first, and how many more."""
    if not words:
        return "nobody"
    if len(words) > shown + 1:
        return f"{', '.join(words[:shown])} and {len(words) - shown} more"
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def number(text: str, calling_code: str) -> str:
    """``+420 222 333 400``."""
    if not text.startswith("+"):
        return text
    digits = text[1:]
    groups = [calling_code] if digits.startswith(calling_code) else [digits[:2]]
    rest = digits[len(groups[0]) :]
    if len(rest) % 3 == 1 and len(rest) > 3:  # no single digit at the end
        groups += [rest[i : i + 3] for i in range(0, len(rest) - 4, 3)] + [rest[-4:-2], rest[-2:]]
    else:
        groups += [rest[i : i + 3] for i in range(0, len(rest), 3)]
    return "+" + " ".join(group for group in groups if group)


def seconds(milliseconds: int) -> str:
    """``20 s``."""
    return f"{milliseconds / 1000:g} s"


# -- who calls whom


def entry_words(pair: Pair, entries: Iterable[EntryKey]) -> str:
    """``+420 222 333 400 and extension 1204``."""
    code = pair.new.tenant.dial_plan.calling_code
    found = list(entries)
    words = [number(e.key, code) + (f"–{e.last[-3:]}" if e.last else "") for e in found if e.is_number]
    extensions = [entry.key for entry in found if not entry.is_number]
    if not extensions:
        return listed(words)
    inside = f"extension{'s' if len(extensions) > 1 else ''} {listed(extensions)}"
    if not words:
        return inside
    return f"{listed(words)} and {inside}" if len(words) == 1 else f"{', '.join([*_cut(words), inside])}"


def _cut(words: list[str]) -> list[str]:
    return words if len(words) <= _SHOWN + 1 else [*words[:_SHOWN], f"{len(words) - _SHOWN} more"]


def who(pair: Pair, compared: Compared, groups: Iterable[CallerGroup], parties: frozenset[str]) -> str:
    """``from outside``; empty: whoever calls, but perhaps for ``parties``, whom the calls ring themselves."""
    chosen = set(groups)
    outside = [group for group in compared.groups if group.is_outside]
    from_there = [group for group in outside if group in chosen]
    users = {(user, group.withheld) for group in chosen for user in group.users}
    all_users = {(user, group.withheld) for group in compared.groups for user in group.users}
    is_complete = {user for user, _ in all_users} == set(pair.shared_users)
    everybody_inside = is_complete and {user for user, _ in all_users - users} <= parties
    all_outside = len(from_there) == len(outside)
    if everybody_inside and all_outside:
        return ""
    words = []
    if from_there:
        words.append("from outside" if all_outside else listed([_outsider(group) for group in from_there]))
    if users:
        words.append("from inside" if everybody_inside else _insiders(users, all_users))
    return " and ".join(words)


def parties(pair: Pair, parting: Parting) -> frozenset[str]:
    """Users who are rung on the way, or where the versions part."""
    names = [(pair.new, step.node) for step in parting.path]
    for version, settled in ((pair.old, parting.old), (pair.new, parting.new)):
        names += [(version, settled.was_self)] if settled.was_self is not None else []
        if isinstance(settled.action, Ring):
            names.append((version, settled.action.user))
        elif isinstance(settled.action, Hunt):
            names.append((version, settled.action.group))
    return frozenset(user for version, name in names for user in members(version, name))


def _outsider(group: CallerGroup) -> str:
    if group.withheld:
        return "from callers without a number"
    if group.matching:
        return f"from numbers matching {listed(sorted(group.matching))}"
    return "from other numbers outside"


def _insiders(users: set[tuple[str, bool]], every: set[tuple[str, bool]]) -> str:
    both = sorted({user for user, _ in users if ((user, True) in users) == ((user, True) in every)})
    both = [user for user in both if (user, False) in users]
    hiding = sorted({user for user, withheld in users if withheld} - set(both))
    open_ = sorted({user for user, withheld in users if not withheld} - set(both))
    words = [f"by {listed([short(user) for user in both])}"] if both else []
    if open_:
        words.append(f"by {listed([short(user) for user in open_])} with the number shown")
    if hiding:
        words.append(f"by {listed([short(user) for user in hiding])} with the number withheld")
    return " and ".join(words)


# -- what happens


_RESULTS: Final = {
    "busy": "is busy",
    "no-answer": "does not answer",
    "gone": "does not react",
    "unregistered": "is not registered",
}
_HUNTED: Final = {
    "busy": "is busy",
    "no-answer": "does not answer",
    "unreachable": "cannot be reached",
    "overflow": "takes too long",
}


WHOEVER: Final = ""
"""Stands for the user who is called, whoever that is, where a node is expected."""


def condition(pair: Pair, path: Sequence[Step], results: frozenset[str]) -> str:
    """``when users/guard does not answer``; empty for no step at all."""
    if not path:
        return ""
    *before, last = path
    words = [_condition(pair, step.node, {step.result}) for step in before]
    return "when " + " and then ".join([*words, _condition(pair, last.node, results)])


def _condition(pair: Pair, node: str, results: Iterable[str]) -> str:
    if node in pair.new.ivrs:
        return f"{_or(sorted(results))} is pressed in {short(node)}"
    name = short(node) if node != WHOEVER else "whoever is called"
    return f"{name} {_result(pair, node, results)}"


def _result(pair: Pair, node: str, results: Iterable[str]) -> str:
    found = set(results)
    if isinstance(pair.new.nodes.get(node), HuntGroup):
        if {"busy", "no-answer", "unreachable"} <= found:
            return "does not take the call"
        return _or([text for name, text in _HUNTED.items() if name in found])
    if {"gone", "unregistered"} <= found:
        if {"busy", "no-answer"} <= found:
            return "does not take the call"
        return _or([text for name, text in _RESULTS.items() if name in found - {"gone", "unregistered"}] + [_AWAY])
    return _or([text for name, text in _RESULTS.items() if name in found])


_AWAY: Final = "cannot be reached"


def _or(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def treatment(pair: Pair, parting: Parting, entry: EntryKey) -> tuple[str, str]:
    """``rang hunt_groups/sales`` and ``now rings users/guard``."""
    old, new = parting.old.action, parting.new.action
    if not parting.path and is_barred(parting.new):
        return "went through", "now are barred"
    if not parting.path and is_barred(parting.old):
        return "were barred", "now go through"
    if entry.last is not None and isinstance(old, Out):
        return "went out", f"now are refused with {_reason(new)}"
    if entry.last is not None and isinstance(new, Out):
        return f"were refused with {_reason(old)}", "now go out"
    match old, new:
        case Ring(), Ring() if old.user == new.user:
            return _rings(old, new)
        case Hunt(), Hunt() if short(old.group) == short(new.group):
            return _hunts(pair, old, new)
        case Out(), Out() if old.number == new.number:
            return _outs(old, new)
        case Answer(), Answer() if old.ivr == new.ivr:
            return _menus(pair, old.ivr)
        case CalledBack(), CalledBack():
            return "was called back", f"now otherwise by {short(new.callback)}"
    return _was(pair.old, old), f"now {_is(pair.new, new)}"


def _menus(pair: Pair, name: str) -> tuple[str, str]:
    """How an IVR differs, as far as keys say it."""
    old, new = pair.old.nodes[name], pair.new.nodes[name]
    assert isinstance(old, Ivr)
    assert isinstance(new, Ivr)
    for before, after in ((old.open, new.open), (old.closed, new.closed), (old.holiday, new.holiday)):
        found = differing(before, after) if before is not None and after is not None else None
        if found is not None:
            return f"in {short(name)} {found[0]}", found[1]
        if before is not None and after is not None and before.greeting != after.greeting:
            return f"{short(name)} greeted with {_prompt(pair.old, before)}", f"now with {_prompt(pair.new, after)}"
    return f"reached {short(name)}", "which now plays, waits or goes on otherwise"


def _prompt(version: Version, menu: Menu) -> str:
    return version.tenant.prompt(menu.greeting).words if menu.greeting is not None else "silence"


def _refused(version: Version, end: End) -> str:
    words = [
        version.tenant.prompt(prompt).words + (f" {count} times" if count > 1 else "")
        for prompt, count in Counter(end.heard).items()
    ]
    return f"refused with {end.code} {end.reason}" + (f" after {listed(words)}" if words else "")


def _reason(action: Action) -> str:
    return f"{action.code} {action.reason}" if isinstance(action, End) else "something else"


def _was(version: Version, action: Action) -> str:
    match action:
        case Ring(user):
            return f"rang {short(user)}"
        case Hunt(group):
            return f"rang {short(group)}"
        case End():
            return f"was {_refused(version, action)}"
        case Answer(ivr):
            return f"was answered by {short(ivr)}"
        case CalledBack(callback):
            return f"was called back by {short(callback)}"
        case Out(text):
            return f"went out to {_outside(version, text)}"


def _is(version: Version, action: Action) -> str:
    match action:
        case Ring(user):
            return f"rings {short(user)}"
        case Hunt(group):
            return f"rings {short(group)}"
        case End():
            return f"is {_refused(version, action)}"
        case Answer(ivr):
            return f"is answered by {short(ivr)}"
        case CalledBack(callback):
            return f"is called back by {short(callback)}"
        case Out(text):
            return f"goes out to {_outside(version, text)}"


def _outside(version: Version, text: str) -> str:
    return number(text, version.tenant.dial_plan.calling_code)


def _rings(old: Ring, new: Ring) -> tuple[str, str]:
    whom, before, after = short(new.user), [], []
    if old.phones != new.phones:
        before.append(f"rang {_slugs(old.phones)} of {whom}")
        after.append(f"now rings {_slugs(new.phones)}")
    if old.ring_ms != new.ring_ms:
        before.append(f"rang {whom} for {seconds(old.ring_ms)}" if not before else f"for {seconds(old.ring_ms)}")
        after.append(f"now for {seconds(new.ring_ms)}" if not after else f"for {seconds(new.ring_ms)}")
    return " ".join(before), " ".join(after)


def _slugs(phones: Iterable[str]) -> str:
    return listed([phone.rpartition("/")[2] for phone in phones])


def _outs(old: Out, new: Out) -> tuple[str, str]:
    if old.trunks != new.trunks:
        return f"went out through {_trunks(old)}", f"now through {_trunks(new)}"
    if old.refused != new.refused:
        return "went out", "now the caller hears something else when no trunk takes the call"
    return f"went out to {old.number} as forwarded by {_by(old)}", f"now as forwarded by {_by(new)}"


def _trunks(out: Out) -> str:
    assert isinstance(out.trunks, tuple)
    return listed([trunk[0] for trunk in out.trunks]) if out.trunks else "no trunk"


def _by(out: Out) -> str:
    assert isinstance(out.told, tuple)
    shown = [("a withheld number" if private else owner or "no number", reason) for reason, owner, private in out.told]
    return listed([f"{owner} ({reason})" for owner, reason in shown]) if shown else "nobody"


# -- hunts


def _hunts(pair: Pair, old: Hunt, new: Hunt) -> tuple[str, str]:
    """How two hunts of one group differ."""
    found = _group_differences(pair, old.group, new.group)
    name = short(new.group)
    if not found:
        return f"rang {name}", "now otherwise"
    before = "; ".join(one for one, _ in found)
    return f"{name} rang {before}", f"now {'; '.join(other for _, other in found)}"


def _group_differences(pair: Pair, old_id: str, new_id: str) -> list[tuple[str, str]]:
    old, new = pair.old.nodes[old_id], pair.new.nodes[new_id]
    assert isinstance(old, HuntGroup)
    assert isinstance(new, HuntGroup)
    found = []
    if old.policy != new.policy:
        found.append((f"by policy {old.policy}", f"by policy {new.policy}"))
    names = [m.node for m in old.members], [m.node for m in new.members]
    if names[0] != names[1]:
        found.append(_members(*names))
    elif old.turns != new.turns:
        found.append(("with weights " + _weights(old), "with weights " + _weights(new)))
    for before, after, text in (
        (seconds(old.ring_ms), seconds(new.ring_ms), "each for {}"),
        (_overflow(old), _overflow(new), "{}"),
        (_waiting(old), _waiting(new), "{}"),
        (_advance(old), _advance(new), "{}"),
    ):
        if before != after:
            found.append((text.format(before), text.format(after)))
    for member in new.members:
        if member.node in names[0]:
            found += _member_differences(pair, member.node)
    return found


def _members(old: list[str], new: list[str]) -> tuple[str, str]:
    gone, come = [m for m in old if m not in new], [m for m in new if m not in old]
    if gone and not come:
        return listed([short(m) for m in old]), f"without {listed([short(m) for m in gone])}"
    if come and not gone and [m for m in new if m in old] == old:
        return listed([short(m) for m in old]), f"{listed([short(m) for m in come])} too"
    return listed([short(m) for m in old]) or "nobody", listed([short(m) for m in new]) or "nobody"


def _weights(group: HuntGroup) -> str:
    return listed([f"{short(member.node)} {member.weight} %" for member in group.members])


def _overflow(group: HuntGroup) -> str:
    if group.overflow_ms is None:
        return "without a limit of time"
    return f"for {seconds(group.overflow_ms)} in all and then {short(group.overflow)}"


def _waiting(group: HuntGroup) -> str:
    return "members in a call too" if group.call_waiting else "only members not in a call"


def _advance(group: HuntGroup) -> str:
    return "one member after the other" if group.advance else "one member only"


def _member_differences(pair: Pair, name: str) -> list[tuple[str, str]]:
    old, new = pair.old.nodes[name], pair.new.nodes[name]
    if isinstance(old, User) and isinstance(new, User):
        slugs = [[phone.id for phone in user.phones] for user in (old, new)]
        if slugs[0] != slugs[1]:
            return [(f"{_slugs(slugs[0]) if slugs[0] else 'no phone'} of {short(name)}", f"{_slugs(slugs[1])}")]
        return []
    if isinstance(old, HuntGroup) and isinstance(new, HuntGroup):
        found = _group_differences(pair, name, name)
        if old.is_busy != new.is_busy:
            found.append(("with a busy group", "with one that is not") if old.is_busy else ("as usual", "as busy"))
        return [(f"in {short(name)} {before}", f"there {after}") for before, after in found]
    return []
