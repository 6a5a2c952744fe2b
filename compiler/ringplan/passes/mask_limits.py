"""How many patterns the plans of one tenant may have: every call passes them, and so do calls of all other tenants
while the exchange makes one expression of a table (RP429)."""

from __future__ import annotations

from ringplan import ir
from ringplan.diagnostics import Sink
from ringplan.diagnostics.codes import diagnostic

from .subject import Subject

MOST_IN_TABLE = 1_000
"""Patterns of one table."""
MOST_IN_ALL = 10_000
"""Patterns of all tables of a tenant together; tables that say the same count once."""


def check(subject: Subject, sink: Sink) -> bool:
    """RP429, once; False when it was reported, and nothing else should be asked about these tables."""
    seen: set[object] = set()
    total = 0
    for plan in subject.graph.plans:
        for table in (plan.outgoing, plan.forwarding):
            same = tuple((rule.mask, rule.allowed) for rule in table.masks)
            if same in seen:
                continue
            seen.add(same)
            total += len(table.masks)
            if len(table.masks) > MOST_IN_TABLE:
                _report(sink, plan, f"a table of this plan has {len(table.masks):,} patterns", MOST_IN_TABLE)
                return False
            if total > MOST_IN_ALL:
                _report(sink, plan, f"the plans up to this one have {total:,} patterns together", MOST_IN_ALL)
                return False
    return True


def _report(sink: Sink, plan: ir.Plan, what: str, most: int) -> None:
    sink.report(
        diagnostic(
            "RP429",
            what,
            plan.span,
            label=f"more than {most:,}",
            notes=("calls of all tenants wait while the exchange reads a table",),
            help="use `?`, classes and `*` instead of single numbers, or allow and deny by type of call",
        )
    )
