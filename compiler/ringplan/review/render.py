"""A review as text and as JSON."""

from __future__ import annotations

import json
from typing import Any, Final

from .changes import Change, Need
from .judging import Missing, Review, Verdict
from .matrix import Role
from .scopes import Scope

_LONGEST: Final = 60


def text(review: Review) -> str:
    """One line a change, then what is missing."""
    written: list[str] = []
    for verdict in review.verdicts:
        written.append(_line(verdict))
        written += (f"        needs {approval(missing)}" for missing in verdict.missing)
    return "\n".join([*written, summary(review)]) + "\n"


def summary(review: Review) -> str:
    """What it comes to, in one sentence."""
    denied = sum(not verdict.is_allowed for verdict in review.verdicts)
    if review.unjudged:
        names = ", ".join(name or "the platform" for name in review.unjudged)
        return (
            f"{names}: nobody can be judged, for the base version names neither administrators nor operators;"
            " enter operators in `administrators` of platform.yaml"
        )
    if not review.verdicts:
        return "nothing changes by meaning"
    count = len(review.verdicts)
    changes = f"{count} change" if count == 1 else f"{count} changes"
    if not denied:
        return f"{changes}: allowed"
    return f"{changes}, {denied} of them not allowed to {_shown(review.author)} alone"


def approval(missing: Missing) -> str:
    """Whose approval is needed: the role, and who has it."""
    who = ", ".join(missing.able) if missing.able else "nobody has such a role"
    return f"{role_words(missing.need)} ({who})"


def role_words(need: Need) -> str:
    """The lowest role that will do, with its object."""
    about = {
        Role.USER: f" {need.scope.user}" if need.scope.user else "",
        Role.DEPARTMENT: f" {need.scope.departments[0]}" if need.scope.departments else "",
        Role.GROUP: f" {need.scope.group}" if need.scope.group else "",
    }
    lowest = _reachable(need)
    return f"{lowest.word}{about.get(lowest, '')}" + ("" if lowest is Role.OPERATOR else " or higher")


def data(review: Review) -> dict[str, Any]:
    """Everything a review says, as plain data."""
    return {
        "author": review.author,
        "approved_by": list(review.approved_by),
        "verdict": "unjudged" if review.unjudged and not review.is_denied else _word(not review.is_denied),
        "unjudged": [name or "platform" for name in review.unjudged],
        "changes": [_change(verdict) for verdict in review.verdicts],
    }


def as_json(review: Review) -> str:
    """Everything a review says."""
    return json.dumps(data(review), ensure_ascii=False, indent=2) + "\n"


def _reachable(need: Need) -> Role:
    """The lowest role that exists for an object: one without a department has no department's administrator."""
    scope: Scope = need.scope
    has = {
        Role.USER: scope.user is not None,
        Role.DEPARTMENT: bool(scope.departments),
        Role.GROUP: scope.group is not None,
    }
    return next(role for role in Role if role >= need.lowest and has.get(role, True))


def _line(verdict: Verdict) -> str:
    return f"{_word(verdict.is_allowed):7} {address(verdict.change)}: {_difference(verdict.change)}{_by(verdict)}"


def _by(verdict: Verdict) -> str:
    if not verdict.is_allowed:
        return ""
    by = ", ".join(f"{person} as {role.word}" for person, role in verdict.granted)
    return f" ({by})"


def _word(is_allowed: bool) -> str:
    return "allowed" if is_allowed else "denied"


def address(change: Change) -> str:
    """What changes: ``novak/users/eva forward.busy``."""
    place = "/".join(part for part in (change.tenant or "platform", change.address) if part)
    return f"{place} {change.field}".rstrip()


def _difference(change: Change) -> str:
    match change.before, change.after:
        case None, after:
            return f"added {_shown(after)}"
        case before, None:
            return f"removed {_shown(before)}"
        case before, after:
            return f"{_shown(before)} → {_shown(after)}"


def _shown(value: Any) -> str:
    found = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    found = "".join(one if one.isprintable() else "�" for one in found)
    return found if len(found) <= _LONGEST else found[: _LONGEST - 1] + "…"


def _change(verdict: Verdict) -> dict[str, Any]:
    change = verdict.change
    return {
        "tenant": change.tenant,
        "address": change.address,
        "field": change.field,
        "before": change.before,
        "after": change.after,
        "allowed": verdict.is_allowed,
        "by": [{"id": person, "role": role.word} for person, role in verdict.granted],
        "needs": [{"role": role_words(one.need), "ids": list(one.able)} for one in verdict.missing],
    }
