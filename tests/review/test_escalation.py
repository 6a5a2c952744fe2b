"""Attempts to get more than one has."""

from __future__ import annotations

from typing import Any

import pytest
from tests.review.people import (
    DEPARTMENT,
    GROUP,
    OPERATOR,
    TENANT,
    TENANT_DATA,
    USER,
    changes,
    platform,
    reviewed,
    reviewed_platform,
    roles,
    set_at,
    tenant,
    together,
    who_may,
)

from ringplan.review.changes import Need, tenant_changes
from ringplan.review.judging import administration, identity, judge
from ringplan.review.matrix import Role
from ringplan.review.scopes import Scope

PREMIUM: dict[str, Any] = {"outgoing": {"premium": "allow"}}


@pytest.mark.parametrize("who", [TENANT, GROUP, DEPARTMENT, USER, "stranger@x.example"])
def test_nobody_makes_himself_an_administrator_in_the_same_change(who: str) -> None:
    crown = set_at(f"administrators/{who}", {"role": "tenant"})
    found = reviewed(together(crown, set_at("departments/loose/name", "L"), set_at("licensed_users", "99")), who)
    assert found.is_denied
    assert any(v.change.field == "licensed_users" and not v.is_allowed for v in found.verdicts)
    assert reviewed_platform(set_at(f"administrators/{who}", {"role": "operator"}), who).is_denied


def test_an_administrator_does_not_raise_or_widen_his_own_role() -> None:
    assert reviewed(set_at(f"administrators/{DEPARTMENT}/department", "office"), DEPARTMENT).is_denied
    assert reviewed(set_at(f"administrators/{DEPARTMENT}/user", "petr"), DEPARTMENT).is_denied
    assert reviewed(set_at(f"administrators/{USER}/user", "petr"), USER).is_denied
    assert reviewed(set_at(f"administrators/{USER}", {"role": "tenant"}), DEPARTMENT).is_denied
    assert reviewed(set_at(f"administrators/{GROUP}/group", "brno"), GROUP).is_denied
    assert reviewed(set_at("administrators/x", {"role": "user", "user": "petr"}), DEPARTMENT).is_denied
    assert reviewed(set_at("administrators/x", {"role": "department", "department": "plant"}), GROUP).is_denied


def test_nobody_is_demoted_by_somebody_lower() -> None:
    lower = {"role": "user", "user": "eva"}
    assert who_may(set_at(f"administrators/{TENANT}", lower)) == {OPERATOR}
    assert who_may(set_at(f"administrators/{GROUP}", lower)) == {OPERATOR, TENANT}
    assert who_may(set_at(f"administrators/{DEPARTMENT}", lower)) == {OPERATOR, TENANT, GROUP}


def test_peers_do_not_remove_each_other() -> None:
    two = set_at("administrators/ten2@x.example", {"role": "tenant"})
    assert who_may(set_at("administrators/ten2@x.example", None), base=two) == {OPERATOR}


def test_case_is_no_disguise_and_no_obstacle() -> None:
    edit = set_at("ring_timeout", "20s")
    assert not reviewed(edit, "TEN@X.example").is_denied
    assert reviewed(edit, "ten@x.example.evil").is_denied
    assert reviewed(edit, "").is_denied
    assert (
        changes(
            together(
                set_at(f"administrators/{TENANT}", None), set_at("administrators/TEN@x.example", {"role": "tenant"})
            )
        )
        == []
    )


def test_other_alphabets_do_not_pass_for_letters() -> None:
    kelvin = "\u212aarel@x.example"
    assert kelvin.lower() == "karel@x.example"
    assert identity(kelvin) != "karel@x.example"


def test_a_department_is_not_taken_by_renaming_or_moving_it() -> None:
    # office becomes "sales2" below sales, and its user goes along.
    rename = together(
        set_at("departments/office", None),
        set_at("departments/office2", {"parent": "sales"}),
        set_at("users/petr/department", "office2"),
        set_at("administrators/dep2@x.example", None),
    )
    found = reviewed(rename, DEPARTMENT)
    denied = {f"{v.change.address} {v.change.field}".strip() for v in found.verdicts if not v.is_allowed}
    assert {"departments/office", "departments/office2", "users/petr department"} <= denied
    move = together(set_at("departments/office/parent", "sales"), set_at("users/petr/calling_plan", PREMIUM))
    denied = {v.change.address for v in reviewed(move, DEPARTMENT).verdicts if not v.is_allowed}
    assert denied == {"departments/office", "users/petr"}


