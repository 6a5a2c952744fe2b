"""From a scenario to the SIPp scenario files of its parties."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from ringplan.interpreter import Call, FromPhone, FromStranger, FromTrunk, PhoneState, TrunkState

from .errors import LabError
from .media import CALLEE, CALLER
from .relocate import Endpoint, Relocated
from .scenario import Scenario, Shape

if TYPE_CHECKING:
    from jinja2 import Environment

TALK_MS = 340
"""How long audio is played: some fifteen packets each way, enough to see that none of it is missing."""
_SECOND_TALK_MS = 160
_LATE_ACK_MS = 700
"""Later than the first retransmission of the answer (T1 = 500 ms, RFC 3261 section 13.3.1.4)."""
_RING_MS = 50
_RING_APART_MS = 250
"""Between two phones that react to the same call, so that which one is first is no accident."""
_PRIVATE_HOST = "192.168.77.20"
"""What a phone behind NAT believes to be its address."""
_USER_SAFE = "-_.!~*'()&=+$,;?/"
_TEXT_SAFE = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 \"':;=,.<>@+-_*%/()?!~$")
_PHONE_REPLIES = {
    PhoneState.ANSWERS: (200, "OK"),
    PhoneState.BUSY: (486, "Busy Here"),
    PhoneState.DECLINES: (603, "Decline"),
}
_TRUNK_REPLIES = {
    TrunkState.ANSWERS: (200, "OK"),
    TrunkState.BUSY: (486, "Busy Here"),
    TrunkState.DECLINES: (603, "Decline"),
    TrunkState.UNKNOWN: (404, "Not Found"),
    TrunkState.FAILS: (503, "Service Unavailable"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One SIPp process: what the templates show of it. Texts are raw here; the templates get them escaped."""

    endpoint: Endpoint
    template: str
    """Name without suffix: ``caller``, ``called`` or ``register``."""
    token: str
    """Unique in the lane; makes tags, branches and the Call-ID."""
    transport: str
    account: str
    """User part of its contact."""
    recording: Path
    code: int = 200
    """Caller: the final answer it expects. Called party: its own; 0: it never gives one."""
    reason: str = "OK"
    nat: bool = False
    shape: Shape = Shape.TALK
    request_uri: str = ""
    from_header: str = ""
    headers: tuple[str, ...] = ()
    digest_user: str = ""
    """Empty: it has no account and does not answer challenges."""
    password: str = ""
    domain: str = ""
    rings_ms: int | None = None
    """Called party: how long it rings before it acts; None: it does not ring."""
    expires_s: int = 0

    @property
    def announced(self) -> str:
        return f"{_PRIVATE_HOST if self.nat else self.endpoint.host}:{self.endpoint.port}"

    @property
    def announced_media_host(self) -> str:
        return _PRIVATE_HOST if self.nat else self.endpoint.host

    @property
    def media_port(self) -> int:
        return self.endpoint.media_port

    @property
    def acknowledges_late(self) -> int:
        """Milliseconds; over TCP nothing is sent twice, and SIPp would not bear it."""
        late = self.shape is Shape.RETRANSMIT and self.transport == "udp" and self.code == 200
        return _LATE_ACK_MS if late else 0

    @property
    def cancels(self) -> bool:
        return self.shape is Shape.CANCEL

    @property
    def holds(self) -> bool:
        return self.shape is Shape.HOLD

    @property
    def callee_hangs_up(self) -> bool:
        return self.shape is Shape.CALLEE_HANGS_UP

    @property
    def talks(self) -> bool:
        return self.code == 200 and not self.cancels

    @property
    def talk_ms(self) -> int:
        return _SECOND_TALK_MS if self.holds else TALK_MS


class _Escaped:
    """A party as the templates see it: every text harmless to SIPp's own syntax."""

    def __init__(self, party: Party) -> None:
        self._party = party

    def __getattr__(self, name: str) -> object:
        value = getattr(self._party, name)
        if isinstance(value, tuple):
            return [sipp_text(item) for item in value]
        return sipp_text(str(value)) if isinstance(value, str | Path) and name != "shape" else value


