"""What hunt groups remember of earlier calls, shared by all workers: the htable ``hunts``.

``last:<group>`` is the member a circular group rang last, ``turn:<group>`` how many hunts of a weighted group have
begun, ``tick:<group>`` counts the calls of a uniform group, ``tick:<group>:<member>`` is the count at the member's.
Counting is Kamailio's, in one step, so no two calls are the same turn. A reload does not touch the table, and
Kamailio writes it down when it ends.
"""

from __future__ import annotations

from collections.abc import Sequence

import KSR

from . import hunting
from .tenants import HuntGroup, Tenant

TABLE = "hunts"


class Remembered:
    """What is remembered when a hunt begins; that it begins is remembered at once."""

    __slots__ = ("_turns",)

    def __init__(self, tenant: Tenant, group_id: str) -> None:
        self._turns = {
            one: KSR.htable.sht_inc(TABLE, f"turn:{one}") - 1
            for one in hunting.involved(tenant, group_id)
            if tenant.hunt_group(one).policy == "weighted"
        }

    def last(self, group: str) -> str:
        """Circular: the member rung last; empty: nobody yet."""
        return str(KSR.htable.sht_get(TABLE, f"last:{group}") or "")

    def turn(self, group: str) -> int:
        """Weighted: how many hunts had begun before this one."""
        return self._turns[group]

    def ticks(self, group: str, members: Sequence[str]) -> dict[str, int]:
        """Uniform: members that had a call through the group; who had it later has the higher number."""
        return {member: int(KSR.htable.sht_get(TABLE, f"tick:{group}:{member}") or 0) for member in members}


def rung(tenant: Tenant, chain: str) -> None:
    """A user is rung: circular groups on the way to him go on after him."""
    for group_id, group, member in _steps(tenant, chain):
        if group.policy == "circular":
            KSR.htable.sht_sets(TABLE, f"last:{group_id}", member)


def had_a_call(tenant: Tenant, chain: str) -> None:
    """A user has answered, or his call has ended: in uniform groups on the way to him he was idle last."""
    for group_id, group, member in _steps(tenant, chain):
        if group.policy == "uniform":
            KSR.htable.sht_seti(TABLE, f"tick:{group_id}:{member}", KSR.htable.sht_inc(TABLE, f"tick:{group_id}"))


def _steps(tenant: Tenant, chain: str) -> list[tuple[str, HuntGroup, str]]:
    """Every group of a chain, with the member that follows it; a generation may know some of them no more."""
    found = []
    for group_id, member in hunting.steps(chain):
        group = tenant.nodes.get(group_id)
        if isinstance(group, HuntGroup):
            found.append((group_id, group, member))
    return found
