"""Plays a call of the interpreter's world to the real runtime and reads off what happened."""

from __future__ import annotations

import importlib.util
import re
import sys
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType
from urllib.parse import quote, unquote

from tests.runtime.fake_ksr import (
    GAPS,
    Address,
    Configuration,
    Contact,
    Kamailio,
    Message,
    install,
    parse_name_addr,
    parse_uri,
    proof,
)
from tests.strategies import users_of

import ringplan_kamailio
from ringplan.interpreter import Call, FromPhone, FromStranger, FromTrunk, PhoneState, Presented, TrunkState, World
from ringplan.ir import Phone, Program, Tenant
from ringplan.target import emit
from ringplan_kamailio import TARGET, site
from ringplan_kamailio.generation import ha1

OWN = Address("udp", "127.0.30.1", 5060)
PASSWORD = "secret-of-every-phone"
SDP = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n"
FORGED = (
    ("P-Asserted-Identity", "<sip:+420999999999@forged.example>"),
    ("P-Preferred-Identity", "<sip:+420999999999@forged.example>"),
    ("Remote-Party-ID", "<sip:+420999999999@forged.example>;party=calling"),
    ("Diversion", "<sip:+420999999999@forged.example>;reason=unconditional"),
    ("History-Info", "<sip:+420999999999@forged.example>;index=1"),
    ("Referred-By", "<sip:forged@forged.example>"),
    ("Alert-Info", "<http://forged.example/ring.wav>"),
    ("P-Charge-Info", "<sip:forged@forged.example>"),
)
"""What an untrusted caller adds; nothing of it may reach anybody."""

Replies = tuple[tuple[int, int, str], ...]
PHONES: dict[PhoneState, Replies] = {
    PhoneState.ANSWERS: ((10, 180, "Ringing"), (500, 200, "OK")),
    PhoneState.BUSY: ((10, 486, "Busy Here"),),
    PhoneState.DECLINES: ((10, 180, "Ringing"), (200, 603, "Decline")),
    PhoneState.SILENT: ((10, 180, "Ringing"),),
    PhoneState.GONE: (),
}
"""What a phone answers, and after how many milliseconds."""
TRUNKS: dict[TrunkState, Replies] = {
    TrunkState.ANSWERS: ((5, 100, "Trying"), (20, 183, "Session Progress"), (500, 200, "OK")),
    TrunkState.BUSY: ((5, 100, "Trying"), (30, 486, "Busy Here")),
    TrunkState.DECLINES: ((5, 100, "Trying"), (30, 603, "Decline")),
    TrunkState.UNKNOWN: ((5, 100, "Trying"), (30, 404, "Not Found")),
    TrunkState.FAILS: ((5, 100, "Trying"), (20, 183, "Session Progress"), (30, 503, "Service Unavailable")),
    TrunkState.SILENT: (),
}


@dataclass(frozen=True)
class Opened:
    """One attempt, as it was seen."""

    kind: str
    targets: tuple[str, ...]
    request_user: str | None
    presented: Presented


@dataclass(frozen=True)
class Seen:
    """How a call went."""

    attempts: tuple[Opened, ...]
    code: int
    reason: str
    answered_by: str | None


# -- the exchange of a program


def load_runtime() -> ModuleType:
    """The runtime's package as it stands in the source, with the fake below it."""
    install()
    name = "ringplan_runtime_under_test"
    if name not in sys.modules:
        folder = Path(ringplan_kamailio.__file__).parent / "runtime" / "ringplan_runtime"
        spec = importlib.util.spec_from_file_location(
            name, folder / "__init__.py", submodule_search_locations=[str(folder)]
        )
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


class Installation:
    """A site into which one program after the other is activated."""

    def __init__(self, folder: Path) -> None:
        self._bundle, self._site = folder / "bundle", folder / "site"
        self._activated: Program | None = None
        self._handler: object = None
        self._configuration = Configuration({}, {})

    def kamailio(self, program: Program, peers: Peers) -> Kamailio:
        """A fresh Kamailio that runs the program, with all phones of the world registered."""
        fake = install()
        if program is not self._activated:
            self._activate(program)
        kamailio = Kamailio(OWN, self._configuration, peers, handler=self._handler)
        peers.kamailio = kamailio
        fake.plugged = kamailio
        for tenant, phone in phones_of(program):
            kamailio.tables.setdefault("flows", {})[f"sip:{peers.hosts[phone.id]}:5060"] = tenant.domain
            if peers.world.phone(phone.id) is not PhoneState.UNREGISTERED:
                contact = Contact(f"sip:{phone.account}@{peers.hosts[phone.id]}:5060")
                kamailio.location[f"sip:{phone.account}@{tenant.domain}"] = [contact]
        return kamailio

    def _activate(self, program: Program) -> None:
        artifacts = emit([TARGET], program)
        paths = {artifact.path for artifact in artifacts}
        for stale in self._bundle.glob("exchange/tenants/*.py"):
            if str(stale.relative_to(self._bundle)) not in paths:
                stale.unlink()
        for artifact in artifacts:
            path = self._bundle / artifact.path
            if not path.exists() or path.read_bytes() != artifact.content:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(artifact.content)
        site.activate(self._bundle, self._site, {phone.secret: PASSWORD for _, phone in phones_of(program)})
        exchange = (self._site / "current").resolve() / "exchange"
        self._configuration = Configuration.read((exchange / "kamailio.cfg").read_text("utf-8"))
        self._handler = load_runtime().start(exchange)
        self._activated = program


