"""Screening: whether a calling plan lets a call out.

Emergency calls are never screened: whoever calls these functions has sent them on before.
"""

from __future__ import annotations

from collections.abc import Mapping

from .tenants import DialPlan, Tenant


def allowed(
    types: Mapping[str, str], tenant: Tenant, plan_id: str, forwarding: bool, number: str, internal: bool
) -> bool:
    """Whether a plan allows a call to ``number``: E.164 with plus, a short code, or an extension.

    ``types`` are those of the settings; ``internal``: the call stays within the exchange.
    """
    plan = tenant.plans[plan_id]
    table = plan.forwarding if forwarding else plan.outgoing
    said = table.masks(canonical(tenant.plan, number))
    if said is not None:
        return said
    return ("internal" if internal else call_type(types, tenant.plan, number)) in table.types


def allowed_uri(tenant: Tenant, plan_id: str, forwarding: bool) -> bool:
    """Whether a plan allows calls to SIP URIs; no mask matches them."""
    plan = tenant.plans[plan_id]
    return "sip_uri" in (plan.forwarding if forwarding else plan.outgoing).types


def canonical(plan: DialPlan, number: str) -> str:
    """The dial string masks are compared with, without outside prefix."""
    if number[:1] != "+":
        return number
    end = 1 + len(plan.calling_code)
    if number[1:end] == plan.calling_code:
        return plan.national_prefix + number[end:]
    return plan.international_prefix + number[1:]


def call_type(types: Mapping[str, str], plan: DialPlan, number: str) -> str:
    """The type of a call to a number outside: E.164 with plus, or a short code."""
    if number[:1] != "+":
        return "short_code"
    end = 1 + len(plan.calling_code)
    if number[1:end] != plan.calling_code:
        return "international"
    if len(number) != end + plan.national_length:
        return "unknown"
    for last in range(len(number), end, -1):
        found = types.get(number[1:last])
        if found is not None:
            return found
    return "unknown"
