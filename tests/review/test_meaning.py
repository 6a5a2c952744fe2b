"""What is no change, and what is one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.review.people import (
    BASE_EDITS,
    EVERYBODY,
    OPERATOR,
    OTHERS,
    TENANT_DATA,
    changes,
    platform,
    reviewed,
    set_at,
    together,
)

from ringplan.review.changes import platform_changes
from ringplan.review.meaning import merged_ranges

SAME: dict[str, Any] = {
    "numbers": ["+420 222 333 420..449", "+420222333400..419"],
    "ring_timeout": "1m",
    "dialing": {"outside_prefix": "0"},
    "number_masks/family": ["602555202", "602555201", "602555202"],
    "schedules/day": {"name": "day", "weekly": ["sat  09:00 - 12:00".replace("  ", " "), "mon-fri 08:00-17:00"]},
    "departments/sales/name": "sales",
    "users/eva/group": None,
    "users/petr/group": "praha",
    "users/eva/forward": {},
    "users/eva/caller_id": {"withheld": "false"},
    "hunt_groups/all/members": ["users/petr", "users/eva"],
    "hunt_groups/sales/no_answer": {"rings": "4"},
    "hunt_groups/sales/no_answer/after": "20s",
    "users/eva/number": "+420 222 333 401",
}


@pytest.mark.parametrize("path", SAME)
def test_other_words_for_the_same_are_no_change(path: str) -> None:
    assert changes(set_at(path, SAME[path])) == []


def test_the_order_of_entries_is_no_change() -> None:
    def turned(data: dict[str, Any]) -> None:
        for section in ("users", "departments", "hunt_groups", "administrators"):
            data[section] = dict(reversed(data[section].items()))

    assert changes(turned) == []


def test_the_order_of_addresses_is_no_change_of_the_platform() -> None:
    turned = platform(set_at("exchange/listen", ["tcp:127.0.0.10:5060", "udp:127.0.0.10:5060"]))
    assert list(platform_changes(platform(), turned)) == []


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("hunt_groups/sales/members", ["users/olga", "users/eva"], "members"),
        ("time_routes/main/rules", [{"when": "day", "to": "202"}], "rules"),
        ("users/eva/forward", {"no_answer": {"rings": "3", "to": "202"}}, "forward.no_answer"),
        ("users/eva/phones/desk/secret", "a/x", "phones.desk.secret"),
        ("users/eva/calling_plan", {}, "calling_plan"),
    ],
)
def test_what_means_something_is_one_change(path: str, value: Any, field: str) -> None:
    assert [change.field for change in changes(set_at(path, value))] == [field]


def test_ranges() -> None:
    assert merged_ranges(["+420222333405..+420222333409", "+420222333400..+420222333404"]) == [
        "+420222333400..+420222333409"
    ]
    assert merged_ranges(["+4930..+4930", "+4932..+4932"]) == ["+4930", "+4932"]
    assert merged_ranges(["+9999999..+9999999", "+10000000..+10000000"]) == ["+9999999", "+10000000"]


edits = st.lists(st.sampled_from(sorted(BASE_EDITS)), min_size=1, max_size=5, unique=True)


@given(edits, st.sampled_from(EVERYBODY), st.sampled_from((*EVERYBODY, *OTHERS)))
def test_whoever_is_allowed_nothing_changes_nothing_and_operators_change_all(
    chosen: list[str], author: str, approver: str
) -> None:
    edit = together(*(BASE_EDITS[one] for one in chosen))
    alone = reviewed(edit, "stranger@x.example")
    assert all(not verdict.is_allowed for verdict in alone.verdicts)
    assert not reviewed(edit, OPERATOR).is_denied
    # Another person's approval never makes less allowed, and what both may is what one of them may, need by need.
    mine, both = reviewed(edit, author), reviewed(edit, author, [approver])
    for one, two in zip(mine.verdicts, both.verdicts, strict=True):
        assert two.is_allowed or not one.is_allowed
        assert len(two.missing) <= len(one.missing)
        for missing in two.missing:
            assert author not in missing.able
            assert approver not in missing.able
            assert OPERATOR in missing.able


@given(edits, st.sampled_from((*EVERYBODY, *OTHERS)))
def test_those_who_are_named_make_it_allowed(chosen: list[str], author: str) -> None:
    edit = together(*(BASE_EDITS[one] for one in chosen))
    first = reviewed(edit, author)
    asked = [missing.able[0] for verdict in first.verdicts for missing in verdict.missing]
    assert not reviewed(edit, author, asked).is_denied


def test_the_example_data_are_not_touched_by_edits() -> None:
    changes(set_at("users/eva/name", "other"))
    assert TENANT_DATA["users"]["eva"]["name"] == "U"
