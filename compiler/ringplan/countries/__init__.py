"""Numbering facts of the countries Ringplan knows: data, not code."""

from __future__ import annotations

from collections.abc import Mapping

from ringplan.values import dataclass

from .number_types import NUMBER_TYPES


@dataclass(frozen=True, slots=True)
class Country:
    """One country's dialling and emergency numbers."""

    code: str
    """ISO 3166 code."""
    calling_code: str
    """E.164 country code without plus."""
    national_prefix: str
    """Digits before a national number when dialled within the country; may be empty."""
    international_prefix: str
    """Digits before a country code when dialled within the country."""
    national_length: int
    """Digits of a national (significant) number."""
    emergency: tuple[str, ...]
    """Numbers that reach an emergency centre, sorted."""
    number_types: Mapping[str, str]
    """Types of national significant numbers by their beginning; the longest beginning wins, else ``unknown``."""


COUNTRIES: dict[str, Country] = {
    "CZ": Country("CZ", "420", "", "00", 9, ("112", "150", "155", "156", "158"), NUMBER_TYPES["CZ"]),
    "SK": Country("SK", "421", "0", "00", 9, ("112", "150", "155", "158", "159"), NUMBER_TYPES["SK"]),
}
"""By ISO 3166 code. CZ: closed nine-digit plan, no national prefix. SK: national prefix 0."""
