"""One answered call: its parties, where it is in its script, and nothing that needs KSR.

A session is written to a shared table between two events, as JSON, and whichever worker has the next event reads it.
Its name is ours and random: it is the call's name at the media relay as well.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from typing import Any

LAYOUT = 1
"""Counts up when the fields change; a reload must still read sessions of the generation before."""

CALLER = "a"
"""The first party: who called, or is called back, or clicked. Its tag at the media relay."""
TARGET = "b"
"""Whoever is connected with it."""

TRANSFEROR = "r"
"""Who has transferred the other party and waits for what becomes of it; no party of the audio any more."""

INVITED = "invited"
"""It called us, and has no final answer yet."""
CALLING = "calling"
"""We called it, and it has said nothing yet."""
RINGING = "ringing"
UP = "up"
CANCELLED = "cancelled"
"""We called it and do not want it any longer; its final answer is still to come."""


@dataclass(slots=True)
class Leg:
    """One party's SIP dialog with us, and its audio."""

    call_id: str
    state: str
    local_uri: str = ""
    remote_uri: str = ""
    local_tag: str = ""
    remote_tag: str = ""
    target: str = ""
    """Remote target: its Contact."""
    route: list[str] = field(default_factory=list)
    """Route set, as it is sent."""
    local_seq: int = 0
    """CSeq of our last request in the dialog."""
    remote_seq: int = 0
    invite_seq: str = ""
    """CSeq number of the INVITE that opened the dialog, as it was sent."""
    sdp: str = ""
    """Its last session description, reduced to what was agreed."""
    version: int = 0
    """Of our session description towards it (the ``o=`` line)."""
    uas: bool = False
    """Whether it called us."""
    held: bool = False
    """It has put us on hold: its last description was ``sendonly`` or ``inactive``."""
    who: dict[str, Any] = field(default_factory=dict)
    """What the exchange said of who answered our call (`errands.ANSWERED`)."""


@dataclass(slots=True)
class Session:
    """One call and where it is."""

    id: str
    """Random, hexadecimal; known to nobody outside."""
    tenant: str
    node: str
    """The IVR, announcement or callback, or the user who clicked."""
    state: str
    """A state of the script it is in (`machine`)."""
    errand: dict[str, Any]
    """What the exchange said of the call (`errands.Errand`): it goes with everything we dial for it."""
    begun: int
    """Seconds since 1970."""
    legs: dict[str, Leg] = field(default_factory=dict)
    """By `CALLER` and `TARGET`."""
    serial: int = 0
    """Counts up whenever what we wait for changes; a timer of an older serial is nobody's."""
    script: dict[str, Any] = field(default_factory=dict)
    """What the script remembers: menus on the way, digits, tries."""
    relay: str = ""
    """The media relay that has it."""
    audio: dict[str, Any] = field(default_factory=dict)
    """What the shell remembers of its audio and transactions (`audio`, `shell`); no script reads it."""
    layout: int = LAYOUT

    def text(self) -> str:
        """As one value of the table."""
        known = {name: getattr(self, name) for name in _FIELDS}
        known["legs"] = {key: {name: getattr(leg, name) for name in _LEG_FIELDS} for key, leg in self.legs.items()}
        return json.dumps(known, separators=(",", ":"))

    @classmethod
    def read(cls, text: str) -> Session:
        """From `text`; ValueError when it is of another layout."""
        known = json.loads(text)
        if known.get("layout") != LAYOUT:
            raise ValueError(f"session of layout {known.get('layout')}")
        known["legs"] = {name: Leg(**leg) for name, leg in known["legs"].items()}
        return cls(**known)


_FIELDS = tuple(one.name for one in fields(Session))
_LEG_FIELDS = tuple(one.name for one in fields(Leg))
