"""The vocabulary of call control: what a session can ask for. The shell does it, in order, and reports by events."""

from __future__ import annotations

from typing import Any, NamedTuple

from .session import CALLER


class Answer(NamedTuple):
    """Answers the INVITE of a party that called us with 200 and connects its audio with us; in-band digits are listened
    for when its description has no telephone events. Failing is `events.Lost`."""

    leg: str = CALLER


class Progress(NamedTuple):
    """As `Answer`, but with 183: the caller hears us, and the call is not answered (nobody pays)."""


class Refuse(NamedTuple):
    """The final answer of an INVITE to us that was not answered; afterwards it has no leg."""

    code: int
    reason: str
    leg: str = CALLER


class Play(NamedTuple):
    """Plays prompts one after the other to a leg, in place of what it hears; reports `events.Playing` once."""

    leg: str
    prompts: tuple[str, ...]
    """File names within the bundle's prompts."""
    forever: bool = False
    """Music on hold, ringback: the one prompt again and again, until `Stop` or another `Play`."""


class Stop(NamedTuple):
    """Stops what is played to a leg."""

    leg: str


class Dial(NamedTuple):
    """Calls somebody through the exchange as the leg, which must not be there; reports `events.Rang`, `Answered`,
    `Failed`. The audio offered is that of the other leg, or, without one, of the relay."""

    leg: str
    errand: dict[str, Any]
    """What the exchange has to do (`errands.Errand`)."""
    replaces: str = ""


class Cancel(NamedTuple):
    """Takes back the INVITE of a leg that is calling or ringing. The leg is forgotten; should it answer after all, the
    shell ends that."""

    leg: str


class HangUp(NamedTuple):
    """Ends a leg that is up (BYE). The leg is forgotten."""

    leg: str


class Bridge(NamedTuple):
    """Connects the audio of both legs, which are up, or the target ringing with early media (``early``)."""

    early: bool = False


class Unbridge(NamedTuple):
    """The caller's audio is connected with us again, because the target has gone."""


class Notify(NamedTuple):
    """Tells a leg what became of its REFER (RFC 3515): the status line of a final or provisional answer."""

    leg: str
    code: int
    reason: str
    final: bool


class Wait(NamedTuple):
    """Sets the session's timer, in place of the one before; the serial has been counted up."""

    name: str
    ms: int


class Record(NamedTuple):
    """Starts the recording of both parties' audio, or ends it."""

    on: bool = True


class Part(NamedTuple):
    """A party that transferred the other one leaves the audio: its leg becomes `session.TRANSFEROR` and waits for what
    becomes of that."""

    leg: str


class Rejoin(NamedTuple):
    """`session.TRANSFEROR` becomes this leg again, which must not be there, because the transfer failed."""

    leg: str


class Claim(NamedTuple):
    """Asks for a name that only one session of the site can have at a time; reports `events.Claimed`."""

    name: str


class Release(NamedTuple):
    """Gives a claimed name back; others can have it after so long."""

    name: str
    ms: int


class Account(NamedTuple):
    """Writes one line about the session to the log: every session has exactly one with ``final``."""

    result: str
    code: int
    final: bool = True


class Forget(NamedTuple):
    """The session is over: nothing of it stays, here or at the relay. Always the last command."""


Command = (
    Answer
    | Progress
    | Refuse
    | Play
    | Stop
    | Dial
    | Cancel
    | HangUp
    | Bridge
    | Unbridge
    | Notify
    | Wait
    | Record
    | Part
    | Rejoin
    | Claim
    | Release
    | Account
    | Forget
)
