"""The way in: every request, before it is known what it is about."""

from __future__ import annotations

import re

import KSR

from . import calls, dialogs, identity, registration, serving
from .core import Core
from .diversions import carried
from .numbering import dialled, looks_urgent
from .settings import ATTENDANT

_MAX_FORWARDS = 10
_MAX_PRIVACY = 8
_MAX_DIVERSION = 20
_WITHIN_A_CALL = frozenset(
    ("INVITE", "ACK", "BYE", "UPDATE", "PRACK", "INFO", "REFER", "NOTIFY", "SUBSCRIBE", "OPTIONS", "CANCEL")
)
"""What belongs to a call; other methods would use its token as a way to send anything anywhere."""
_SANE_MESSAGE = 1509
"""sanity_check: all but the URI scheme test, which knows no service URNs."""
_SANE_URIS = 6
"""sanity_check: From and To."""
_SCANNERS = re.compile("friendly-scanner|sipvicious|sipcli|sip-scan|pplsip|vaxsip", re.IGNORECASE).search
_ALLOW = "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, UPDATE, PRACK, INFO, REFER, NOTIFY\r\n"


def handle(core: Core) -> None:
    """Takes one request to the module it is for."""
    method = KSR.kx.get_method()
    trunk = core.settings.sources.get(KSR.kx.get_srcip())
    if KSR.siputils.has_totag() > 0:
        _within_dialog(core, method, trunk)
    elif method == "CANCEL":
        if KSR.tm.t_check_trans() > 0:
            KSR.tm.t_relay()
        else:
            _welcome(core, method, trunk)  # counts towards the flood limit, and is ignored
    elif method == "ACK" or not (_welcome(core, method, trunk) and _well_formed()):
        return
    elif method == "INVITE":
        _call(core, trunk)
    elif method == "REGISTER" and trunk is None:
        KSR.force_rport()
        registration.register(core)
    elif method == "OPTIONS":
        KSR.hdr.append_to_reply(_ALLOW)
        KSR.sl.send_reply(200, "OK")
    else:
        KSR.hdr.append_to_reply(_ALLOW)
        KSR.sl.send_reply(405, "Method Not Allowed")


def _within_dialog(core: Core, method: str, trunk: str | None) -> None:
    if method not in _WITHIN_A_CALL:
        if _welcome(core, method, trunk):
            KSR.hdr.append_to_reply(_ALLOW)
            KSR.sl.send_reply(405, "Method Not Allowed")
    elif KSR.maxfwd.process_maxfwd(_MAX_FORWARDS) < 0:
        if method != "ACK":
            KSR.sl.send_reply(483, "Too Many Hops")
    elif not dialogs.handle(core, method, trunk) and _welcome(core, method, trunk):
        KSR.sl.send_reply(481, "Call Does Not Exist")


def _welcome(core: Core, method: str, trunk: str | None) -> bool:
    """Whether to deal with the sender at all; floods and scanners get no answer."""
    if trunk is not None:
        return True
    if KSR.pike.pike_check_req() > 0:
        return _SCANNERS(KSR.kx.gete_ua()) is None
    if method != "INVITE" or not looks_urgent(dialled(KSR.kx.get_ruri())):
        return False
    # Emergency calls have a limit of their own, which other traffic of the same address cannot use up.
    return KSR.htable.sht_inc("sos", KSR.kx.get_srcip()) <= core.settings.flood_requests


def _well_formed() -> bool:
    """Answers what cannot be dealt with."""
    if KSR.maxfwd.process_maxfwd(_MAX_FORWARDS) < 0:
        KSR.sl.send_reply(483, "Too Many Hops")
        return False
    return KSR.sanity.sanity_check(_SANE_MESSAGE, _SANE_URIS) > 0


def _call(core: Core, trunk: str | None) -> None:
    if KSR.tmx.t_precheck_trans() > 0:
        KSR.tm.t_check_trans()
        return
    if KSR.tm.t_check_trans() == 0:
        return
    uri = KSR.kx.get_ruri()
    if trunk == ATTENDANT:
        serving.handle(core)
    elif trunk is not None:
        _call_in(core, uri)
    else:
        _call_of_phone(core, uri)


def _privacy() -> str:
    """All Privacy headers as one; who adds ``none`` before his ``id`` still wants to be hidden."""
    return ";".join(_headers("Privacy", _MAX_PRIVACY))


def _headers(name: str, most: int) -> list[str]:
    """The headers of a name, the first few of them."""
    first = str(KSR.hdr.gete(name))
    if not first and KSR.hdr.is_present(name) < 0:
        return []
    # An empty header and none look alike, so what is asked for is how many there are.
    count = min(KSR.pv.geti(f"$hdrc({name})"), most)
    found = [first, *(str(KSR.hdr.gete_idx(name, at)) for at in range(1, count))]
    return [text for text in found if text]


def _call_in(core: Core, uri: str) -> None:
    from_user = KSR.kx.gete_fuser()
    private = identity.withheld(_privacy(), from_user, KSR.kx.gete_fhost())
    number = identity.carrier_number(KSR.hdr.gete("P-Asserted-Identity"), from_user)
    forwarded = carried(
        ",".join(_headers("Diversion", _MAX_DIVERSION)), ",".join(_headers("History-Info", _MAX_DIVERSION))
    )
    KSR.route("STRIP")
    calls.from_trunk(core, dialled(uri), number, private, forwarded)


def _call_of_phone(core: Core, uri: str) -> None:
    from_user, domain = KSR.kx.gete_fuser(), KSR.kx.gete_fhost().lower()
    private = identity.withheld(_privacy(), from_user, domain)
    if domain == "anonymous.invalid":
        domain = registration.domain_of_nameless(core)
    KSR.force_rport()
    account = registration.authenticate(core, domain)
    if account is None:
        return
    KSR.route("STRIP")
    calls.from_phone(core, account.tenant, account.user, dialled(uri), private)
