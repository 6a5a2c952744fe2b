"""Every diagnostic code has a folder in examples/broken that yields it, and every folder there yields its code."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ringplan.diagnostics.codes import CODES
from ringplan.pipeline import Options, check

TODAY = date(2026, 6, 1)
BROKEN = Path(__file__).resolve().parent.parent / "examples" / "broken"
ALSO = {"RP611": {"RP602"}, "RP617": {"RP602"}, "RP618": {"RP449"}, "RP803": {"RP209"}}
"""Codes an example cannot avoid: two tenants of one name cannot both have a folder of that name, a tenant that
cannot forward outside, or call for help, has no trunk, and what is too large to prove rings too many phones."""


def folders() -> list[Path]:
    return [folder for folder in sorted(BROKEN.iterdir()) if folder.is_dir()]


def test_every_code_has_an_example_and_every_example_a_code() -> None:
    assert {folder.name for folder in folders()} == set(CODES)


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: folder.name)
def test_example_yields_its_code_and_no_other(folder: Path) -> None:
    found = {diagnostic.code for diagnostic in check(folder, Options(today=TODAY)).diagnostics}
    assert folder.name in found
    assert found - {folder.name} == ALSO.get(folder.name, set())


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: folder.name)
def test_diagnostics_keep_to_the_house_style(folder: Path) -> None:
    for diagnostic in check(folder, Options(today=TODAY)).diagnostics:
        assert diagnostic.severity is CODES[diagnostic.code].severity
        assert "\n" not in diagnostic.message
        assert not diagnostic.message.endswith(".")
        assert diagnostic.message[0] == diagnostic.message[0].lower() or diagnostic.message.startswith(("YAML", "SIP"))
        for fix in diagnostic.fixes:
            assert CODES[diagnostic.code].fixable, "the registry says that no case is repaired"
            assert fix.edits
