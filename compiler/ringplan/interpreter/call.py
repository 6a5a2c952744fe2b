"""What the interpreter is asked: one call, and the state of the world it meets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import UTC, datetime
from enum import StrEnum

from ringplan.values import dataclass

ORDINARY_MOMENT = datetime(2026, 3, 4, 10, 0, tzinfo=UTC)
"""A Wednesday morning that is no holiday: the time of a call when nobody says another."""


@dataclass(frozen=True, slots=True)
class FromPhone:
    """The call comes from a phone that proved its account by digest authentication."""

    phone: str
    """Phone id, ``novak/users/novakova/phones/desk``."""


@dataclass(frozen=True, slots=True)
class FromTrunk:
    """The call comes from an address of a trunk."""

    trunk: str
    """Trunk id."""
    number: str | None = None
    """Calling number as the carrier wrote it; None: the carrier sent no number."""


@dataclass(frozen=True, slots=True)
class FromStranger:
    """The call comes from an address nobody knows and without valid credentials."""

    domain: str
    """Domain the caller claims to belong to (From URI)."""


@dataclass(frozen=True, slots=True)
class FromCallback:
    """The exchange calls an employee back, after it refused his call to a callback number.

    `Call.dialled` is empty; what he presses once he has answered is in `Call.presses`.
    """

    callback: str
    """Node id of the `ringplan.ir.Callback`."""
    number: str
    """E.164 number that is called, one of its allowed numbers."""


@dataclass(frozen=True, slots=True)
class FromClick:
    """Click-to-dial: the exchange rings the user's own phones, then calls `Call.dialled` as if he had dialled it."""

    user: str
    """Node id."""


Origin = FromPhone | FromTrunk | FromStranger | FromCallback | FromClick


@dataclass(frozen=True, slots=True)
class Call:
    """One attempt to call."""

    origin: Origin
    dialled: str
    """User part of the request URI, percent-decoded, or ``urn:service:sos`` and its sub-services."""
    withheld: bool = False
    """The caller asks for privacy on this call (RFC 3323 ``Privacy: id``, ``user`` or ``header``; anonymous From)."""
    diversions: int = 0
    """How often other networks have forwarded the call already, as a carrier says (RFC 5806, RFC 7044)."""
    presses: tuple[str, ...] = ()
    """What the caller presses each time an answered call waits for him: keys, or the digits of an extension, a name or
    a number; empty text: nothing. When there are no more, he presses nothing ever again."""


class PhoneState(StrEnum):
    """What a phone does when the exchange calls it."""

    ANSWERS = "answers"
    BUSY = "busy"
    """Answers 486 at once."""
    DECLINES = "declines"
    """Answers 603 after ringing."""
    SILENT = "silent"
    """Rings until the exchange gives up."""
    REDIRECTS = "redirects"
    """Answers 302 after ringing; `World.redirects` says where to."""
    GONE = "gone"
    """Registered, but does not react at all."""
    UNREGISTERED = "unregistered"


class TrunkState(StrEnum):
    """What a trunk does with a call out."""

    ANSWERS = "answers"
    BUSY = "busy"
    """Answers 486."""
    DECLINES = "declines"
    """Answers 603."""
    UNKNOWN = "unknown"
    """Answers 404."""
    FAILS = "fails"
    """Answers 503."""
    SILENT = "silent"
    """Does not answer at all within its answer timeout."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What a hunt group remembers of earlier calls."""

    last: str | None = None
    """Circular: the member rung last, by node id; None: nobody yet."""
    turn: int = 0
    """Weighted: how many hunts have begun."""
    answered: tuple[str, ...] = ()
    """Uniform: members that had a call through the group, by node id, the one longest idle first."""


NOTHING_REMEMBERED = Memory()


@dataclass(frozen=True, slots=True)
class World:
    """The state of everything a call can meet; phones and trunks that are not named answer."""

    phones: Mapping[str, PhoneState] = field(default_factory=dict)
    trunks: Mapping[str, TrunkState] = field(default_factory=dict)
    now: datetime = ORDINARY_MOMENT
    """When the call begins, with its zone; schedules are read once, then."""
    redirects: Mapping[str, str] = field(default_factory=dict)
    """Where a phone that redirects sends its calls: a dial string, or ``sip:user@host`` of another domain."""
    engaged: frozenset[str] = frozenset()
    """Users who are in a call, or are being rung by one, when this call begins."""
    memory: Mapping[str, Memory] = field(default_factory=dict)
    """What hunt groups remember, by id."""
    switches: Mapping[str, bool] = field(default_factory=dict)
    """What was switched by hand: a schedule open or closed, a hunt group busy or not, by id."""
    called_back: frozenset[str] = frozenset()
    """E.164 numbers that are being called back, or were a moment ago (`Callback.interval_ms`)."""

    def phone(self, phone_id: str) -> PhoneState:
        """State of a phone."""
        return self.phones.get(phone_id, PhoneState.ANSWERS)

    def trunk(self, trunk_id: str) -> TrunkState:
        """State of a trunk."""
        return self.trunks.get(trunk_id, TrunkState.ANSWERS)

    def remembered(self, group: str) -> Memory:
        """What a hunt group remembers."""
        return self.memory.get(group, NOTHING_REMEMBERED)
