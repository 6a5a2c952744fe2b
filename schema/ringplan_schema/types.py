"""The scalar types of the manifest: every value arrives as text and leaves in one canonical form.

Numbers may be written as people write them (``+420 222 333 400``); they are stored as E.164.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

_GROUPING = re.compile(r"[\s\u00a0\u202f().\-/]+")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}\Z")
_RANGE_SEPARATOR = ".."


def _strip_grouping(value: object) -> object:
    """Remove the spaces, dots, hyphens and brackets people put into telephone numbers."""
    return _GROUPING.sub("", value) if isinstance(value, str) else value


def _number_range(value: object) -> object:
    """Normalise ``+420222333400..449`` to ``+420222333400..+420222333449``; a single number to a range of one."""
    if not isinstance(value, str):
        return value
    first, separator, last = value.partition(_RANGE_SEPARATOR)
    first, last = _GROUPING.sub("", first), _GROUPING.sub("", last)
    if not separator:
        last = first
    elif last.isdigit() and len(last) < len(first):
        last = first[: len(first) - len(last)] + last
    if not _E164.match(first) or not _E164.match(last):
        raise PydanticCustomError("number_range", "expected a number or a range such as +420222333400..449")
    if len(first) != len(last) or int(first[1:]) > int(last[1:]):
        raise PydanticCustomError("range_reversed", "the range ends before it begins")
    if int(last[1:]) - int(first[1:]) >= 100_000:
        raise PydanticCustomError("range_too_large", "a range holds at most 100,000 numbers")
    return f"{first}{_RANGE_SEPARATOR}{last}"


_DURATION = re.compile(r"(?P<count>[0-9]{1,6})(?P<unit>ms|s|m|h)\Z")
_UNIT_MS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000}


def duration_ms(text: str) -> int:
    """Milliseconds in a duration such as ``20s``, ``4500ms``, ``10m``; raises ValueError for anything else."""
    found = _DURATION.match(text)
    if found is None:
        raise ValueError(f"not a duration: {text!r}")
    return int(found["count"]) * _UNIT_MS[found["unit"]]


class _DurationBetween:
    """Validator that accepts a duration text and yields milliseconds within the stated bounds."""

    def __init__(self, low: str, high: str) -> None:
        self.low, self.high = low, high

    def __call__(self, value: object) -> object:
        if not isinstance(value, str) or _DURATION.match(value) is None:
            raise PydanticCustomError("duration", "expected a duration such as 20s, 500ms or 10m")
        milliseconds = duration_ms(value)
        if not duration_ms(self.low) <= milliseconds <= duration_ms(self.high):
            raise PydanticCustomError(
                "duration_range",
                "expected a duration from {low} to {high}",
                {"low": self.low, "high": self.high},
            )
        return milliseconds


def duration(low: str, high: str) -> BeforeValidator:
    """A duration field from ``low`` to ``high``; the model holds milliseconds."""
    return BeforeValidator(_DurationBetween(low, high), json_schema_input_type=DurationText)


def _time_zone(value: str) -> str:
    if not _is_zone(value):
        raise PydanticCustomError("time_zone", "not an IANA time zone")
    return value


def _flag(value: object) -> object:
    """Only ``true`` and ``false``: whether ``no``, ``off`` or ``0`` mean the same depends on who reads the YAML."""
    if isinstance(value, str):
        if value not in ("true", "false"):
            raise PydanticCustomError("bool_parsing", "expected true or false")
        return value == "true"
    return value


def _is_zone(name: str) -> bool:
    """Whether ``available_timezones()`` has the name, without the 15 ms of reading every zone there is."""
    if name.startswith(("posix/", "right/")) or name == "posixrules":
        return False
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def display_text(value: str) -> str:
    """The text, if it holds no control or direction character."""
    if _CONTROL.search(value):
        raise PydanticCustomError("control_character", "a name must not hold control or direction characters")
    return value


DurationText = Annotated[str, Field(pattern=r"^[0-9]{1,6}(ms|s|m|h)$")]
"""How a duration is written: ``20s``, ``500ms``, ``10m``, ``1h``."""

Flag = Annotated[bool, BeforeValidator(_flag, json_schema_input_type=bool)]
"""``true`` or ``false``, written like this."""

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""An identifier of a tenant, user, department, phone …: lower case letters, digits, underscore; at most 40."""

TenantSlug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,38}[a-z0-9]$")]
"""A tenant's identifier, usable as a DNS label: lower case letters, digits, inner hyphens; 2 to 40 characters."""

DisplayName = Annotated[str, Field(min_length=1, max_length=80), AfterValidator(display_text)]
"""A name for people, any script, at most 80 characters, no control characters (BroadWorks: description <= 80)."""

