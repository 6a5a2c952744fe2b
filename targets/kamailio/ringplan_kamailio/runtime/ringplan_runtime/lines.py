"""Who is in a call or is being rung, for all workers.

The htable ``lines`` holds the calls of a user, ``<until>:<call>`` each, and changes under Kamailio's lock of the
user's slot, so that two workers never both find him free. The htable ``calls`` holds the parties of an answered call
until its BYE. A BYE that is lost blocks nobody for ever: entries end by themselves after `LONGEST_S`.
"""

from __future__ import annotations

import os
from hashlib import blake2b
from typing import NamedTuple

import KSR

from . import clock

LINES, CALLS = "lines", "calls"
LONGEST_S = 4 * 3600
"""After how long a call is no longer counted, seconds; ``autoexpire`` of both tables in kamailio.cfg."""


_MOST_CALLS = 31
"""Further calls of a user that are counted; a phone that never hangs up must not make every look-up longer."""


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
    """`tag` of who answered; empty: his tag cannot be read."""
    shown: str
    """From URI that stands for a caller who is not to be shown; empty: he is, or is anonymous."""


def new_name() -> str:
    """A name for a call, which nobody else can choose or guess; the token carries it."""
    return os.urandom(9).hex()


def text_of(variable: str) -> str:
    """Text of a message; empty when it is none."""
    try:
        return str(KSR.pv.gete(variable))
    except UnicodeDecodeError:
        return ""


def tag(variable: str) -> str:
    """A tag (``$ft``, ``$tt``) as it is kept: it may hold any character. Empty: there is none that can be read."""
    found = text_of(variable)
    return blake2b(found.encode("utf-8", "surrogateescape"), digest_size=6).hexdigest() if found else ""


def take(user: str, call: str, only_if_free: bool = False) -> bool:
    """Counts a call among the user's; ``only_if_free``: not when he has another one, the answer is False then."""
    KSR.htable.sht_lock(LINES, user)
    try:
        others = _others(user, call)
        if only_if_free and others:
            return False
        until = clock.monotonic_ms() // 1000 + LONGEST_S
        KSR.htable.sht_sets(LINES, user, " ".join((*others[-_MOST_CALLS:], f"{until}:{call}")))
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
