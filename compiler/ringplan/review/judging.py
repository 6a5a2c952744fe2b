"""Whether an author may make changes, by the roles of the version before them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from ringplan_schema import Platform, Tenant
from ringplan_schema.administrators import Administrator

from .changes import Change, Need
from .matrix import Role
from .scopes import WHOLE_TENANT

_CAPITALS: Final = re.compile(r"[A-Z]")


def identity(text: str) -> str:
    """How somebody is compared: without case, of ASCII letters only, so that no other letter passes for one of them."""
    return _CAPITALS.sub(lambda found: found[0].lower(), text.strip())


@dataclass(frozen=True, slots=True)
class Administration:
    """Who has which role in the version before the change."""

    operators: frozenset[str] = frozenset()
    tenants: Mapping[str, Mapping[str, tuple[Administrator, ...]]] = field(default_factory=lambda: MappingProxyType({}))
    """By tenant and person."""

    def role(self, person: str, tenant: str, need: Need) -> Role | None:
        """By which role a person meets a need; None: he does not."""
        if person in self.operators:
            return Role.OPERATOR
        for entry in self.tenants.get(tenant, {}).get(person, ()):
            found = _role(entry, need)
            if found is not None:
                return found
        return None

    def able(self, tenant: str, need: Need) -> tuple[str, ...]:
        """Everybody who meets a need, those with the lowest role first."""
        people = self.operators | self.tenants.get(tenant, {}).keys()
        found = {person: role for person in people if (role := self.role(person, tenant, need)) is not None}
        return tuple(sorted(found, key=lambda person: (found[person], person)))

    def judges(self, tenant: str) -> bool:
        """Whether anybody may change a tenant (empty: the platform) at all."""
        return bool(self.operators or (tenant and self.tenants.get(tenant)))


def administration(platform: Platform | None, tenants: Mapping[str, Tenant]) -> Administration:
    """The roles that manifests give."""
    found: dict[str, Mapping[str, tuple[Administrator, ...]]] = {}
    for name, tenant in tenants.items():
        people: dict[str, tuple[Administrator, ...]] = {}
        for person, entry in tenant.administrators.items():
            people[identity(person)] = (*people.get(identity(person), ()), entry)
        found[name] = MappingProxyType(people)
    operators = frozenset(identity(person) for person in platform.administrators) if platform else frozenset()
    return Administration(operators, MappingProxyType(found))


@dataclass(frozen=True, slots=True)
class Missing:
    """A need that neither the author nor anybody who approved meets."""

    need: Need
    able: tuple[str, ...]
    """Who could approve; empty: nobody has such a role."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One change, judged."""

    change: Change
    granted: tuple[tuple[str, Role], ...]
    """Who met needs, and by which role."""
    missing: tuple[Missing, ...]

    @property
    def is_allowed(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing


@dataclass(frozen=True, slots=True)
class Review:
    """All changes, judged."""

    author: str
    approved_by: tuple[str, ...]
    verdicts: tuple[Verdict, ...]
    unjudged: tuple[str, ...]
    """Tenants (empty: the platform) that change and of which nobody is said to administer them."""

    @property
    def is_denied(self) -> bool:
        """Whether a change needs somebody else's approval."""
        return any(not one.is_allowed for one in self.verdicts)


def judge(changes: Iterable[Change], roles: Administration, author: str, approved_by: Collection[str] = ()) -> Review:
    """What the author and those who approved may do together."""
    people = tuple(dict.fromkeys(identity(person) for person in (author, *approved_by)))
    verdicts, unjudged = [], list[str]()
    for change in changes:
        if roles.judges(change.tenant):
            verdicts.append(_verdict(change, roles, people))
        elif change.tenant not in unjudged:
            unjudged.append(change.tenant)
    return Review(people[0], people[1:], tuple(verdicts), tuple(unjudged))


def _verdict(change: Change, roles: Administration, people: Collection[str]) -> Verdict:
    granted: list[tuple[str, Role]] = []
    missing = []
    for need in change.needs or (Need(Role.OPERATOR, WHOLE_TENANT),):
        by = ((person, roles.role(person, change.tenant, need)) for person in people)
        found = next(((person, role) for person, role in by if role is not None), None)
        if found is not None:
            granted.append(found)
        else:
            missing.append(Missing(need, roles.able(change.tenant, need)))
    return Verdict(change, tuple(dict.fromkeys(granted)), tuple(missing))


def _role(entry: Administrator, need: Need) -> Role | None:
    role = Role[entry.role.upper()]
    scope = need.scope
    if role >= need.lowest:
        match role:
            case Role.TENANT:
                return role
            case Role.GROUP if entry.group is not None and entry.group == scope.group:
                return role
            case Role.DEPARTMENT if entry.department in scope.departments:
                return role
            case _:
                pass
    is_own = entry.user is not None and entry.user == scope.user
    return Role.USER if is_own and need.lowest is Role.USER else None
