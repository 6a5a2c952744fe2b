"""Which generated scenarios a plan says something about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ringplan.interpreter import FromPhone
from ringplan.plan.fleet import Sides
from ringplan.plan.model import Change, Plan, covers_nothing

from ..scenario import Scenario, Shape

_REGISTRATIONS = frozenset({Shape.REGISTER, Shape.REGISTER_WRONG_SECRET})


def affected(scenarios: Iterable[Scenario], plan: Plan, sides: Sides) -> tuple[Scenario, ...]:
    """Scenarios with a call of a class that changed, and all of tenants that are new."""
    known = {tenant.id for tenant in sides.old.tenants}
    by_tenant: dict[str, list[Change]] = {}
    for change in plan.changes:
        by_tenant.setdefault(change.tenant, []).append(change)
    everywhere = [change for change in plan.changes if change.tenant and change.covers is covers_nothing]
    return tuple(
        scenario
        for scenario in scenarios
        if scenario.tenant not in known
        or any(_is_of(change, scenario) for change in (*by_tenant.get(scenario.tenant, ()), *everywhere))
    )


def _is_of(change: Change, scenario: Scenario) -> bool:
    """Whether a call that belongs to a scenario is one of those a change is about."""
    if scenario.shape in _REGISTRATIONS:
        return isinstance(scenario.call.origin, FromPhone) and scenario.call.origin.phone in change.phones
    steps = (scenario, *scenario.before, *scenario.meanwhile)
    if change.covers is covers_nothing:
        return any(step.call.dialled in change.about or not _users(step).isdisjoint(change.about) for step in steps)
    return any(change.covers(step.call, step.world.now) for step in steps)


def _users(scenario: Scenario) -> frozenset[str]:
    """Who calls, and whose phones send calls elsewhere."""
    return frozenset(phone.partition("/phones/")[0] for phone in _phones(scenario))


def _phones(scenario: Scenario) -> Iterator[str]:
    if isinstance(scenario.call.origin, FromPhone):
        yield scenario.call.origin.phone
    yield from scenario.world.redirects
    if scenario.refer_to:
        yield from scenario.expected.answered_by
