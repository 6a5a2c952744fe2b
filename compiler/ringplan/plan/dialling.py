"""Calls out: which directions calling plans open or close, emergency calls, speed dial, and the trunks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from ringplan.interpreter import Call, FromPhone
from ringplan.interpreter.dialling import Destination, Emergency, NotFound, OffNet, OnNet, analyse, destination
from ringplan.interpreter.screening import call_type, canonical
from ringplan.ir import CallTable, Plan

from .entries import table_data
from .model import Covers, Risk, covers_nothing
from .screens import NAMES, Compared, Turned, decider, turned
from .told import Told
from .versions import Pair, Version
from .wording import listed, number, short


def screens(pair: Pair) -> Iterator[Told]:
    """Directions that calling plans open or close."""
    by_tables: dict[object, list[str]] = {}
    for user in pair.shared_users:
        plans = _plans(pair, user)
        tables = table_data(plans[0].outgoing), table_data(plans[1].outgoing)
        if tables[0] != tables[1]:
            by_tables.setdefault((*tables, plans[0].id, plans[1].id), []).append(user)
    for users in by_tables.values():
        yield from _outgoing(pair, tuple(users), *_plans(pair, users[0]))


def redirections(pair: Pair) -> Iterator[Told]:
    """Where phones of users may send calls (302, REFER)."""
    by_tables: dict[object, list[str]] = {}
    for user in pair.shared_users:
        plans = _plans(pair, user)
        tables = table_data(plans[0].forwarding), table_data(plans[1].forwarding)
        if tables[0] != tables[1]:
            by_tables.setdefault((*tables, plans[0].id, plans[1].id), []).append(user)
    for users in by_tables.values():
        plans = _plans(pair, users[0])
        edited = _addresses(plans, (plans[0].forwarding, plans[1].forwarding))
        verb = f"redirections and transfers by {_users(pair, users)}"
        compared = _compared(pair, plans[0].forwarding, plans[1].forwarding)
        if compared.is_undecided:
            yield _undecided(f"{verb} to numbers outside", edited, tuple(users), covers_nothing)
        for one, words in _directions(compared.turned, plans[0].forwarding, plans[1].forwarding):
            old, new = ("barred", "allowed") if one.allowed else ("allowed", "barred")
            subject = f"{verb} to {words}"
            risk = Risk.ALLOWED if one.allowed else Risk.CHANGED
            to = pair.new.tenant.dial_plan.outside_prefix + one.canonical
            yield Told(risk, subject, f"were {old}", f"now {new}", edited, tuple(users), None, redirected=to)
        sip = dict(plans[0].forwarding.types)["sip_uri"], dict(plans[1].forwarding.types)["sip_uri"]
        inside = dict(plans[0].forwarding.types)["internal"], dict(plans[1].forwarding.types)["internal"]
        targets = _uri(pair), _colleague(pair, users[0])
        named = zip((NAMES["sip_uri"], "colleagues"), (sip, inside), targets, strict=True)
        for words, (before, after), target in named:
            if before is not after:
                old, new = _verdict(before), _verdict(after)
                risk = Risk.ALLOWED if after else Risk.CHANGED
                text = f"{verb} to {words}"
                yield Told(risk, text, f"were {old}", f"now {new}", edited, tuple(users), None, redirected=target)


def _uri(pair: Pair) -> str | None:
    """A SIP URI that some trunk is for."""
    domains = (domain for trunk in pair.new.program.platform.trunks for domain in trunk.domains)
    return next((f"sip:guest@{domain}" for domain in domains), None)


def _verdict(allowed: bool) -> str:
    return "allowed" if allowed else "barred"


def _outgoing(pair: Pair, users: tuple[str, ...], old: Plan, new: Plan) -> Iterator[Told]:
    prefix = pair.new.tenant.dial_plan.outside_prefix
    groups: dict[tuple[str, bool], list[Turned]] = {}
    compared, edited = _compared(pair, old.outgoing, new.outgoing), _addresses((old, new), (old.outgoing, new.outgoing))
    if compared.is_undecided:
        yield _undecided(f"calls by {_users(pair, users)} to numbers outside", edited, users, _out_by(pair, users))
    for one, words in _directions(compared.turned, old.outgoing, new.outgoing):
        groups.setdefault((words, one.allowed), []).append(one)
    for (words, allowed), found in groups.items():
        before, after = ("were barred", "now go out") if allowed else ("went out", "are now barred")
        yield Told(
            risk=Risk.ALLOWED if allowed else Risk.CHANGED,
            subject=f"calls by {_users(pair, users)} to {words}",
            before=before,
            after=after,
            addresses=edited,
            users=users,
            dialled=prefix + found[0].canonical,
            covers=_Directed(pair, frozenset(users), (old, new), tuple(found)).holds,
            classes=len(found) * len(users),
        )


def _out_by(pair: Pair, users: Iterable[str]) -> Covers:
    """Any call out by some users."""
    callers = frozenset(users)

    def holds(call: Call, _moment: datetime) -> bool:
        is_out = isinstance(destination(pair.new.tenant, call.dialled), OffNet)
        return is_out and isinstance(call.origin, FromPhone) and call.origin.phone.partition("/phones/")[0] in callers

    return holds


@dataclass(frozen=True, slots=True)
class _Directed:
    """Says whether a call goes to one of some sets of numbers."""

    pair: Pair
    users: frozenset[str]
    plans: tuple[Plan, Plan]
    sets: tuple[Turned, ...]

    def holds(self, call: Call, _moment: datetime) -> bool:
        """Whether it does."""
        if not isinstance(call.origin, FromPhone) or call.origin.phone.partition("/phones/")[0] not in self.users:
            return False
        version = self.pair.new
        user = version.users[call.origin.phone.partition("/phones/")[0]]
        found, _ = analyse(version.tenant, user, call.dialled)
        if not isinstance(found, OffNet):
            return False
        kind = call_type(version.tenant.dial_plan, found.number)
        text = canonical(version.tenant.dial_plan, found.number)
        deciders = tuple(decider(plan.outgoing, text, kind)[0] for plan in self.plans)
        return any((one.call_type, one.old, one.new) == (kind, *deciders) for one in self.sets)


def _compared(pair: Pair, old: CallTable, new: CallTable) -> Compared:
    owned = (*pair.old.tenant.blocks, *pair.new.tenant.blocks)
    return turned(pair.new.tenant.dial_plan, old, new, owned)


def _undecided(subject: str, edited: tuple[str, ...], users: tuple[str, ...], covers: Covers) -> Told:
    """What is said of masks that are too entangled to compare: perhaps they let more through."""
    after = "and it is not decided whether other numbers change with them: they are too entangled"
    return Told(Risk.ALLOWED, subject, "the masks change", after, edited, users, None, covers)


def _directions(found: Sequence[Turned], old: CallTable, new: CallTable) -> Iterator[tuple[Turned, str]]:
    """Sets of numbers whose verdict changed, with their name: the type, or the mask that decides."""
    by_type: dict[bool, list[Turned]] = {}
    by_mask: dict[tuple[str, bool], list[Turned]] = {}
    for one in found:
        if one.old is None and one.new is None:
            by_type.setdefault(one.allowed, []).append(one)
        else:
            rule = new.masks[one.new] if one.new is not None else old.masks[one.old or 0]
            by_mask.setdefault((short(rule.mask), one.allowed), []).append(one)
    for sets in by_type.values():
        words = listed([NAMES[one.call_type] for one in sets], shown=8)
        yield from ((one, words) for one in sets)
    for (mask, _), sets in by_mask.items():
        patterns = dict.fromkeys(
            (new.masks[one.new] if one.new is not None else old.masks[one.old or 0]).pattern for one in sets
        )
        words = f"numbers of {mask} ({listed(list(patterns))})"
        yield from ((one, words) for one in sets)


def _plans(pair: Pair, user: str) -> tuple[Plan, Plan]:
    old, new = pair.old, pair.new
    return old.plans[old.users[user].plan], new.plans[new.users[user].plan]


def _addresses(plans: tuple[Plan, Plan], tables: tuple[CallTable, CallTable]) -> tuple[str, ...]:
    """The masks whose patterns were edited while both plans name them, else the plan."""
    old, new = (_patterns(table) for table in tables)
    masks = [name for name in sorted(old.keys() & new.keys()) if old[name] != new[name]]
    return tuple(masks) if masks else (plans[1].id,)


def _patterns(table: CallTable) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for rule in table.masks:
        found.setdefault(rule.mask, set()).add(rule.pattern)
    return found


def _users(pair: Pair, users: Iterable[str]) -> str:
    found = list(users)
    if set(found) == set(pair.shared_users) and len(found) > 1:
        return "all users"
    return listed([short(user) for user in found])


# -- speed dial


def speed_dials(pair: Pair) -> Iterator[Told]:
    """Codes that lead elsewhere."""
    for user in pair.shared_users:
        old, new = dict(pair.old.users[user].speed_dial), dict(pair.new.users[user].speed_dial)
        for code in sorted(old.keys() | new.keys()):
            before, after = _leads(pair.old, old.get(code, code)), _leads(pair.new, new.get(code, code))
            if old.get(code) == new.get(code) or before == after:
                continue
            risk = Risk.REMOVED if code not in new else Risk.ADDED if code not in old else Risk.CHANGED
            yield Told(
                risk=risk,
                subject=f"speed dial {code} of {short(user)}",
                before=f"led to {_named(pair, before)}" if code in old else "was not set",
                after=f"now leads to {_named(pair, after)}" if code in new else "is not set any more",
                addresses=(user,),
                users=(user,),
                dialled=code if _is_seen(before) or _is_seen(after) else None,
                covers=_dials(user, code),
                is_certain=False,
            )


def _leads(version: Version, text: str) -> Destination:
    """Where a code leads; everything that leads nowhere for the same reason is alike."""
    found = destination(version.tenant, text)
    return NotFound(found.node, "") if isinstance(found, NotFound) else found


def _is_seen(found: Destination) -> bool:
    return not isinstance(found, NotFound)


def _named(pair: Pair, found: Destination) -> str:
    match found:
        case OnNet(key):
            return number(key, pair.new.tenant.dial_plan.calling_code)
        case OffNet(text) | Emergency(text):
            return number(text, pair.new.tenant.dial_plan.calling_code)
        case NotFound():
            return "nothing"


def _dials(user: str, code: str) -> Covers:
    def holds(call: Call, _moment: datetime) -> bool:
        return isinstance(call.origin, FromPhone) and call.origin.phone.startswith(user + "/") and call.dialled == code

    return holds


# -- emergency calls


def emergencies(pair: Pair) -> Iterator[Told]:
    """How emergency calls go out, and what the centre sees."""
    old, new = pair.old.tenant.dial_plan, pair.new.tenant.dial_plan
    found: dict[tuple[str, str], list[str]] = {}
    for user in pair.shared_users:
        numbers = pair.old.users[user].identity.emergency_number, pair.new.users[user].identity.emergency_number
        if numbers[0] != numbers[1]:
            shown = tuple(number(n, new.calling_code) if n else "no number" for n in numbers)
            found.setdefault((shown[0], shown[1]), []).append(user)
    for (before, after), users in found.items():
        yield Told(
            risk=Risk.EMERGENCY,
            subject=f"emergency calls by {_users(pair, users)}",
            before=f"showed {before}",
            after=f"now show {after}",
            addresses=(users[0],),
            users=tuple(users),
            dialled=new.emergency[0],
            covers=_emergency(pair, frozenset(users)),
            is_certain=any(trunk.numbers for trunk in pair.new.trunks.values()),
        )
    if old.emergency != new.emergency and pair.shared_users:
        yield Told(
            risk=Risk.EMERGENCY,
            subject="emergency calls by all users",
            before=f"were those to {listed(old.emergency, shown=9)}",
            after=f"now are those to {listed(new.emergency, shown=9)}",
            addresses=(),
            users=pair.shared_users,
            dialled=next(n for n in (*old.emergency, *new.emergency) if (n in old.emergency) != (n in new.emergency)),
            covers=_emergency(pair, frozenset(pair.shared_users)),
            is_certain=False,
        )


def _emergency(pair: Pair, users: frozenset[str]) -> Covers:
    def holds(call: Call, _moment: datetime) -> bool:
        plans = pair.old.tenant, pair.new.tenant
        is_one = any(isinstance(destination(tenant, call.dialled), Emergency) for tenant in plans)
        return is_one and isinstance(call.origin, FromPhone) and call.origin.phone.partition("/phones/")[0] in users

    return holds


# -- identities


def identities(pair: Pair) -> Iterator[Told]:
    """What the called see of a user."""
    code = pair.new.tenant.dial_plan.calling_code
    for user in pair.shared_users:
        old, new = pair.old.users[user].identity, pair.new.users[user].identity
        inside = [f"“{one.internal_name}” {one.internal_number}" for one in (old, new)]
        outside = [number(one.external_number, code) if one.external_number else "no number" for one in (old, new)]
        if old.withheld != new.withheld:
            words = ["hid" if old.withheld else "showed the number", "now hide it" if new.withheld else "now show it"]
            yield _shown(pair, user, f"calls by {short(user)}", words[0], words[1])
        if inside[0] != inside[1] and not (old.withheld and new.withheld):
            yield _shown(pair, user, f"internal calls by {short(user)}", f"showed {inside[0]}", f"now show {inside[1]}")
        if outside[0] != outside[1]:
            yield _shown(pair, user, f"calls out by {short(user)}", f"showed {outside[0]}", f"now show {outside[1]}")


def _shown(pair: Pair, user: str, subject: str, before: str, after: str) -> Told:
    def holds(call: Call, _moment: datetime) -> bool:
        return isinstance(call.origin, FromPhone) and call.origin.phone.startswith(user + "/")

    internal = subject.startswith("internal")
    dialled = _colleague(pair, user) if internal else None
    if dialled is None and not internal and pair.old.tenant.trunks and pair.new.tenant.trunks:
        dialled = number_out(pair, user)
    return Told(Risk.CHANGED, subject, before, after, (user,), (user,), dialled, holds, is_certain=False)


def _colleague(pair: Pair, user: str) -> str | None:
    """An extension of somebody else that is in both versions."""
    for key, node in pair.new.entries.items():
        if not key.startswith("+") and node != user and node in pair.old.users and pair.old.entries.get(key) == node:
            return key
    return None


def number_out(pair: Pair, user: str) -> str | None:
    """What the user dials to reach a number outside that both plans allow; None: there is none."""
    from ringplan.interpreter.witnesses import witnesses

    plan = pair.new.tenant.dial_plan
    old, new = _plans(pair, user)
    owned = (*pair.old.tenant.blocks, *pair.new.tenant.blocks)
    for one in witnesses(plan, new.outgoing, owned):
        if one.verdict.allowed and decider(old.outgoing, one.canonical, one.call_type)[1]:
            return plan.outside_prefix + one.canonical
    return None
