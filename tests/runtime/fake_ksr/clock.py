"""Virtual time: what happens later happens in order and at once."""

from __future__ import annotations

import heapq
from collections.abc import Callable

_MOST_EVENTS = 2_000


class Clock:
    """An event queue; milliseconds from 0."""

    def __init__(self) -> None:
        self.now_ms = 0
        self._queue: list[tuple[int, int, Callable[[], None]]] = []
        self._count = 0

    def later(self, delay_ms: int, action: Callable[[], None]) -> None:
        """Do ``action`` after a delay; at equal times in the order in which they were asked for."""
        self._count += 1
        heapq.heappush(self._queue, (self.now_ms + delay_ms, self._count, action))

    def run(self) -> None:
        """Until nothing is left to happen; a world that never comes to rest is an error."""
        for _ in range(_MOST_EVENTS):
            if not self._queue:
                return
            self.now_ms, _, action = heapq.heappop(self._queue)
            action()
        raise AssertionError(f"no end after {_MOST_EVENTS} events")