E164 = Annotated[str, BeforeValidator(_strip_grouping), Field(pattern=r"^\+[1-9][0-9]{6,14}$")]
"""A telephone number in international form, 7 to 15 digits after the plus (ITU-T E.164)."""

NumberRangeText = Annotated[
    str,
    Field(
        pattern=r"^[\s().\-/]*\+[\s().\-/]*[1-9]([\s().\-/]*[0-9]){6,14}"
        r"(\s*\.\.[\s().\-/]*\+?([\s().\-/]*[0-9]){1,15})?\s*$"
    ),
]
"""How a number or range is written; ends may be shortened and digits grouped."""

NumberRange = Annotated[str, BeforeValidator(_number_range, json_schema_input_type=NumberRangeText)]
"""A number, or a range ``first..last`` of at most 100,000 numbers (the last may be shortened to its end)."""

Extension = Annotated[str, Field(pattern=r"^[0-9]{2,20}$")]
"""An internal number, 2 to 20 digits (OCI ``Extension17``)."""

DialString = Annotated[str, BeforeValidator(_strip_grouping), Field(pattern=r"^(\+[0-9]{1,20}|[0-9*#]{1,30})$")]
"""Digits exactly as a user would dial them, outside prefix included (S1:143-144); at most 30 (OCI ``OutgoingDN``)."""

_NAME = r"[a-z][a-z0-9_]{0,39}"
_SIP_HOST = r"[a-z0-9]([a-z0-9\-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9\-]{0,61}[a-z0-9])?)+"
_SIP_URI = rf"sip:[A-Za-z0-9_.!~*'()\-]{{1,64}}@{_SIP_HOST}"
_TARGET = rf"(users|hunt_groups|time_routes|ivr|announcements)/{_NAME}|reject/(busy|closed|unreachable)|{_SIP_URI}"
_DIALLED = r"\+[0-9]{1,20}|[0-9*#]{1,30}"


def _target(value: object) -> object:
    """Remove grouping from what is a number; names and URIs stand as they are."""
    return _strip_grouping(value) if isinstance(value, str) and not re.search(r"[^\W\d_]", value) else value


MemberRef = Annotated[str, Field(pattern=rf"^(users|hunt_groups)/{_NAME}$")]
"""A member of a hunt group: ``users/novakova`` or ``hunt_groups/night``."""

UserRef = Annotated[str, Field(pattern=rf"^users/{_NAME}$")]
"""A user: ``users/novakova``."""

ForwardTarget = Annotated[str, BeforeValidator(_target), Field(max_length=161, pattern=rf"^({_TARGET}|{_DIALLED})$")]
"""Where a call goes: ``users/…``, ``hunt_groups/…``, ``time_routes/…``, ``ivr/…``, ``announcements/…``, digits as a
user would dial them, a SIP URI at a domain some trunk serves, or ``reject/busy``, ``reject/closed``,
``reject/unreachable``."""

SelectiveTarget = Annotated[
    str, BeforeValidator(_target), Field(max_length=161, pattern=rf"^(phones|{_TARGET}|{_DIALLED})$")
]
"""A target of selective forwarding; ``phones``: the call is not forwarded."""

LocalityCode = Annotated[str, Field(pattern=r"^[0-9A-Z]{1,16}$")]
"""The operator's code of the municipality a phone stands in (S0:169-171)."""

SecretRef = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_\-]{0,63}(/[a-z0-9][a-z0-9_\-]{0,63}){0,7}$")]
"""A reference to a secret, resolved at deployment; never the secret itself."""

TimeZone = Annotated[str, AfterValidator(_time_zone)]
"""An IANA time zone such as ``Europe/Prague``; never an offset."""

CountryCode = Literal["CZ", "SK"]
"""ISO 3166 code of the country whose numbering plan, emergency numbers and holidays apply."""

_LABEL = r"[a-z0-9]([a-z0-9\-]{0,61}[a-z0-9])?"
_OCTET = r"(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
_IPV4 = rf"({_OCTET}\.){{3}}{_OCTET}"
_PORT = r"[1-9][0-9]{0,4}"

HostName = Annotated[str, Field(max_length=253, pattern=rf"^{_LABEL}(\.{_LABEL})+$")]
"""A lower-case DNS name with at least two labels."""

IPv4 = Annotated[str, Field(pattern=rf"^{_IPV4}$")]
"""An IPv4 address in dotted form."""

Endpoint = Annotated[str, Field(pattern=rf"^{_IPV4}:{_PORT}$")]
"""``address:port``, for example ``192.0.2.10:5060``."""

ListenSocket = Annotated[str, Field(pattern=rf"^(udp|tcp|tls):{_IPV4}:{_PORT}$")]
"""``transport:address:port``, for example ``udp:192.0.2.10:5060``."""