def phones_of(program: Program) -> list[tuple[Tenant, Phone]]:
    """Every phone with its tenant."""
    return [(tenant, phone) for tenant in program.tenants for user in users_of(tenant) for phone in user.phones]


# -- the parties


class Peers:
    """Phones and trunks that behave as the world says."""

    kamailio: Kamailio

    def __init__(self, program: Program, world: World) -> None:
        self.world = world
        self.hosts = {phone.id: f"10.1.{at // 200}.{1 + at % 200}" for at, (_, phone) in enumerate(phones_of(program))}
        self._parties: dict[Address, str] = {Address("udp", host, 5060): phone for phone, host in self.hosts.items()}
        self._trunks = {trunk.id for trunk in program.platform.trunks}
        for trunk in program.platform.trunks:
            self._parties[Address(trunk.transport, trunk.host, trunk.port)] = trunk.id
        self._order = {party: at for at, party in enumerate(sorted(self._parties.values()))}
        self.stubborn: set[str] = set()
        """Phones that answer although they were cancelled."""

    def party(self, message: Message) -> str:
        """Whom a message was sent to."""
        found = self._parties.get(message.received_on)
        assert found is not None, f"sent to an address that is nobody's: {message.received_on}"
        return found

    def is_trunk(self, party: str) -> bool:
        """Whether a party is a trunk."""
        return party in self._trunks

    def called(self, request: Message) -> Callable[[], None]:
        """Answer as the world says, until a CANCEL comes."""
        party = self.party(request)
        state = self.world.trunk(party) if self.is_trunk(party) else self.world.phone(party)
        replies = TRUNKS[state] if isinstance(state, TrunkState) else PHONES[state]
        over: list[int] = []

        def reply(code: int, reason: str) -> None:
            if not over:
                if code >= 200:
                    over.append(code)
                self.kamailio.received_reply(request, answer_of(request, party, code, reason))

        def cancelled() -> None:
            if party not in self.stubborn:
                reply(487, "Request Terminated")

        for delay_ms, code, reason in replies:
            # One party after the other: who answers at the very same moment is not decided by the exchange.
            later = delay_ms + (20 * self._order[party] if code >= 200 else 0)
            self.kamailio.clock.later(later, partial(reply, code, reason))
        return lambda: self.kamailio.clock.later(5, cancelled)


def answer_of(request: Message, party: str, code: int, reason: str) -> Message:
    """A reply with everything a called party may put into it."""
    headers = [(name, request.get(name) or "") for name in ("From", "Call-ID", "CSeq")]
    headers += [("Record-Route", value) for value in request.all("Record-Route")]
    headers += [("To", f"{request.get('To')};tag={quote(party, safe='')}"), ("Contact", "<sip:it@192.0.2.9:5060>")]
    headers += [("P-Asserted-Identity", "<sip:private@inside.example>")]
    body = SDP if 180 <= code < 300 else ""
    return Message(headers, request.received_on, OWN, request.method, "", code, reason, body, request.via_branch)


# -- calls


def invite(program: Program, call: Call, peers: Peers, serial: int = 1) -> Message:
    """The INVITE of a call, with forged headers if the caller is not trusted."""
    match call.origin:
        case FromPhone(phone_id):
            return _from_phone(program, call, phone_id, peers, serial)
        case FromTrunk(trunk_id, number):
            trunk = next(trunk for trunk in program.platform.trunks if trunk.id == trunk_id)
            return _from_trunk(call, Address("udp", trunk.sources[-1], 5060), number, serial)
        case FromStranger(domain):
            source = Address("udp", "203.0.113.5", 5060)
            caller = f'"Forged" <sip:somebody@{domain}>;tag=a'
            return _invite(call, domain, caller, list(FORGED), source, serial)


