"""What a user dials so that a certain mask or call type decides."""

from __future__ import annotations

from collections.abc import Iterator

from ringplan import patterns
from ringplan.interpreter.screening import screen
from ringplan.interpreter.witnesses import witnesses
from ringplan.ir import CallTable, DialPlan, Tenant

_FOREIGN_LENGTH = 14
"""Digits of a number in another country, with the international prefix."""
_FILLING = "6012345789"


def number_of(plan: DialPlan, text: str) -> str | None:
    """The E.164 number whose canonical dial string is ``text``; None when there is none."""
    if text.startswith(plan.international_prefix):
        return f"+{text.removeprefix(plan.international_prefix)}"
    significant = text.removeprefix(plan.national_prefix)
    if text.startswith(plan.national_prefix) and len(significant) == plan.national_length:
        return f"+{plan.calling_code}{significant}"
    return None


def filled(plan: DialPlan, pattern: str) -> str:
    """A canonical dial string that matches, as long as numbers are."""
    read = patterns.parse(pattern)
    shortest = patterns.witness(read)
    foreign = shortest.startswith(plan.international_prefix)
    length = _FOREIGN_LENGTH if foreign else len(plan.national_prefix) + plan.national_length
    return shortest + (_FILLING * 2)[: max(length - len(shortest), 0)] if read.is_open else shortest


def verdicts(tenant: Tenant, table: CallTable) -> Iterator[tuple[str, str, bool]]:
    """For every mask and every call type that decides a call: its name, what is dialled, whether it is allowed."""
    plan = tenant.dial_plan
    for found in witnesses(plan, table, tenant.blocks):
        rule = found.rule
        name = f"{rule.mask.rpartition('/')[2]}-{found.canonical}" if rule else found.call_type.replace("_", "-")
        yield name, plan.outside_prefix + found.canonical, found.verdict.allowed
    decided: dict[str | None, tuple[str, str, bool]] = {}
    for entry in tenant.extensions:
        verdict = screen(table, "internal", entry.key)
        name = f"internal-{verdict.mask.rpartition('/')[2]}-{entry.key}" if verdict.mask else "internal"
        decided.setdefault(verdict.mask, (name, entry.key, verdict.allowed))
    yield from decided.values()
