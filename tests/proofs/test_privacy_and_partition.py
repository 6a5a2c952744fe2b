"""What passes guarantee is looked at again, and a planted fault is found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.proofs.small import T, plan, platform, route_by_time, schedule, tenant, trunk, user

from ringplan.interpreter import Presented
from ringplan.ir import Tenant, TimeRoute
from ringplan.proofs import EngineError, partition, privacy, prove
from ringplan.proofs.space import space_of

PLATFORM = platform(trunk(), trunk("second"))


def hiding(*more: TimeRoute) -> Tenant:
    """Ada withholds her number, Bob does not."""
    ada = user("ada", 0)
    ada = replace(ada, identity=replace(ada.identity, withheld=True))
    return tenant((ada, user("bob", 1), *more), (schedule("day", (8, 17)),), (plan("calling_plan"),))


def test_nobody_who_withholds_is_shown() -> None:
    assert privacy.contradictions(hiding(), PLATFORM) == ()
    trunks = len(PLATFORM.trunks)
    # Ada always, and when she withholds; Bob when he withholds; strangers; forwarders, of whom Ada is private.
    assert privacy.examined(hiding(), PLATFORM) == 3 * (1 + trunks) + 1 + 3 * trunks


@pytest.mark.parametrize("leak", ["to_trunk", "diverted"])
def test_a_number_that_leaks_is_found(leak: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def shown(*_: object) -> Presented:
        return Presented("420222333400", asserted="420222333400")

    monkeypatch.setattr(privacy, leak, shown)
    found = privacy.contradictions(hiding(), PLATFORM)
    assert f"{T}/users/ada is shown to trunk second" in found
    with pytest.raises(EngineError, match="is shown to trunk"):
        prove(hiding(), PLATFORM)


@pytest.mark.parametrize(
    "changes",
    [{"weekly": ((480, 1020), (1000, 1100))}, {"weekly": ((480, 10081),)}, {"dates": ((10, 10),)}],
)
def test_hours_that_do_not_cut_time_in_two_are_found(changes: dict[str, Any]) -> None:
    one = hiding()
    wrong = replace(one, schedules=tuple(replace(found, **changes) for found in one.schedules))
    assert partition.contradictions(space_of(one, PLATFORM)) == ()
    assert partition.contradictions(replace(space_of(one, PLATFORM), tenant=wrong))


def test_slices_are_those_of_the_clock() -> None:
    space = space_of(hiding(route_by_time("main", (("day", "users/ada"),), "users/bob")), PLATFORM)
    assert partition.contradictions(space) == ()
    assert partition.examined(space) == len(space.slices) == 2
    turned = {name: ~mask & space.always for name, mask in space.open.items()}
    assert partition.contradictions(replace(space, open=turned))
