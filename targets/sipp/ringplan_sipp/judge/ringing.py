"""Who got the call, in which order, for how long, and as which number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ringplan.interpreter import PhoneState, TrunkState

from .evidence import Evidence, Leg, listed

_TOGETHER_S = 0.5
"""Branches opened at the same moment may be seen this far apart on a busy machine, seconds."""
_OVERLAP_S = 0.1
"""How much later than the next INVITE a phone may be told that its turn is over, seconds."""
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
    """Attempts follow each other, each when the one before is over; targets of one attempt ring together."""
    previous: list[Leg] = []
    for turn, attempt in enumerate(evidence.attempts):
        legs = [leg for leg in evidence.legs if leg.turn == turn]
        if len(legs) != len(attempt.targets):
            return
        begun = [leg.invite.time for leg in legs]
        names = listed(list(attempt.targets))
        apart = max(begun) - min(begun)
        if apart > _TOGETHER_S:
            yield f"{names} should ring together, but were called {apart:.1f} s apart"
        if previous and min(begun) < max(leg.invite.time for leg in previous):
            yield f"{names} was tried before {listed([leg.party for leg in previous])}, not after"
        for leg in previous:
            yield from _overlap(evidence, leg, min(begun), names)
        previous = legs


def _overlap(evidence: Evidence, leg: Leg, following: float, names: str) -> Iterator[str]:
    """A phone that rings stops before the next turn; one that never said anything cannot be stopped."""
    if leg.attempt.kind != "phones" or evidence.scenario.world.phone(leg.party) is PhoneState.GONE:
        return
    ended = evidence.ended(leg)
    if ended is None or ended > following + _OVERLAP_S:
        yield f"phone {leg.party} still rang when {names} was called"


def _numbers(evidence: Evidence) -> Iterator[str]:
    """Towards a trunk the request URI names the number in the trunk's format, or the SIP URI as it stands."""
    for leg in evidence.legs:
        if leg.attempt.kind != "trunk":
            continue
        user, host = leg.attempt.request_user, leg.attempt.request_host
        if leg.invite.user != user:
            yield f"trunk {leg.party} was asked for {leg.invite.user}, not {user}"
        if host is not None and leg.invite.host != host:
            yield f"trunk {leg.party} was asked for somebody at {leg.invite.host}, not {host}"


def ring_time(evidence: Evidence) -> Iterator[str]:
    """Phones nobody answers ring as long as they should; a silent trunk is left after its answer timeout."""
    for leg in evidence.legs:
        if leg.attempt.kind != "phones":
            yield from _waited(evidence, leg)
        elif leg.attempt.result == "no-answer" and evidence.scenario.expected.code != 487:
            yield from _rang(evidence, leg)


def _rang(evidence: Evidence, leg: Leg) -> Iterator[str]:
    ended = evidence.cancelled(leg)
    if ended is not None and evidence.scenario.world.phone(leg.party) is PhoneState.SILENT:
        yield from _near(f"phone {leg.party} rang", ended - leg.invite.time, leg.attempt.ring_ms / 1000)


def _waited(evidence: Evidence, leg: Leg) -> Iterator[str]:
    if evidence.scenario.world.trunk(leg.party) is not TrunkState.SILENT:
        return
    trunk = next(t for t in evidence.program.platform.trunks if t.id == leg.party)
    following = next((other for other in evidence.legs if other.turn == leg.turn + 1), None)
    if following is not None:
        waited = following.invite.time - leg.invite.time
        yield from _near(f"trunk {leg.party} was given", waited, trunk.answer_timeout_ms / 1000)


def _near(what: str, seen: float, wanted: float) -> Iterator[str]:
    if not wanted - _EARLY_S <= seen <= wanted + _TIMER_SLACK_S:
        yield f"{what} {seen:.1f} s, not {wanted:.1f} s"


def _what(party: str) -> str:
    return "phone" if "/" in party else "trunk"
