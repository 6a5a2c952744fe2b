"""The end of a session at its relay, also when the relay does not answer just then."""

from __future__ import annotations

import KSR

from . import timers
from .desk import Desk
from .relay import UNREACHABLE, RelayError

END = "end "
"""Timer: ask a relay, whose name follows, once more to end a session that is no more."""
_AGAIN_MS = 3_000
_MOST_TRIES = 5


def end(desk: Desk, session_id: str, relay: str, tried: int = 0) -> None:
    """Ends a session at its relay.

    A relay that was silent for a moment may have begun it meanwhile, and would keep its ports for long.
    """
    try:
        desk.relays.ask(relay, "delete", call_id=session_id)
    except RelayError as error:
        KSR.dbg(f"{error}\n")  # that it never began there is no fault
        if error.why == UNREACHABLE and tried < _MOST_TRIES:
            timers.add(session_id, f"{END}{relay}", tried + 1, _AGAIN_MS)
