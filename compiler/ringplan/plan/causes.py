"""What was edited so that two versions part: of everything that was asked, what is not defined alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ringplan.diagnostics import Span
from ringplan.ir import HuntGroup, MaskRule, Reject, Schedule, TimeRoute, User

from .behaviour import Hunt, Parting, Ring, is_barred
from .entries import EntryKey
from .model import Cause
from .times import with_exceptions
from .versions import Pair, Version, definition

_SHOWN: Final = 3


def causes_of(pair: Pair, parting: Parting, entry: EntryKey) -> tuple[Cause, ...]:
    """What explains a parting: what was asked last if that was edited, else anything on the way."""
    barring = [] if parting.path else [one for s in (parting.new, parting.old) if is_barred(s) for one in s.decided]
    found = _edited(pair, barring)
    if not found:
        found = _edited(pair, _asked(pair, parting, parting.old.decided, parting.new.decided))
    if not found and parting.path:
        found = _edited(pair, [step.node for step in parting.path[-1:]])
    if not found:
        found = _edited(pair, _asked(pair, parting, *parting.decided))
    if not found:
        found = _entry(pair, entry)
    return tuple(found[:_SHOWN])


def _asked(pair: Pair, parting: Parting, old: Iterable[str], new: Iterable[str]) -> list[str]:
    """Addresses of everything that was asked, with who is rung."""
    found: dict[str, None] = {}
    for version, decided, settled in ((pair.new, new, parting.new), (pair.old, old, parting.old)):
        found.update(dict.fromkeys(decided))
        if isinstance(settled.action, Ring | Hunt):
            name = settled.action.user if isinstance(settled.action, Ring) else settled.action.group
            found.update(dict.fromkeys(_with_members(version, name)))
        for name in decided:
            if name in version.schedules:
                found.update(dict.fromkeys(one.id for one in with_exceptions(version.tenant, [name])))
    return list(found)


def _with_members(version: Version, name: str) -> Iterable[str]:
    yield name
    node = version.nodes[name]
    if isinstance(node, HuntGroup):
        for member in node.members:
            yield from _with_members(version, member.node)


def _edited(pair: Pair, addresses: Iterable[str]) -> list[Cause]:
    """Those that the two versions define otherwise; schedules first, for they are what others ask."""
    found = []
    for address in addresses:
        if address.split("/")[1:2] == ["reject"]:
            continue
        before, after = definition(pair.old, address), definition(pair.new, address)
        if before != after:
            found.append(cause(pair, address))
    return sorted(found, key=lambda one: (one.is_removed, one.address.split("/")[1] != "schedules"))


def _entry(pair: Pair, entry: EntryKey) -> list[Cause]:
    """Where a number or extension is assigned, or the tenant."""
    for version, is_removed in ((pair.new, False), (pair.old, True)):
        for one in (*version.tenant.numbers, *version.tenant.extensions):
            if one.key == entry.key:
                return [_at(one.node, one.span, is_removed)]
    return [_at(pair.tenant, pair.new.tenant.span, is_removed=False)]


def cause(pair: Pair, address: str) -> Cause:
    """Where an address is defined in the new version, else where it was in the old one."""
    span, is_removed = _span(pair.new, pair.old, address), False
    if span is None:
        span, is_removed = _span(pair.old, pair.new, address), True
    return _at(address, span or pair.new.tenant.span, is_removed)


def _span(version: Version, other: Version, address: str) -> Span | None:
    """The line of an address, or of the first entry in it that the other version does not have."""
    found: User | HuntGroup | TimeRoute | Schedule | object | None = (
        version.nodes.get(address) or version.schedules.get(address) or version.plans.get(address)
    )
    if "/number_masks/" in address:
        found = _mask(version, other, address)
    theirs = other.nodes.get(address)
    if isinstance(found, User) and isinstance(theirs, User):
        known = {(rule.when, rule.callers, rule.anonymous, rule.to) for rule in theirs.rules}
        for rule in found.rules:
            if (rule.when, rule.callers, rule.anonymous, rule.to) not in known:
                return rule.span
    if isinstance(found, Reject) and found.prompt is not None:
        return version.tenant.prompt(found.prompt).span
    span = getattr(found, "span", None)
    return span if isinstance(span, Span) else None


def _mask(version: Version, other: Version, address: str) -> MaskRule | None:
    """A pattern of a mask, one that the other version does not have if there is any."""
    known, mine = (
        [r for p in one.tenant.plans for t in (p.outgoing, p.forwarding) for r in t.masks] for one in (other, version)
    )
    theirs = {rule.pattern for rule in known if rule.mask == address}
    found = sorted((rule for rule in mine if rule.mask == address), key=lambda rule: rule.pattern in theirs)
    return found[0] if found else None


def _at(address: str, span: Span, is_removed: bool) -> Cause:
    return Cause(address, span.file, span.line, is_removed)
