"""The last line of a plan."""

from __future__ import annotations

from ringplan.plan.model import Plan, Risk


def counted(count: int, thing: str) -> str:
    """``1 change``, ``2 changes``."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def summary(plan: Plan) -> str:
    """``plan: 3 changes in 1 of 214 tenants, digest 5f2c…``."""
    if not plan.changes:
        return f"plan: no call changes in {counted(plan.total, 'tenant')}"
    tenants = sum(bool(tenant.changes) and bool(tenant.tenant) for tenant in plan.tenants)
    risks = {risk: sum(change.risk is risk for change in plan.changes) for risk in Risk}
    words = [f"{count} {risk.name.lower()}" for risk, count in risks.items() if count]
    text = f"plan: {counted(len(plan.changes), 'change')} ({', '.join(words)})"
    text += " on the platform and" if any(not tenant.tenant and tenant.changes for tenant in plan.tenants) else ""
    return f"{text} in {tenants} of {counted(plan.total, 'tenant')}, digest {plan.digest}"
