"""What other tenants need to know of a tenant."""

from __future__ import annotations

from dataclasses import dataclass

from ringplan.diagnostics import Span
from ringplan.ir import NumberBlock


@dataclass(frozen=True, slots=True)
class Summary:
    """The part of a tenant that must not collide with another's; small, and quick to store."""

    tenant: str
    tenant_span: Span
    domain: str
    domain_span: Span
    blocks: tuple[NumberBlock, ...]
