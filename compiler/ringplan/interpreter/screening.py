"""Screening: whether a calling plan lets a call out, and why.

Emergency calls are never screened; whoever calls these functions has sent them on before.
"""

from __future__ import annotations

from typing import Final

from ringplan import patterns
from ringplan.countries import COUNTRIES
from ringplan.ir import CallTable, DialPlan
from ringplan.values import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a table says about one call."""

    allowed: bool
    why: str
    """For ``trace``: ``barred: mask premium (90*) of novak/calling_plan``."""
    mask: str | None
    """Id of the mask that decided; None: the call's type did."""


def canonical(plan: DialPlan, number: str) -> str:
    """The dial string masks are compared with: as it is dialled after the outside prefix, in its shortest form.

    ``number`` is E.164 with plus, or a short code or extension, which stay as they are.
    """
    if not number.startswith("+"):
        return number
    own = f"+{plan.calling_code}"
    if number.startswith(own):
        return plan.national_prefix + number.removeprefix(own)
    return plan.international_prefix + number.removeprefix("+")


def call_type(plan: DialPlan, number: str) -> str:
    """The type of a call to a number outside: E.164 with plus, or a short code.

    Calls within the exchange are ``internal`` and calls to SIP URIs ``sip_uri`` whatever the number; whoever places
    them knows that.
    """
    if not number.startswith("+"):
        return "short_code"
    own = f"+{plan.calling_code}"
    if not number.startswith(own):
        return "international"
    significant = number.removeprefix(own)
    return _national_type(plan, significant) if len(significant) == plan.national_length else "unknown"


def _national_type(plan: DialPlan, significant: str) -> str:
    types = COUNTRIES[plan.country].number_types
    beginnings = (significant[:length] for length in range(len(significant), 0, -1))
    return next((types[beginning] for beginning in beginnings if beginning in types), "unknown")


def matches(pattern: str, canonical: str) -> bool:
    """Whether a written pattern matches a canonical dial string."""
    return patterns.matches(patterns.parse(pattern), canonical)


def screen(table: CallTable, call_type: str, canonical: str, plan: str = "the calling plan") -> Verdict:
    """The verdict of a table: of the first mask that matches, else of the call's type.

    ``canonical`` of a SIP URI is ``user@host``, which no mask matches; ``plan`` is the id of the table's plan, for
    ``why``.
    """
    for rule in table.masks:
        if matches(rule.pattern, canonical):
            mask = f"mask {rule.mask.rpartition('/')[2]} ({rule.pattern}) of {plan}"
            return Verdict(rule.allowed, f"{_DECIDED[rule.allowed]}: {mask}", rule.mask)
    allowed = dict(table.types)[call_type]
    return Verdict(allowed, f"{_DECIDED[allowed]}: {_CALLS[call_type]} are {_SAID[allowed]} by {plan}", None)


_DECIDED: Final = {True: "allowed", False: "barred"}
_SAID: Final = {True: "allowed", False: "denied"}
_CALLS: Final = {
    "free": "calls to free numbers",
    "international": "international calls",
    "internal": "internal calls",
    "mobile": "mobile calls",
    "national": "national calls",
    "premium": "calls to premium numbers",
    "shared_cost": "calls to shared cost numbers",
    "short_code": "calls to short codes",
    "sip_uri": "calls to SIP URIs",
    "unknown": "calls to unknown numbers",
}
