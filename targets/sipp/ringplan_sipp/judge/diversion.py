"""What a carrier is told about who forwarded a call: Diversion (RFC 5806) and History-Info (RFC 7044).

Written anew from the RFCs and the interpreter's diversions, and not from what the exchange sends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ringplan.interpreter import Diversion
from ringplan.ir import Trunk

from ..sip import listed_values, name_addr, parameters
from .evidence import Evidence, Leg

_HEADERS = {
    "none": frozenset[str](),
    "diversion": frozenset({"diversion"}),
    "history_info": frozenset({"history-info"}),
    "both": frozenset({"diversion", "history-info"}),
}
_CAUSES = {
    "unconditional": "302",
    "user-busy": "486",
    "no-answer": "408",
    "unavailable": "503",
    "deflection": "480",
    "time-of-day": "302",
}
"""RFC 4458 section 4, as RFC 7044 section 6.1 uses it."""
_CAUSE = re.compile(r";cause=(\d+)", re.IGNORECASE)
_NOBODY = "anonymous"


def allowed(evidence: Evidence, leg: Leg) -> frozenset[str]:
    """Headers about forwarding that this INVITE must have; all others are forbidden."""
    if leg.attempt.kind != "trunk" or not leg.attempt.diversions:
        return frozenset()
    return _HEADERS[_trunk(evidence, leg).diversion]


def diversion(evidence: Evidence) -> Iterator[str]:
    """Every carrier a call is forwarded to learns who forwarded it and why, in the form it wants."""
    for leg in evidence.legs:
        wanted, trunk = allowed(evidence, leg), leg.party
        for name in sorted(wanted):
            if not leg.invite.all(name):
                yield f"trunk {trunk} got no {name.title()} although the call was forwarded"
        if "diversion" in wanted and leg.invite.all("diversion"):
            yield from _diversion(evidence, leg)
        if "history-info" in wanted and leg.invite.all("history-info"):
            yield from _history(evidence, leg)


def _diversion(evidence: Evidence, leg: Leg) -> Iterator[str]:
    values = listed_values(leg.invite.all("diversion"))
    trunk = _trunk(evidence, leg)
    wanted = [
        (_number(who, trunk), who.reason, "full" if who.private or who.number is None else "off")
        for who in reversed(leg.attempt.diversions)
    ]
    found = [parameters(value) for value in values]
    seen = [
        (name_addr(value).user, given.get("reason", ""), given.get("privacy", "off"))
        for value, given in zip(values, found, strict=True)
    ]
    if seen != wanted:
        yield f"trunk {leg.party} was told of the diversions {_told(seen)}, not {_told(wanted)}"
    counter = str(evidence.scenario.call.diversions + len(leg.attempt.diversions))
    if found and found[0].get("counter") != counter:
        yield f"trunk {leg.party} was told {found[0].get('counter')} diversions, not {counter}"
    yield from _domains(evidence, leg, values)


def _told(entries: list[tuple[str, str, str]]) -> str:
    return ", ".join(f"{number} ({reason}, privacy {privacy})" for number, reason, privacy in entries) or "nothing"


def _history(evidence: Evidence, leg: Leg) -> Iterator[str]:
    """The number first called, then every target with the reason it was sent there for."""
    values = listed_values(leg.invite.all("history-info"))
    trunk, diversions = _trunk(evidence, leg), leg.attempt.diversions
    users = [*(_number(who, trunk) for who in diversions), leg.attempt.request_user or ""]
    causes = [None, *(_CAUSES[who.reason] for who in diversions)]
    private = [*(who.private or who.number is None for who in diversions), False]
    indexes = [".".join("1" * (place + 1)) for place in range(len(users))]
    wanted = list(zip(indexes, users, causes, private, strict=True))
    seen = [_entry(value) for value in values]
    if seen != wanted:
        yield f"trunk {leg.party} was told the history {_story(seen)}, not {_story(wanted)}"
    yield from _domains(evidence, leg, values[:-1])


_Entry = tuple[str, str, str | None, bool]


def _entry(value: str) -> _Entry:
    """Index, number, cause and privacy of one entry."""
    address = name_addr(value)
    cause = _CAUSE.search(address.uri)
    private = "privacy=history" in address.uri.lower()
    return parameters(value).get("index", ""), address.user, cause[1] if cause else None, private


def _story(entries: list[_Entry]) -> str:
    return ", ".join(
        f"{index} {number}{f' ({cause})' if cause else ''}{' private' if private else ''}"
        for index, number, cause, private in entries
    )


def _number(who: Diversion, trunk: Trunk) -> str:
    """The number as the trunk wants it; who may not be shown is nobody."""
    if who.number is None:
        return _NOBODY
    return who.number if trunk.plus else who.number.removeprefix("+")


def _domains(evidence: Evidence, leg: Leg, values: list[str]) -> Iterator[str]:
    for address in map(name_addr, values):
        wanted = "anonymous.invalid" if address.user == _NOBODY else evidence.program.platform.domain
        if address.host != wanted:
            yield f"trunk {leg.party} was told of somebody at {address.host}, not {wanted}"


def _trunk(evidence: Evidence, leg: Leg) -> Trunk:
    return next(trunk for trunk in evidence.program.platform.trunks if trunk.id == leg.party)
