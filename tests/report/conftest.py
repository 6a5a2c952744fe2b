"""The pages of the examples, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringplan.ir import Program
from ringplan.program import Loaded, load_program
from ringplan.report import Site, site
from ringplan.report.directory import labels_of

EXAMPLES = Path(__file__).resolve().parents[2] / "examples/tenants"
YEAR = 2026


@pytest.fixture(scope="session")
def loaded() -> Loaded:
    """The examples."""
    return load_program(EXAMPLES)


@pytest.fixture(scope="session")
def program(loaded: Loaded) -> Program:
    """Their program."""
    assert loaded.program is not None
    return loaded.program


@pytest.fixture(scope="session")
def pages(loaded: Loaded, program: Program) -> Site:
    """Their pages."""
    return site(zip(program.tenants, map(labels_of, loaded.manifests), strict=True), YEAR)
