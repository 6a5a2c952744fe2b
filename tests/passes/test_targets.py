"""RP406, RP411, RP414, RP601."""

from __future__ import annotations

import pytest
from tests.passes.builder import HEAD, Bench, tenant, user

from ringplan.diagnostics import Applicability

SLOVAK = HEAD.replace("country: CZ", "country: SK").replace("+420222333400..449", "+421220333400..449")
OTHER = user("petr", "1205", "number: +420222333405")


def dialling(target: str, other: str = OTHER, head: str = HEAD) -> str:
    """A tenant in which `jana` has a speed-dial code for the target."""
    return tenant(user("jana", more=f'speed_dial: {{6: "{target}"}}'), other, head=head)


@pytest.mark.parametrize("target", ["1205", "0602123456", "000421905123456", "+421905123456", "222333405", "01188"])
def test_target_that_can_be_dialled(bench: Bench, target: str) -> None:
    bench.tenant(dialling(target))


@pytest.mark.parametrize(
    ("target", "wanted"),
    [("602123456", "0602123456"), ("222111000", "0222111000"), ("00421905123456", "000421905123456")],
)
def test_czech_target_without_the_outside_prefix_is_repaired(bench: Bench, target: str, wanted: str) -> None:
    found = bench.tenant(dialling(target))
    fault = found.claim("RP406")
    fix = fault.fixes[0]
    assert fix.applicability is Applicability.MACHINE_APPLICABLE
    assert [edit.text for edit in fix.edits] == [wanted]
    bench.tenant(dialling(wanted))


@pytest.mark.parametrize(
    ("target", "wanted"),
    [("0905123456", "00905123456"), ("905123456", "00905123456"), ("00420602123456", "000420602123456")],
)
def test_slovak_target_without_the_outside_prefix_is_repaired(bench: Bench, target: str, wanted: str) -> None:
    other = user("petr", "1205")
    fault = bench.tenant(dialling(target, other, SLOVAK)).claim("RP406")
    assert fault.fixes[0].edits[0].text == wanted
    bench.tenant(dialling(wanted, other, SLOVAK))


@pytest.mark.parametrize("target", ["9999", "1206", "1188", "0999", "*55", "00"])
def test_target_that_reaches_nobody(bench: Bench, target: str) -> None:
    fault = bench.tenant(dialling(target)).claim("RP411")
    assert all(fix.applicability is not Applicability.MACHINE_APPLICABLE for fix in fault.fixes)


def test_mistyped_extension_names_the_similar_one(bench: Bench) -> None:
    fault = bench.tenant(dialling("12055")).claim("RP411")
    assert "1205" in fault.notes[0]


def test_owned_number_that_nobody_has(bench: Bench) -> None:
    assert "not assigned" in bench.tenant(dialling("0222333449")).claim("RP411").primary.text


@pytest.mark.parametrize("target", ["6#", "7#", "15**"])
def test_target_that_is_a_code(bench: Bench, target: str) -> None:
    bench.tenant(dialling(target)).claim("RP414")


def test_code_behind_a_code_shows_what_it_stands_for(bench: Bench) -> None:
    found = bench.tenant(tenant(user("jana", more='speed_dial: {6: "15**", 15: 0602123456}')))
    assert found.at(found.claim("RP414").secondary[0].span) == "0602123456"


@pytest.mark.parametrize("target", ["112", "0112", "158"])
def test_emergency_number_as_target(bench: Bench, target: str) -> None:
    found = bench.tenant(dialling(target))
    fault = found.claim("RP601")
    assert found.at(fault.primary.span).strip('"') == target
