"""Who got the call, in which order, for how long, and as which number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ringplan.interpreter import Attempt, PhoneState, TrunkState

from .evidence import Evidence, listed

_TOGETHER_S = 0.5
"""Branches opened at the same moment may be seen this far apart on a busy machine, seconds."""
_TIMER_SLACK_S = 2.0
"""How much later than its nominal time a timer of the exchange may act, seconds."""
_EARLY_S = 0.6
"""How much earlier: Kamailio's timers tick coarsely, seconds."""


def ringing(evidence: Evidence) -> Iterator[str]:
    """Exactly the expected parties get the call, each as often and in the order it should."""
    expected = Counter(target for attempt in evidence.attempts for target in attempt.targets)
    seen = Counter(party for party, _ in evidence.called)
    for party in sorted(seen.keys() - expected.keys()):
        yield f"{_what(party)} {party} got the call, but only {listed(sorted(expected))} should"
    for party in sorted(expected):
        if not seen[party]:
            yield f"{_what(party)} {party} should get the call, but did not"
        elif seen[party] != expected[party]:
            yield f"{_what(party)} {party} got the call {seen[party]} times, not {expected[party]}"
    yield from _order(evidence)
    yield from _numbers(evidence)


def bypass(evidence: Evidence) -> Iterator[str]:
    """Nothing is sent from one party to another without the exchange."""
    for sip in evidence.messages:
        source, destination = evidence.party(sip.source), evidence.party(sip.destination)
        if source is not None and destination is not None:
            yield f"{source} sent {sip.title} directly to {destination}, not through the exchange"


def _order(evidence: Evidence) -> Iterator[str]:
    """Attempts follow each other; targets of one attempt ring together."""
    times = {party: sip.time for party, sip in reversed(evidence.called)}
    previous: Attempt | None = None
    for attempt in evidence.attempts:
        begun = [times[target] for target in attempt.targets if target in times]
        if len(begun) != len(attempt.targets):
            return
        apart = max(begun) - min(begun)
        if apart > _TOGETHER_S:
            yield f"{listed(list(attempt.targets))} should ring together, but were called {apart:.1f} s apart"
        if previous is not None and min(begun) < max(times[target] for target in previous.targets):
            yield f"{listed(list(attempt.targets))} was tried before {listed(list(previous.targets))}, not after"
        previous = attempt


def _numbers(evidence: Evidence) -> Iterator[str]:
    """Towards a trunk the request URI names the number in the trunk's format."""
    wanted = {a.targets[0]: a.request_user for a in evidence.attempts if a.kind == "trunk"}
    for party, sip in evidence.called:
        if party in wanted and sip.user != wanted[party]:
            yield f"trunk {party} was asked for {sip.user}, not {wanted[party]}"


def ring_time(evidence: Evidence) -> Iterator[str]:
    """Phones nobody answers ring for the user's ring time; a silent trunk is left after its answer timeout."""
    for index, attempt in enumerate(evidence.attempts):
        if attempt.kind == "phones" and attempt.result == "no-answer" and evidence.scenario.expected.code != 487:
            yield from _rang(evidence, attempt)
        if attempt.kind == "trunk" and index + 1 < len(evidence.attempts):
            yield from _waited(evidence, attempt.targets[0], evidence.attempts[index + 1].targets[0])


def _rang(evidence: Evidence, attempt: Attempt) -> Iterator[str]:
    for phone in attempt.targets:
        user = evidence.user_of(phone)
        if user is None or evidence.scenario.world.phone(phone) is not PhoneState.SILENT:
            continue
        begun = next((sip.time for party, sip in evidence.called if party == phone), None)
        ended = next((sip.time for sip in evidence.received(phone) if sip.method == "CANCEL"), None)
        if begun is not None and ended is not None:
            yield from _near(f"phone {phone} rang", ended - begun, user.ring_ms / 1000)


def _waited(evidence: Evidence, trunk_id: str, following: str) -> Iterator[str]:
    trunk = next(t for t in evidence.program.platform.trunks if t.id == trunk_id)
    if evidence.scenario.world.trunk(trunk_id) is not TrunkState.SILENT:
        return
    times = {party: sip.time for party, sip in reversed(evidence.called)}
    if trunk_id in times and following in times:
        waited = times[following] - times[trunk_id]
        yield from _near(f"trunk {trunk_id} was given", waited, trunk.answer_timeout_ms / 1000)


def _near(what: str, seen: float, wanted: float) -> Iterator[str]:
    if not wanted - _EARLY_S <= seen <= wanted + _TIMER_SLACK_S:
        yield f"{what} {seen:.1f} s, not {wanted:.1f} s"


def _what(party: str) -> str:
    return "phone" if "/" in party else "trunk"
