"""Number analysis: what a dialled string means to one tenant, and what a carrier's number means.

The order of the rules is normative (services: normalisation table): emergency, speed dial (once), extension,
``+`` number, outside prefix, bare national number, unknown.
"""

from __future__ import annotations

import re
from bisect import bisect_left

from ringplan.ir import DialPlan, Entry, Tenant, User
from ringplan.values import dataclass

SOS = "urn:service:sos"
"""RFC 5031 service URN; sub-services below it."""

_SOS_NUMBERS = {"fire": "150", "ambulance": "155", "police": "158"}
"""RFC 5031 section 4.2 sub-services that have a number of their own in CZ and SK; all others go to 112."""

_SHORT_CODE = re.compile(r"1[0-9]{2,5}\Z", re.ASCII)
_E164_DIGITS = re.compile(r"[1-9][0-9]{6,14}\Z")


@dataclass(frozen=True, slots=True)
class Emergency:
    """An emergency centre."""

    number: str


@dataclass(frozen=True, slots=True)
class OnNet:
    """A node of the tenant, reached by ``key`` (extension or E.164 number)."""

    key: str
    node: str


@dataclass(frozen=True, slots=True)
class OffNet:
    """A number outside: E.164 with plus, or a national short code as it stands."""

    number: str


@dataclass(frozen=True, slots=True)
class NotFound:
    """Nothing; ``node`` is the name of the reject node that says so."""

    node: str
    why: str


Destination = Emergency | OnNet | OffNet | NotFound


def emergency_number(plan: DialPlan, dialled: str) -> str | None:
    """The emergency number meant by ``dialled``, with or without outside prefix or as a service URN, else None."""
    if dialled == SOS or dialled.startswith(SOS + "."):
        return _SOS_NUMBERS.get(dialled.removeprefix(SOS + "."), "112")
    for candidate in (dialled, dialled.removeprefix(plan.outside_prefix)):
        if candidate in plan.emergency:
            return candidate
    return None


def analyse(tenant: Tenant, caller: User, dialled: str) -> tuple[Destination, str]:
    """Where a user's call goes, and the string after speed-dial expansion."""
    number = emergency_number(tenant.dial_plan, dialled)
    if number is not None:
        return Emergency(number), dialled
    dialled = dict(caller.speed_dial).get(dialled, dialled)
    return _without_codes(tenant, dialled), dialled


def destination(tenant: Tenant, dialled: str) -> Destination:
    """Where a dial string leads, whoever dials it: speed-dial codes mean nothing."""
    number = emergency_number(tenant.dial_plan, dialled)
    return Emergency(number) if number is not None else _without_codes(tenant, dialled)


def _without_codes(tenant: Tenant, dialled: str) -> Destination:
    entry = _entry(tenant.extensions, dialled)
    return OnNet(dialled, entry.node) if entry is not None else _outside(tenant, dialled)


def _entry(entries: tuple[Entry, ...], key: str) -> Entry | None:
    """The entry with this key; entries are sorted."""
    at = bisect_left(entries, key, key=lambda entry: entry.key)
    return entries[at] if at < len(entries) and entries[at].key == key else None


def _outside(tenant: Tenant, dialled: str) -> Destination:
    plan = tenant.dial_plan
    if dialled.startswith("+"):
        return _located(tenant, _international(plan, dialled[1:]))
    if dialled.startswith(plan.outside_prefix):
        number = _after_prefix(plan, dialled[1:])
        if number is not None:
            return _located(tenant, number)
    bare = _national(plan, dialled)
    if bare is not None:
        if _owned(tenant, bare):
            return _located(tenant, bare)
        return NotFound("outside-prefix", f"{dialled} is not a number of this tenant and lacks the outside prefix")
    return NotFound("unknown-number", f"{dialled} is neither an extension nor a number")


def _after_prefix(plan: DialPlan, digits: str) -> str | None:
    """E.164 number or short code dialled after the outside prefix; None when it is neither."""
    if digits.startswith(plan.international_prefix):
        return _international(plan, digits.removeprefix(plan.international_prefix))
    if _SHORT_CODE.match(digits):
        return digits
    return _national(plan, digits)


def _national(plan: DialPlan, digits: str) -> str | None:
    """E.164 form of a number dialled in national format."""
    if not digits.startswith(plan.national_prefix):
        return None
    significant = digits.removeprefix(plan.national_prefix)
    if len(significant) != plan.national_length or not _is_significant(significant):
        return None
    return f"+{plan.calling_code}{significant}"


def _international(plan: DialPlan, digits: str) -> str | None:
    """E.164 form of digits that begin with a country code; own-country numbers must have the national length."""
    if not _E164_DIGITS.match(digits):
        return None
    if digits.startswith(plan.calling_code):
        significant = digits.removeprefix(plan.calling_code)
        if len(significant) != plan.national_length or not _is_significant(significant):
            return None
    return f"+{digits}"


def _is_significant(digits: str) -> bool:
    return digits.isascii() and digits.isdigit() and not digits.startswith("0")


def _owned(tenant: Tenant, number: str) -> bool:
    return any(number in block for block in tenant.blocks)


def _located(tenant: Tenant, number: str | None) -> Destination:
    """On-net when the tenant owns the number, however it was dialled; off-net otherwise."""
    if number is None:
        return NotFound("unknown-number", "not a valid number")
    if not _owned(tenant, number):
        return OffNet(number)
    entry = _entry(tenant.numbers, number)
    if entry is not None:
        return OnNet(number, entry.node)
    return NotFound("unknown-number", f"{number} is owned but not assigned")


def called_number(dialled: str) -> str | None:
    """E.164 form of the number a carrier asks for: ``+cc…``, ``00cc…`` or ``cc…``; None if it is none.

    National forms are not accepted here: with tenants of several countries they would be ambiguous.
    """
    digits = dialled.removeprefix("+").removeprefix("00") if not dialled.startswith("+") else dialled[1:]
    return f"+{digits}" if digits.isascii() and _E164_DIGITS.match(digits) else None


def calling_number(plan: DialPlan, number: str) -> str:
    """A caller's number as a carrier wrote it, in E.164 where it can be read, else as it stands.

    Read are ``+cc…``, ``00cc…``, the national format, and bare significant digits of the national length.
    """
    if number.startswith("+"):
        return _international(plan, number[1:]) or number
    if number.startswith(plan.international_prefix):
        return _international(plan, number.removeprefix(plan.international_prefix)) or number
    bare = len(number) == plan.national_length and _is_significant(number)
    national = f"+{plan.calling_code}{number}" if bare else _national(plan, number)
    return national or _international(plan, number) or number