def test_a_department_of_the_same_name_as_the_own_one_stays_what_it_was() -> None:
    # sales is removed and office is called sales: what was office's belongs to its administrators still.
    swap = together(
        set_at("departments/sales/name", "Old"),
        set_at("users/petr/department", "sales"),
        set_at("users/petr/name", "Mine"),
    )
    found = reviewed(swap, DEPARTMENT)
    assert {v.change.address for v in found.verdicts if not v.is_allowed} == {"departments/sales", "users/petr"}


def test_a_department_below_the_own_one_but_moved_there_now_gives_nothing() -> None:
    # olga goes to a department that another one's change has just moved below sales.
    edit = together(set_at("departments/loose/parent", "sales"), set_at("users/olga/department", "loose"))
    found = reviewed(edit, DEPARTMENT, [TENANT])
    by = {v.change.address: {role for _, role in v.granted} for v in found.verdicts}
    assert not found.is_denied
    assert by == {"departments/loose": {Role.TENANT}, "users/olga": {Role.DEPARTMENT, Role.TENANT}}


def test_moving_a_user_needs_the_administrators_of_both_departments() -> None:
    move = set_at("users/petr/department", "sales")
    assert who_may(move) == {OPERATOR, TENANT, GROUP}
    assert reviewed(move, DEPARTMENT).verdicts[0].missing[0].able == ("dep2@x.example", GROUP, TENANT, OPERATOR)
    assert not reviewed(move, DEPARTMENT, ["dep2@x.example"]).is_denied
    between_groups = set_at("users/petr/department", "plant")
    assert who_may(between_groups) == {OPERATOR, TENANT}
    assert not reviewed(between_groups, "dep2@x.example", ["grp2@x.example"]).is_denied


def test_moving_a_user_within_the_own_departments_is_free() -> None:
    assert not reviewed(set_at("users/olga/department", "sales"), DEPARTMENT).is_denied
    assert reviewed(set_at("users/olga/department", "sales"), "export@x.example").is_denied


def test_moving_a_hunt_group_needs_both() -> None:
    assert reviewed(set_at("hunt_groups/sales/department", "office"), DEPARTMENT).is_denied
    assert reviewed(set_at("hunt_groups/sales/department", "office"), "dep2@x.example").is_denied
    assert not reviewed(set_at("hunt_groups/sales/department", "office"), DEPARTMENT, ["dep2@x.example"]).is_denied
    assert reviewed(set_at("hunt_groups/all/department", "sales"), DEPARTMENT).is_denied


def test_a_hunt_group_rings_others_only_with_their_consent() -> None:
    ring = set_at("hunt_groups/sales/members", ["users/eva", "users/olga", "users/petr"])
    assert who_may(ring) == {OPERATOR, TENANT, GROUP}
    assert not reviewed(ring, DEPARTMENT, ["petr"]).is_denied
    assert reviewed(ring, "petr").is_denied
    new = {"name": "N", "extension": "350", "department": "sales", "members": ["users/petr"]}
    assert reviewed(set_at("hunt_groups/new", new), DEPARTMENT).is_denied
    assert not reviewed(set_at("hunt_groups/sales/members", ["users/eva"]), DEPARTMENT).is_denied


def test_a_user_changes_neither_his_calling_plan_nor_where_it_comes_from() -> None:
    for path, value in (
        ("users/eva/calling_plan", PREMIUM),
        ("users/eva/department", "export"),
        ("users/eva/group", "brno"),
        ("departments/sales/calling_plan", PREMIUM),
        ("number_masks/family", ["90*"]),
        ("calling_plan", PREMIUM),
    ):
        assert reviewed(set_at(path, value), USER).is_denied, path


def test_removing_a_plan_that_restricts_counts_as_changing_it() -> None:
    base = set_at("users/eva/calling_plan", {"outgoing": {"mobile": "deny"}})
    assert reviewed(set_at("users/eva/calling_plan", None), USER, base=base).is_denied


