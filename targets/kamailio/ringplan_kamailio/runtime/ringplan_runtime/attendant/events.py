"""What can happen to a session. The shell makes these of SIP messages, digits, timers and answers of the relay."""

from __future__ import annotations

from typing import NamedTuple


class Invited(NamedTuple):
    """The exchange brought a call; its leg is `session.CALLER`, with the caller's description in ``leg.sdp``."""


class Ordered(NamedTuple):
    """Somebody clicked to dial; nobody has a leg yet."""


class Rang(NamedTuple):
    """A leg we called says 18x."""

    leg: str
    code: int
    sdp: str
    """Early media; empty: none."""


class Answered(NamedTuple):
    """A leg we called says 2xx. The shell has filled in the leg's dialog and ``sdp`` before."""

    leg: str
    call_id: str
    """Of the INVITE that was answered: the leg may have another one by now."""
    remote_tag: str


class Failed(NamedTuple):
    """A leg we called will not be up: final answer, time-out (408), or it could not be sent (0)."""

    leg: str
    call_id: str
    code: int
    reason: str


class Acknowledged(NamedTuple):
    """The caller's ACK of our 200 arrived."""

    leg: str


class Cancelled(NamedTuple):
    """The caller took his INVITE back; the shell has answered it with 487."""


class Left(NamedTuple):
    """A party said BYE; the shell has answered it."""

    leg: str


class Digit(NamedTuple):
    """A key, one of ``0123456789*#``."""

    leg: str
    key: str


class Playing(NamedTuple):
    """What `commands.Play` asked for has begun."""

    leg: str
    ms: int
    """How long all of it takes; 0 or less: it could not be played."""


class Expired(NamedTuple):
    """The timer of this serial; the shell drops those of another."""

    name: str


class Reoffered(NamedTuple):
    """A party changed its description (re-INVITE or UPDATE); ``leg.sdp`` and ``leg.held`` are already the new ones.

    The shell has answered it, and offered it to the relay.
    """

    leg: str
    was_held: bool


class Referred(NamedTuple):
    """A party wants the other one to be connected elsewhere; the exchange has allowed it, the shell said 202."""

    leg: str
    errand: dict[str, str]
    """What the exchange made of Refer-To: who dials what (`errands`)."""
    replaces: str
    """Of an attended transfer, the Replaces header of the INVITE we send (RFC 3891); empty: blind."""


class Claimed(NamedTuple):
    """What became of `commands.Claim`."""

    granted: bool


class Parked(NamedTuple):
    """A party parks the other one, and leaves; the exchange has allowed it."""

    leg: str


class Joined(NamedTuple):
    """Somebody calls to fetch who is parked: a leg in the state `session.INVITED`, under the name that is free."""

    leg: str


class Lost(NamedTuple):
    """The relay has lost the session, or hears nothing of a party any more."""

    why: str
    """``unknown``, ``silent`` or ``unreachable``."""


Event = (
    Invited
    | Ordered
    | Rang
    | Answered
    | Failed
    | Acknowledged
    | Cancelled
    | Left
    | Digit
    | Playing
    | Expired
    | Reoffered
    | Referred
    | Claimed
    | Parked
    | Joined
    | Lost
)
