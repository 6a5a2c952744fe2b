"""A small program built by hand: the target is tested without the front end."""

from __future__ import annotations

from dataclasses import replace

from ringplan.diagnostics import Span
from ringplan.ir import (
    CALL_TYPES,
    CallTable,
    DialPlan,
    Entry,
    Identity,
    MediaRelay,
    Node,
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

SPAN = Span("tenant.yaml", 1, 1, 1, 2)
HOSTILE = 'Ann "Q" \\ Nov\u00e1kov\u00e1\r\nX-Evil: 1 # {{x}} %s \u202e'
"""A display name that tries to become a header, a comment, a template and a format."""
CZ = DialPlan("CZ", "420", "0", "", "00", 9, ("112", "150", "155", "156", "158"))

_REJECTS = (
    ("barred", 403, "Call Barred"),
    ("busy", 486, "Busy Here"),
    ("closed", 480, "Closed"),
    ("diversions", 480, "Too Many Diversions"),
    ("no-answer", 480, "No Answer"),
    ("no-trunk", 503, "No Trunk Available"),
    ("outside-prefix", 404, "Dial The Outside Prefix First"),
    ("unknown-number", 404, "Not Found"),
    ("unreachable", 480, "Temporarily Unavailable"),
)


_EVERYTHING = CallTable((), tuple((kind, True) for kind in CALL_TYPES))


def user(tenant: str, slug: str, extension: str, number: str | None, phones: tuple[str, ...] = ("desk",)) -> User:
    """A user with the edges every user has."""
    node = f"{tenant}/users/{slug}"
    shown = number or "+420222333400"
    return User(
        id=node,
        name=slug.title(),
        extension=extension,
        number=number,
        group=None,
        department=None,
        locality=None,
        phones=tuple(
            Phone(f"{node}/phones/{phone}", f"{slug}-{phone}", f"{tenant}/{slug}/{phone}", SPAN) for phone in phones
        ),
        identity=Identity(slug.title(), extension, shown, shown, False),
        speed_dial=(),
        ring_ms=1500,
        busy=f"{tenant}/reject/busy",
        no_answer=f"{tenant}/reject/no-answer",
        unreachable=f"{tenant}/reject/unreachable",
        rules=(),
        plan=f"{tenant}/calling_plan",
        span=SPAN,
    )


def tenant() -> Tenant:
    """Ann (hostile name), Bob (two phones), Cyr (withheld, speed dial, no own number)."""
    ann = user("novak", "ann", "1201", "+420222333401")
    ann = replace(ann, identity=replace(ann.identity, internal_name=HOSTILE))
    bob = user("novak", "bob", "1202", "+420222333402", ("desk", "mobile"))
    cyr = user("novak", "cyr", "1203", None)
    cyr = replace(
        cyr, identity=replace(cyr.identity, withheld=True), speed_dial=(("15**", "0602111222"), ("6#", "1202"))
    )
    nodes: list[Node] = [
        ann,
        bob,
        cyr,
        *(Reject(f"novak/reject/{name}", code, text, SPAN) for name, code, text in _REJECTS),
    ]
    return Tenant(
        id="novak",
        name="Nov\u00e1k",
        domain="novak.example.net",
        time_zone="Europe/Prague",
        licensed_users=10,
        dial_plan=CZ,
        blocks=(NumberBlock("+420222333400", "+420222333449", SPAN),),
        numbers=(
            Entry("+420222333401", "novak/users/ann", SPAN),
            Entry("+420222333402", "novak/users/bob", SPAN),
        ),
        extensions=(
            Entry("1201", "novak/users/ann", SPAN),
            Entry("1202", "novak/users/bob", SPAN),
            Entry("1203", "novak/users/cyr", SPAN),
        ),
        nodes=tuple(sorted(nodes, key=lambda node: node.id)),
        schedules=(),
        plans=(Plan("novak/calling_plan", _EVERYTHING, _EVERYTHING, SPAN),),
        trunks=("alfa", "beta"),
        span=SPAN,
    )


def platform(lane: int = 22, flood: int = 1000) -> Platform:
    """One exchange, two trunks (the second without plus), one relay, all on loopback addresses of a lane."""
    net = f"127.0.{lane}"
    return Platform(
        id="lab",
        domain="exchange.example.net",
        sockets=(Socket("udp", f"{net}.1", 5060, SPAN), Socket("tcp", f"{net}.1", 5060, SPAN)),
        workers=2,
        tenant_cache=2,
        registration_s=600,
        flood_requests=flood,
        flood_period_s=2,
        relays=(MediaRelay("one", f"{net}.5", 2223, f"{net}.6", 30000, 34999, 1, SPAN),),
        dscp="EF",
        trunks=(
            Trunk("alfa", f"{net}.30", 5060, "udp", (f"{net}.30",), 10, True, 700, SPAN),
            Trunk("beta", f"{net}.31", 5060, "udp", (f"{net}.31",), 20, False, 700, SPAN),
        ),
        span=SPAN,
    )


def program(lane: int = 22, flood: int = 1000) -> Program:
    """The platform and its one tenant."""
    return Program(platform(lane, flood), (tenant(),))


def secrets(tenants: tuple[Tenant, ...]) -> dict[str, str]:
    """A password for every phone, made from its reference."""
    return {
        phone.secret: f"pw of {phone.account}"
        for each in tenants
        for node in each.nodes
        if isinstance(node, User)
        for phone in node.phones
    }
