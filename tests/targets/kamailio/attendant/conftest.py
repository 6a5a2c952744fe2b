"""A real attendant, for the tests that are marked as integration."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.targets.kamailio.attendant import place
from tests.targets.kamailio.attendant.media import Media
from tests.targets.kamailio.attendant.place import AttendantStack
from tests.targets.kamailio.conftest import lane
from tests.targets.kamailio.sip_client import Endpoint


@pytest.fixture(scope="module")
def attendant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AttendantStack]:
    """Kamailio as attendant, and rtpengine; at the end nothing may be left, and nothing may have failed."""
    with AttendantStack(lane() + 100, Path(tmp_path_factory.mktemp("attendant"))) as running:
        yield running
        running.nothing_left(seconds=40, transactions=True)
        assert "failed" not in running.log.read_text("utf-8", "replace")


@pytest.fixture
def exchange(attendant: AttendantStack) -> Iterator[Endpoint]:
    """The test as the exchange."""
    with place.exchange(attendant) as endpoint:
        yield endpoint
        attendant.nothing_left()


@pytest.fixture
def caller(exchange: Endpoint) -> Iterator[Media]:
    """The caller's audio."""
    with Media(exchange.host, 40000) as media:
        yield media


@pytest.fixture
def target(exchange: Endpoint) -> Iterator[Media]:
    """The audio of who is called."""
    with Media(exchange.host, 41000) as media:
        yield media
