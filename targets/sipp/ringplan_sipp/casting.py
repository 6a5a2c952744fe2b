"""Who takes part in a scenario, and what each of them does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from ringplan.interpreter import (
    Attempt,
    Call,
    FromCallback,
    FromClick,
    FromPhone,
    FromStranger,
    FromTrunk,
    PhoneState,
    TrunkState,
)

from .errors import LabError
from .keypad import Fingers
from .media import CALLEE, CALLER
from .party import Party
from .relocate import Endpoint, Relocated
from .scenario import Scenario, Shape

_ANONYMOUS = '"Anonymous" <sip:anonymous@anonymous.invalid>'
"""From of a caller who withholds his number (RFC 3323 section 4.1.1.3)."""
_RING_MS = 50
_RING_APART_MS = 250
"""Between two phones that react to the same call, so that which one is first is no accident."""
_TRUNK_RING_MS = 30_000
_USER_SAFE = "-_.!~*'()&=+$,;?/"
"""Signs a user part may hold as they are (RFC 3261 section 25.1)."""
_PHONE_REPLIES = {
    PhoneState.ANSWERS: (200, "OK"),
    PhoneState.BUSY: (486, "Busy Here"),
    PhoneState.DECLINES: (603, "Decline"),
    PhoneState.SILENT: (0, ""),
    PhoneState.REDIRECTS: (302, "Moved Temporarily"),
}
_TRUNK_REPLIES = {
    TrunkState.ANSWERS: (200, "OK"),
    TrunkState.BUSY: (486, "Busy Here"),
    TrunkState.DECLINES: (603, "Decline"),
    TrunkState.UNKNOWN: (404, "Not Found"),
    TrunkState.FAILS: (503, "Service Unavailable"),
}
_RINGING_CODES = frozenset({200, 302, 603})
"""Answers a person gives, after it has rung."""
_REFERS = frozenset({Shape.REFER, Shape.CALLEE_REFERS})


@dataclass(frozen=True, slots=True)
class SecondLine:
    """A phone that is called while it is in a call it has made itself."""

    endpoint: Endpoint
    code: int
    """Its final answer; 0: it rings until the exchange takes the call away."""
    reason: str


@dataclass(frozen=True, slots=True)
class Cast:
    """Who takes part in a scenario."""

    caller: Party
    called: tuple[Party, ...]
    silent: tuple[Endpoint, ...]
    """Bound, but never answering."""
    second_lines: tuple[SecondLine, ...] = ()
    fingers: Fingers | None = None
    """What the caller presses; None: nothing, and nobody asks him."""

    @property
    def parties(self) -> tuple[Party, ...]:
        """Whom SIPp plays."""
        return (*self.called, self.caller)


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a scenario is played."""

    place: Relocated
    passwords: Mapping[str, str]
    """By phone id."""
    sounds: Mapping[str, Path]
    """The recordings, by ``caller`` and ``callee``."""


def cast(scenario: Scenario, stage: Stage, tag: str, engaged: frozenset[str] = frozenset()) -> Cast:
    """Everybody who takes part; ``tag`` makes this playing different from all others of the lane.

    ``engaged``: phones that are in a call already.
    """
    place = stage.place
    called: dict[str, Party] = {}
    silent: dict[str, Endpoint] = {}
    second: dict[str, SecondLine] = {}
    for attempt in scenario.expected.attempts:
        for rank, target in enumerate(_in_order(scenario, attempt)):
            endpoint = (place.phones if attempt.kind == "phones" else place.trunks)[target]
            reply = _reply(scenario, attempt.kind, target)
            if reply is None:
                silent[target] = endpoint
            elif target in engaged:
                second[target] = SecondLine(endpoint, *reply)
            elif target in called:
                called[target] = _once_more(scenario, called[target])
            else:
                party = _called(scenario, stage, attempt, target, reply, f"{tag}p{len(called)}")
                called[target] = replace(party, rings_ms=_rings(reply[0], rank, attempt.ring_ms or _TRUNK_RING_MS))
    if isinstance(scenario.call.origin, FromCallback | FromClick):
        caller = _first_called(scenario, called.pop(_first_answering(scenario)), stage)
    else:
        caller = _answered_by_exchange(scenario, _caller(scenario, stage, f"{tag}c"))
        caller = replace(caller, in_band=scenario.in_band)
    fingers = None
    if scenario.expected.waits or caller.presses:
        fingers = Fingers(caller.endpoint, scenario.expected.waits, talks=not caller.hung_up, in_band=scenario.in_band)
    return Cast(caller, tuple(called.values()), tuple(silent.values()), tuple(second.values()), fingers)


