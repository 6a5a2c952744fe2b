"""Who takes part in a scenario, and what each of them does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from ringplan.interpreter import Call, FromPhone, FromStranger, FromTrunk, PhoneState, TrunkState

from .media import CALLEE, CALLER
from .party import Party
from .relocate import Endpoint, Relocated
from .scenario import Scenario, Shape

_ANONYMOUS = '"Anonymous" <sip:anonymous@anonymous.invalid>'
"""From of a caller who withholds his number (RFC 3323 section 4.1.1.3)."""
_RING_MS = 50
_RING_APART_MS = 250
"""Between two phones that react to the same call, so that which one is first is no accident."""
_USER_SAFE = "-_.!~*'()&=+$,;?/"
"""Signs a user part may hold as they are (RFC 3261 section 25.1)."""
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


@dataclass(frozen=True, slots=True)
class Cast:
    """Who takes part in a scenario."""

    caller: Party
    called: tuple[Party, ...]
    silent: tuple[Endpoint, ...]
    """Bound, but never answering."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a scenario is played."""

    place: Relocated
    passwords: Mapping[str, str]
    """By phone id."""
    sounds: Mapping[str, Path]
    """The recordings, by ``caller`` and ``callee``."""


def cast(scenario: Scenario, stage: Stage, tag: str) -> Cast:
    """Everybody who takes part; ``tag`` makes this playing different from all others of the lane."""
    place = stage.place
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
                recording=stage.sounds[CALLEE],
                code=reply[0],
                reason=reply[1],
                shape=scenario.shape,
                rings_ms=_rings(reply[0], rank, _longest_ring(place, target)),
            )
            called.append(party)
    return Cast(_caller(scenario, stage, f"{tag}c"), tuple(called), tuple(silent))


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


def _rings(code: int, rank: int, longest_ms: int) -> int | None:
    if code == 0:
        return longest_ms + 5_000
    if code not in (200, 603):
        return None
    return _RING_MS + rank * _RING_APART_MS


def _longest_ring(place: Relocated, target: str) -> int:
    return place.accounts[target].user.ring_ms if target in place.accounts else 30_000


def _caller(scenario: Scenario, stage: Stage, token: str) -> Party:
    match scenario.call.origin:
        case FromPhone(phone):
            caller = _phone(scenario, stage, token, phone)
        case FromTrunk(trunk, number):
            caller = _carrier(scenario, stage, token, trunk, number)
        case FromStranger(domain):
            caller = _stranger(scenario, stage, token, domain)
    forged = tuple(f"{name}: {value}" for name, value in scenario.forged if name != "From")
    claimed = next((value for name, value in scenario.forged if name == "From"), caller.from_header)
    return replace(
        caller,
        code=scenario.expected.code,
        shape=scenario.shape,
        from_header=claimed,
        headers=(*caller.headers, *forged),
    )


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
    if call.withheld or number is None:
        return _ANONYMOUS
    return f"<sip:{quote(number, safe=_USER_SAFE)}@{host}>"


def _carrier_headers(call: Call, number: str | None, host: str) -> tuple[str, ...]:
    """What a carrier inside the trust domain asserts (RFC 3325); it asserts a withheld number as well."""
    asserted = () if number is None else (f"P-Asserted-Identity: <sip:{quote(number, safe=_USER_SAFE)}@{host}>",)
    return (*asserted, *(("Privacy: id",) if call.withheld else ()))
