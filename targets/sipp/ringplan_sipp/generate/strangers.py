"""Tenants do not see each other, and nobody calls at their cost."""

from __future__ import annotations

from collections.abc import Iterator

from ringplan.interpreter import Call, FromStranger, FromTrunk
from ringplan.ir import Tenant

from ..scenario import Scenario
from .cast import Cast, notations


def isolation(cast: Cast) -> Iterator[Scenario]:
    """Extensions and numbers of the next tenant: not found or outside, but never its phone."""
    foreign = _neighbour(cast)
    if foreign is None or not cast.users:
        return
    own = {entry.key for entry in cast.tenant.extensions}
    theirs = [entry.key for entry in foreign.extensions]
    dialled = {
        "extension": next((key for key in theirs if key not in own), None),
        "common-extension": next((key for key in theirs if key in own), None),
    }
    if foreign.numbers:
        forms = notations(cast.plan, foreign.numbers[0].key)
        dialled |= {"number": forms.get("national", forms["international"]), "number-plus": forms["plus"]}
    for index, (name, digits) in enumerate(sorted(dialled.items())):
        if digits:
            caller = next((u for u in cast.users if u.extension != digits), cast.caller(index))
            yield cast.scenario(f"{name}-of-{foreign.id}", Call(cast.phone(caller), digits))


def _neighbour(cast: Cast) -> Tenant | None:
    """The next tenant of the platform that has users, counting round."""
    tenants = cast.program.tenants
    start = tenants.index(cast.tenant)
    around = (tenants[(start + step) % len(tenants)] for step in range(1, len(tenants)))
    return next((tenant for tenant in around if tenant.extensions), None)


def stranger(cast: Cast) -> Iterator[Scenario]:
    """Somebody without an account: challenged when he claims a tenant's domain, refused otherwise."""
    dialled = cast.tenant.extensions[0].key if cast.tenant.extensions else cast.plan.emergency[0]
    outside = notations(cast.plan, cast.outsider())["national"]
    yield cast.scenario("known-domain", Call(FromStranger(cast.tenant.domain), outside))
    yield cast.scenario("unknown-domain", Call(FromStranger("unknown.invalid"), dialled))


def toll_fraud(cast: Cast) -> Iterator[Scenario]:
    """A trunk asks for numbers that are nobody's: they are not found and nothing goes out by a trunk."""
    trunks = cast.program.platform.trunks
    dialled = {
        "foreign": cast.foreigner(),
        "home": notations(cast.plan, cast.outsider())["national"],
        "premium-international": "+882" + "9" * 9,
    }
    for index, (name, digits) in enumerate(sorted(dialled.items())):
        origin = FromTrunk(trunks[index % len(trunks)].id, cast.outsider())
        yield cast.scenario(name, Call(origin, digits))
