"""Plays a call of the interpreter's world to the real runtime and reads off what happened."""

from __future__ import annotations

import importlib.util
import os
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
    Branch,
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
from ringplan.interpreter import (
    Call,
    FromPhone,
    FromStranger,
    FromTrunk,
    Memory,
    PhoneState,
    Presented,
    TrunkState,
    World,
)
from ringplan.ir import HuntGroup, Phone, Program, Tenant
from ringplan.target import emit
from ringplan_kamailio import TARGET, site
from ringplan_kamailio.generation import ha1

OWN = Address("udp", "127.0.30.1", 5060)
ATTENDANT = "attendant"
"""The attendant among the parties."""
PASSWORD = "secret-of-every-phone"
SDP = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n"
FORGED = (
    ("P-Asserted-Identity", "<sip:+420999999999@forged.example>"),
    ("P-Preferred-Identity", "<sip:+420999999999@forged.example>"),
    ("Remote-Party-ID", "<sip:+420999999999@forged.example>;party=calling"),
    ("Diversion", "<sip:+420999999999@forged.example>;reason=unconditional;counter=5"),
    ("History-Info", "<sip:+420999999999@forged.example;cause=302>;index=1"),
    ("Referred-By", "<sip:forged@forged.example>"),
    ("Alert-Info", "<http://forged.example/ring.wav>"),
    ("P-Charge-Info", "<sip:forged@forged.example>"),
)
"""What an untrusted caller adds; nothing of it may reach anybody."""