def test_renaming_the_key_of_a_user_is_removing_and_adding() -> None:
    def rename(data: dict[str, Any]) -> None:
        data["users"]["eva2"] = data["users"].pop("eva")
        data["administrators"].pop(USER)
        for hunt in data["hunt_groups"].values():
            hunt["members"] = [member.replace("users/eva", "users/eva2") for member in hunt["members"]]

    denied = {v.change.address for v in reviewed(rename, USER).verdicts if not v.is_allowed}
    assert {"users/eva", "users/eva2", "hunt_groups/sales", f"administrators/{USER}"} <= denied
    # Nor does a department's administrator get the number that comes with him.
    fields = {
        v.change.field
        for v in reviewed(rename, DEPARTMENT).verdicts
        if v.change.address == "users/eva2" and not v.is_allowed
    }
    assert fields == {"number"}


def test_a_user_does_not_take_over_the_name_of_another() -> None:
    def swap(data: dict[str, Any]) -> None:
        users = data["users"]
        users["eva"], users["petr"] = users["petr"], users["eva"]

    found = reviewed(swap, USER)
    assert {"users/eva", "users/petr"} <= {v.change.address for v in found.verdicts if not v.is_allowed}


def test_a_new_group_or_department_of_nobody_is_nobodys_but_the_tenants() -> None:
    user = {"name": "N", "extension": "250", "group": "new", "phones": {"desk": {"secret": "a/n"}}}
    found = reviewed(together(set_at("groups/new", {}), set_at("users/new", user)), GROUP)
    assert {v.change.address for v in found.verdicts if not v.is_allowed} == {"groups/new", "users/new"}


def test_an_administrator_of_something_that_does_not_exist_administers_nothing() -> None:
    people = {"x": {"role": "department", "department": "ghost"}, "y": {"role": "department"}, "z": {"role": "group"}}
    people["g"] = {"role": "group", "group": "spectre"}
    roles_ = administration(platform(), {"acme": tenant(lambda data: data["administrators"].update(people))})
    user = {"name": "N", "extension": "250", "group": "spectre", "phones": {"desk": {"secret": "a/n"}}}
    edit = together(
        set_at("departments/ghost", {}),
        set_at("users/hall/department", "ghost"),
        set_at("groups/spectre", {}),
        set_at("users/new", user),
    )
    for who in people:
        found = judge(tenant_changes("acme", tenant(), tenant(edit)), roles_, who)
        assert all(not verdict.is_allowed for verdict in found.verdicts)
        assert roles_.role(who, "acme", Need(Role.DEPARTMENT, Scope())) is None


def test_administrators_of_one_tenant_are_nobody_in_another() -> None:
    other = {**TENANT_DATA, "tenant": "other", "administrators": {"boss": {"role": "tenant"}}}
    found = tenant(lambda data: data.update(other))
    head = tenant(lambda data: data.update({**other, "ring_timeout": "20s"}))
    both = administration(platform(), {"acme": tenant(), "other": found})
    assert judge(tenant_changes("other", found, head), both, TENANT).is_denied
    assert not judge(tenant_changes("other", found, head), both, "boss").is_denied


def test_tenants_come_and_go_by_the_operator() -> None:
    for base, head in ((None, tenant()), (tenant(), None)):
        found = list(tenant_changes("acme", base, head))
        assert len(found) == 1
        assert judge(found, roles(), TENANT).is_denied
        assert not judge(found, roles(), OPERATOR).is_denied


def test_without_administrators_only_operators_and_without_operators_nobody_is_judged() -> None:
    bare = tenant(set_at("administrators", {}))
    edit = list(
        tenant_changes("acme", bare, tenant(together(set_at("administrators", {}), set_at("ring_timeout", "9s"))))
    )
    found = judge(edit, roles(bare), TENANT)
    assert (found.is_denied, found.unjudged) == (True, ())
    assert not judge(edit, roles(bare), OPERATOR).is_denied
    nobody = administration(platform(set_at("administrators", {})), {"acme": bare})
    found = judge(edit, nobody, TENANT)
    assert (found.is_denied, found.unjudged, found.verdicts) == (False, ("acme",), ())


def test_a_change_without_needs_would_be_the_operators() -> None:
    (change,) = changes(set_at("ring_timeout", "20s"))
    bare = type(change)("acme", "", "x", 1, 2, ())
    assert judge([bare], roles(), TENANT).is_denied
    assert not judge([bare], roles(), OPERATOR).is_denied
