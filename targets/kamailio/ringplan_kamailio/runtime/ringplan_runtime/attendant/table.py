"""Where sessions are between two events: tables that all workers share, and a lock for each session.

The lock is that of the session's slot in the table. Kamailio lets the process that has it in again, and the timer that
removes old entries waits for it. Nobody holds two.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import KSR

from .session import Leg, Session

SESSIONS, LEGS = "sessions", "legs"

MOST_TAG = 200
"""Characters of a tag; a longer one is nobody's we talk with."""


class Place(NamedTuple):
    """Where a SIP dialog belongs."""

    session: str
    leg: str
    """Name of the leg; empty: it was cancelled, and whatever comes is to be ended."""


@contextmanager
def locked(session_id: str) -> Iterator[None]:
    """Nobody else has an event of the session meanwhile."""
    if KSR.htable.sht_lock(SESSIONS, session_id) < 0:
        raise RuntimeError("a session cannot be locked")
    try:
        yield
    finally:
        KSR.htable.sht_unlock(SESSIONS, session_id)


def read(session_id: str) -> Session | None:
    """The session, None when there is none (any more)."""
    text = KSR.htable.sht_get(SESSIONS, session_id)
    if text is None:
        return None
    try:
        return Session.read(str(text))
    except (ValueError, TypeError, KeyError, AttributeError):  # of a generation that wrote it differently
        KSR.htable.sht_rm(SESSIONS, session_id)
        return None


def write(session: Session) -> None:
    """Keeps the session."""
    if KSR.htable.sht_sets(SESSIONS, session.id, session.text()) < 0:
        raise RuntimeError("a session cannot be kept")


def remove(session: Session) -> None:
    """Forgets the session and the dialogs that are still its own."""
    for leg in session.legs.values():
        forget(leg, session.id)
    KSR.htable.sht_rm(SESSIONS, session.id)


# -- dialogs
#
# Two legs of two sessions have the same Call-ID when a call of ours comes back to us: who was called finds his by the
# caller's tag, who called by the Call-ID, which we made.


def key_of(leg: Leg) -> str:
    """What a leg is found by."""
    return f"s{leg.remote_tag} {leg.call_id}" if leg.uas else f"c {leg.call_id}"


def place(session_id: str, name: str, leg: Leg) -> None:
    """Lets the dialog be found; the later one of two with the same key. An empty name: it was cancelled."""
    if KSR.htable.sht_sets(LEGS, key_of(leg), f"{session_id} {name}") < 0:
        raise RuntimeError("a leg cannot be kept")


def forget(leg: Leg, session_id: str) -> None:
    """No longer lets the dialog be found, unless the key has become another session's."""
    found = _find(key_of(leg))
    if found is not None and found.session == session_id:
        KSR.htable.sht_rm(LEGS, key_of(leg))


def called_by_us(call_id: str) -> Place | None:
    """The leg of an INVITE we sent."""
    return _find(f"c {call_id}")


def forget_called_by_us(call_id: str) -> None:
    """What `called_by_us` found is over."""
    KSR.htable.sht_rm(LEGS, f"c {call_id}")


def dialog(call_id: str, from_tag: str) -> Place | None:
    """The leg whose other party sent a request; whether its tags fit is still to be seen."""
    if len(from_tag) > MOST_TAG:
        return None
    return _find(f"s{from_tag} {call_id}") or called_by_us(call_id)


def _find(key: str) -> Place | None:
    text = KSR.htable.sht_get(LEGS, key)
    if text is None:
        return None
    session_id, _, name = str(text).partition(" ")
    return Place(session_id, name)
