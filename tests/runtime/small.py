"""A small exchange for tests that tell a story: Eva has two phones, Petr has one, and there are two trunks."""

from tests.strategies import NOWHERE, REJECTS, dial_plan
from tests.strategies_services import open_plan

from ringplan.ir import (
    Entry,
    Identity,
    MediaRelay,
    NumberBlock,
    Phone,
    Platform,
    Program,
    Reject,
    Socket,
    Tenant,
    Trunk,
    User,
)

EVA_DESK, EVA_MOBILE = "acme/users/eva/phones/desk", "acme/users/eva/phones/mobile"
PETR = "acme/users/petr/phones/desk"
DOMAIN = "acme.lab.example"


def user(slug: str, name: str, extension: str, number: str, phones: tuple[str, ...]) -> User:
    """A user who presents his own number."""
    own = f"acme/users/{slug}"
    return User(
        id=own,
        name=name,
        extension=extension,
        number=number,
        group=None,
        department=None,
        locality=None,
        phones=tuple(Phone(f"{own}/phones/{p}", f"{slug}-{p}", f"acme/{slug}/{p}", NOWHERE) for p in phones),
        identity=Identity(name, extension, number, number, False),
        speed_dial=(),
        ring_ms=20_000,
        busy="acme/reject/busy",
        no_answer="acme/reject/no-answer",
        unreachable="acme/reject/unreachable",
        rules=(),
        plan="acme/calling_plan",
        span=NOWHERE,
    )


def program(flood_requests: int = 200) -> Program:
    """The exchange."""
    users = (
        user("eva", "Eva", "1204", "+420222333404", ("desk", "mobile")),
        user("petr", "Petr", "1205", "+420222333405", ("desk",)),
    )
    trunks = tuple(
        Trunk(name, host, 5060, "udp", (host,), 10, True, 4_000, NOWHERE)
        for name, host in (("alpha", "127.0.30.20"), ("beta", "127.0.30.21"))
    )
    tenant = Tenant(
        id="acme",
        name="Acme",
        domain=DOMAIN,
        time_zone="Europe/Prague",
        licensed_users=2,
        dial_plan=dial_plan("CZ"),
        blocks=(NumberBlock("+420222333400", "+420222333419", NOWHERE),),
        numbers=tuple(Entry(item.number or "", item.id, NOWHERE) for item in users),
        extensions=tuple(Entry(item.extension, item.id, NOWHERE) for item in users),
        nodes=(*(Reject(f"acme/reject/{name}", code, text, NOWHERE) for name, code, text in REJECTS), *users),
        schedules=(),
        plans=(open_plan("acme"),),
        trunks=("alpha", "beta"),
        span=NOWHERE,
    )
    relay = MediaRelay("east", "127.0.30.10", 2223, "127.0.30.10", 30000, 30999, 1, NOWHERE)
    sockets = (Socket("udp", "127.0.30.1", 5060, NOWHERE),)
    platform = Platform("lab", "lab.example", sockets, 2, 16, 600, flood_requests, 2, (relay,), "EF", trunks, NOWHERE)
    return Program(platform, (tenant,))
