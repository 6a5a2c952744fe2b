"""Accounts: digest authentication, and where the phones are."""

from __future__ import annotations

import KSR

from .core import Core
from .index import Account

_HA1 = 1
"""pv_auth_check: the password given is the HA1."""
_QOP = 1
"""auth_challenge: offer qop=auth."""
_ONE_CONTACT = 4
"""save: a phone's new contact replaces its old one."""


def authenticate(core: Core, domain: str) -> Account | None:
    """The account whose password the request proves; None: it was challenged or refused."""
    name = KSR.kx.gete_au()
    account = core.index.account(domain, name) if name else None
    if account is not None and KSR.auth.pv_auth_check(domain, account.ha1, _HA1, 0) > 0:
        return account
    if core.index.tenant_of_domain(domain) is None:
        KSR.sl.send_reply(403, "Forbidden")
    else:
        # An unknown account gets what a wrong password gets: nobody learns which accounts exist.
        KSR.auth.auth_challenge(domain, _QOP)
    return None


def register(core: Core) -> None:
    """Saves or removes the contact of a phone."""
    domain = KSR.kx.gete_thost().lower()
    account = authenticate(core, domain)
    if account is None:
        return
    name = KSR.kx.gete_au()
    own = (name, account.user.rpartition("/")[2])
    if KSR.kx.gete_tuser() not in own or KSR.kx.gete_fuser() not in own:
        KSR.sl.send_reply(403, "Not Your Account")
        return
    _remember_flow()
    if KSR.registrar.save_uri("location", _ONE_CONTACT, f"sip:{name}@{domain}") < 0:
        KSR.sl.sl_reply_error()
    else:
        KSR.htable.sht_sets("flows", KSR.kx.get_srcuri(), domain)


def domain_of_nameless(core: Core) -> str:
    """The domain to ask for credentials in when From names none: the request's, else that of the phone's registration.

    A service URN has no domain, and a caller who withholds everything must reach the emergency centre all the same.
    Nothing is believed here: the credentials decide.
    """
    domain = KSR.kx.gete_rhost().lower()
    if core.index.tenant_of_domain(domain) is not None:
        return domain
    return str(KSR.htable.sht_gete("flows", KSR.kx.get_srcuri())) or domain


def _remember_flow() -> None:
    """Calls go back the way the registration came: a contact that names a trunk or a stranger must not lead there."""
    KSR.nathelper.fix_nated_register()
    tcp = KSR.is_TCP()
    if tcp:
        KSR.add_tcp_alias_via()
    if KSR.nathelper.nat_uac_test(_OTHER_ADDRESS if tcp else _OTHER_ADDRESS | _OTHER_PORT) > 0:
        KSR.setbflag(_NAT_FLAG)


_OTHER_ADDRESS = 1 | 2
"""nat_uac_test: private address in Contact; Via names another address than the source."""
_OTHER_PORT = 16
"""nat_uac_test: Via names another port than the source; over TCP that means nothing."""
_NAT_FLAG = 6
"""Branch flag of contacts that must be kept reachable (nathelper, usrloc)."""
