"""Timers of sessions: any worker asks, one process waits.

What is due is kept in a heap in ``sys.modules``, where it outlives a reload. A timer that is no longer wanted is not
removed: it carries the serial it was set with, and whoever gets it compares.
"""

from __future__ import annotations

import heapq
import sys
import types
from collections.abc import Iterator
from typing import NamedTuple

import KSR

from .. import clock

QUEUE = "timers"
_HOLDER = "ringplan_timers"
_MOST = 2_000
"""Timers that are taken in or given out in one turn, so that a turn ends."""


class Due(NamedTuple):
    """A timer; sorts by when it is due."""

    at_ms: int
    session: str
    name: str
    serial: int


def add(session_id: str, name: str, serial: int, ms: int) -> None:
    """Sets a timer."""
    KSR.mqueue.mq_add(QUEUE, session_id, f"{clock.monotonic_ms() + ms} {serial} {name}")


def due() -> Iterator[Due]:
    """Takes in what workers have set, and gives out what is due; only the one process does this."""
    heap: list[Due] = vars(sys.modules.setdefault(_HOLDER, types.ModuleType(_HOLDER))).setdefault("heap", [])
    for _ in range(_MOST):
        if KSR.mqueue.mq_fetch(QUEUE) <= 0:
            break
        at, serial, name = str(KSR.mqueue.mqv_gete(QUEUE)).split(" ", 2)
        heapq.heappush(heap, Due(int(at), str(KSR.mqueue.mqk_gete(QUEUE)), name, int(serial)))
    now = clock.monotonic_ms()
    for _ in range(_MOST):
        if not heap or heap[0].at_ms > now:
            return
        yield Due(*heapq.heappop(heap))  # those of the generation before are of another class
