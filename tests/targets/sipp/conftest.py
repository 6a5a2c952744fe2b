"""Programs made by hand, so that these tests need neither the front end nor the passes."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from ringplan.countries import COUNTRIES
from ringplan.diagnostics import Span
from ringplan.interpreter import Attempt, FromPhone, FromStranger, FromTrunk, PhoneState, TrunkState
from ringplan.ir import (
    DialPlan,
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
from ringplan_sipp.scenario import MediaFlow, Message, Observed, Scenario, Shape

SPAN = Span("test.yaml", 1, 1, 1, 2)

_REJECTS = {
    "busy": (486, "Busy Here"),
    "no-answer": (480, "No Answer"),
    "unreachable": (480, "Temporarily Unavailable"),
    "unknown-number": (404, "Not Found"),
    "outside-prefix": (404, "Dial The Outside Prefix First"),
    "no-trunk": (503, "No Trunk Available"),
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
        span=SPAN,
    )


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


class Trace:
    """Writes what the wire would show if the exchange did exactly what is expected of it."""

    EXCHANGE = "127.0.1.10:5060"
    RELAY = "127.0.1.11"

    def __init__(self, scenario: Scenario, program: Program) -> None:
        self.scenario, self.program = scenario, program
        self.tenant = program.tenant(scenario.tenant)
        users = [node for tenant in program.tenants for node in tenant.nodes if isinstance(node, User)]
        phones = [phone.id for user in users for phone in user.phones]
        self.hosts = {phone: f"127.0.1.{100 + i}" for i, phone in enumerate(phones)}
        self.hosts |= {trunk.id: f"127.0.1.{20 + i}" for i, trunk in enumerate(program.platform.trunks)}
        self.messages: list[Message] = []
        self.media: list[MediaFlow] = []
        self.time = 0.0
        origin = scenario.call.origin
        match origin:
            case FromPhone(phone):
                self.caller = f"{self.hosts[phone]}:5060"
                account = next(p.account for user in users for p in user.phones if p.id == phone)
                self.own = f"<sip:{account}@{self.tenant.domain}>"
            case FromTrunk(trunk, number):
                self.caller = f"{self.hosts[trunk]}:5060"
                self.own = f"<sip:{number or 'anonymous'}@carrier.invalid>"
            case FromStranger(domain):
                self.caller = "127.0.1.99:5060"
                self.own = f"<sip:stranger@{domain}>"

    def observed(self) -> Observed:
        if self.scenario.shape in (Shape.REGISTER, Shape.REGISTER_WRONG_SECRET):
            self._register()
        else:
            self._call()
        parties = {f"{h}:{p}": party for party, h in self.hosts.items() for p in (5060, 10000)}
        return Observed(tuple(self.messages), tuple(self.media), parties, {"caller": 0}, self.caller)

    def add(self, source: str, destination: str, head: str, headers: dict[str, str], sdp: str = "") -> None:
        """One message, 10 ms after the one before."""
        self.time += 0.01
        fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items() if value)
        body = f"v=0\r\no=- 1 1 IN IP4 {sdp}\r\ns=-\r\nc=IN IP4 {sdp}\r\nm=audio 10000 RTP/AVP 8\r\n" if sdp else ""
        self.messages.append(
            Message(self.time, source, destination, self.scenario.transport, f"{head}\r\n{fields}\r\n{body}")
        )

    def _leg(self, cseq: str, to_tag: str = "", own: str | None = None, leg: str = "a") -> dict[str, str]:
        dialled = f"<sip:{self.scenario.call.dialled}@{self.tenant.domain}>"
        return {
            "Via": f"SIP/2.0/UDP x;branch=z9hG4bK{leg}{cseq.replace(' ', '')}",
            "From": f"{own or self.own};tag=caller",
            "To": dialled + (f";tag={to_tag}" if to_tag else ""),
            "Call-ID": "call-1",
            "CSeq": cseq,
        }

    def _register(self) -> None:
        contact = {"Contact": f"<sip:phone@{self.caller}>"}
        bound = {"Contact": f"<sip:phone@{self.caller}>;expires=300"}

        def headers(cseq: int, tag: str = "") -> dict[str, str]:
            return self._leg(f"{cseq} REGISTER", tag)

        uri = f"sip:{self.tenant.domain} SIP/2.0"
        wrong = self.scenario.shape is Shape.REGISTER_WRONG_SECRET
        self.add(self.caller, self.EXCHANGE, f"REGISTER {uri}", headers(1) | contact)
        self.add(self.EXCHANGE, self.caller, "SIP/2.0 401 Unauthorized", headers(1, "x"))
        self.add(self.caller, self.EXCHANGE, f"REGISTER {uri}", headers(2) | contact)
        final = "SIP/2.0 401 Unauthorized" if wrong else "SIP/2.0 200 OK"
        bound = {} if wrong else bound
        self.add(self.EXCHANGE, self.caller, final, headers(2, "y") | bound)
        ask = {"Call-ID": "listing"}
        self.add(self.caller, self.EXCHANGE, f"REGISTER {uri}", headers(1) | ask)
        self.add(self.EXCHANGE, self.caller, "SIP/2.0 200 OK", headers(1, "z") | ask | bound)

    def _call(self) -> None:
        expected, shape = self.scenario.expected, self.scenario.shape
        uri = f"sip:{self.scenario.call.dialled}@{self.tenant.domain} SIP/2.0"
        sdp = self.caller.split(":")[0]
        self.add(self.caller, self.EXCHANGE, f"INVITE {uri}", self._leg("1 INVITE"), sdp)
        self.add(self.EXCHANGE, self.caller, "SIP/2.0 100 trying", self._leg("1 INVITE"))
        legs = [leg for attempt in expected.attempts for leg in self._attempt(attempt)]
        if shape is Shape.CANCEL:
            self.add(self.caller, self.EXCHANGE, f"CANCEL {uri}", self._leg("1 CANCEL"))
            self.add(self.EXCHANGE, self.caller, "SIP/2.0 200 canceling", self._leg("1 CANCEL", "c"))
        for target, own in legs:
            if self.scenario.world.phone(target) is PhoneState.SILENT:
                self._to(target, "CANCEL", "1 CANCEL", own, "")
        final = f"SIP/2.0 {expected.code} {expected.reason}"
        body = self.RELAY if expected.code == 200 else ""
        self.add(self.EXCHANGE, self.caller, final, self._leg("1 INVITE", "callee"), body)
        if expected.code == 200:
            self._talk(expected.answered_by[0], dict(legs)[expected.answered_by[0]])

    def _attempt(self, attempt: Attempt) -> list[tuple[str, str]]:
        shown = attempt.presented
        domain = "anonymous.invalid" if shown.number == "anonymous" else self.program.platform.domain
        own = (f'"{shown.name}" ' if shown.name else "") + f"<sip:{shown.number}@{domain}>"
        asserted = f"<sip:{shown.asserted}@{self.program.platform.domain}>" if shown.asserted else ""
        extra = {"P-Asserted-Identity": asserted, "Privacy": "id" if shown.private else ""}
        for target in attempt.targets:
            headers = self._leg("1 INVITE", own=own, leg=target) | extra
            uri = f"sip:{attempt.request_user or 'contact'}@{self.hosts[target]} SIP/2.0"
            self.add(self.EXCHANGE, f"{self.hosts[target]}:5060", f"INVITE {uri}", headers, self.RELAY)
        if attempt.kind == "phones" and attempt.result == "no-answer" and self.scenario.shape is not Shape.CANCEL:
            self.time += 5.0
        trunk = next((t for t in self.program.platform.trunks if t.id == attempt.targets[0]), None)
        if trunk and self.scenario.world.trunk(trunk.id) is TrunkState.SILENT:
            self.time += trunk.answer_timeout_ms / 1000
        return [(target, own) for target in attempt.targets]

    def _to(self, target: str, method: str, cseq: str, own: str, sdp: str) -> None:
        tag = "" if method == "CANCEL" else "callee"
        headers = self._leg(cseq, tag, own, target)
        self.add(self.EXCHANGE, f"{self.hosts[target]}:5060", f"{method} sip:x@y SIP/2.0", headers, sdp)

    def _talk(self, answered: str, own: str) -> None:
        self._to(answered, "ACK", "1 ACK", own, "")
        ends = {"callee": self.caller.split(":")[0], "caller": self.hosts[answered]}
        for voice, ear in ends.items():
            self.media.append(MediaFlow(f"{self.RELAY}:30000", f"{ear}:10000", 20, ((voice, 20),), 0xB8, self.time))
            self.media.append(MediaFlow(f"{ear}:10000", f"{self.RELAY}:30000", 20, (), 0, self.time))
        if self.scenario.shape is Shape.HOLD:
            for n in (11, 12):
                self._to(answered, "INVITE", f"{n} INVITE", own, self.RELAY)
                self.add(self.EXCHANGE, self.caller, "SIP/2.0 200 OK", self._leg(f"{n} INVITE", "callee"), self.RELAY)
        if self.scenario.shape is Shape.CALLEE_HANGS_UP:
            headers = self._leg("1 BYE", leg="callee") | {
                "From": "<sip:callee@x>;tag=callee",
                "To": f"{self.own};tag=caller",
            }
            self.add(self.EXCHANGE, self.caller, "BYE sip:x@y SIP/2.0", headers)
            self.add(
                self.EXCHANGE, f"{self.hosts[answered]}:5060", "SIP/2.0 200 OK", headers | {"From": f"{own};tag=caller"}
            )
        else:
            self._to(answered, "BYE", "20 BYE", own, "")
            self.add(self.EXCHANGE, self.caller, "SIP/2.0 200 OK", self._leg("20 BYE", "callee"))


@pytest.fixture(scope="session")
def perfect(program: Program) -> Callable[[Scenario], Observed]:
    """What would be observed if the exchange did exactly what is expected of it."""
    return lambda scenario: Trace(scenario, program).observed()
