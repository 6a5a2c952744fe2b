"""Every cell of the matrix, by hand: for each field who may change it, and nobody else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from tests.review.people import (
    DEPARTMENT,
    EVERYBODY,
    GROUP,
    OPERATOR,
    OTHERS,
    TENANT,
    USER,
    changes,
    reviewed_platform,
    set_at,
    who_may,
)

from ringplan.review.matrix import APPOINTS, ENTRY, LOWEST, Role, matrix_markdown
from ringplan_schema import Announcement, Department, Group, HuntGroup, Ivr, Platform, Tenant, User, UserCallerId

ROOT = Path(__file__).resolve().parents[2]
EVA, HUNT = "users/eva", "hunt_groups/sales"
IVR, TOLD = "ivr/sales", "announcements/sales"
PLAN: dict[str, Any] = {"outgoing": {"international": "allow"}}
NEW_USER = {"name": "N", "extension": "250", "department": "sales", "phones": {"desk": {"secret": "a/n"}}}
NEW_HUNT = {"name": "N", "extension": "350", "department": "sales", "members": ["users/olga"]}

BY_OPERATOR = {
    "name": "Acme a.s.",
    "country": "SK",
    "domain": "sip.acme.example",
    "numbers": ["+420222333400..459"],
    "licensed_users": "11",
}
BY_TENANT = {
    "time_zone": "Europe/Bratislava",
    "dialing": {"outside_prefix": "9"},
    "ring_timeout": "20s",
    "caller_id": {"name": "Acme"},
    "emergency": {"number": "+420222333400"},
    "calling_plan": PLAN,
    "language": "sk",
    "treatments": {"busy": {"say": "B"}},
    "callback/c/allowed": {"+420602111222": "users/petr"},
    "callback/c/record": "true",
    "callback/c": None,
    "prompts/hello": {"say": "Good day"},
    "prompts/more": {"say": "More"},
    "number_masks/family": ["602555203"],
    "number_masks/neighbours": ["+43*"],
    "schedules/day": {"weekly": ["mon-fri 08:00-18:00"]},
    "schedules/night": {"weekly": ["daily 22:00-06:00"]},
    "time_routes/main/otherwise": "201",
    "time_routes/main": None,
    "groups/ostrava": {},
    "departments/new": {},
    "departments/loose/name": "L",
    "users/hall/name": "H",
    "users/hall/calling_plan": PLAN,
    "hunt_groups/all/policy": "regular",
    "administrators/new@x.example": {"role": "group", "group": "praha"},
    "administrators/grp@x.example": None,
}
BY_GROUP = {
    "groups/praha/name": "Praha",
    "groups/praha/caller_id": {"name": "Praha"},
    "groups/praha/locality": "554782",
    "groups/praha/calling_plan": PLAN,
    "departments/sales/name": "Obchod",
    "departments/sales/parent": "office",
    "departments/sales/caller_id": {"name": "Obchod"},
    "departments/sales/calling_plan": PLAN,
    "departments/new": {"parent": "sales"},
    f"{EVA}/number": "+420222333402",
    f"{HUNT}/number": "+420222333410",
    f"{IVR}/number": "+420222333411",
    f"{TOLD}/number": "+420222333412",
    "users/new": {**NEW_USER, "number": "+420222333403"},
    "administrators/new@x.example": {"role": "department", "department": "sales"},
    f"administrators/{DEPARTMENT}": None,
}
BY_DEPARTMENT = {
    f"{EVA}/name": "Eva",
    f"{EVA}/extension": "211",
    f"{EVA}/department": "export",
    f"{EVA}/locality": "554782",
    f"{EVA}/phones": {"desk": {"secret": "a/b"}, "soft": {"secret": "a/c"}},
    f"{EVA}/caller_id/show_number_of": "department",
    f"{EVA}/caller_id/show_name_of": "department",
    f"{EVA}/calling_plan": PLAN,
    "users/new": NEW_USER,
    f"{HUNT}/name": "X",
    f"{HUNT}/extension": "310",
    f"{HUNT}/policy": "regular",
    f"{HUNT}/members": ["users/olga", "users/eva"],
    f"{HUNT}/no_answer": {"rings": "2"},
    f"{HUNT}/overflow": {"after": "30s", "to": "reject/busy"},
    f"{HUNT}/forward": {"busy": "reject/closed"},
    f"{HUNT}/call_waiting": "true",
    f"{HUNT}/group_busy": "true",
    f"{HUNT}/calling_plan": PLAN,
    f"{IVR}/name": "X",
    f"{IVR}/extension": "401",
    f"{IVR}/language": "en",
    f"{IVR}/operator": "201",
    f"{IVR}/hours": "day",
    f"{IVR}/holidays": "holidays/CZ",
    f"{IVR}/open": {"keys": {"1": {"transfer": "users/olga"}}},
    f"{IVR}/open/keys/2": {"hang_up": {"say": "Bye"}},
    f"{IVR}/open/greeting": {"say": "T"},
    f"{IVR}/closed": {"then": "hang_up"},
    f"{IVR}/holiday": {"then": "hang_up"},
    f"{IVR}/max_time": "1m",
    f"{IVR}/calling_plan": PLAN,
    IVR: None,
    "ivr/new": {"extension": "402", "department": "sales", "open": {"then": "hang_up"}},
    f"{TOLD}/name": "X",
    f"{TOLD}/extension": "411",
    f"{TOLD}/prompt": "prompts/hello",
    f"{TOLD}/times": "2",
    f"{TOLD}/code": "busy",
    TOLD: None,
    "announcements/new": {"extension": "412", "department": "sales", "prompt": {"say": "N"}},
    HUNT: None,
    "hunt_groups/new": {**NEW_HUNT, "members": ["users/eva"]},
    "administrators/new@x.example": {"role": "user", "user": "eva"},
    f"administrators/{USER}": None,
}
BY_USER = {
    f"{EVA}/forward": {"always": "0602123456"},
    f"{EVA}/speed_dial": {"2": "203"},
    f"{EVA}/schedules": {"vacation": {"dates": ["2026-08-03..2026-08-16"]}},
    f"{EVA}/caller_id/withheld": "true",
}
LEVELS: tuple[tuple[dict[str, Any], tuple[str, ...]], ...] = (
    (BY_OPERATOR, EVERYBODY[:1]),
    (BY_TENANT, EVERYBODY[:2]),
    (BY_GROUP, EVERYBODY[:3]),
    (BY_DEPARTMENT, EVERYBODY[:4]),
    (BY_USER, EVERYBODY),
)
CELLS = [
    pytest.param(path, value, set(people), id=f"{people[-1]}-{path}-{index}")
    for index, (edits, people) in enumerate(LEVELS)
    for path, value in edits.items()
]


@pytest.mark.parametrize(("path", "value", "people"), CELLS)
def test_exactly_those_may(path: str, value: Any, people: set[str]) -> None:
    edit = set_at(path, value)
    assert changes(edit), "the edit changes nothing"
    assert who_may(edit) == people


def test_departments_below_have_administrators_of_their_own() -> None:
    olga = set_at("users/olga/name", "Olga")
    assert who_may(olga) == {OPERATOR, TENANT, GROUP, DEPARTMENT, "export@x.example"}
    assert who_may(set_at("users/petr/name", "P")) == {OPERATOR, TENANT, GROUP, "dep2@x.example"}
    assert who_may(set_at("users/adam/name", "A")) == {OPERATOR, TENANT, "grp2@x.example"}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("domain", "other.example"),
        ("trunks/carrier/priority", "20"),
        ("trunks/second", {"address": "127.0.0.21:5060"}),
        ("media/dscp", "none"),
        ("exchange/workers", "8"),
        ("administrators/new@x.example", {"role": "operator"}),
        ("platform", "other"),
    ],
)
def test_the_platform_is_the_operators(path: str, value: Any) -> None:
    edit = set_at(path, value)
    allowed = {who for who in (*EVERYBODY, *OTHERS) if not reviewed_platform(edit, who).is_denied}
    assert allowed == {OPERATOR}


def test_every_field_of_the_manifest_has_its_place_in_the_matrix() -> None:
    sections: dict[str, type[BaseModel]] = {
        "groups": Group,
        "departments": Department,
        "users": User,
        "hunt_groups": HuntGroup,
        "ivr": Ivr,
        "announcements": Announcement,
    }
    wanted = {(name, field) for name, model in sections.items() for field in model.model_fields}
    wanted -= {("users", "caller_id")}
    wanted |= {("users", f"caller_id.{field}") for field in UserCallerId.model_fields}
    others = {name for name, _ in LOWEST} | {"administrators"}
    wanted |= {("tenant", field) for field in Tenant.model_fields if field not in others - {"tenant"}}
    wanted |= {("platform", field) for field in Platform.model_fields}
    whole = ("callback", "number_masks", "prompts", "schedules", "time_routes")
    entries = {(name, ENTRY) for name in ("tenant", *whole, *sections)}
    assert wanted | entries == set(LOWEST)


def test_a_role_is_given_by_a_higher_one() -> None:
    assert all(giver > Role[word.upper()] for word, giver in APPOINTS.items())
    assert set(APPOINTS) == {role.word for role in Role} - {"operator"}


def test_the_page_has_the_matrix() -> None:
    assert matrix_markdown() in (ROOT / "docs/review.md").read_text(encoding="utf-8")
