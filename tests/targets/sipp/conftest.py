"""Programs made by hand, so that these tests need neither the front end nor the passes."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from tests.targets.sipp.perfect import Trace

from ringplan.countries import COUNTRIES
from ringplan.diagnostics import Span
from ringplan.ir import (
    CALL_TYPES,
    CallTable,
    DialPlan,
    Entry,
    Identity,
    MediaRelay,
    NumberBlock,
    Phone,
    Plan,
    Platform,
    Program,
    Reject,
    Socket,
    Tenant,
    Trunk,
    User,
)
from ringplan_sipp.scenario import Observed, Scenario

SPAN = Span("test.yaml", 1, 1, 1, 2)

_REJECTS = {
    "busy": (486, "Busy Here"),
    "no-answer": (480, "No Answer"),
    "unreachable": (480, "Temporarily Unavailable"),
    "unknown-number": (404, "Not Found"),
    "outside-prefix": (404, "Dial The Outside Prefix First"),
    "no-trunk": (503, "No Trunk Available"),
    "barred": (403, "Call Barred"),
    "diversions": (480, "Too Many Diversions"),
    "closed": (480, "Closed"),
}


def make_user(
    tenant: str, slug: str, extension: str, number: str | None, phones: int = 1, withheld: bool = False
) -> User:
    shown = number or "+420222333400"
    base = f"{tenant}/users/{slug}"
    return User(
        id=base,
        name=slug.title(),
        extension=extension,
        number=number,
        group=None,
        department=None,
        locality=None,
        phones=tuple(
            Phone(f"{base}/phones/{name}", f"{slug}-{name}", f"{tenant}/{slug}/{name}", SPAN)
            for name in ("desk", "mobile", "home")[:phones]
        ),
        identity=Identity(slug.title(), extension, shown, shown, withheld),
        speed_dial=(("15**", "000436601234567"), ("6#", extension)),
        ring_ms=5_000,
        busy=f"{tenant}/reject/busy",
        no_answer=f"{tenant}/reject/no-answer",
        unreachable=f"{tenant}/reject/unreachable",
        rules=(),
        plan=f"{tenant}/calling_plan",
        span=SPAN,
    )


def open_plan(tenant: str) -> Plan:
    """A plan that allows everything."""
    table = CallTable((), tuple((kind, True) for kind in CALL_TYPES))
    return Plan(f"{tenant}/calling_plan", table, table, SPAN)


def make_tenant(tenant: str, users: tuple[User, ...], first: str, last: str, trunks: tuple[str, ...]) -> Tenant:
    country = COUNTRIES["CZ"]
    rejects = tuple(Reject(f"{tenant}/reject/{name}", code, reason, SPAN) for name, (code, reason) in _REJECTS.items())
    return Tenant(
        id=tenant,
        name=tenant.title(),
        domain=f"{tenant}.voice.example",
        time_zone="Europe/Prague",
        licensed_users=len(users),
        dial_plan=DialPlan(
            "CZ",
            country.calling_code,
            "0",
            country.national_prefix,
            country.international_prefix,
            country.national_length,
            country.emergency,
        ),
        blocks=(NumberBlock(first, last, SPAN),),
        numbers=tuple(sorted((Entry(u.number, u.id, SPAN) for u in users if u.number), key=lambda e: e.key)),
        extensions=tuple(sorted((Entry(u.extension, u.id, SPAN) for u in users), key=lambda e: e.key)),
        nodes=tuple(sorted((*users, *rejects), key=lambda node: node.id)),
        schedules=(),
        plans=(open_plan(tenant),),
        trunks=trunks,
        span=SPAN,
    )


def make_trunk(slug: str, host: str, priority: int, plus: bool) -> Trunk:
    return Trunk(slug, host, 5060, "udp", (host,), priority, plus, 1_000, SPAN)


@pytest.fixture(scope="session")
def program() -> Program:
    """Two tenants, one with several phones and a user who withholds; two trunks, one without plus."""
    return make_program()


def make_program() -> Program:
    """The program of the fixture."""
    novak = make_tenant(
        "novak",
        (
            make_user("novak", "novakova", "1204", "+420222333404", phones=3),
            make_user("novak", "reception", "1200", "+420222333400"),
            make_user("novak", "svoboda", "1205", None, withheld=True),
        ),
        "+420222333400",
        "+420222333449",
        ("alpha", "beta"),
    )
    clinic = make_tenant(
        "clinic",
        (make_user("clinic", "doctor", "1204", "+420555666700"),),
        "+420555666700",
        "+420555666709",
        ("alpha",),
    )
    platform = Platform(
        id="lab",
        domain="voice.example",
        sockets=(Socket("udp", "192.0.2.10", 5060, SPAN), Socket("tcp", "192.0.2.10", 5060, SPAN)),
        workers=2,
        tenant_cache=16,
        registration_s=600,
        flood_requests=200,
        flood_period_s=2,
        relays=(MediaRelay("relay1", "127.0.0.1", 2223, "192.0.2.20", 30000, 30999, 1, SPAN),),
        dscp="EF",
        trunks=(make_trunk("alpha", "198.51.100.1", 10, True), make_trunk("beta", "198.51.100.2", 20, False)),
        span=SPAN,
    )
    return Program(platform, (clinic, novak))


@contextmanager
def reserved_lane() -> Iterator[int]:
    """A lane nobody else on this machine tests on: whoever holds the lock's address has the lane."""
    for number in range(40, 60):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as lock:
            try:
                lock.bind((f"127.0.{number}.1", 5999))
            except OSError:
                continue
            yield number
            return
    pytest.fail("all lanes for tests are taken")


@pytest.fixture
def lane() -> Iterator[int]:
    """A lane for one test."""
    with reserved_lane() as number:
        yield number


@pytest.fixture(scope="module")
def module_lane() -> Iterator[int]:
    """A lane for all tests of a module."""
    with reserved_lane() as number:
        yield number


@pytest.fixture(scope="session")
def perfect(program: Program) -> Callable[[Scenario], Observed]:
    """What would be observed if the exchange did exactly what is expected of it."""
    return lambda scenario: Trace(scenario, program).observed()
