"""Whose an object is: the group, the departments and the user above it, in one version of the tenant."""

from __future__ import annotations

from dataclasses import dataclass

from ringplan.passes.organisation import department_chain
from ringplan_schema import Tenant
from ringplan_schema.administrators import Administrator


@dataclass(frozen=True, slots=True)
class Scope:
    """What a person must administer, at one of these levels, to change an object; the whole tenant always will do."""

    group: str | None = None
    departments: tuple[str, ...] = ()
    """The department of the object and those above it, nearest first."""
    user: str | None = None


WHOLE_TENANT = Scope()
"""Belongs to no group, department or user."""


def scope_of(tenant: Tenant, section: str, name: str) -> Scope:
    """Whose an entry of a section is."""
    match section:
        case "groups":
            return Scope(group=name)
        case "departments":
            return Scope(group_of(tenant, None, name), tuple(department_chain(tenant, name)))
        case "users":
            user = tenant.users[name]
            return _member(tenant, user.group, user.department, name)
        case "hunt_groups" | "ivr" | "announcements":
            entry = getattr(tenant, section)[name]
            return _member(tenant, entry.group, entry.department, None)
        case _:
            return WHOLE_TENANT


def placements(base: Tenant, head: Tenant, section: str, name: str) -> tuple[Scope, ...]:
    """Whose an entry is before and after a change; who changes it needs both."""
    found = []
    if name in getattr(base, section):
        found.append(scope_of(base, section, name))
    if name in getattr(head, section):
        found.append(_narrowed(scope_of(head, section, name), base))
    return tuple(dict.fromkeys(found))


def administered(person: Administrator) -> tuple[tuple[str, str], ...]:
    """The entries that a person's role is about, as section and name; none: the whole tenant."""
    found = []
    if person.role == "group" and person.group is not None:
        found.append(("groups", person.group))
    if person.role == "department" and person.department is not None:
        found.append(("departments", person.department))
    if person.user is not None:
        found.append(("users", person.user))
    return tuple(found)


def group_of(tenant: Tenant, own: str | None, department: str | None) -> str | None:
    """The group that counts: an object's own, else that of the nearest department upwards that has one."""
    if own is not None:
        return own
    found = (tenant.departments[name].group for name in department_chain(tenant, department))
    return next((group for group in found if group is not None), None)


def _member(tenant: Tenant, group: str | None, department: str | None, user: str | None) -> Scope:
    return Scope(group_of(tenant, group, department), tuple(department_chain(tenant, department)), user)


def _narrowed(scope: Scope, base: Tenant) -> Scope:
    """The scope of the changed version without what is new above the object or stood elsewhere before.

    Nobody becomes the administrator of an object by moving or renaming departments and groups in the same change.
    """
    known = next((name for name in scope.departments if name in base.departments), None)
    before = set(department_chain(base, known))
    group = scope.group if scope.group in base.groups else None
    return Scope(group, tuple(name for name in scope.departments if name in before), scope.user)