def _answered_by_exchange(scenario: Scenario, caller: Party) -> Party:
    """The caller, when the exchange answers his call itself."""
    expected = scenario.expected
    if expected.code != 200 or not (expected.heard or expected.waits):
        return caller
    return replace(caller, presses=not _hangs_up(scenario), hung_up=_hangs_up(scenario))


def _hangs_up(scenario: Scenario) -> bool:
    """Whether the exchange itself ends the answered call: nobody else answered."""
    answered_by = scenario.expected.answered_by[:1]
    return all(answered_by[0] not in attempt.targets for attempt in _connected(scenario)) if answered_by else False


def _connected(scenario: Scenario) -> tuple[Attempt, ...]:
    """Attempts at those with whom the caller is to be connected: not at him himself."""
    attempts = scenario.expected.attempts
    if not isinstance(scenario.call.origin, FromCallback | FromClick):
        return attempts
    first = next((at for at, attempt in enumerate(attempts) if attempt.result == "answered"), len(attempts))
    return attempts[first + 1 :]


def _first_answering(scenario: Scenario) -> str:
    """Whom the exchange calls first: the first who answers, else the last it tries."""
    attempts = scenario.expected.attempts
    return next((a.targets[0] for a in attempts if a.result == "answered"), attempts[-1].targets[0])


def _first_called(scenario: Scenario, party: Party, stage: Stage) -> Party:
    """Who is called first and then connected: an employee who is called back, or who clicked."""
    answers = party.code == 200
    talks = answers and any(attempt.result == "answered" for attempt in _connected(scenario))
    return replace(party, recording=stage.sounds[CALLER], presses=talks, hung_up=answers and not talks, ends=talks)


def _once_more(scenario: Scenario, party: Party) -> Party:
    """The party is called again: in another call when a menu calls it, else in the same one."""
    if scenario.expected.waits:
        return replace(party, calls=party.calls + 1)
    return replace(party, times=party.times + 1)


def _called(
    scenario: Scenario, stage: Stage, attempt: Attempt, target: str, reply: tuple[int, str], token: str
) -> Party:
    place = stage.place
    phone = attempt.kind == "phones"
    endpoint = (place.phones if phone else place.trunks)[target]
    party = Party(
        endpoint=endpoint,
        template="called",
        token=token,
        transport=endpoint.transport,
        account=place.accounts[target].phone.account if phone else "carrier",
        recording=stage.sounds[CALLEE],
        code=reply[0],
        reason=reply[1],
        shape=scenario.shape,
    )
    if reply[0] == 302:
        domain = place.accounts[target].tenant.domain
        return replace(party, redirect=_elsewhere(scenario.world.redirects.get(target, ""), domain))
    return _transferring(party, scenario, stage, Shape.CALLEE_REFERS) if reply[0] == 200 else party


def _transferring(party: Party, scenario: Scenario, stage: Stage, refers: Shape) -> Party:
    """The party as it sends or gets a REFER; ``refers``: the shape in which this party sends it."""
    if scenario.shape not in _REFERS or scenario.transfer is None:
        return party
    if scenario.shape is not refers:
        return replace(party, gets_refer=scenario.transfer.code == 202)
    domain = stage.place.program.tenant(scenario.tenant).domain
    return replace(party, refer_to=_elsewhere(scenario.refer_to, domain), refer_code=scenario.transfer.code)


def _elsewhere(text: str, domain: str) -> str:
    """The URI a redirection or transfer names: a dial string in the tenant's domain, or a SIP URI as it stands."""
    return text if text.startswith("sip:") else request_uri(text, domain)


def _in_order(scenario: Scenario, attempt: Attempt) -> tuple[str, ...]:
    """Targets in the order in which they act: who declines or redirects first, then who answers."""
    if attempt.kind != "phones":
        return attempt.targets
    order = {PhoneState.DECLINES: 0, PhoneState.REDIRECTS: 0, PhoneState.ANSWERS: 1}
    return tuple(sorted(attempt.targets, key=lambda target: (order.get(scenario.world.phone(target), 2), target)))


def _reply(scenario: Scenario, kind: str, target: str) -> tuple[int, str] | None:
    """Final reply of a called party; code 0: it rings for ever; None: it does not react at all."""
    if kind == "trunk":
        reply = _TRUNK_REPLIES.get(scenario.world.trunk(target))
    else:
        reply = _PHONE_REPLIES.get(scenario.world.phone(target))
    return (0, "") if reply and reply[0] == 200 and scenario.shape is Shape.CANCEL else reply


