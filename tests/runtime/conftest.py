"""One site for all programs the runtime is tried with."""

import pytest
from tests.runtime.harness import Installation


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Programs are activated into it one after the other, as on a machine."""
    return Installation(tmp_path_factory.mktemp("exchange"))
