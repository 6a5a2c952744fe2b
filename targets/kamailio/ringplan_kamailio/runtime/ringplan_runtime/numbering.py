"""Number analysis: what a dialled string means to a tenant, and what a carrier's number means.

The order of the rules is normative: emergency, speed dial (once), extension, ``+`` number, outside prefix, bare
national number, unknown.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote

from .tenants import DialPlan, Tenant

SOS = "urn:service:sos"
"""RFC 5031 service URN; sub-services follow after a dot."""

_SOS_NUMBERS = {"fire": "150", "ambulance": "155", "police": "158"}
"""Sub-services with a number of their own in CZ and SK; all others go to 112."""

_SHORT_CODE = re.compile(r"1[0-9]{2,5}", re.ASCII).fullmatch
_E164 = re.compile(r"[1-9][0-9]{6,14}", re.ASCII).fullmatch
_SIGNIFICANT = re.compile(r"[1-9][0-9]*", re.ASCII).fullmatch
_LOOKS_URGENT = re.compile(r"[0-9]?1[0-9]{2}", re.ASCII).fullmatch
_SEPARATORS = str.maketrans("", "", "-.() ")


class Emergency(NamedTuple):
    """An emergency centre."""

    number: str


class OnNet(NamedTuple):
    """A node of the tenant."""

    key: str
    """The extension or E.164 number by which it is reached."""
    node: str


class OffNet(NamedTuple):
    """A number outside: E.164 with plus, or a national short code."""

    number: str


class NotFound(NamedTuple):
    """Nothing; ``reject`` is the last part of the id of the node that says so."""

    reject: str


Destination = Emergency | OnNet | OffNet | NotFound


def dialled(uri: str) -> str:
    """The dial string in a request URI: user part without parameters, percent-decoded; service URNs as they are."""
    scheme, _, rest = uri.partition(":")
    match scheme.lower():
        case "urn":
            return uri.lower()
        case "tel":
            return rest.partition(";")[0].translate(_SEPARATORS)
        case _:
            user, at, _ = rest.rpartition("@")
            user = user.partition(":")[0].partition(";")[0] if at else ""
            return unquote(user) if "%" in user else user


def looks_urgent(text: str) -> bool:
    """Whether a dial string may be an emergency call of some country, before the caller is known."""
    return text.startswith(SOS) or _LOOKS_URGENT(text) is not None


def emergency_number(tenant: Tenant, text: str) -> str | None:
    """The emergency number meant, with or without outside prefix or as a service URN, else None."""
    if text.startswith(SOS):
        if text == SOS or text[len(SOS)] == ".":
            return _SOS_NUMBERS.get(text[len(SOS) + 1 :], "112")
        return None
    if text in tenant.emergency:
        return text
    without = text.removeprefix(tenant.plan.outside_prefix)
    return without if without in tenant.emergency else None


def analyse(tenant: Tenant, caller: str, text: str) -> Destination:
    """Where a user's call goes; ``caller`` is his node id."""
    number = emergency_number(tenant, text)
    if number is not None:
        return Emergency(number)
    for code, target in tenant.speed_dial.get(caller, ()):
        if code == text:
            text = target
            break
    node = tenant.extensions.get(text)
    return OnNet(text, node) if node is not None else _outside(tenant, text)


def _outside(tenant: Tenant, text: str) -> Destination:
    plan = tenant.plan
    if text.startswith("+"):
        return _located(tenant, _international(plan, text[1:]))
    if text.startswith(plan.outside_prefix):
        number = _after_prefix(plan, text[1:])
        if number is not None:
            return _located(tenant, number)
    bare = _national(plan, text)
    if bare is None:
        return NotFound("unknown-number")
    return _located(tenant, bare) if tenant.owns(bare) else NotFound("outside-prefix")


def _after_prefix(plan: DialPlan, digits: str) -> str | None:
    if digits.startswith(plan.international_prefix):
        return _international(plan, digits.removeprefix(plan.international_prefix))
    return digits if _SHORT_CODE(digits) else _national(plan, digits)


def _national(plan: DialPlan, digits: str) -> str | None:
    """E.164 form of a number in national format."""
    if not digits.startswith(plan.national_prefix):
        return None
    significant = digits.removeprefix(plan.national_prefix)
    if len(significant) != plan.national_length or not _SIGNIFICANT(significant):
        return None
    return f"+{plan.calling_code}{significant}"


def _international(plan: DialPlan, digits: str) -> str | None:
    """E.164 form of digits that begin with a country code; those of the own country have the national length."""
    if not _E164(digits):
        return None
    if digits.startswith(plan.calling_code):
        significant = digits.removeprefix(plan.calling_code)
        if len(significant) != plan.national_length or not _SIGNIFICANT(significant):
            return None
    return f"+{digits}"


def _located(tenant: Tenant, number: str | None) -> Destination:
    """On-net when the tenant owns the number, however it was dialled."""
    if number is None:
        return NotFound("unknown-number")
    node = tenant.numbers.get(number)
    if node is not None:
        return OnNet(number, node)
    return NotFound("unknown-number") if tenant.owns(number) else OffNet(number)


def called_number(text: str) -> str | None:
    """E.164 form of the number a carrier asks for: ``+cc…``, ``00cc…`` or ``cc…``; None when it is none of these."""
    digits = text[1:] if text.startswith("+") else text.removeprefix("00")
    return f"+{digits}" if _E164(digits) else None


def calling_number(plan: DialPlan, number: str) -> str:
    """A caller's number as a carrier wrote it, in E.164 where it can be read, else as it stands."""
    if number.startswith("+"):
        return _international(plan, number[1:]) or number
    if number.startswith(plan.international_prefix):
        return _international(plan, number.removeprefix(plan.international_prefix)) or number
    if len(number) == plan.national_length and _SIGNIFICANT(number):
        return f"+{plan.calling_code}{number}"
    return _national(plan, number) or _international(plan, number) or number
