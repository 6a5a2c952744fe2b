"""The facts about one user, hunt group or time route that stand at the top of its page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ringplan import ir

from .data import Link, link, memberships, phones, shown_outside, unit
from .directory import Called, Directory
from .menus import said
from .wording import POLICIES, counted, seconds, visible

_LANGUAGES = {"cs": "Czech", "en": "English", "sk": "Slovak"}


@dataclass(frozen=True, slots=True)
class Fact:
    """One line: what is said, of whom."""

    label: str
    values: tuple[Link, ...]


def facts(names: Directory, node: Called) -> tuple[Fact, ...]:
    """What is known of a node besides where its calls go."""
    match node:
        case ir.User():
            found = _user(names, node)
        case ir.HuntGroup():
            found = _group(names, node)
        case ir.TimeRoute():
            found = _route(names, node)
        case ir.Ivr():
            found = _ivr(names, node)
        case ir.Callback():
            found = _callback(names, node)
        case ir.Announcement():
            return tuple(_announcement(names, node))
    plan = Link(
        f"calling plan of {names.plan(node.plan)}", f"restrictions.html#plan-{'-'.join(node.plan.split('/')[1:])}"
    )
    return (*found, Fact("Restrictions", (plan,)))


def _text(label: str, *texts: str) -> Fact:
    return Fact(label, tuple(Link(text, None) for text in texts))


def _user(names: Directory, user: ir.User) -> Iterator[Fact]:
    if unit(names, user):
        yield _text("Unit", unit(names, user))
    yield _text("Phones", *phones(user))
    identity = user.identity
    yield _text("Colleagues see", f"{visible(identity.internal_name)}, {identity.internal_number}")
    yield _text("Others see", shown_outside(names, user))
    emergency = identity.emergency_number
    yield _text("Emergency centres see", names.number(emergency) if emergency else "no number")
    if user.speed_dial:
        yield _text("Speed dial", *(f"{code} for {target}" for code, target in user.speed_dial))
    found = memberships(names, user.id)
    if found:
        yield Fact("Member of", tuple(link(names, group.id) for group in found))


def _group(names: Directory, group: ir.HuntGroup) -> Iterator[Fact]:
    yield _text("Policy", f"{group.policy}: {POLICIES[group.policy]}")
    yield _text("A member rings", seconds(group.ring_ms))
    if group.overflow_ms is not None:
        yield _text("Overflow", f"after {seconds(group.overflow_ms)} in all")
    yield _text("Members in a call", "are rung too (call waiting)" if group.call_waiting else "are skipped")
    if not group.advance:
        yield _text("No answer", "ends the hunt: no further member is tried")
    if group.is_busy:
        yield _text("Switch", "busy: nobody is rung")
    if group.external_number is not None:
        yield _text("Forwards outside as", names.number(group.external_number))
    found = memberships(names, group.id)
    if found:
        yield Fact("Member of", tuple(link(names, outer.id) for outer in found))


def _route(names: Directory, route: ir.TimeRoute) -> Iterator[Fact]:
    yield _text("Time zone", names.tenant.time_zone)
    if route.external_number is not None:
        yield _text("Forwards outside as", names.number(route.external_number))


def _ivr(names: Directory, ivr: ir.Ivr) -> Iterator[Fact]:
    yield _text("Language", _LANGUAGES[ivr.language])
    if ivr.hours is not None or ivr.holidays is not None:
        yield _text("Time zone", names.tenant.time_zone)
    yield _text("Longest time in menus", seconds(ivr.max_ms))
    if ivr.external_number is not None:
        yield _text("Transfers outside as", names.number(ivr.external_number))


def _announcement(names: Directory, announcement: ir.Announcement) -> Iterator[Fact]:
    yield _text("Says", said(names, announcement.prompt))
    yield _text("Is played", counted(announcement.times, "time"))
    yield _text("Ends with", f"{announcement.code} {announcement.reason}")


def _callback(names: Directory, callback: ir.Callback) -> Iterator[Fact]:
    allowed = (
        Link(f"{names.number(number)} as {names.name(user)}", names.page(user)) for number, user in callback.allowed
    )
    yield Fact("Calls back", tuple(allowed))
    yield _text("After", seconds(callback.delay_ms))
    yield _text("At most once in", seconds(callback.interval_ms))
    if callback.record:
        yield _text("Recorded", f"kept for {counted(callback.keep_days, 'day')}")


@dataclass(frozen=True, slots=True)
class HuntRow:
    """A member in the order of the hunt."""

    place: int
    member: Link
    kind: str
    key: str
    share: str


def hunt_rows(names: Directory, group: ir.HuntGroup) -> tuple[HuntRow, ...]:
    """The members of a hunt group in the manifest's order, which begins every hunt while nothing is remembered."""
    return tuple(
        HuntRow(
            place=at,
            member=link(names, member.node),
            kind=names.kind(member.node),
            key=", ".join(names.keys(member.node)),
            share=f"{member.weight}\u00a0%" if group.policy == "weighted" else "",
        )
        for at, member in enumerate(group.members, start=1)
    )
