"""A plan as a comment on a merge request; never longer than such comments may be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ringplan.plan.model import Change, Plan, Risk, TenantPlan
from ringplan.plan.render.counting import summary

LIMIT: Final = 60_000
"""Bytes; a comment on GitHub may have 65,536 characters, on GitLab a million."""
_CAUTION: Final = {
    Risk.EMERGENCY: "**emergency** ",
    Risk.REMOVED: "**removed** ",
    Risk.ALLOWED: "**allowed** ",
    Risk.CHANGED: "",
    Risk.ADDED: "added: ",
}


def render(plan: Plan, limit: int = LIMIT) -> str:
    """Every change; what does not fit is counted, and commands go first when there is too much."""
    full = _document(plan, commands=True)
    if len(full.encode()) <= limit:
        return full
    short = _document(plan, commands=False)
    return short if len(short.encode()) <= limit else _cut(plan, short, limit)


def _document(plan: Plan, *, commands: bool) -> str:
    return "\n".join([*_head(plan), *(line for t in plan.tenants for line in _tenant(t, commands=commands))]) + "\n"


def _head(plan: Plan) -> Iterator[str]:
    yield f"### {_escaped(summary(plan))}"
    yield ""
    for refusal in plan.refusals:
        yield f"> **refused**: {_escaped(refusal.message)}; allow it with `--allow {refusal.key}`"
    if plan.refusals:
        yield ""


def _tenant(plan: TenantPlan, *, commands: bool) -> Iterator[str]:
    yield f"#### {plan.tenant or 'platform'}"
    yield ""
    for change in plan.changes:
        yield f"- {_CAUTION[change.risk]}{_escaped(change.sentence)}{_causes(change)}"
        if commands and change.witness is not None:
            yield f"  <details><summary>a call that shows it</summary>{_call(change)}</details>"
    for note in plan.notes:
        yield f"- {_escaped(note)}"
    yield ""


def _causes(change: Change) -> str:
    places = [f"`{one.file}:{one.line}`{' (removed)' if one.is_removed else ''}" for one in change.causes]
    return f" — {', '.join(places)}" if places else ""


def _call(change: Change) -> str:
    assert change.witness is not None
    witness = change.witness
    before, after = _html(witness.before), _html(witness.after)
    return f"<code>{_html(witness.command)}</code><br>before: {before}<br>after: {after}"


def _cut(plan: Plan, text: str, limit: int) -> str:
    """The first lines, and how many changes are left out."""
    room, kept = limit - 200, list[str]()
    for line in text.split("\n"):
        room -= len(line.encode()) + 1
        if room < 0:
            break
        kept.append(line)
    said = sum(line.startswith("- ") for line in kept)
    left = max(len(plan.changes) - said, 0)
    return "\n".join([*kept, "", f"… and {left} changes more: run `ringplan plan` to read them all", ""])


def _html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", " ")


def _escaped(text: str) -> str:
    """Text of a manifest must not become markup."""
    for character in "\\`*_[]<>|#":
        text = text.replace(character, f"\\{character}")
    return text.replace("\n", " ")
