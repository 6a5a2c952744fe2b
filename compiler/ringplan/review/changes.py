"""What differs between two versions by meaning, and for each change what whoever makes it must administer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from ringplan_schema import Platform, Tenant

from .matrix import APPOINTS, ENTRY, Role, lowest
from .meaning import SECTIONS, differences, entry_fields, platform_fields, tenant_fields
from .scopes import WHOLE_TENANT, Scope, administered, placements

_NOTHING: Final[tuple[Any, ...]] = (None, [], {}, "")


@dataclass(frozen=True, slots=True)
class Need:
    """Somebody with at least this role, over this."""

    lowest: Role
    scope: Scope


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs."""

    tenant: str
    """Empty: the platform."""
    address: str
    """The entry, ``users/eva``; empty for the tenant or the platform as a whole."""
    field: str
    """What of it, ``forward.busy``; empty: all of it."""
    before: Any
    """Plain data; None: it was not there."""
    after: Any
    needs: tuple[Need, ...]
    """Every one must be met, by the author or somebody who approves."""


def platform_changes(base: Platform | None, head: Platform | None) -> Iterator[Change]:
    """What changes of the platform; None: it is not there."""
    need = (Need(Role.OPERATOR, WHOLE_TENANT),)
    if base is None or head is None:
        if base is not head:
            yield Change("", "", "", _id(base), _id(head), need)
        return
    old, new = platform_fields(base), platform_fields(head)
    for field in old:
        for path, before, after in differences(old[field], new[field], field):
            yield Change("", "", path, before, after, need)


def tenant_changes(name: str, base: Tenant | None, head: Tenant | None) -> Iterator[Change]:
    """What changes of a tenant; None: it is not there."""
    if base is None or head is None:
        if base is not head:
            need = Need(lowest("tenant", ENTRY), WHOLE_TENANT)
            yield Change(name, "", "", _id(base), _id(head), (need,))
        return
    old, new = tenant_fields(base), tenant_fields(head)
    for field in old:
        need = Need(lowest("tenant", field), WHOLE_TENANT)
        for path, before, after in differences(old[field], new[field], field):
            yield Change(name, "", path, before, after, (need,))
    yield from _administrators(name, base, head)
    for section in SECTIONS:
        for entry in sorted(getattr(base, section).keys() | getattr(head, section).keys()):
            yield from _entry(name, base, head, section, entry)


def _id(found: Tenant | Platform | None) -> str | None:
    if found is None:
        return None
    return found.tenant if isinstance(found, Tenant) else found.platform


def _administrators(name: str, base: Tenant, head: Tenant) -> Iterator[Change]:
    """Roles that are given, taken or changed; each needs a higher one."""
    old, new = ({key.lower(): one for key, one in version.administrators.items()} for version in (base, head))
    for person in sorted(old.keys() | new.keys()):
        entries = [one for one in (old.get(person), new.get(person)) if one is not None]
        if len(entries) == 2 and entries[0] == entries[1]:
            continue
        needs: list[Need] = []
        for one in entries:
            scopes = [s for about in administered(one) for s in placements(base, head, *about)] or [WHOLE_TENANT]
            needs += (Need(APPOINTS[one.role], scope) for scope in scopes)
        before, after = (
            one.model_dump(exclude_none=True) if one is not None else None for one in (old.get(person), new.get(person))
        )
        yield Change(name, f"administrators/{person}", "", before, after, tuple(dict.fromkeys(needs)))


def _entry(name: str, base: Tenant, head: Tenant, section: str, entry: str) -> Iterator[Change]:
    """What changes of one entry."""
    scopes = placements(base, head, section, entry)
    old, new = (
        entry_fields(version, section, entry) if entry in getattr(version, section) else None
        for version in (base, head)
    )
    address = f"{section}/{entry}"
    if old is None or new is None:
        needs = tuple(Need(lowest(section, ENTRY), scope) for scope in scopes)
        yield Change(name, address, "", _whole(old), _whole(new), needs)
    for field in old or new or {}:
        whole = lowest(section, field or ENTRY)
        needs = tuple(Need(whole, scope) for scope in scopes) + _consents(base, head, section, entry, field)
        if old is None or new is None:
            # What is higher than the entry itself, such as its number, is somebody else's to give or take.
            value = (old or new or {})[field]
            also = whole > lowest(section, ENTRY) or len(needs) > len(scopes)
            if field and also and value not in _NOTHING:
                yield Change(name, address, field, (old or {}).get(field), (new or {}).get(field), needs)
            continue
        for path, before, after in differences(old[field], new[field], field):
            yield Change(name, address, path, before, after, needs)


def _whole(fields: dict[str, Any] | None) -> str | None:
    """How an entry is called that comes or goes."""
    if fields is None:
        return None
    return str(fields.get("name") or "there")


def _consents(base: Tenant, head: Tenant, section: str, entry: str, field: str) -> tuple[Need, ...]:
    """Users and groups that a hunt group begins to ring: their own forwarding does not protect them from it."""
    if section != "hunt_groups" or field != "members" or entry not in head.hunt_groups:
        return ()
    before = base.hunt_groups[entry].members if entry in base.hunt_groups else []
    needs: list[Need] = []
    for member in head.hunt_groups[entry].members:
        kind, _, member_name = member.partition("/")
        if member not in before:
            needs += (Need(Role.USER, scope) for scope in placements(base, head, kind, member_name))
    return tuple(dict.fromkeys(needs))
