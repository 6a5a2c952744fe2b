"""What the interpreter answers: every step of one call, who was tried, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from ringplan.diagnostics import Span
from ringplan.values import dataclass

from .call import Memory


@dataclass(frozen=True, slots=True)
class Presented:
    """The identity the called party receives."""

    number: str
    """User part of the From URI; ``anonymous`` when withheld or unknown."""
    name: str | None = None
    """Display name of the From header; None: no display name (``Anonymous`` goes with ``anonymous``)."""
    asserted: str | None = None
    """User part of P-Asserted-Identity (RFC 3325); None: the header must be absent."""
    private: bool = False
    """Whether ``Privacy: id`` is sent (RFC 3323); only ever towards trunks."""


ANONYMOUS = Presented(number="anonymous", name="Anonymous")
"""Towards phones: nothing about the caller."""


@dataclass(frozen=True, slots=True)
class Diversion:
    """One time the call was forwarded."""

    node: str
    """Who forwarded it: user, hunt group or time route, by id."""
    reason: str
    """``unconditional``, ``user-busy``, ``no-answer``, ``unavailable``, ``deflection`` or ``time-of-day``
    (RFC 5806 section 5)."""
    number: str | None
    """E.164 number that stands for who forwarded; None: none may be shown."""
    private: bool
    """Whether who forwarded withholds the number (``privacy=full``)."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One branch, or one parallel group of branches, that the exchange opened."""

    kind: str
    """``phones`` or ``trunk``."""
    targets: tuple[str, ...]
    """Phone ids that are called at the same moment, sorted; or the one trunk id."""
    request_user: str | None
    """User part of the request URI sent to a trunk; None for phones (they get their contact)."""
    presented: Presented
    result: str
    """``answered``, ``busy``, ``declined``, ``redirected``, ``no-answer``, ``unreachable`` or ``failed``."""
    request_host: str | None = None
    """Host part of the request URI when a SIP URI is called through a trunk; None: the trunk's own."""
    diversions: tuple[Diversion, ...] = ()
    """How the call got here, first to last; what a trunk is told of it is a matter of its ``diversion``."""
    ring_ms: int = 0
    """How long phones ring at most, milliseconds; 0 for trunks."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One time an answered call waits for what the caller presses."""

    heard: int
    """How many prompts of `Outcome.heard` were played before."""
    ms: int
    """How long it waits after the last of them, milliseconds, when nothing, or nothing more, is pressed."""
    barge_in: bool
    """Whether a digit may come while the last prompt is still playing."""
    pressed: str
    """The item of `Call.presses`; empty: nothing."""


@dataclass(frozen=True, slots=True)
class Step:
    """One decision, for ``trace``."""

    address: str
    """Logical address of what decided, for example ``novak/users/novakova`` or ``novak/dialing``."""
    text: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ends."""

    tenant: str | None
    """The tenant the call belongs to; None: nobody's (unknown number, stranger)."""
    steps: tuple[Step, ...]
    attempts: tuple[Attempt, ...]
    code: int
    """Final SIP code the caller receives; 200 when answered."""
    reason: str
    """Reason phrase of ``code``."""
    answered_by: tuple[str, ...] = ()
    """Phones of which the first to answer wins, or the trunk; the IVR or callback when the exchange itself answered and
    nobody else did; empty when nobody answers."""
    emergency: bool = False
    """Whether this was treated as an emergency call."""
    memory: Mapping[str, Memory] = field(default_factory=dict)
    """What the hunt groups the call went through remember when it is over, by id; others are as they were."""
    heard: tuple[str, ...] = ()
    """Ids of the prompts the caller hears, in order; with a final code of 400 or above before that code."""
    waits: tuple[Waiting, ...] = ()
    """Every time the call waits for the caller, in order."""
    called_back: tuple[str, str] | None = None
    """Callback node and E.164 number that the exchange calls after refusing this call; None: it does not."""