def sipp_text(text: str) -> str:
    """Text for the inside of a SIPp message: brackets, backslashes and anything unusual as ``\\xNN``.

    Raises LabError for a line break or NUL, which could only be an attempt to write headers of its own.
    """
    if any(sign in text for sign in "\r\n\0"):
        raise LabError(f"a line break or NUL in a header is refused: {text!r}")
    data = text.encode()
    return "".join(chr(byte) if byte in _TEXT_SAFE else f"\\x{byte:02X}" for byte in data)


def render(party: Party) -> str:
    """The SIPp scenario file of a party."""
    text = _environment().get_template(f"{party.template}.xml.j2").render(p=_Escaped(party))
    # SIPp ends the headers at the first empty line, and an empty line in XML means nothing.
    return _without_gaps(text)


def _without_gaps(text: str) -> str:
    """Drops the empty lines that template tags leave, but not the one before a session description."""
    lines = text.splitlines()
    kept = []
    for index, line in enumerate(lines):
        follows = lines[index + 1].strip() if index + 1 < len(lines) else ""
        if line.strip() or follows.startswith("v=0") or follows == "]]>":
            kept.append(line)
    return "\n".join(kept) + "\n"


@functools.cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined  # costs 50 ms

    return Environment(
        loader=PackageLoader("ringplan_sipp"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 - not HTML; sipp_text escapes
    )


@dataclass(frozen=True, slots=True)
class Cast:
    """Who takes part in a scenario."""

    caller: Party
    called: tuple[Party, ...]
    silent: tuple[Endpoint, ...]
    """Bound, but never answering."""


def cast(
    scenario: Scenario, place: Relocated, secrets: Mapping[str, str], sounds: Mapping[str, Path], tag: str
) -> Cast:
    """Everybody who takes part; ``tag`` makes this playing different from all others of the lane."""
    called: list[Party] = []
    silent: list[Endpoint] = []
    for attempt in scenario.expected.attempts:
        for rank, target in enumerate(_in_order(scenario, attempt.kind, attempt.targets)):
            endpoint = (place.phones if attempt.kind == "phones" else place.trunks)[target]
            reply = _reply(scenario, attempt.kind, target)
            if reply is None:
                silent.append(endpoint)
                continue
            party = Party(
                endpoint=endpoint,
                template="called",
                token=f"{tag}p{len(called)}",
                transport=endpoint.transport,
                account=place.accounts[target].phone.account if attempt.kind == "phones" else "carrier",
                recording=sounds[CALLEE],
                code=reply[0],
                reason=reply[1],
                shape=scenario.shape,
                rings_ms=_rings(scenario, attempt.kind, reply[0], rank, _longest_ring(place, target)),
            )
            called.append(party)
    caller = _claiming(scenario, _caller(scenario, place, secrets, sounds[CALLER], tag))
    return Cast(caller, tuple(called), tuple(silent))


def _claiming(scenario: Scenario, caller: Party) -> Party:
    """The caller with the From it claims instead of its own, if the scenario forges one."""
    claimed = next((value for name, value in scenario.forged if name == "From"), None)
    return caller if claimed is None else replace(caller, from_header=claimed)


def _in_order(scenario: Scenario, kind: str, targets: tuple[str, ...]) -> tuple[str, ...]:
    """Targets in the order in which they act: who declines first, then who answers."""
    if kind != "phones":
        return targets
    order = {PhoneState.DECLINES: 0, PhoneState.ANSWERS: 1}
    return tuple(sorted(targets, key=lambda target: (order.get(scenario.world.phone(target), 2), target)))


def _reply(scenario: Scenario, kind: str, target: str) -> tuple[int, str] | None:
    """Final reply of a called party; code 0: it rings for ever; None: it does not react at all."""
    if kind == "trunk":
        trunk = scenario.world.trunk(target)
        reply = _TRUNK_REPLIES.get(trunk)
    else:
        state = scenario.world.phone(target)
        reply = (0, "") if state is PhoneState.SILENT else _PHONE_REPLIES.get(state)
    return (0, "") if reply and reply[0] == 200 and scenario.shape is Shape.CANCEL else reply


def _rings(scenario: Scenario, kind: str, code: int, rank: int, longest_ms: int) -> int | None:
    if code == 0:
        return longest_ms + 5_000
    if code not in (200, 603):
        return None
    return _RING_MS + rank * _RING_APART_MS


def _longest_ring(place: Relocated, target: str) -> int:
    return place.accounts[target].user.ring_ms if target in place.accounts else 30_000


def _caller(scenario: Scenario, place: Relocated, secrets: Mapping[str, str], sound: Path, tag: str) -> Party:
    forged = tuple(f"{name}: {value}" for name, value in scenario.forged if name != "From")
    call, token = scenario.call, f"{tag}c"
    code = scenario.expected.code
    match call.origin:
        case FromPhone(phone):
            account = place.accounts[phone]
            wrong = scenario.shape is Shape.REGISTER_WRONG_SECRET
            registers = wrong or scenario.shape is Shape.REGISTER
            domain = account.tenant.domain
            user = account.phone.account
            from_header = _anonymous(call, domain) if call.withheld and not registers else f"<sip:{user}@{domain}>"
            return Party(
                endpoint=place.phones[phone],
                template="register" if registers else "caller",
                token=token,
                transport=scenario.transport,
                account=user,
                recording=sound,
                code=code,
                nat=scenario.nat,
                shape=scenario.shape,
                request_uri=request_uri(call.dialled, domain),
                from_header=from_header,
                headers=(*(("Privacy: id",) if call.withheld else ()), *forged),
                digest_user=user,
                password="wrong" + secrets[phone] if wrong else secrets[phone],
                domain=domain,
                expires_s=place.program.platform.registration_s,
            )
        case FromTrunk(trunk, number):
            endpoint = place.trunk_sources[trunk]
            return Party(
                endpoint=endpoint,
                template="caller",
                token=token,
                transport=endpoint.transport,
                account="carrier",
                recording=sound,
                code=code,
                shape=scenario.shape,
                request_uri=request_uri(call.dialled, place.program.platform.sockets[0].host),
                from_header=_carrier_from(call, number, endpoint.host),
                headers=(*_carrier_headers(call, number, endpoint.host), *forged),
                domain=endpoint.host,
            )
        case FromStranger(domain):
            return Party(
                endpoint=place.stranger,
                template="caller",
                token=token,
                transport=scenario.transport,
                account="stranger",
                recording=sound,
                code=code,
                nat=scenario.nat,
                shape=scenario.shape,
                request_uri=request_uri(call.dialled, domain),
                from_header=f"<sip:stranger@{domain}>",
                headers=forged,
                domain=domain,
            )


def request_uri(dialled: str, host: str) -> str:
    """Request URI for a dialled string; service URNs stand as they are."""
    return dialled if dialled.startswith("urn:") else f"sip:{quote(dialled, safe=_USER_SAFE)}@{host}"


def _anonymous(call: Call, domain: str) -> str:
    """Anonymous From (RFC 3323); with a service URN it keeps the domain, or nothing would say whose call it is."""
    host = domain if call.dialled.startswith("urn:") else "anonymous.invalid"
    return f'"Anonymous" <sip:anonymous@{host}>'


def _carrier_from(call: Call, number: str | None, host: str) -> str:
    if call.withheld or number is None:
        return '"Anonymous" <sip:anonymous@anonymous.invalid>'
    return f"<sip:{quote(number, safe=_USER_SAFE)}@{host}>"


def _carrier_headers(call: Call, number: str | None, host: str) -> tuple[str, ...]:
    """What a carrier inside the trust domain asserts (RFC 3325); it asserts a withheld number as well."""
    asserted = () if number is None else (f"P-Asserted-Identity: <sip:{quote(number, safe=_USER_SAFE)}@{host}>",)
    return (*asserted, *(("Privacy: id",) if call.withheld else ()))
