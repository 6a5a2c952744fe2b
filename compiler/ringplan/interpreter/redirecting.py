"""Where phones send calls: redirections (302) and transfers (REFER), screened by the plan of the phone's owner."""

from __future__ import annotations

from ringplan.ir import Platform, Program, SipUri, Tenant, Trunk, User
from ringplan.values import dataclass

from .dialling import Destination, Emergency, NotFound, OffNet, OnNet, analyse
from .screening import Verdict, call_type, canonical, screen

Target = Destination | SipUri

_SEPARATORS = str.maketrans("", "", "-.() ")
"""What may stand between the digits of a ``tel`` URI (RFC 3966)."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """What the exchange says to a REFER (RFC 3515)."""

    code: int
    """202: it is passed on to the other party; else the final answer."""
    reason: str
    why: str


def target_of(program: Program, tenant: Tenant, user: User, text: str) -> Target:
    """What a Contact or Refer-To means: a dial string as if the user had dialled it, or a SIP URI elsewhere."""
    scheme, is_uri, rest = text.partition(":")
    if scheme == "tel":
        return analyse(tenant, user, rest.partition(";")[0].translate(_SEPARATORS))[0]
    if not is_uri or scheme not in ("sip", "sips"):
        return analyse(tenant, user, text)[0]
    name, _, host = rest.rpartition("@")
    if host == tenant.domain:
        return analyse(tenant, user, name)[0]
    trunk = trunk_to(program.platform, tenant.id, host)
    if trunk is None:
        return NotFound("unknown-number", f"no trunk serves {host}")
    return SipUri(f"{tenant.id}/sip/{name}@{host}", name, host, trunk.id, user.span)


def trunk_to(platform: Platform, tenant: str, host: str) -> Trunk | None:
    """The first trunk through which a tenant may call SIP URIs at a host."""
    may_use = (trunk for trunk in platform.trunks if not trunk.tenants or tenant in trunk.tenants)
    return next((trunk for trunk in may_use if host in trunk.domains), None)


def screen_target(tenant: Tenant, plan_id: str, target: Target) -> Verdict:
    """Whether whoever has this plan may forward, redirect or transfer to a target."""
    table = tenant.plan(plan_id).forwarding
    match target:
        case OnNet(key):
            return screen(table, "internal", canonical(tenant.dial_plan, key), plan_id)
        case OffNet(number):
            return screen(table, call_type(tenant.dial_plan, number), canonical(tenant.dial_plan, number), plan_id)
        case SipUri():
            return screen(table, "sip_uri", f"{target.user}@{target.host}", plan_id)
        case Emergency(number):
            return Verdict(False, f"barred: calls are not forwarded to the emergency number {number}", None)
        case NotFound():
            return Verdict(False, target.why, None)


def transfer(program: Program, tenant: Tenant, user: User, text: str) -> Transfer:
    """What becomes of a user's wish to transfer a call to ``text``."""
    target = target_of(program, tenant, user, text)
    if isinstance(target, NotFound):
        return Transfer(404, "Not Found", target.why)
    verdict = screen_target(tenant, user.plan, target)
    return Transfer(202, "Accepted", verdict.why) if verdict.allowed else Transfer(403, "Call Barred", verdict.why)
