"""How each kind of value is written, in the words of telephony, and what can be repaired in a wrong one."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, Final, NamedTuple, get_args, get_origin

from pydantic.fields import FieldInfo

from ringplan_schema import administrators, calling_plan, ivr, platform, prompts, schedules, tenant, types, users

from . import references
from .repaired import Repaired

Repair = Callable[[str, str], Repaired | None]
"""From the wrong text and the tenant's country to what was probably meant."""


class Form(NamedTuple):
    """What is expected, completing the sentence "`x` is not …"."""

    words: str
    repair: Repair = lambda text, country: None
    sections: tuple[str, ...] = ()
    """Sections whose entries the value names, as ``users/novakova``."""


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


_DAY_NAMES: Final = re.compile(r"\b(mon|tue|wed|thu|fri|sat|sun)[a-z]*\b")


def _calendar_entry(pattern: str) -> Repair:
    """Days and times as people write them: ``Monday–Friday 8:00-17:00``, ``24.12.2026``."""

    def repair(text: str, country: str) -> Repaired | None:
        plain = _DAY_NAMES.sub(r"\1", re.sub(r"[–—]", "-", text.lower()))
        plain = re.sub(r"\b([0-9]{1,2})\. ?([0-9]{1,2})\. ?([0-9]{4})\b", _day_of, plain)
        plain = re.sub(r"\b([0-9]):([0-9]{2})\b", r"0\1:\2", re.sub(r"\s+", " ", plain.strip()))
        return Repaired(plain, sure=True) if plain != text and re.search(pattern, plain) else None

    return repair


def _day_of(written: re.Match[str]) -> str:
    return f"{written[3]}-{int(written[2]):02}-{int(written[1]):02}"


def _target(also: str) -> Form:
    return Form(
        f"a target such as {also}0602123456, 1204, users/novakova, hunt_groups/sales, ivr/main, "
        "sip:jan@pbx.example.com or reject/busy",
        references.repair_target,
        ("users", "hunt_groups", "time_routes", "ivr", "announcements"),
    )


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
    (types.MemberRef, Form("a member such as users/novakova or hunt_groups/night", sections=("users", "hunt_groups"))),
    (types.UserRef, Form("a user such as users/novakova", sections=("users",))),
    (types.ForwardTarget, _target("")),
    (types.SelectiveTarget, _target("phones, ")),
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
    (schedules.ScheduleRef, Form("the name of a schedule, or public holidays such as holidays/CZ")),
    (
        calling_plan.NumberMask,
        Form(
            "a number mask: digits, `?`, classes such as [2-57], and `*` only at the end, such as 602* or +4219*", _mask
        ),
    ),
    (calling_plan.MaskName, Form(_SLUG.replace("an identifier", "the name of a number mask").replace("40", "30"))),
    (administrators.AdministratorId, Form("an e-mail address such as jan@novak.example, or the name of an account")),
    (ivr.MenuKey, Form("a key of the phone: 0 to 9, `*` or `#`")),
    (ivr.IvrRef, Form("an IVR such as ivr/main", sections=("ivr",))),
    (
        prompts.PromptName,
        Form("a prompt: `{say: …}`, `{file: …}`, or a name such as prompts/closed", sections=("prompts",)),
    ),
    (
        prompts.PromptFile,
        Form("a WAV file below the tenant's folder, such as prompts/closed.wav; its path has no `..` and no blanks"),
    ),
    (users.SpeedDialCode, Form("a speed dial code: 2 to 9, or two digits 00 to 99")),
)
_SCHEDULES: Final = (
    (
        schedules.WeeklyEntry,
        "an entry such as mon-fri 08:00-17:00, sat, daily 22:00-06:00 or fri 18:00 - mon 08:00, with times as HH:MM",
    ),
    (
        schedules.DateEntry,
        "an entry such as 2026-12-31, 12-24..01-01, 12-31 08:00-12:00 or 2026-12-24 18:00 - 2026-12-27 08:00",
    ),
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
    typed |= {
        pattern: Form(words, _calendar_entry(pattern)) for kind, words in _SCHEDULES for pattern in patterns(kind)
    }
    return typed | {pattern: form for field, form in _BY_FIELD for pattern in patterns(field)}


def patterns(annotation: Any) -> list[str]:
    """The patterns that a type or field states itself."""
    if isinstance(annotation, FieldInfo):
        return [item.pattern for item in annotation.metadata if getattr(item, "pattern", None)]
    if get_origin(annotation) is Annotated:
        return [found for item in get_args(annotation)[1:] if isinstance(item, FieldInfo) for found in patterns(item)]
    return []
