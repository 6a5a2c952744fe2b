"""What a plan says: changes, each one sentence with its cause and a call that shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

from ringplan.interpreter import Call, World


class Risk(IntEnum):
    """How much a change deserves a second look; the most dangerous first."""

    EMERGENCY = 0
    """What an emergency centre sees, or how emergency calls go out."""
    REMOVED = 1
    """Somebody can no longer be called, or can no longer call at all."""
    ALLOWED = 2
    """A call that was barred is let through."""
    CHANGED = 3
    ADDED = 4
    """Somebody can be called who could not be before."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What was edited."""

    address: str
    """Logical address, ``novak/schedules/open``."""
    file: str
    line: int
    is_removed: bool
    """Whether the place is one of the old version, because the new one has nothing there."""


@dataclass(frozen=True, slots=True)
class Witness:
    """One call that the interpreter treats differently in the two versions."""

    call: Call
    world: World
    command: str
    """The ``ringplan trace`` command that shows it."""
    before: str
    """How the call ends in the old version."""
    after: str


Covers = Callable[[Call, datetime], bool]
"""Whether a call at a moment belongs to the classes of a change, whatever phones do."""


def covers_nothing(_call: Call, _moment: datetime) -> bool:
    """For changes that are about no call."""
    return False


@dataclass(frozen=True, slots=True)
class Change:
    """One sentence of a plan."""

    tenant: str
    """Tenant id; empty: the platform."""
    risk: Risk
    when: str
    """``Fri 16:00–17:30``; empty: at any time."""
    subject: str
    """``calls from outside to +420 222 333 400``."""
    condition: str
    """``when users/guard does not answer``; empty: always."""
    before: str
    """``rang hunt_groups/sales``."""
    after: str
    """``now rings users/guard``."""
    causes: tuple[Cause, ...]
    witness: Witness | None
    """None: it is about no single call, or none was found that shows it."""
    classes: int = 1
    """Classes of calls it stands for."""
    about: tuple[str, ...] = ()
    """What it is about, for policies: numbers, extensions and users, by address."""
    covers: Covers = field(default=covers_nothing, compare=False, repr=False)
    phones: tuple[str, ...] = ()
    """Phones that can register in one of the versions only, or with another password; by id."""

    @property
    def sentence(self) -> str:
        """The change for people."""
        words = ", ".join(part for part in (self.when, self.subject, self.condition) if part)
        return f"{words}: {self.before}, {self.after}"


@dataclass(frozen=True, slots=True)
class TenantPlan:
    """What changes for one tenant."""

    tenant: str
    changes: tuple[Change, ...]
    notes: tuple[str, ...]
    """What differs although no call does."""
    compared: int
    """Classes of calls that were compared; those that cannot differ are not among them."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A change that needs to be allowed by name."""

    tenant: str
    """Empty: the platform."""
    reason: str
    """``emergency``, ``numbers``, ``users``, ``whitelist`` or ``delete``."""
    message: str

    @property
    def key(self) -> str:
        """What ``--allow`` takes."""
        return f"{self.tenant or 'platform'}:{self.reason}"


@dataclass(frozen=True, slots=True)
class Plan:
    """What changes for a fleet."""

    tenants: tuple[TenantPlan, ...]
    """Tenants whose meaning differs, sorted; the platform first, with an empty name."""
    total: int
    """Tenants of the new version."""
    refusals: tuple[Refusal, ...] = ()
    """What is protected and not allowed."""
    digest: str = ""
    """Of everything that is said."""

    @property
    def changes(self) -> tuple[Change, ...]:
        """All changes, in the order of tenants and risks."""
        return tuple(change for tenant in self.tenants for change in tenant.changes)
