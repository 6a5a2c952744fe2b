"""What the tenants of a fleet claim, in one piece: enough to say that no two of them collide.

When one tenant of ten thousand changed, reading ten thousand records to compare it with the others would take longer
than everything else. This is their short form: whether there is a collision, not where; only then are the records,
which know the places, read after all.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping

from ringplan.summary import Summary
from ringplan.values import dataclass


@dataclass(frozen=True, slots=True)
class Claim:
    """What one tenant must not share with another: its name, its SIP domain, its blocks of numbers."""

    tenant: str
    domain: str
    blocks: tuple[tuple[str, str], ...]
    """First and last number of each."""
    ends: int | None = None
    """Ordinal of the day on which the first of its calendars ends; None: it has none that ends."""


Claims = Mapping[bytes, Claim]
"""The claims of the tenants without any diagnostic of their own, by key."""


def claim_of(summary: Summary) -> Claim:
    """The claim of one tenant."""
    blocks = tuple((block.first, block.last) for block in summary.blocks)
    ends = min((calendar.ends for calendar in summary.calendars), default=None)
    return Claim(summary.tenant, summary.domain, blocks, ends)


def are_apart(claims: Collection[Claim]) -> bool:
    """Whether no two claims collide; a tenant that owns a number twice collides with itself."""
    names = {claim.tenant for claim in claims}
    domains = {claim.domain for claim in claims}
    return len(names) == len(domains) == len(claims) and _disjoint(block for claim in claims for block in claim.blocks)


def _disjoint(blocks: Iterable[tuple[str, str]]) -> bool:
    """Numbers of equal length are compared as text; those of different length are never equal."""
    reached: dict[int, str] = {}
    for first, last in sorted(blocks):
        if first <= reached.get(len(first), ""):
            return False
        reached[len(first)] = last
    return True


def encode(claims: Claims) -> str:
    """The claims as text."""
    rows = {key.hex(): (claim.tenant, claim.domain, claim.blocks, claim.ends) for key, claim in claims.items()}
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def decode(text: str) -> Claims:
    """The claims in a text made by ``encode``; ValueError, TypeError or AttributeError for any other."""
    rows = json.loads(text).items()
    return {
        bytes.fromhex(key): Claim(tenant, domain, tuple(map(tuple, blocks)), ends)
        for key, (tenant, domain, blocks, ends) in rows
    }
