"""The ``administrators`` sections: who may change what (services: roles and levels)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from .base import Section
from .types import Slug

AdministratorId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._%+@\-]{0,253}$")]
"""The e-mail address of a git author, or the name under which a forge knows somebody; without regard to case."""


class Administrator(Section):
    """What one person may change of the tenant; `ringplan review` judges by the version before the change."""

    role: Literal["tenant", "group", "department", "user"]
    """The highest level he administers (S0:5-11, S0:35-64)."""
    group: Slug | None = None
    """Role `group`: the group with its users, departments and hunt groups."""
    department: Slug | None = None
    """Role `department`: the department with its users and hunt groups, and all departments below it."""
    user: Slug | None = None
    """Role `user`: whose own services he may change. With any other role: who he is himself."""


class Operator(Section):
    """One of the operator's people: may change everything."""

    role: Literal["operator"]
    """Always `operator`."""
