"""The exchange the integration tests share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.targets.kamailio.attackers import outside, parties, services  # noqa: F401 - fixtures
from tests.targets.kamailio.program import program
from tests.targets.kamailio.sip_client import Endpoint
from tests.targets.kamailio.stack import Stack


def lane() -> int:
    """A loopback network of its own for every test worker."""
    return 22 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % 8


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Kamailio and rtpengine from a bundle of the hand-built program."""
    with Stack(program(lane()), Path(tmp_path_factory.mktemp("stack"))) as running:
        yield running


@pytest.fixture
def phone(stack: Stack) -> Iterator[Callable[..., Endpoint]]:
    """Makes phones: ``phone("ann-desk")`` is registered; all leave at the end."""
    hosts = {"ann-desk": 10, "bob-desk": 11, "bob-mobile": 12, "cyr-desk": 13, "ann-other": 14}
    with ExitStack() as opened:
        made: list[Endpoint] = []

        def make(account: str, register: bool = True, **options: object) -> Endpoint:
            endpoint = Endpoint(
                f"127.0.{lane()}.{hosts[account]}",
                (f"127.0.{lane()}.1", 5060),
                user=account,
                password=f"pw of {account}",
                **options,  # type: ignore[arg-type]
            )
            opened.enter_context(endpoint)
            if register:
                assert endpoint.register().code == 200
                made.append(endpoint)
            return endpoint

        yield make
        for endpoint in made:
            endpoint.pending.clear()
            assert endpoint.register(expires=0).code == 200


@pytest.fixture
def trunk(stack: Stack) -> Iterator[Callable[[str], Endpoint]]:
    """Makes trunks ``alfa`` and ``beta``."""
    with ExitStack() as opened:

        def make(name: str) -> Endpoint:
            host = f"127.0.{lane()}.{ {'alfa': 30, 'beta': 31, 'stranger': 99}[name] }"
            return opened.enter_context(
                Endpoint(host, (f"127.0.{lane()}.1", 5060), user=name, domain="carrier.example")
            )

        yield make
