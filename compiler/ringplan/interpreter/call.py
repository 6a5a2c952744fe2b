"""What the interpreter is asked: one call, and the state of the world it meets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


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


Origin = FromPhone | FromTrunk | FromStranger


@dataclass(frozen=True, slots=True)
class Call:
    """One attempt to call."""

    origin: Origin
    dialled: str
    """User part of the request URI, percent-decoded, or ``urn:service:sos`` and its sub-services."""
    withheld: bool = False
    """The caller asks for privacy on this call (RFC 3323 ``Privacy: id``, ``user`` or ``header``; anonymous From)."""


class PhoneState(StrEnum):
    """What a phone does when the exchange calls it."""

    ANSWERS = "answers"
    BUSY = "busy"
    """Answers 486 at once."""
    DECLINES = "declines"
    """Answers 603 after ringing."""
    SILENT = "silent"
    """Rings until the exchange gives up."""
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
class World:
    """The state of phones and trunks; whatever is not named answers."""

    phones: Mapping[str, PhoneState] = field(default_factory=dict)
    trunks: Mapping[str, TrunkState] = field(default_factory=dict)

    def phone(self, phone_id: str) -> PhoneState:
        """State of a phone."""
        return self.phones.get(phone_id, PhoneState.ANSWERS)

    def trunk(self, trunk_id: str) -> TrunkState:
        """State of a trunk."""
        return self.trunks.get(trunk_id, TrunkState.ANSWERS)
