"""What is protected: changes that are refused unless they are allowed by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ringplan.ir import CallTable, User

from .model import Refusal, Risk, TenantPlan
from .versions import Pair

SHARE: Final = 0.3
"""Part of a tenant's numbers or users that may go or change at a time; octoDNS has the same."""
FEW: Final = 10
"""Of fewer than that, any part may."""

REASONS: Final = {
    "emergency": "emergency calls change",
    "numbers": "many numbers go or lead elsewhere",
    "users": "many users go or change",
    "whitelist": "a list of allowed numbers becomes empty",
    "delete": "the tenant is deleted",
}
"""What ``--allow`` can name, with what it says."""


def refusals(pair: Pair, plan: TenantPlan) -> Iterator[Refusal]:
    """What one tenant's changes need to be allowed."""
    tenant = pair.tenant
    emergency = sum(change.risk is Risk.EMERGENCY for change in plan.changes)
    if emergency:
        yield Refusal(tenant, "emergency", f"{emergency} changes of emergency calls")
    old = {entry.key: entry.node for entry in pair.old.tenant.numbers}
    new = {entry.key: entry.node for entry in pair.new.tenant.numbers}
    touched = sum(new.get(key) != node for key, node in old.items())
    if len(old) >= FEW and touched > SHARE * len(old):
        yield Refusal(tenant, "numbers", f"{touched} of {len(old)} numbers go or lead elsewhere")
    users = pair.old.users
    changed = sum(_is_changed(pair, name) for name in users)
    if len(users) >= FEW and changed > SHARE * len(users):
        yield Refusal(tenant, "users", f"{changed} of {len(users)} users go or change")
    for name in _emptied(pair):
        yield Refusal(tenant, "whitelist", f"{name} allowed numbers by masks, and no longer has any")


def _is_changed(pair: Pair, name: str) -> bool:
    if name not in pair.new.users:
        return True
    old, new = pair.old.users[name], pair.new.users[name]
    return _data(old) != _data(new)


def _data(user: User) -> object:
    """What people know a user by: extension, number, phones."""
    return user.extension, user.number, tuple(phone.account for phone in user.phones)


def _emptied(pair: Pair) -> Iterator[str]:
    """Plans and forwarding entries that named whom they let through, and name nobody any more."""
    for user in pair.shared_users:
        plans = pair.old.plans[pair.old.users[user].plan], pair.new.plans[pair.new.users[user].plan]
        for direction in ("outgoing", "forwarding"):
            if _allows(getattr(plans[0], direction)) and not _allows(getattr(plans[1], direction)):
                yield f"{direction} of {plans[1].id.partition('/')[2]}"
                return


def _allows(table: CallTable) -> bool:
    """Whether masks let something through that the types do not."""
    return any(rule.allowed for rule in table.masks)
