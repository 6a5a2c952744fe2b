"""Fixtures of the tests of the passes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.passes.builder import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Examines manifests; fails a test that leaves a diagnostic unclaimed."""
    made = Bench(tmp_path)
    yield made
    assert [one for examined in made.examined for one in examined.diagnostics] == []
