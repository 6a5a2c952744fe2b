"""A tenant with every kind of object, its people, and edits of it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from copy import deepcopy
from typing import Any

from ringplan.review.changes import Change, platform_changes, tenant_changes
from ringplan.review.judging import Administration, Review, administration, judge
from ringplan_schema import Platform, Tenant

OPERATOR, TENANT, GROUP, DEPARTMENT, USER = "op@x.example", "ten@x.example", "grp@x.example", "dep@x.example", "eva"
EVERYBODY = (OPERATOR, TENANT, GROUP, DEPARTMENT, USER)
"""Each administers what is edited, at another level; from the highest down."""
OTHERS = ("grp2@x.example", "dep2@x.example", "petr", "export@x.example", "stranger@x.example")
"""Those who administer something else, or nothing."""

Edit = Callable[[dict[str, Any]], None]


def _user(extension: str, **fields: Any) -> dict[str, Any]:
    return {"name": "U", "extension": extension, "phones": {"desk": {"secret": "a/b"}}, **fields}


TENANT_DATA: dict[str, Any] = {
    "tenant": "acme",
    "name": "Acme",
    "country": "CZ",
    "time_zone": "Europe/Prague",
    "numbers": ["+420222333400..449"],
    "licensed_users": "10",
    "administrators": {
        TENANT: {"role": "tenant"},
        GROUP: {"role": "group", "group": "praha"},
        DEPARTMENT: {"role": "department", "department": "sales"},
        USER: {"role": "user", "user": "eva"},
        "grp2@x.example": {"role": "group", "group": "brno"},
        "dep2@x.example": {"role": "department", "department": "office"},
        "petr": {"role": "user", "user": "petr"},
        "export@x.example": {"role": "department", "department": "export"},
    },
    "number_masks": {"family": ["602555201", "602555202"]},
    "groups": {"praha": {}, "brno": {}},
    "departments": {
        "sales": {"group": "praha"},
        "export": {"parent": "sales"},
        "office": {"group": "praha"},
        "plant": {"group": "brno"},
        "loose": {},
    },
    "schedules": {"day": {"weekly": ["mon-fri 08:00-17:00", "sat 09:00-12:00"]}},
    "users": {
        "eva": _user("201", number="+420222333401", department="sales", group="praha", speed_dial={"2": "202"}),
        "petr": _user("202", department="office"),
        "olga": _user("203", department="export"),
        "adam": _user("204", department="plant"),
        "hall": _user("205"),
    },
    "hunt_groups": {
        "sales": {"name": "S", "extension": "300", "department": "sales", "members": ["users/eva", "users/olga"]},
        "all": {"name": "A", "extension": "301", "members": ["users/eva", "users/petr"], "policy": "simultaneous"},
    },
    "ivr": {
        "sales": {
            "extension": "400",
            "department": "sales",
            "open": {"keys": {"1": {"transfer": "users/eva"}, "2": "hang_up"}, "greeting": {"say": "S"}},
        }
    },
    "announcements": {"sales": {"extension": "410", "department": "sales", "prompt": {"say": "S"}}},
    "callback": {"c": {"number": "+420222333409", "allowed": {"+420602111222": "users/eva"}, "otherwise": "205"}},
    "prompts": {"hello": {"say": "Hello"}},
    "time_routes": {"main": {"number": "+420222333400", "rules": [{"when": "day", "to": "201"}], "otherwise": "205"}},
}

PLATFORM_DATA: dict[str, Any] = {
    "platform": "lab",
    "domain": "lab.example",
    "administrators": {OPERATOR: {"role": "operator"}},
    "exchange": {"listen": ["udp:127.0.0.10:5060", "tcp:127.0.0.10:5060"]},
    "media": {"rtpengines": {"relay": {"control": "127.0.0.11:2223", "address": "127.0.0.11"}}},
    "trunks": {"carrier": {"address": "127.0.0.20:5060"}},
}


def tenant(edit: Edit | None = None) -> Tenant:
    """The tenant, changed."""
    data = deepcopy(TENANT_DATA)
    if edit is not None:
        edit(data)
    return Tenant.model_validate(data)


def platform(edit: Edit | None = None) -> Platform:
    """The platform, changed."""
    data = deepcopy(PLATFORM_DATA)
    if edit is not None:
        edit(data)
    return Platform.model_validate(data)


def set_at(path: str, value: Any) -> Edit:
    """Writes a value at ``users/eva/forward``; None removes what is there."""

    def edit(data: dict[str, Any]) -> None:
        *above, last = path.split("/")
        for step in above:
            data = data.setdefault(step, {})
        if value is None:
            del data[last]
        else:
            data[last] = value

    return edit


def together(*edits: Edit) -> Edit:
    """Several edits in one change."""

    def edit(data: dict[str, Any]) -> None:
        for one in edits:
            one(data)

    return edit


def roles(base: Tenant | None = None, operators: Platform | None = None) -> Administration:
    """Who may change what."""
    return administration(operators or platform(), {"acme": base or tenant()})


def changes(edit: Edit | None, base: Edit | None = None) -> list[Change]:
    """What an edit changes by meaning."""
    found = tenant(base)

    def both(data: dict[str, Any]) -> None:
        for one in (base, edit):
            if one is not None:
                one(data)

    return list(tenant_changes("acme", found, tenant(both)))


def reviewed(edit: Edit, author: str, approved_by: Collection[str] = (), base: Edit | None = None) -> Review:
    """An edit of the tenant, judged."""
    return judge(changes(edit, base), roles(tenant(base)), author, approved_by)


def reviewed_platform(edit: Edit, author: str) -> Review:
    """An edit of the platform, judged."""
    return judge(platform_changes(platform(), platform(edit)), roles(), author)


def who_may(edit: Edit, base: Edit | None = None) -> set[str]:
    """Everybody who may make an edit alone."""
    return {who for who in (*EVERYBODY, *OTHERS) if not reviewed(edit, who, base=base).is_denied}


_PLAN: dict[str, Any] = {"outgoing": {"premium": "allow"}}
BASE_EDITS: dict[str, Edit] = {
    f"{path}={value}": set_at(path, value)
    for path, value in (
        ("licensed_users", "11"),
        ("calling_plan", _PLAN),
        ("schedules/day", {"weekly": ["sun"]}),
        ("departments/loose/parent", "sales"),
        ("departments/export/parent", "office"),
        ("departments/sales/group", "brno"),
        ("groups/brno/locality", "554782"),
        ("users/eva/department", "office"),
        ("users/eva/forward", {"always": "203"}),
        ("users/petr/department", "sales"),
        ("users/petr/calling_plan", _PLAN),
        ("users/olga/number", "+420222333444"),
        ("users/adam", None),
        ("users/new", _user("250", department="export")),
        ("hunt_groups/sales/members", ["users/hall", "hunt_groups/all"]),
        ("hunt_groups/all/department", "sales"),
        ("time_routes/main", None),
        ("administrators/grp@x.example/group", "brno"),
        ("administrators/petr", None),
        ("administrators/new@x.example", {"role": "tenant"}),
    )
}
"""Edits that can be made together, in any order, by the text of what they do."""
