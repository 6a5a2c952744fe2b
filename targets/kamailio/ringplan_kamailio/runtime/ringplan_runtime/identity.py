"""Who a call says it comes from: From, P-Asserted-Identity and Privacy of every leg."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import quote

from .numbering import calling_number
from .settings import Trunk
from .tenants import Tenant, User

_PRIVATE = frozenset({"id", "user", "header"})
"""Privacy values by which a caller withholds his number (RFC 3323, RFC 3325)."""
_HARMLESS = re.compile(r"[A-Za-z0-9+*_.!~'()&=$,?/%-]{1,64}", re.ASCII).fullmatch
_DIALLED = re.compile(r"[A-Za-z0-9+*#]{1,40}", re.ASCII).fullmatch
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
"""A display name; it may hold what looks like a URI, and the caller chooses it."""
_URI_USER = re.compile(r"<?\s*(?:sips?:([^@;>:]*)[^@>]*@|tel:([^;>]*))", re.ASCII | re.IGNORECASE)


class Leg(NamedTuple):
    """The identity the called party receives, as header text."""

    display: str
    """Quoted display name; empty: none."""
    uri: str
    """From URI."""
    headers: str = ""
    """Further headers, each with its line end."""


ANONYMOUS = Leg('"Anonymous"', "sip:anonymous@anonymous.invalid")


def withheld(privacy: str, from_user: str, from_host: str) -> bool:
    """Whether the caller asks not to be shown, by Privacy header or by an anonymous From."""
    if privacy and not _PRIVATE.isdisjoint(part.strip(' \t"').lower() for part in re.split("[;,]", privacy)):
        return True
    return from_host == "anonymous.invalid" or from_user.lower() == "anonymous"


def carrier_number(asserted: str, from_user: str) -> str:
    """The caller's number from a carrier's P-Asserted-Identity, else From; empty when there is none."""
    unnamed = _QUOTED.sub("", asserted) if asserted else ""
    found = _URI_USER.search(unnamed.partition("<")[2] or unnamed)
    number = (found[1] or found[2] or "") if found else ""
    number = number or from_user.partition(";")[0]
    return number if _HARMLESS(number) else ""


def internal(caller: User, private: bool) -> Leg:
    """On a call to a user of the same tenant: extension and name."""
    if private:
        return ANONYMOUS
    return Leg(caller.internal_name, caller.internal_uri)


def external(tenant: Tenant, number: str, private: bool) -> Leg:
    """On a call from a trunk: the number only, in E.164 where it can be read."""
    if private or not number:
        return ANONYMOUS
    return Leg("", f"sip:{calling_number(tenant.plan, number)}@{tenant.domain}")


def to_trunk(caller: User, trunk: Trunk, domain: str, private: bool) -> Leg:
    """On a call out: the presented number, asserted to the carrier even when it is withheld (RFC 3325)."""
    if caller.external_number is None:
        return ANONYMOUS
    uri = f"sip:{written(caller.external_number, trunk)}@{domain}"
    asserted = f"P-Asserted-Identity: <{uri}>\r\n"
    if private:
        return Leg(ANONYMOUS.display, ANONYMOUS.uri, asserted + "Privacy: id\r\n")
    return Leg("", uri, asserted)


def own(number: str, trunk: Trunk, domain: str) -> Leg:
    """On a call of the exchange itself: a number of the tenant, shown and asserted."""
    uri = f"sip:{written(number, trunk)}@{domain}"
    return Leg("", uri, f"P-Asserted-Identity: <{uri}>\r\n")


def dialling(tenant: Tenant, text: str) -> Leg:
    """On a call to the phones of a user who clicked: what will be dialled for him."""
    return Leg("", f"sip:{quote(text, safe='+*')}@{tenant.domain}") if _DIALLED(text) else ANONYMOUS


def to_emergency(caller: User, trunk: Trunk, domain: str) -> Leg:
    """On an emergency call: the number a centre can call back, never withheld."""
    if caller.emergency_number is None:
        return ANONYMOUS
    uri = f"sip:{written(caller.emergency_number, trunk)}@{domain}"
    return Leg("", uri, f"P-Asserted-Identity: <{uri}>\r\n")


def to_trunk_diverted(
    caller: str | None, private: bool, diverter: str | None, withheld: bool, trunk: Trunk, domain: str
) -> Leg:
    """On a call that was forwarded out: who forwarded it is asserted, for he is billed; From by the trunk's setting.

    ``caller`` and ``diverter`` are E.164 numbers, None: none may be shown; ``private`` and ``withheld``: they
    withhold them.
    """
    headers = ""
    if diverter is not None:
        # Privacy for either of them, lest the carrier show the asserted number.
        headers = f"P-Asserted-Identity: <sip:{written(diverter, trunk)}@{domain}>\r\n"
        headers += "Privacy: id\r\n" if withheld or (private and not trunk.shows_diverter) else ""
    if trunk.shows_diverter:
        caller, private = diverter, withheld
    if private or caller is None:
        return Leg(ANONYMOUS.display, ANONYMOUS.uri, headers)
    return Leg("", f"sip:{written(caller, trunk)}@{domain}", headers)


def written(number: str, trunk: Trunk) -> str:
    """A number as the trunk wants it."""
    return number if trunk.plus else number.removeprefix("+")
