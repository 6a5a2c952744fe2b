"""What was probably meant by a wrong reference such as ``novakova`` or ``user/novakova``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ringplan.diagnostics.near_miss import near_miss

from .repaired import Repaired

_ENDS: Final = ("busy", "closed", "unreachable")
_ADDRESS: Final = re.compile(r"(?:[sS][iI][pP][sS]?:)?(?P<user>[^\s:@]+)@(?P<host>[A-Za-z0-9.\-]+)")
_TEL: Final = re.compile(r"tel:(\+[0-9]{7,15})", re.ASCII)


def repair(text: str, data: Mapping[str, Any], sections: Sequence[str]) -> Repaired | None:
    """What a reference to an entry of some sections was meant to be; ``data`` is the whole manifest as written."""
    section, separator, name = text.strip().lower().partition("/")
    if not separator:
        return _of_name(section, data, sections)
    whole = _section(section.replace("-", "_"), sections)
    return Repaired(f"{whole}/{name}", sure=name in _names(data, whole)) if whole is not None else None


def _section(written: str, sections: Sequence[str]) -> str | None:
    """The section whose name is like this, plural or singular."""
    words = {word: section for section in sections for word in (section, section.removesuffix("s"))}
    near = near_miss(written, words)
    return words.get(written) or (words[near.name] if near is not None and near.sure else None)


def _of_name(name: str, data: Mapping[str, Any], sections: Sequence[str]) -> Repaired | None:
    """A name without its section is certain when only one section has it."""
    found = [section for section in sections if name in _names(data, section)]
    return Repaired(f"{found[0]}/{name}", sure=len(found) == 1) if found else None


def _names(data: Mapping[str, Any], section: str) -> Mapping[str, Any]:
    entries = data.get(section)
    return entries if isinstance(entries, Mapping) else {}


def repair_target(text: str, country: str) -> Repaired | None:
    """What a forward target that names no entry was meant to be: a number, a SIP URI, or a deliberate end."""
    if found := _TEL.fullmatch(text):
        return Repaired(found[1], sure=True)
    if found := _ADDRESS.fullmatch(text):
        return Repaired(f"sip:{found['user']}@{found['host'].lower()}", sure=text.lower().startswith("sip:"))
    return Repaired(f"reject/{text}", sure=False) if text in _ENDS else None