Replies = tuple[tuple[int, int, str], ...]
PHONES: dict[PhoneState, Replies] = {
    PhoneState.ANSWERS: ((10, 180, "Ringing"), (900, 200, "OK")),
    PhoneState.BUSY: ((10, 486, "Busy Here"),),
    PhoneState.DECLINES: ((10, 180, "Ringing"), (100, 603, "Decline")),
    PhoneState.REDIRECTS: ((10, 180, "Ringing"), (500, 302, "Moved Temporarily")),
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
    request_host: str | None = None
    """Host of the request URI, when it is not the trunk's own address."""
    diversion: tuple[str, ...] = ()
    """Entries of the Diversion headers."""
    history: tuple[str, ...] = ()
    """Entries of the History-Info headers."""


@dataclass(frozen=True)
class Seen:
    """How a call went."""

    attempts: tuple[Opened, ...]
    code: int
    reason: str
    answered_by: str | None
    ring_ms: tuple[int, ...] = ()
    """How long the phones of each attempt would ring; 0 for trunks."""


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
        os.environ["RINGPLAN_LAB"] = "1"  # the time is the world's
        spec.loader.exec_module(module)
        clock = importlib.import_module(f"{name}.clock")
        clock.monotonic_ms = _virtual_ms  # type: ignore[attr-defined]
    return sys.modules[name]


def _virtual_ms() -> int:
    """The time of the simulated Kamailio; nothing takes any while it works."""
    plugged = install().plugged
    assert plugged is not None
    return plugged.clock.now_ms


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
        kamailio.tables.update(tables_of(peers.world))
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


def tables_of(world: World) -> dict[str, dict[str, object]]:
    """What all workers share when the world is so."""
    hunts: dict[str, object] = {}
    for group, memory in world.memory.items():
        hunts[f"last:{group}"] = memory.last or ""
        hunts[f"turn:{group}"] = memory.turn
        hunts[f"tick:{group}"] = len(memory.answered)
        hunts.update((f"tick:{group}:{member}", 1 + at) for at, member in enumerate(memory.answered))
    return {
        "clock": {"now": str(world.now.timestamp())},
        "lines": dict.fromkeys(world.engaged, "99999999:another"),
        "hunts": hunts,
        "switches": {address: str(int(state)) for address, state in world.switches.items()},
    }


def remembered(kamailio: Kamailio, group: HuntGroup) -> Memory:
    """What a hunt group remembers now."""
    hunts = kamailio.tables.get("hunts", {})
    ticks = {member.node: int(str(hunts.get(f"tick:{group.id}:{member.node}", 0))) for member in group.members}
    answered = sorted((member for member, tick in ticks.items() if tick), key=lambda member: ticks[member])
    last = str(hunts.get(f"last:{group.id}", "")) or None
    return Memory(last, int(str(hunts.get(f"turn:{group.id}", 0))), tuple(answered))


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
        self._domains = {phone.id: tenant.domain for tenant, phone in phones_of(program)}
        self._trunks = {trunk.id for trunk in program.platform.trunks}
        for trunk in program.platform.trunks:
            self._parties[Address(trunk.transport, trunk.host, trunk.port)] = trunk.id
        if program.platform.attendant is not None:
            self._parties[Address("udp", program.platform.attendant.host, program.platform.attendant.port)] = ATTENDANT
        self.attendant: Callable[[Message], Callable[[], None] | None] | None = None
        """What happens to calls to the attendant; None: it is not there."""
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

    def contact(self, phone: str) -> str:
        """Where a phone sends its calls, as a Contact header; empty: nowhere."""
        text = self.world.redirects.get(phone, "")
        if not text or text.startswith(("sip:", "tel:", "urn:")):
            return f"<{text}>" if text else ""
        return f"<{uri_of(text, self._domains[phone])}>"

    def called(self, request: Message) -> Callable[[], None] | None:
        """Answer as the world says, until a CANCEL comes."""
        party = self.party(request)
        if party == ATTENDANT:
            return self.attendant(request) if self.attendant is not None else None
        state = self.world.trunk(party) if self.is_trunk(party) else self.world.phone(party)
        replies = TRUNKS[state] if isinstance(state, TrunkState) else PHONES[state]
        over: list[int] = []

        def reply(code: int, reason: str) -> None:
            if not over:
                if code >= 200:
                    over.append(code)
                contact = self.contact(party) if code == 302 else "<sip:it@192.0.2.9:5060>"
                self.kamailio.received_reply(request, answer_of(request, party, code, reason, contact))

        def cancelled() -> None:
            if party not in self.stubborn:
                reply(487, "Request Terminated")

        for delay_ms, code, reason in replies:
            # One party after the other: who answers at the very same moment is not decided by the exchange.
            later = delay_ms + (10 * self._order[party] if code >= 200 else 0)
            self.kamailio.clock.later(later, partial(reply, code, reason))
        return lambda: self.kamailio.clock.later(5, cancelled)


def answer_of(request: Message, party: str, code: int, reason: str, contact: str) -> Message:
    """A reply with everything a called party may put into it."""
    headers = [(name, request.get(name) or "") for name in ("From", "Call-ID", "CSeq")]
    headers += [("Record-Route", value) for value in request.all("Record-Route")]
    headers += [("To", f"{request.get('To')};tag={quote(party, safe='')}")]
    headers += [("Contact", contact)] if contact else []
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
        case origin:
            raise AssertionError(f"{origin} is made by the attendant")


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
    untrusted = ("P-Asserted-Identity", "P-Preferred-Identity", "Diversion", "History-Info")
    headers = [*(item for item in FORGED if item[0] not in untrusted), *carried(call.diversions)]
    shown = number
    if number is not None and len(number) % 2:
        headers.append(("P-Asserted-Identity", f"<sip:{number}@{host}>"))
        shown = "pilot"
    if call.withheld:
        headers.append(("Privacy", "id"))
    caller = f'"Forged" <sip:{shown}@{host}>;tag=a' if shown is not None else f"<sip:{host}>;tag=a"
    return _invite(call, OWN.host, caller, headers, source, serial)


def uri_of(text: str, domain: str) -> str:
    """A dial string as a SIP URI."""
    user = quote(text, safe="+*_.!~'()&=$,-")
    return f"sip:{user}@{domain}" if user else f"sip:{domain}"


def carried(count: int) -> list[tuple[str, str]]:
    """How carriers say that a call was forwarded ``count`` times: one way or another."""
    entries = [f'"a, <b>" <sip:+42099900000{at}@forged.example>;reason=no-answer' for at in range(count)]
    ways = (
        [("Diversion", ", ".join(entries))] if entries else [],
        [("Diversion", entry) for entry in entries],
        [("Diversion", f"{entries[0]};counter={count};privacy=off")] if entries else [],
        [
            ("History-Info", "<sip:+420999000000@forged.example>;index=1"),
            *(("History-Info", f"<sip:x@forged.example;cause=486>;index=1.{at}") for at in range(count)),
        ],
    )
    return ways[count % len(ways)]


def _invite(
    call: Call, domain: str, caller: str, headers: list[tuple[str, str]], source: Address, serial: int
) -> Message:
    uri = call.dialled if call.dialled.startswith("urn:") else uri_of(call.dialled, domain)
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
    answered_by = unquote(tag) if tag and final.code == 200 else None
    return Seen(seen_attempts(kamailio), final.code, final.reason, answered_by, _ring_ms(kamailio))


def _groups(kamailio: Kamailio) -> list[list[Branch]]:
    """Branches that were opened together, in order, without those to the attendant."""
    peers = kamailio.peers
    assert isinstance(peers, Peers)
    groups: dict[tuple[int, int], list[Branch]] = {}
    for transaction, branch in kamailio.sent:
        if peers.party(branch.sent) != ATTENDANT:
            groups.setdefault((id(transaction), branch.attempt), []).append(branch)
    return list(groups.values())


def _ring_ms(kamailio: Kamailio) -> tuple[int, ...]:
    peers = kamailio.peers
    assert isinstance(peers, Peers)
    return tuple(0 if peers.is_trunk(peers.party(b[0].sent)) else b[0].fr_inv_ms for b in _groups(kamailio))


def seen_attempts(kamailio: Kamailio) -> tuple[Opened, ...]:
    """Everybody who was called, group by group."""
    peers = kamailio.peers
    assert isinstance(peers, Peers)
    found = []
    for branches in _groups(kamailio):
        messages = [branch.sent for branch in branches]
        parties = tuple(sorted(peers.party(message) for message in messages))
        identities = {presented(message) for message in messages}
        assert len(identities) == 1, identities
        is_trunk = peers.is_trunk(parties[0])
        uri = parse_uri(messages[0].ruri)
        host = uri.host if is_trunk and uri.host != messages[0].received_on.host else None
        history = tuple(entries(message, "History-Info") for message in messages)
        diversion = tuple(entries(message, "Diversion") for message in messages)
        kind, user = ("trunk", uri.user) if is_trunk else ("phones", None)
        found.append(Opened(kind, parties, user, identities.pop(), host, diversion[0], history[0]))
        assert is_trunk or not any((*history, *diversion)), "phones learn nothing of diversions"
    return tuple(found)


def entries(message: Message, name: str) -> tuple[str, ...]:
    """The entries of a header with a list of addresses."""
    return tuple(entry.strip() for value in message.all(name) for entry in value.split(","))


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
