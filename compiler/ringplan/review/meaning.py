"""What a manifest means as plain data: defaults filled in, and no order where order means nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, Final

from pydantic import BaseModel

from ringplan.passes.services import RING_MS
from ringplan_schema import (
    Exchange,
    HuntGroup,
    MemberRing,
    NoAnswer,
    Platform,
    Schedule,
    Selective,
    Tenant,
    Trunk,
)

from .scopes import group_of

WHOLE: Final = ("callback", "number_masks", "prompts", "schedules", "time_routes")
"""Sections whose entries are one value to who administers them."""
SECTIONS: Final = ("groups", "departments", "users", "hunt_groups", "ivr", "announcements", *WHOLE)
"""Sections of a tenant whose entries are compared by name."""
_SETS: Final[Mapping[type[BaseModel], frozenset[str]]] = {
    Exchange: frozenset({"listen"}),
    Schedule: frozenset({"weekly", "dates", "holidays", "except_"}),
    Selective: frozenset({"callers"}),
    Trunk: frozenset({"sources", "tenants", "domains"}),
}
"""Lists in which order and repetition mean nothing."""
_JOINTS: Final = re.compile(r"\s*([,-])\s*")


def tenant_fields(tenant: Tenant) -> dict[str, Any]:
    """The fields of a tenant that are no sections."""
    others = (*SECTIONS, "administrators")
    found = {name: plain(getattr(tenant, name)) for name in Tenant.model_fields if name not in others}
    return found | {"numbers": merged_ranges(tenant.numbers)}


def platform_fields(platform: Platform) -> dict[str, Any]:
    """The fields of the platform."""
    found = {name: plain(getattr(platform, name)) for name in Platform.model_fields}
    return found | {"administrators": {name.lower(): person.role for name, person in platform.administrators.items()}}


def entry_fields(tenant: Tenant, section: str, name: str) -> dict[str, Any]:
    """The fields of one entry of a section; a section whose entries are one value has one field without a name."""
    entry = getattr(tenant, section)[name]
    if section in WHOLE:
        return {"": _named(sorted(set(entry)) if section == "number_masks" else plain(entry), name)}
    found: dict[str, Any] = _named(plain(entry), name)
    if section in ("users", "hunt_groups", "ivr", "announcements"):
        inherited = group_of(tenant, None, entry.department)
        found["group"] = None if entry.group == inherited else entry.group
    if section == "users":
        found |= {f"caller_id.{field}": value for field, value in found.pop("caller_id").items()}
    if isinstance(entry, HuntGroup) and entry.policy == "simultaneous":
        found["members"] = sorted(found["members"])
    return found


def plain(value: Any, name: str = "") -> Any:
    """Models as mappings of the names that are written, lists sorted where order means nothing."""
    if isinstance(value, NoAnswer | MemberRing):
        return _ring(value)
    if isinstance(value, BaseModel):
        return dict(_items(value))
    if isinstance(value, dict):
        return {
            key: _named(plain(item), key) if isinstance(item, Schedule) else plain(item) for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def merged_ranges(ranges: Iterable[str]) -> list[str]:
    """Ranges of numbers in order, those that touch as one."""
    bounds = sorted(tuple(int(end[1:]) for end in text.split("..")) for text in ranges)
    found: list[list[int]] = []
    for first, last in bounds:
        if found and first <= found[-1][1] + 1 and len(str(first)) == len(str(found[-1][1])):
            found[-1][1] = max(found[-1][1], last)
        else:
            found.append([first, last])
    return [f"+{first}" if first == last else f"+{first}..+{last}" for first, last in found]


def differences(old: Any, new: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    """The smallest parts of a value that differ, with their paths."""
    if isinstance(old, dict) and isinstance(new, dict) and old and new:
        for key in dict.fromkeys(chain(old, new)):
            yield from differences(old.get(key), new.get(key), f"{path}.{key}".removeprefix("."))
    elif old != new:
        yield path, old, new


def _items(model: BaseModel) -> Iterator[tuple[str, Any]]:
    unordered = _SETS.get(type(model), frozenset())
    for name, field in type(model).model_fields.items():
        value = plain(getattr(model, name))
        if name in unordered:
            value = sorted({_JOINTS.sub(r"\1", item) if isinstance(model, Schedule) else item for item in value})
        yield field.alias or name, value


def _ring(value: NoAnswer | MemberRing) -> dict[str, Any]:
    found = dict(_items(value))
    rings = found.pop("rings")
    if rings is None and found["after"] is None and isinstance(value, MemberRing):
        rings = 4
    if rings is not None:
        found["after"] = rings * RING_MS
    return found


def _named(data: Any, name: str) -> Any:
    """A name for people that is not written is the key."""
    return data | {"name": data["name"] or name} if isinstance(data, dict) and "name" in data else data
