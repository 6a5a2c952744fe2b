"""Who is in a call or is being rung, for all workers.

The htable ``lines`` holds the calls of a user, ``<until>:<call>`` each, and changes under Kamailio's lock of the
user's slot, so that two workers never both find him free. The htable ``calls`` holds the parties of an answered call
until its BYE. A BYE that is lost blocks nobody for ever: entries end by themselves after `LONGEST_S`.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import NamedTuple

import KSR

from . import clock

LINES, CALLS = "lines", "calls"
LONGEST_S = 4 * 3600
"""After how long a call is no longer counted, seconds; ``autoexpire`` of both tables in kamailio.cfg."""


class Parties(NamedTuple):
    """The users of an answered call."""

    tenant: str
    caller: str
    """Node id; empty: a trunk."""
    answered: str
    """Node id; empty: a trunk."""
    chain: str
    """The way through hunt groups to who answered, as in ``hunting``."""
    tag: str
    """To tag of who answered."""


def name_of(call_id: str) -> str:
    """The name of a call here: a Call-ID may hold any character."""
    return blake2b(call_id.encode("utf-8", "surrogateescape"), digest_size=9).hexdigest()


def take(user: str, call: str, only_if_free: bool = False) -> bool:
    """Counts a call among the user's; ``only_if_free``: not when he has another one, the answer is False then."""
    KSR.htable.sht_lock(LINES, user)
    try:
        others = _others(user, call)
        if only_if_free and others:
            return False
        until = clock.monotonic_ms() // 1000 + LONGEST_S
        KSR.htable.sht_sets(LINES, user, " ".join((*others, f"{until}:{call}")))
        return True
    finally:
        KSR.htable.sht_unlock(LINES, user)


def leave(user: str, call: str) -> None:
    """The user has no longer to do with a call."""
    KSR.htable.sht_lock(LINES, user)
    try:
        others = _others(user, call)
        if others:
            KSR.htable.sht_sets(LINES, user, " ".join(others))
        else:
            KSR.htable.sht_rm(LINES, user)
    finally:
        KSR.htable.sht_unlock(LINES, user)


def _others(user: str, call: str) -> list[str]:
    """The user's other calls, without those that have lasted too long."""
    found = str(KSR.htable.sht_gete(LINES, user))
    if not found:
        return []
    now = clock.monotonic_ms() // 1000
    return [entry for entry in found.split(" ") if _counts(entry, call, now)]


def _counts(entry: str, call: str, now: int) -> bool:
    until, _, name = entry.partition(":")
    return name != call and int(until) > now


def connect(call: str, parties: Parties) -> None:
    """A call was answered."""
    KSR.htable.sht_sets(CALLS, call, "\n".join(parties))


def parties(call: str) -> Parties | None:
    """Who is in an answered call; None: it is none, or has lasted too long."""
    found = str(KSR.htable.sht_gete(CALLS, call))
    return Parties(*found.split("\n")) if found else None


def end(call: str, found: Parties) -> None:
    """An answered call is over."""
    KSR.htable.sht_rm(CALLS, call)
    for user in (found.caller, found.answered):
        if user:
            leave(user, call)
