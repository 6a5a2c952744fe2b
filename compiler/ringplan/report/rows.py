"""The lines of a card, and those that lead somewhere."""

from __future__ import annotations

from ringplan import ir
from ringplan.interpreter.dialling import OffNet
from ringplan.interpreter.redirecting import screen_target
from ringplan.values import dataclass

from .directory import Directory


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a card."""

    label: str
    """The condition, or what happens."""
    text: str
    """Where the call goes or how it ends; empty when the line only says something."""
    target: str | None
    """The card it leads to; None: nowhere else."""
    tone: str
    """``edge``, ``end``, ``ring``, ``member`` or ``note``."""
    page: str | None = None
    """The page of the target."""
    is_diversion: bool = True
    """Whether the call counts as forwarded once more when it goes there."""


def edge(names: Directory, plan: str, label: str, target: str) -> Row:
    """A line that leads somewhere; a target outside that the plan bars is the end of the call."""
    node = names.nodes[target]
    if isinstance(node, ir.Reject):
        return Row(label, names.name(target), None, "end")
    if isinstance(node, ir.Outside | ir.SipUri):
        meant = OffNet(node.number) if isinstance(node, ir.Outside) else node
        if not screen_target(names.tenant, plan, meant).allowed:
            barred = names.name(f"{names.tenant.id}/reject/barred")
            return Row(label, f"{names.name(target)}: {barred}", None, "end")
    counts = not isinstance(node, ir.Announcement)
    return Row(label, names.name(target), target, "edge", names.page(target), counts)


def note(label: str, text: str = "") -> Row:
    """A line that leads nowhere."""
    return Row(label, text, None, "note")
