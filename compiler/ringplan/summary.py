"""What is kept of a tenant for judgements that one tenant's files alone do not allow."""

from __future__ import annotations

from ringplan.diagnostics import Span
from ringplan.ir import NumberBlock
from ringplan.values import dataclass


@dataclass(frozen=True, slots=True)
class Calendar:
    """A schedule that says nothing any more after some day."""

    schedule: str
    """Its id."""
    ends: int
    """Ordinal of its last day."""
    span: Span


@dataclass(frozen=True, slots=True)
class Summary:
    """What is judged with the whole fleet in view, or by the day of the year; small, and quick to store."""

    tenant: str
    tenant_span: Span
    domain: str
    domain_span: Span
    blocks: tuple[NumberBlock, ...]
    calendars: tuple[Calendar, ...]
    """Sorted by schedule."""
