"""What the interpreter answers: every step of one call, who was tried, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass

from ringplan.diagnostics import Span


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
    """``answered``, ``busy``, ``declined``, ``no-answer``, ``unreachable`` or ``failed``."""


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
    """Phones of which the first to answer wins, or the trunk; empty when nobody answers."""
    emergency: bool = False
    """Whether this was treated as an emergency call."""
