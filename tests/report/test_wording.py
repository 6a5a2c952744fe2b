"""How numbers and the order of hunts are written for people."""

from __future__ import annotations

import pytest

from ringplan.ir import Program
from ringplan.report.wording import POLICIES, number


@pytest.mark.parametrize(
    ("key", "written"),
    [
        ("+420222333400", "+420 222 333 400"),
        ("+421905123456", "+421 905 123 456"),
        ("+4930901820", "+49 30 901820"),
        ("+442079460018", "+44 20 7946 0018"),
        ("+999123", "+999123"),
        ("112", "112"),
        ("+42011", "+420 11"),
    ],
)
def test_numbers_are_grouped_and_lose_no_digit(program: Program, key: str, written: str) -> None:
    plan = program.tenant("novak").dial_plan
    assert number(plan, key) == written.replace(" ", "\u00a0")


@pytest.mark.parametrize("policy", POLICIES)
def test_the_order_of_a_hunt_reads_on_after_rings(policy: str) -> None:
    """In the picture it follows the word "rings"."""
    assert not POLICIES[policy].split()[0].endswith("s") or POLICIES[policy].startswith("whoever")
