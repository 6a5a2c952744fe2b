"""Where calls go on: users' rules, time routes, and what every diversion has to pass."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from . import identity
from .answering import Announcement
from .diversions import MAX_DIVERSIONS, Forwarded, diversion, history
from .numbering import calling_number
from .schedules import is_open
from .screening import canonical
from .settings import Trunk
from .state import Call, Diversion
from .tenants import Reject, Tenant, TimeRoute, User


def divert(call: Call, node_id: str, reason: str, target: str) -> str:
    """The next node when ``node_id`` sends the call on; that is a diversion unless the call ends there."""
    if isinstance(call.tenant.nodes[target], Reject | Announcement):
        return target
    return target if count(call, node_id, reason) else f"{call.tenant_id}/reject/diversions"


def count(call: Call, node_id: str, reason: str) -> bool:
    """Notes a diversion; False when the call has been forwarded too often."""
    if call.carried + len(call.diversions) >= MAX_DIVERSIONS:
        return False
    call.diversions.append(Diversion(node_id, reason))
    return True


def by_time(call: Call, node_id: str, route: TimeRoute) -> str:
    """Where a time route leads."""
    for schedule, target in route.rules:
        if is_open(call.tenant, schedule, call.moment):
            return divert(call, node_id, "time-of-day", target)
    return divert(call, node_id, "time-of-day", route.otherwise)


def by_rules(call: Call, node_id: str) -> str | None:
    """Where the user's rules send the call; None: his phones ring."""
    for rule in call.tenant.rules.get(node_id, ()):
        if rule.when is not None and not is_open(call.tenant, rule.when, call.moment):
            continue
        if rule.callers and not _is_among(call, rule.callers, rule.anonymous):
            continue
        return None if rule.to is None else divert(call, node_id, "unconditional", rule.to)
    return None


def _is_among(call: Call, callers: str, anonymous: bool) -> bool:
    """Whether the caller is one of these; who withholds his number, or has none, matches no pattern."""
    caller = "" if call.private else _compared(call)
    return _matcher(callers)(caller) is not None if caller else anonymous


@lru_cache(1024)
def _matcher(expression: str) -> Callable[[str], re.Match[str] | None]:
    """Compiled at its first use, and kept from call to call."""
    return re.compile(expression).fullmatch


def _compared(call: Call) -> str:
    """The caller as patterns see him; empty: unknown."""
    tenant = call.tenant
    if call.caller:
        return tenant.user(call.caller).internal_uri.partition(":")[2].partition("@")[0]
    return canonical(tenant.plan, calling_number(tenant.plan, call.number)) if call.number else ""


# -- what a trunk is told


def leg(call: Call, trunk: Trunk, domain: str, uri: str) -> identity.Leg:
    """Identity and history of a call that was forwarded out; ``uri`` is called."""
    number, withheld = standing_for(call.tenant, call.diversions[-1].node)
    shown = identity.to_trunk_diverted(_caller(call), call.private, number, withheld, trunk, domain)
    if trunk.diversion == "none":
        return shown
    forwarded = [_told(call.tenant, one, trunk) for one in call.diversions]
    headers = shown.headers
    if trunk.diversion != "history_info":
        headers += diversion(forwarded, call.carried, domain)
    if trunk.diversion != "diversion":
        headers += history(forwarded, uri, domain)
    return shown._replace(headers=headers)


def _caller(call: Call) -> str | None:
    """The caller's E.164 number; None: unknown, or none may be shown."""
    if call.caller:
        return call.tenant.user(call.caller).external_number
    number = calling_number(call.tenant.plan, call.number)
    return number if number.startswith("+") else None


def standing_for(tenant: Tenant, node_id: str) -> tuple[str | None, bool]:
    """The E.164 number that stands for who forwards a call, and whether it is withheld."""
    node = tenant.forwarder(node_id)
    return node.external_number, isinstance(node, User) and node.withheld


def _told(tenant: Tenant, one: Diversion, trunk: Trunk) -> Forwarded:
    number, withheld = standing_for(tenant, one.node)
    return Forwarded(one.reason, identity.written(number, trunk) if number is not None else None, withheld)
