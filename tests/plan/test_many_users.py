"""A group that everybody overflows to: one sentence for all of them, and little more work than for one."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.plan.test_changes import CHANGES, fleet  # noqa: F401 - a fixture

from ringplan.interpreter import Call, Outcome, World, route
from ringplan.ir import Program
from ringplan.plan import worlds
from ringplan.plan.fleet import make_plan
from ringplan.plan.sides import between_folders

USERS = 100
MEMBERS = 4
HEAD = """\
tenant: acme
name: Acme
country: CZ
time_zone: Europe/Prague
numbers: [+420222333000..499]
licensed_users: 200
caller_id: {{number: +420222333400}}
hunt_groups:
  desk:
    name: Desk
    extension: 1300
    policy: {policy}
    members: [users/u1, users/u2, users/u3]
    no_answer: {{after: 15s}}
    forward: {{busy: users/u0, no_answer: users/u0, unreachable: users/u0}}
users:
"""
USER = """\
  u{n}:
    name: U
    extension: {extension}
    number: +420222333{n:03}
    phones: {{desk: {{secret: acme/u{n}}}}}
"""
TO_DESK = "no_answer: {after: 20s, to: hunt_groups/desk}, unreachable: hunt_groups/desk"
OVERFLOWS = f"    forward: {{busy: hunt_groups/desk, {TO_DESK}}}\n"


def write(folder: Path, policy: str) -> None:
    """A tenant in which everybody but the members of a group forwards to the group."""
    (folder / "acme").mkdir(parents=True)
    (folder / "platform.yaml").write_bytes((CHANGES / "platform.yaml").read_bytes())
    users = (USER.format(n=n, extension=2000 + n) + ("" if n < MEMBERS else OVERFLOWS) for n in range(USERS))
    (folder / "acme/tenant.yaml").write_text(HEAD.format(policy=policy) + "".join(users), encoding="utf-8")


def test_everybody_overflows_to_a_group_that_changes(fleet: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    write(fleet / "base", "regular")
    write(fleet / "head", "circular")
    asked = [0]

    def counted(program: Program, call: Call, world: World) -> Outcome:
        asked[0] += 1
        return route(program, call, world)

    monkeypatch.setattr(worlds, "route", counted)
    found = make_plan(between_folders(Path("base"), Path("head")).sides)
    numbers = ", ".join(f"+420 222 333 {n:03}" for n in range(4, 8))
    treatment = "hunt_groups/desk rang by policy regular, now by policy circular"
    assert [change.sentence for change in found.changes] == [
        f"calls to {numbers}, 92 more, extensions 2004, 2005, 2006, 2007 and 92 more, when whoever is called does not"
        f" take the call: {treatment}",
        f"calls to extension 1300: {treatment}",
    ]
    assert len(found.changes[0].about) == 2 * (USERS - MEMBERS)
    # In both versions a call for each caller and result; none for the extension after the number, and no search.
    assert asked[0] < 2 * 4 * 8 * (USERS - MEMBERS)
