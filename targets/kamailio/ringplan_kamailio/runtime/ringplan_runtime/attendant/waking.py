"""What is done when a timer is due."""

from __future__ import annotations

from .. import log
from . import ending, playing, timers
from .events import Expired, Lost
from .relay import UNKNOWN, UNREACHABLE, RelayError
from .session import UP, Session
from .shell import ALIVE, ALIVE_MS, Shell
from .timers import Due

_DEAF = "deaf"
"""How often in a row the relay did not answer."""
_MOST_DEAF = 3
SILENT = "silent"


def wake(shell: Shell, due: Due) -> None:
    """Tells a session that its time has come."""
    if due.name.startswith(ending.END):
        ending.end(shell.desk, due.session, due.name.removeprefix(ending.END), due.serial)
        return
    with shell.opened(due.session) as session:
        if session is None:
            return
        if due.name == ALIVE:
            _look(shell, session)
        elif due.name.startswith(playing.NEXT):
            _follow(shell, session, due)
        elif due.serial == session.serial:
            shell.feed(session, Expired(due.name))


def _follow(shell: Shell, session: Session, due: Due) -> None:
    try:
        playing.follow(shell.desk, session, due.name.removeprefix(playing.NEXT), due.serial)
    except RelayError as error:
        log.event(f"prompt: {error}")
        shell.feed(session, Lost(error.why))


def _look(shell: Shell, session: Session) -> None:
    """Whether the relay still has the session, and still hears everybody."""
    timers.add(session.id, ALIVE, 0, ALIVE_MS)
    if not any(leg.state == UP for leg in session.legs.values()):
        return
    why = _lost(shell, session)
    if why:
        shell.feed(session, Lost(why))


def _lost(shell: Shell, session: Session) -> str:
    try:
        silent = shell.desk.audio.silent(session)
    except RelayError as error:
        session.audio[_DEAF] = session.audio.get(_DEAF, 0) + 1
        if error.why == UNKNOWN:
            return UNKNOWN
        return UNREACHABLE if session.audio[_DEAF] >= _MOST_DEAF else ""
    session.audio.pop(_DEAF, None)
    return SILENT if silent else ""