def _rings(code: int, rank: int, longest_ms: int) -> int | None:
    if code == 0:
        return longest_ms + 5_000
    return _RING_MS + rank * _RING_APART_MS if code in _RINGING_CODES else None


def _caller(scenario: Scenario, stage: Stage, token: str) -> Party:
    match scenario.call.origin:
        case FromPhone(phone):
            caller = _phone(scenario, stage, token, phone)
        case FromTrunk(trunk, number):
            caller = _carrier(scenario, stage, token, trunk, number)
        case FromStranger(domain):
            caller = _stranger(scenario, stage, token, domain)
        case origin:
            raise LabError(f"nobody calls: {origin}")
    forged = tuple(f"{name}: {value}" for name, value in scenario.forged if name != "From")
    claimed = next((value for name, value in scenario.forged if name == "From"), caller.from_header)
    caller = replace(
        caller,
        code=scenario.expected.code,
        shape=scenario.shape,
        from_header=claimed,
        headers=(*caller.headers, *forged),
    )
    return _transferring(caller, scenario, stage, Shape.REFER) if caller.code == 200 else caller


def _phone(scenario: Scenario, stage: Stage, token: str, phone: str) -> Party:
    account, call = stage.place.accounts[phone], scenario.call
    wrong = scenario.shape is Shape.REGISTER_WRONG_SECRET
    registers = wrong or scenario.shape is Shape.REGISTER
    user, domain = account.phone.account, account.tenant.domain
    return Party(
        endpoint=stage.place.phones[phone],
        template="register" if registers else "caller",
        token=token,
        transport=scenario.transport,
        account=user,
        recording=stage.sounds[CALLER],
        nat=scenario.nat,
        request_uri=request_uri(call.dialled, domain),
        from_header=_ANONYMOUS if call.withheld and not registers else f"<sip:{user}@{domain}>",
        headers=("Privacy: id",) if call.withheld else (),
        digest_user=user,
        password=("wrong" if wrong else "") + stage.passwords[phone],
        domain=domain,
        expires_s=stage.place.program.platform.registration_s,
    )


def _carrier(scenario: Scenario, stage: Stage, token: str, trunk: str, number: str | None) -> Party:
    call, endpoint = scenario.call, stage.place.trunk_sources[trunk]
    return Party(
        endpoint=endpoint,
        template="caller",
        token=token,
        transport=endpoint.transport,
        account="carrier",
        recording=stage.sounds[CALLER],
        request_uri=request_uri(call.dialled, stage.place.program.platform.sockets[0].host),
        from_header=_carrier_from(call, number, endpoint.host),
        headers=_carrier_headers(call, number, endpoint.host),
        domain=endpoint.host,
    )


def _stranger(scenario: Scenario, stage: Stage, token: str, domain: str) -> Party:
    return Party(
        endpoint=stage.place.stranger,
        template="caller",
        token=token,
        transport=scenario.transport,
        account="stranger",
        recording=stage.sounds[CALLER],
        nat=scenario.nat,
        request_uri=request_uri(scenario.call.dialled, domain),
        from_header=f"<sip:stranger@{domain}>",
        domain=domain,
    )


def request_uri(dialled: str, host: str) -> str:
    """Request URI for a dialled string; service URNs stand as they are."""
    return dialled if dialled.startswith("urn:") else f"sip:{quote(dialled, safe=_USER_SAFE)}@{host}"


def _carrier_from(call: Call, number: str | None, host: str) -> str:
    if call.withheld:
        return _ANONYMOUS
    if number is None:
        return f"<sip:{host}>"  # an anonymous From would say that he withholds it
    return f"<sip:{quote(number, safe=_USER_SAFE)}@{host}>"


def _carrier_headers(call: Call, number: str | None, host: str) -> tuple[str, ...]:
    """What a carrier inside the trust domain says: who calls (RFC 3325), a withheld number too; who forwarded."""
    asserted = () if number is None else (f"P-Asserted-Identity: <sip:{quote(number, safe=_USER_SAFE)}@{host}>",)
    diverted = f"Diversion: <sip:+420900700900@{host}>;reason=unconditional;counter={call.diversions}"
    return (
        *asserted,
        *(("Privacy: id",) if call.withheld else ()),
        *((diverted,) if call.diversions else ()),
    )
