"""A plan on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ringplan.diagnostics.text import escape
from ringplan.plan.model import Change, Plan, Risk, TenantPlan
from ringplan.plan.render.counting import summary

_MARKS: Final = {Risk.EMERGENCY: "!!", Risk.REMOVED: "-", Risk.ALLOWED: "!", Risk.CHANGED: "~", Risk.ADDED: "+"}
_COLORS: Final = {
    Risk.EMERGENCY: "\x1b[1;31m",
    Risk.REMOVED: "\x1b[31m",
    Risk.ALLOWED: "\x1b[33m",
    Risk.CHANGED: "\x1b[36m",
    Risk.ADDED: "\x1b[32m",
}
_BOLD, _DIM, _RESET = "\x1b[1m", "\x1b[2m", "\x1b[0m"


def render(plan: Plan, *, color: bool = False) -> str:
    """Every change with its cause and a command that shows it."""
    lines = [line for tenant in plan.tenants for line in _tenant(tenant, color=color)]
    for refusal in plan.refusals:
        lines.append(f"refused: {refusal.message}; allow it with --allow {refusal.key}")
    lines += [""] if plan.refusals else []
    lines.append(summary(plan))
    return "\n".join(lines) + "\n"


def _tenant(plan: TenantPlan, *, color: bool) -> Iterator[str]:
    bold, reset = (_BOLD, _RESET) if color else ("", "")
    yield f"{bold}{plan.tenant or 'platform'}{reset}"
    for change in plan.changes:
        yield from _change(change, color=color)
    for note in plan.notes:
        yield f"    {note}"
    yield ""


def _change(change: Change, *, color: bool) -> Iterator[str]:
    paint, dim, reset = (_COLORS[change.risk], _DIM, _RESET) if color else ("", "", "")
    yield f"  {paint}{_MARKS[change.risk]:<2}{reset} {escape(change.sentence)}"
    for cause in change.causes:
        removed = ", removed" if cause.is_removed else ""
        yield f"       {dim}because of {cause.address}  {cause.file}:{cause.line}{removed}{reset}"
    if change.witness is not None:
        yield f"       {dim}{escape(change.witness.command)}{reset}"
