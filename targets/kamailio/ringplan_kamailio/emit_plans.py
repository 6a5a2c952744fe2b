"""Calling plans as data: the call types allowed, and the masks as one regular expression a table."""

from __future__ import annotations

from itertools import groupby

from ringplan.countries import COUNTRIES
from ringplan.ir import CallTable, MaskRule, Tenant

from .literals import Literal


def plans(tenant: Tenant) -> dict[str, Literal]:
    """The fields of ``ringplan_runtime.plans.Plan``, in its order, by id."""
    return {plan.id: (_table(plan.outgoing), _table(plan.forwarding)) for plan in tenant.plans}


def number_types() -> dict[str, Literal]:
    """Types of national numbers by how they begin in E.164 form, without the plus.

    They are the platform's, not the tenant's: a worker holds them once, however many tenants it has in memory.
    """
    return {
        country.calling_code + beginning: kind
        for country in COUNTRIES.values()
        for beginning, kind in country.number_types.items()
    }


def _table(table: CallTable) -> Literal:
    return tuple(name for name, allowed in table.types if allowed), expression(table.masks)


def expression(masks: tuple[MaskRule, ...]) -> str:
    """A regular expression for whole strings whose alternatives are tried in order; those that allow form groups."""
    runs = []
    for allowed, rules in groupby(masks, key=lambda rule: rule.allowed):
        run = "|".join(_regular(rule.pattern) for rule in rules)
        runs.append(f"({run})" if allowed else run)
    return "|".join(runs)


def any_of(patterns: tuple[str, ...]) -> str:
    """A regular expression for whole strings that one of these patterns matches; empty when there are none."""
    return "|".join(map(_regular, patterns))


def _regular(pattern: str) -> str:
    """Classes are written alike."""
    return pattern.replace("?", "[0-9]").replace("*", "[0-9]*")
