"""How the pages say things: numbers in groups, durations with units, and what the graph's words mean to people."""

from __future__ import annotations

from typing import Final

from ringplan.diagnostics.text import escape
from ringplan.ir import DialPlan, Reject

POLICIES: Final = {
    "circular": "in turn, beginning after whoever was rung last",
    "regular": "in this order, always beginning with the first",
    "simultaneous": "all at once, the first to answer wins",
    "uniform": "whoever has been idle longest first; this order at the beginning",
    "weighted": "whoever has the turn by his share of the calls first; then on in this order",
}
"""In which order the members of a hunt group ring, by policy."""

CALL_TYPES: Final = {
    "internal": "internal",
    "national": "national",
    "mobile": "mobile",
    "free": "free",
    "shared_cost": "shared cost",
    "short_code": "short code",
    "international": "inter\u00adnational",
    "premium": "premium",
    "sip_uri": "SIP URI",
    "unknown": "unknown",
}
"""Types of calls in the order of the tables, with what their columns are called."""


def visible(text: str) -> str:
    """A tenant's text without anything that could turn the text around it or hide in it."""
    return escape(text)


def number(plan: DialPlan, key: str) -> str:
    """A number as people read it: the country's own in groups of three digits, all others as is usual there."""
    own = f"+{plan.calling_code}"
    if not key.startswith(own):
        return _foreign(key) if key.startswith("+") else key
    rest = key.removeprefix(own)
    head = len(rest) % 3
    groups = [rest[:head]] if head else []
    groups += [rest[at : at + 3] for at in range(head, len(rest), 3)]
    return "\u00a0".join((own, *groups))


def _foreign(key: str) -> str:
    from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, parse

    try:
        written = format_number(parse(key), PhoneNumberFormat.INTERNATIONAL)
    except NumberParseException:
        return key
    return written.replace(" ", "\u00a0") if _digits(written) == _digits(key) else key


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdecimal())


def seconds(milliseconds: int) -> str:
    """``6 s``."""
    return f"{milliseconds / 1000:g}\u00a0s"


def treatment(node: Reject) -> str:
    """How a call that is rejected ends."""
    return f"{node.code} {node.reason}"


def counted(count: int, thing: str) -> str:
    """``1 user``, ``2 users``."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def listed(texts: tuple[str, ...], limit: int = 4) -> str:
    """``a, b``; of a long list the beginning, and how many more there are."""
    if len(texts) <= limit:
        return ", ".join(texts)
    return f"{', '.join(texts[: limit - 1])} and {len(texts) - limit + 1} more"
