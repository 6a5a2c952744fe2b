"""Who may change what, as data: for each field of the manifest the lowest role that may change it.

A higher role may whatever a lower one may, each within what it administers. A field that is not listed is the
operator's; a test demands that every field is listed.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType
from typing import Final

ENTRY: Final = "(entry)"
"""Stands for adding and removing a whole entry of a section."""


class Role(IntEnum):
    """Levels of administration, the higher the more."""

    USER = 1
    DEPARTMENT = 2
    GROUP = 3
    TENANT = 4
    OPERATOR = 5

    @property
    def word(self) -> str:
        """How the manifest writes it."""
        return self.name.lower()


_OPERATOR, _TENANT, _GROUP, _DEPARTMENT, _USER = reversed(Role)

_FIELDS: Final[dict[str, dict[str, Role]]] = {
    # Contract and numbers are the operator's, everything else of the tenant as a whole its administrators'.
    "tenant": {
        ENTRY: _OPERATOR,
        "tenant": _OPERATOR,
        "name": _OPERATOR,
        "country": _OPERATOR,
        "domain": _OPERATOR,
        "numbers": _OPERATOR,
        "licensed_users": _OPERATOR,
        "time_zone": _TENANT,
        "dialing": _TENANT,
        "ring_timeout": _TENANT,
        "caller_id": _TENANT,
        "emergency": _TENANT,
        "calling_plan": _TENANT,
        "language": _TENANT,
        "treatments": _TENANT,
    },
    # A callback lets calls from outside out again, with a user's plan and the tenant's number.
    "callback": {ENTRY: _TENANT},
    "number_masks": {ENTRY: _TENANT},
    "prompts": {ENTRY: _TENANT},
    "schedules": {ENTRY: _TENANT},
    "time_routes": {ENTRY: _TENANT},
    # There is no group without the tenant's will; within it its administrators are free.
    "groups": {ENTRY: _TENANT, "name": _GROUP, "caller_id": _GROUP, "locality": _GROUP, "calling_plan": _GROUP},
    "departments": {
        ENTRY: _GROUP,
        "name": _GROUP,
        "parent": _GROUP,
        "group": _GROUP,
        "caller_id": _GROUP,
        "calling_plan": _GROUP,
    },
    # Numbers are dealt out from one pool, so they are not a department's to take or give away.
    "users": {
        ENTRY: _DEPARTMENT,
        "name": _DEPARTMENT,
        "extension": _DEPARTMENT,
        "number": _GROUP,
        "group": _GROUP,
        "department": _DEPARTMENT,
        "locality": _DEPARTMENT,
        "phones": _DEPARTMENT,
        "click_to_dial": _DEPARTMENT,
        "caller_id.show_number_of": _DEPARTMENT,
        "caller_id.show_name_of": _DEPARTMENT,
        "caller_id.withheld": _USER,
        "calling_plan": _DEPARTMENT,
        "speed_dial": _USER,
        "schedules": _USER,
        "forward": _USER,
    },
    "hunt_groups": {
        ENTRY: _DEPARTMENT,
        "name": _DEPARTMENT,
        "number": _GROUP,
        "extension": _DEPARTMENT,
        "group": _GROUP,
        "department": _DEPARTMENT,
        "policy": _DEPARTMENT,
        "members": _DEPARTMENT,
        "weights": _DEPARTMENT,
        "no_answer": _DEPARTMENT,
        "overflow": _DEPARTMENT,
        "forward": _DEPARTMENT,
        "call_waiting": _DEPARTMENT,
        "group_busy": _DEPARTMENT,
        "calling_plan": _DEPARTMENT,
    },
    "ivr": {
        ENTRY: _DEPARTMENT,
        "name": _DEPARTMENT,
        "number": _GROUP,
        "extension": _DEPARTMENT,
        "group": _GROUP,
        "department": _DEPARTMENT,
        "language": _DEPARTMENT,
        "operator": _DEPARTMENT,
        "holidays": _DEPARTMENT,
        "hours": _DEPARTMENT,
        "open": _DEPARTMENT,
        "closed": _DEPARTMENT,
        "holiday": _DEPARTMENT,
        "max_time": _DEPARTMENT,
        "calling_plan": _DEPARTMENT,
    },
    "announcements": {
        ENTRY: _DEPARTMENT,
        "name": _DEPARTMENT,
        "number": _GROUP,
        "extension": _DEPARTMENT,
        "group": _GROUP,
        "department": _DEPARTMENT,
        "prompt": _DEPARTMENT,
        "times": _DEPARTMENT,
        "code": _DEPARTMENT,
    },
    "platform": {
        "platform": _OPERATOR,
        "domain": _OPERATOR,
        "administrators": _OPERATOR,
        "exchange": _OPERATOR,
        "attendant": _OPERATOR,
        "speech": _OPERATOR,
        "media": _OPERATOR,
        "trunks": _OPERATOR,
    },
}

LOWEST: Final[Mapping[tuple[str, str], Role]] = MappingProxyType(
    {(section, field): role for section, fields in _FIELDS.items() for field, role in fields.items()}
)
"""The lowest role that may change a field, by section and field; within the object it administers."""

APPOINTS: Final[Mapping[str, Role]] = MappingProxyType(
    {"tenant": _OPERATOR, "group": _TENANT, "department": _GROUP, "user": _DEPARTMENT}
)
"""The lowest role that may give or take a role, or change its object: always a higher one."""


def lowest(section: str, field: str) -> Role:
    """The lowest role that may change a field; the operator for one that nobody thought of."""
    return LOWEST.get((section, field), Role.OPERATOR)


def matrix_markdown() -> str:
    """The table of docs/review.md: fields by section, and who may change them."""
    lines = ["| section | field | user | department | group | tenant | operator |", "|---|---|---|---|---|---|---|"]
    for section, fields in _FIELDS.items():
        by_role: dict[Role, list[str]] = {}
        for field, role in fields.items():
            by_role.setdefault(role, []).append("add, remove" if field == ENTRY else f"`{field}`")
        for role, names in by_role.items():
            lines.append(_row(f"`{section}`", ", ".join(names), role))
    for word, role in APPOINTS.items():
        lines.append(_row("`administrators`", f"role `{word}`", role))
    return "\n".join(lines) + "\n"


def _row(section: str, fields: str, role: Role) -> str:
    marks = " | ".join("yes" if one >= role else "–" for one in Role)
    return f"| {section} | {fields} | {marks} |"
