"""The tree of departments, as every pass walks it."""

from __future__ import annotations

from collections.abc import Iterator

from ringplan_schema import Tenant as Manifest


def department_chain(manifest: Manifest, name: str | None) -> Iterator[str]:
    """A department and those above it, nearest first; ends at an undefined name or where a cycle closes."""
    seen: set[str] = set()
    while name is not None and name in manifest.departments and name not in seen:
        seen.add(name)
        yield name
        name = manifest.departments[name].parent


def is_complete(manifest: Manifest, name: str | None) -> bool:
    """Whether the chain of departments from here upwards names only departments that are defined."""
    above = name
    for department in department_chain(manifest, name):
        above = manifest.departments[department].parent
    return above is None or above in manifest.departments
