"""What the call control needs to know of the world."""

from __future__ import annotations

from typing import Protocol

from ..tenants import Tenant


class Environment(Protocol):
    """Answers by the generation of data that is in force, and by the clock."""

    def tenant(self, tenant_id: str) -> Tenant | None:
        """The tenant; None when it is no longer there."""

    def is_open(self, tenant: Tenant, schedule: str, moment: int) -> bool:
        """Whether a schedule is open at a moment, seconds since 1970; KeyError when there is no such schedule."""

    def now_ms(self) -> int:
        """Milliseconds of a clock nobody sets, the same one for all workers."""
