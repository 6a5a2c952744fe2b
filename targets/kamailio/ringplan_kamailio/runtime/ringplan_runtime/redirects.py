"""Where phones send calls: redirections (302) and transfers (REFER), screened by the plan of the phone's owner."""

from __future__ import annotations

import re
from urllib.parse import unquote

import KSR

from .core import Core
from .numbering import Destination, Emergency, NotFound, OffNet, OnNet, analyse, dialled
from .screening import allowed, allowed_uri
from .tenants import SipUri, Tenant

Target = Destination | SipUri

_AVP = "redirect"
_MOST_HEADERS = 4
_LONGEST = 1_000
"""Characters of a header that are read."""
_REFER_TO = re.compile(
    r"""(?:"(?:[^"\\]|\\.)*"\s*|[\w.!%*+`'~ \t-]*)<([^<>"\s]+)>\s*(?:;[^<>,"?]*)?|([^<>;?,"\s]+)""", re.ASCII
).fullmatch
"""One address (RFC 3515 section 2.1); without brackets nothing may follow it (RFC 3261 section 20.10).

No two repetitions that take blanks stand beside each other: a thousand blanks must not take a worker's time."""
_CONTROL = re.compile(r"%(?:[01][0-9a-f]|7f)|[\x00-\x20\x7f]", re.ASCII | re.IGNORECASE).search
_PIECES = re.compile(r'"(?:[^"\\]|\\.)*"|<[^>]*>|[^",<]+|[",<]').findall
"""Display names, URIs in brackets, and what stands between them."""
_Q = re.compile(r";\s*q\s*=\s*(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)", re.ASCII | re.IGNORECASE)
_USER = re.compile(r"[A-Za-z0-9+*#_.!~'()=$-]{1,64}", re.ASCII).fullmatch
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,252}[a-z0-9])?", re.ASCII).fullmatch


def remember() -> None:
    """Keeps with the transaction where the phone whose answer is at hand sends the call."""
    KSR.pvx.avp_rm(_AVP)
    KSR.pvx.avp_sets(_AVP, best(_headers("Contact")))


def remembered() -> str:
    """The URI of the last `remember`; empty: it named none."""
    return str(KSR.pvx.avp_gete(_AVP))


def _headers(name: str) -> str:
    """All headers of a name as one list, the first few of them."""
    found = [str(KSR.hdr.gete(name))]
    while found[-1] and len(found) < _MOST_HEADERS:
        found.append(str(KSR.hdr.gete_idx(name, len(found))))
    return ",".join(text for text in found if text)[:_LONGEST]


def best(contacts: str) -> str:
    """The URI with the highest ``q``, of equal ones the first; empty when there is none that can be read."""
    found = [(_quality(parameters), uri) for uri, parameters in _entries(contacts)]
    return max(found, key=lambda entry: entry[0], default=(0, ""))[1]


def _entries(text: str) -> list[tuple[str, str]]:
    """URIs and parameters of a list of addresses."""
    found, bracketed, rest = [], "", ""
    for piece in (*_PIECES(text), ","):
        if piece == ",":
            address, semicolon, parameters = rest.partition(";")
            if bracketed or address.strip():
                found.append((bracketed or address.strip(), semicolon + parameters))
            bracketed = rest = ""
        elif piece[0] == "<":
            bracketed = " " if bracketed else piece[1:-1].strip() or " "  # of two in one address none is the address
        elif piece[0] != '"':
            rest += piece
    return found


def _quality(parameters: str) -> float:
    found = _Q.search(parameters)
    return float(found[1]) if found else 1.0


# -- what a URI means


def target_of(core: Core, tenant: Tenant, user: str, uri: str) -> Target:
    """What a URI a phone names means: a dial string as if the owner had dialled it, or a SIP URI elsewhere."""
    uri = uri.partition("?")[0]
    scheme = uri.partition(":")[0].lower()
    if scheme not in ("sip", "sips"):
        return analyse(tenant, user, dialled(uri)) if scheme in ("tel", "urn") else NotFound("unknown-number")
    name, _, host = uri.partition(":")[2].rpartition("@")
    host = host.partition(";")[0].partition("?")[0].partition(":")[0].lower()
    if host == tenant.domain or host in core.settings.hosts:
        return analyse(tenant, user, dialled(uri))
    trunk = core.settings.trunk_to(tenant.id, host)
    name = unquote(name.partition(":")[0].partition(";")[0])
    if trunk is None or not _USER(name) or not _HOST(host):
        return NotFound("unknown-number")
    return SipUri(name, host, trunk)


def may_go(core: Core, tenant: Tenant, plan: str, target: Target) -> bool:
    """Whether whoever has this plan may forward, redirect or transfer to a target; never to emergency calls."""
    types = core.settings.number_types
    match target:
        case OnNet(key):
            return allowed(types, tenant, plan, True, key, True)
        case OffNet(number):
            return allowed(types, tenant, plan, True, number, False)
        case SipUri():
            return allowed_uri(tenant, plan, True)
        case Emergency() | NotFound():
            return False


def transfer(core: Core, tenant: Tenant, user: str) -> tuple[int, str]:
    """The answer to the REFER at hand; 202: it is passed on."""
    address, _, headers = referred().partition("?")
    parameters = address.rpartition("@")[2].partition(";")[2].lower()
    if not address or "method" in parameters or "%" in parameters or (headers and not _only_replaces(headers)):
        return 403, "Call Barred"
    return verdict(core, tenant, user, target_of(core, tenant, user, address))


def verdict(core: Core, tenant: Tenant, user: str, target: Target) -> tuple[int, str]:
    """Whether a user may transfer a call to a target: 202, or why not."""
    if isinstance(target, NotFound):
        return 404, "Not Found"
    return (202, "Accepted") if may_go(core, tenant, tenant.user(user).plan, target) else (403, "Call Barred")


def referred() -> str:
    """The URI of the one Refer-To of the request; empty: there are several, or it is not one address."""
    if KSR.pv.geti("$hdrc(Refer-To)") != 1:
        return ""
    text = str(KSR.hdr.gete("Refer-To")).strip()
    found = _REFER_TO(text) if len(text) <= _LONGEST else None
    uri = (found[1] or found[2]) if found else ""
    return "" if _CONTROL(uri) else uri


def _only_replaces(headers: str) -> bool:
    """Whether a URI's headers are what an attended transfer needs (RFC 3891), and nothing more."""
    name, _, rest = headers.partition("=")
    return name.lower() == "replaces" and "&" not in rest
