"""A plan as JSON, for policies and programs."""

from __future__ import annotations

import json
from typing import Any

from ringplan.plan.model import Change, Plan, TenantPlan


def render(plan: Plan) -> str:
    """Everything a plan says."""
    return json.dumps(data(plan), ensure_ascii=False, indent=2) + "\n"


def data(plan: Plan) -> dict[str, Any]:
    """Everything a plan says, as plain data."""
    return {
        "digest": plan.digest,
        "tenants": plan.total,
        "changes": [_change(change) for change in plan.changes],
        "notes": [{"tenant": tenant.tenant, "text": note} for tenant in plan.tenants for note in tenant.notes],
        "compared": {tenant.tenant: tenant.compared for tenant in plan.tenants if _is_tenant(tenant)},
        "refusals": [
            {"tenant": one.tenant, "reason": one.reason, "message": one.message, "allow": one.key}
            for one in plan.refusals
        ],
    }


def _is_tenant(plan: TenantPlan) -> bool:
    return bool(plan.tenant)


def _change(change: Change) -> dict[str, Any]:
    witness = change.witness
    return {
        "tenant": change.tenant,
        "risk": change.risk.name.lower(),
        "sentence": change.sentence,
        "when": change.when,
        "subject": change.subject,
        "condition": change.condition,
        "before": change.before,
        "after": change.after,
        "classes": change.classes,
        "about": list(change.about),
        "causes": [
            {"address": one.address, "file": one.file, "line": one.line, "removed": one.is_removed}
            for one in change.causes
        ],
        "witness": None
        if witness is None
        else {"command": witness.command, "before": witness.before, "after": witness.after},
    }