def _from_phone(program: Program, call: Call, phone_id: str, peers: Peers, serial: int) -> Message:
    tenant, phone = next(item for item in phones_of(program) if item[1].id == phone_id)
    response = proof(ha1(phone.account, tenant.domain, PASSWORD), "INVITE")
    credentials = f'Digest username="{phone.account}", realm="{tenant.domain}", response="{response}"'
    headers = [("Proxy-Authorization", credentials), *FORGED]
    caller = f'"Forged" <sip:{phone.account}@{tenant.domain}>;tag=a'
    if call.withheld:
        # Both ways to ask for it.
        if len(call.dialled) % 3 == 0:
            caller = '"Anonymous" <sip:anonymous@anonymous.invalid>;tag=a'
        else:
            headers.append(("Privacy", ("id", "user;critical")[len(call.dialled) % 2]))
    domain = tenant.domain
    return _invite(call, domain, caller, headers, Address("udp", peers.hosts[phone_id], 5060), serial)


def _from_trunk(call: Call, source: Address, number: str | None, serial: int) -> Message:
    """The number stands in P-Asserted-Identity or, for every other number, in From alone."""
    host = source.host
    headers = [item for item in FORGED if item[0] not in ("P-Asserted-Identity", "P-Preferred-Identity")]
    shown = number
    if number is not None and len(number) % 2:
        headers.append(("P-Asserted-Identity", f"<sip:{number}@{host}>"))
        shown = "pilot"
    if call.withheld:
        headers.append(("Privacy", "id"))
    caller = f'"Forged" <sip:{shown}@{host}>;tag=a' if shown is not None else f"<sip:{host}>;tag=a"
    return _invite(call, OWN.host, caller, headers, source, serial)


def _invite(
    call: Call, domain: str, caller: str, headers: list[tuple[str, str]], source: Address, serial: int
) -> Message:
    if call.dialled.startswith("urn:"):
        uri = call.dialled
    else:
        user = quote(call.dialled, safe="+*_.!~'()&=$,-")
        uri = f"sip:{user}@{domain}" if user else f"sip:{domain}"
    fixed = [
        ("From", caller),
        ("To", f"<{uri}>"),
        ("Call-ID", f"call-{serial}@{source.host}"),
        ("CSeq", "1 INVITE"),
        ("Max-Forwards", "70"),
        ("Contact", f"<sip:me@{source.host}:{source.port}>"),
    ]
    return Message(fixed + headers, source, OWN, "INVITE", uri, body=SDP, via_branch=f"z9hG4bK{serial}")


# -- what was seen


def play(kamailio: Kamailio, message: Message) -> None:
    """One message, and everything that follows from it."""
    GAPS.clear()
    kamailio.receive(message)
    kamailio.clock.run()
    assert not GAPS, GAPS


def observe(kamailio: Kamailio, message: Message) -> Seen:
    """What came of an INVITE."""
    answers = kamailio.final_answers(message)
    assert len(answers) == 1, [(reply.code, reply.reason) for reply in answers]
    final = answers[0]
    tag = parse_name_addr(final.get("To") or "").parameter("tag")
    return Seen(_attempts(kamailio), final.code, final.reason, unquote(tag) if tag and final.code == 200 else None)


def _attempts(kamailio: Kamailio) -> tuple[Opened, ...]:
    peers = kamailio.peers
    assert isinstance(peers, Peers)
    groups: dict[int, list[Message]] = {}
    for _, branch in kamailio.sent:
        groups.setdefault(branch.attempt, []).append(branch.sent)
    found = []
    for _, messages in sorted(groups.items()):
        parties = tuple(sorted(peers.party(message) for message in messages))
        identities = {presented(message) for message in messages}
        assert len(identities) == 1, identities
        is_trunk = peers.is_trunk(parties[0])
        user = parse_uri(messages[0].ruri).user if is_trunk else None
        found.append(Opened("trunk" if is_trunk else "phones", parties, user, identities.pop()))
    return tuple(found)


def presented(message: Message) -> Presented:
    """The identity a called party receives."""
    caller = message.name_addr("From")
    asserted = message.get("P-Asserted-Identity")
    display = re.sub(r"\\(.)", r"\1", caller.display[1:-1]) if caller.display else None
    number = parse_uri(parse_name_addr(asserted).uri).user if asserted is not None else None
    privacy = message.get("Privacy")
    assert privacy in (None, "id"), privacy
    return Presented(parse_uri(caller.uri).user, display, number, privacy is not None)


def visible(name: str) -> str:
    """A display name without what no phone may be sent: control and format characters, longer than 80."""
    clean = "".join(" " if unicodedata.category(letter).startswith("C") else letter for letter in name)
    return " ".join(clean.split())[:80].strip()
