"""What an exchange remembers of calls, written into it from outside: hunt groups, and who is in a call.

The other way to bring an exchange into such a state are calls; where a world names only the state, these would have to
be guessed. The tables are written as the exchange writes them (``hunt_memory`` and ``lines`` of its runtime).
"""

from __future__ import annotations

import time
from collections.abc import Iterator

from ringplan.interpreter import Memory, World

_HUNTS, _LINES = "hunts", "lines"
_LASTS_S = 600
"""How long who is in a call stays in it, at most."""


Command = tuple[str, str, str, str | int]
"""Method, table, key and value."""


def commands(world: World) -> Iterator[Command]:
    """RPC commands after which the exchange remembers what a world says; before, it must remember nothing."""
    for group, memory in sorted(world.memory.items()):
        yield from _of_group(group, memory)
    until = int(time.monotonic()) + _LASTS_S
    for user in sorted(world.engaged):
        yield "htable.sets", _LINES, user, f"{until}:lab"


def _of_group(group: str, memory: Memory) -> Iterator[Command]:
    if memory.last is not None:
        yield "htable.sets", _HUNTS, f"last:{group}", memory.last
    if memory.turn:
        yield "htable.seti", _HUNTS, f"turn:{group}", memory.turn
    for tick, member in enumerate(memory.answered, start=1):
        yield "htable.seti", _HUNTS, f"tick:{group}:{member}", tick
    if memory.answered:
        yield "htable.seti", _HUNTS, f"tick:{group}", len(memory.answered)
