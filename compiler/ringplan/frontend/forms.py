"""How each kind of value is written, in the words of telephony, and what can be repaired in a wrong one."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, Final, NamedTuple, get_args, get_origin

from pydantic.fields import FieldInfo

from ringplan_schema import calling_plan, platform, tenant, types, users

Repair = Callable[[str, str], "Repaired | None"]
"""From the wrong text and the tenant's country to what was probably meant."""


class Repaired(NamedTuple):
    """A value of the right form."""

    text: str
    sure: bool
    """The meaning is certainly the same."""


class Form(NamedTuple):
    """What is expected, completing the sentence "`x` is not …"."""

    words: str
    repair: Repair = lambda text, country: None


_CALLING_CODE: Final = {"CZ": "420", "SK": "421"}
_GROUPING: Final = re.compile(r"[\s().\-/]")


def _international(text: str, country: str) -> Repaired | None:
    """``00420…`` is certainly ``+420…``; nine digits are probably a national number of the tenant's country."""
    digits = _GROUPING.sub("", text)
    if re.fullmatch(r"00[1-9][0-9]{6,14}", digits):
        return Repaired("+" + digits[2:], sure=True)
    code = _CALLING_CODE.get(country)
    if code and re.fullmatch(r"0?[1-9][0-9]{8}", digits):
        return Repaired(f"+{code}{digits[-9:]}", sure=False)
    return None


def _slug(separator: str) -> Repair:
    def repair(text: str, country: str) -> Repaired | None:
        slug = re.sub(r"[^a-z0-9]+", separator, text.lower()).strip(separator)[:40]
        return Repaired(slug, sure=False) if re.match(r"[a-z]", slug) and len(slug) > 1 else None

    return repair


def _lower(text: str, country: str) -> Repaired | None:
    return Repaired(text.lower(), sure=True) if re.fullmatch(r"[A-Za-z0-9.\-]+\.[A-Za-z0-9.\-]+", text) else None


def _upper(text: str, country: str) -> Repaired | None:
    return Repaired(text.upper(), sure=True) if re.fullmatch(r"[0-9A-Za-z]{1,16}", text) else None


def repair_duration(text: str) -> Repaired | None:
    """A blank before the unit is certainly meant as none; a bare number is probably seconds."""
    if found := re.fullmatch(r"([0-9]{1,6})\s+(ms|s|m|h)", text):
        return Repaired(found[1] + found[2], sure=True)
    return Repaired(text + "s", sure=False) if re.fullmatch(r"[0-9]{1,4}", text) else None


def _mask(text: str, country: str) -> Repaired | None:
    """Grouping and repeated stars change nothing; `x` is probably any digit, an inner `*` probably the end."""
    plain = re.sub(r"\*+$", "*", re.sub(r"[\s().\-/](?![^\[]*\])", "", text))
    unsure = re.sub(r"(?<=[0-9?\]])\*.*", "*", re.sub("[xX]", "?", plain))
    (pattern,) = patterns(calling_plan.NumberMask)
    for mask, sure in ((plain, True), (unsure, False)):
        if re.search(pattern, mask):
            return Repaired(mask, sure)
    return None


DURATION: Final = "a duration such as 20s, 500ms or 10m"
NUMBER_RANGE: Final = "a number such as +420222333404 or a range such as +420222333400..449"

_SLUG = "an identifier: a lower case letter, then lower case letters, digits and underscores, at most 40"
_BY_TYPE: Final[tuple[tuple[Any, Form], ...]] = (
    (types.Slug, Form(_SLUG, _slug("_"))),
    (
        types.TenantSlug,
        Form("a tenant's identifier: lower case letters, digits and inner hyphens, 2 to 40 characters", _slug("-")),
    ),
    (types.E164, Form("a telephone number in international form, such as +420222333404", _international)),
    (types.Extension, Form("an extension of 2 to 20 digits")),
    (types.DialString, Form("something a phone can dial: digits, `*` and `#`, at most 30, or `+` and digits")),
    (types.LocalityCode, Form("a locality code: 1 to 16 digits and capital letters", _upper)),
    (
        types.SecretRef,
        Form("a reference to a secret such as novak/novakova/desk; the password itself does not belong here"),
    ),
    (types.HostName, Form("a lower case host name such as pbx.example.com", _lower)),
    (types.IPv4, Form("an IPv4 address such as 192.0.2.10")),
    (types.Endpoint, Form("an IPv4 address and port such as 192.0.2.10:5060")),
    (types.ListenSocket, Form("transport, IPv4 address and port, such as udp:192.0.2.10:5060")),
    (types.DurationText, Form(DURATION)),
    (
        calling_plan.NumberMask,
        Form(
            "a number mask: digits, `?`, classes such as [2-57], and `*` only at the end, such as 602* or +4219*", _mask
        ),
    ),
    (calling_plan.MaskName, Form(_SLUG.replace("40", "30"))),
    (users.SpeedDialCode, Form("a speed dial code: 2 to 9, or two digits 00 to 99")),
)
_BY_FIELD: Final[tuple[tuple[FieldInfo, Form], ...]] = (
    (tenant.Dialing.model_fields["outside_prefix"], Form("exactly one digit, such as 0")),
    (platform.RtpEngine.model_fields["ports"], Form("a range of UDP ports such as 30000-39999")),
)
_OTHER: Final = Form("written in the form this field requires")


def form_of(pattern: str, meaning: str) -> Form:
    """The form whose pattern a value did not match; a field with a pattern of its own is described by its meaning."""
    known = _forms().get(pattern)
    if known is not None:
        return known
    return Form(f"of the form of this field: {meaning}") if meaning else _OTHER


@cache
def _forms() -> dict[str, Form]:
    typed = {pattern: form for annotation, form in _BY_TYPE for pattern in patterns(annotation)}
    return typed | {pattern: form for field, form in _BY_FIELD for pattern in patterns(field)}


def patterns(annotation: Any) -> list[str]:
    """The patterns that a type or field states itself."""
    if isinstance(annotation, FieldInfo):
        return [item.pattern for item in annotation.metadata if getattr(item, "pattern", None)]
    if get_origin(annotation) is Annotated:
        return [found for item in get_args(annotation)[1:] if isinstance(item, FieldInfo) for found in patterns(item)]
    return []
