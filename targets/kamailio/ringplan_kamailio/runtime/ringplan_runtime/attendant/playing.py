"""Prompts one after the other: a relay plays one, and does not say when it is over."""

from __future__ import annotations

from .. import log
from . import timers
from .commands import Play
from .desk import Desk
from .events import Playing
from .relay import REFUSED, RelayError
from .replying import awaits
from .session import Session

NEXT = "next "
"""Timer: the next prompt of a leg, whose name follows."""
_TURNS = "turns"
"""By leg: counts what is played to it, so that a late timer is noticed."""
_REST = "rest"
"""By leg: what is still to be played."""
_PUT_OFF = "put off"
"""What is to be played when the leg has answered our offer."""


def begin(desk: Desk, session: Session, command: Play) -> Playing | None:
    """Plays; the event that says so, None when it is put off."""
    if awaits(session, command.leg, desk.now_ms()):
        session.audio[_PUT_OFF] = list(command)
        return None
    _count(session, command.leg)
    found = [prompt for prompt in command.prompts if desk.prompts.ms(prompt) > 0]
    for missing in sorted(frozenset(command.prompts) - frozenset(found)):
        log.event(f"prompt {missing} is not there")
    session.audio.setdefault(_REST, {})[command.leg] = [*found]
    if not found or not _play(desk, session, command.leg, command.forever):
        return Playing(command.leg, 0)
    return Playing(command.leg, sum(desk.prompts.ms(prompt) for prompt in found))


def put_off(desk: Desk, session: Session) -> Playing | None:
    """Plays what was put off; None: nothing."""
    fields = session.audio.pop(_PUT_OFF, None)
    if fields is None:
        return None
    leg, prompts, forever = fields
    return begin(desk, session, Play(leg, tuple(prompts), forever))


def follow(desk: Desk, session: Session, leg: str, turn: int) -> None:
    """The next prompt, if nothing else has been played meanwhile."""
    if session.audio.get(_TURNS, {}).get(leg) == turn and leg in session.legs:
        _play(desk, session, leg, False)


def stop(desk: Desk, session: Session, leg: str) -> None:
    """Stops what is played."""
    _count(session, leg)
    if (session.audio.get(_PUT_OFF) or [""])[0] == leg:
        del session.audio[_PUT_OFF]
    try:
        desk.audio.stop(session, leg)
    except RelayError as error:
        if error.why != REFUSED:  # nothing is played any more
            raise


def _count(session: Session, leg: str) -> int:
    turns: dict[str, int] = session.audio.setdefault(_TURNS, {})
    turns[leg] = turns.get(leg, 0) + 1
    session.audio.get(_REST, {}).pop(leg, None)
    return turns[leg]


def _play(desk: Desk, session: Session, leg: str, forever: bool) -> bool:
    rest: list[str] = session.audio[_REST][leg]
    prompt = rest.pop(0)
    try:
        desk.audio.play(session, leg, prompt, forever)
    except RelayError as error:
        if error.why != REFUSED:
            raise
        log.event(f"prompt {prompt} is not played: {error}")
        return False
    if rest:
        timers.add(session.id, f"{NEXT}{leg}", session.audio[_TURNS][leg], desk.prompts.ms(prompt))
    return True
