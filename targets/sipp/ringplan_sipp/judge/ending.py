"""How the call ended for each of its parties."""

from __future__ import annotations

from collections.abc import Iterator

from ringplan.interpreter import PhoneState

from ..scenario import Shape
from ..sip import Sip
from .evidence import Evidence


def answer(evidence: Evidence) -> Iterator[str]:
    """The caller gets the expected final code and reason phrase, once, and nothing about the inside."""
    if evidence.exchange_calls:
        return
    if not evidence.caller_invites:
        yield "the caller sent no INVITE"
        return
    if evidence.scenario.transport == "tcp" and evidence.caller_invites[-1].transport != "tcp":
        yield "the caller did not call over TCP, so nothing is proved about it"
    cseq = evidence.caller_invites[-1].cseq[0]
    finals = _finals(evidence, cseq)
    expected = evidence.scenario.expected
    if not finals:
        yield f"the caller got no final answer, but {expected.code} {expected.reason} was expected"
    for sip in finals:
        if 300 <= sip.code < 400:
            yield f"the caller got {sip.code} {sip.reason}: where a phone sends its calls is the exchange's business"
        if sip.code != expected.code:
            yield f"the caller got {sip.code} {sip.reason}, not {expected.code} {expected.reason}"
        elif sip.reason != expected.reason:
            yield f"the caller got the reason “{sip.reason}” with {sip.code}, not “{expected.reason}”"
    if len({(sip.code, sip.recipient.tag) for sip in finals}) > 1:
        yield f"the caller got {len(finals)} different final answers to one INVITE"
    yield from _told(evidence)


def _finals(evidence: Evidence, cseq: int) -> list[Sip]:
    """Different final answers to the INVITE with this number; a repeated one counts once."""
    found: dict[tuple[int, str | None], Sip] = {}
    for sip in evidence.caller_received:
        if sip.code >= 200 and sip.cseq == (cseq, "INVITE"):
            found.setdefault((sip.code, sip.recipient.tag), sip)
    return list(found.values())


def _told(evidence: Evidence) -> Iterator[str]:
    """Answers keep the caller's own From, and say nothing about the exchange's inside."""
    own = evidence.caller_invites[-1].sender
    for sip in evidence.caller_received:
        if sip.method is None and sip.cseq[1] == "INVITE":
            if sip.sender.uri != own.uri:
                yield f"the caller got {sip.code} with From {sip.sender.uri}, but had sent {own.uri}"
            if sip.all("warning"):
                yield f"the caller got a Warning header with {sip.code}"
        elif sip.method == "BYE" and sip.recipient.uri != own.uri:
            yield f"the caller got BYE to {sip.recipient.uri}, but is {own.uri}"


def losers(evidence: Evidence) -> Iterator[str]:
    """Phones that ring on when the call has ended, or was answered elsewhere, are cancelled; others are not."""
    answered = [leg for leg in evidence.legs if leg.party == evidence.answering][-1:]
    for leg in evidence.legs:
        if leg.attempt.kind != "phones":
            continue
        rings_on = evidence.scenario.world.phone(leg.party) is PhoneState.SILENT
        cancelled = evidence.cancelled(leg) is not None
        if rings_on and not cancelled:
            yield f"phone {leg.party} rings on: it was not cancelled"
        if cancelled and leg in answered:
            yield f"phone {leg.party} answered and was cancelled"


def dialog(evidence: Evidence) -> Iterator[str]:
    """An answered call is acknowledged, held when asked, and ended on both sides."""
    answering = evidence.answering
    if evidence.exchange_answers and not any(sip.method == "BYE" for sip in evidence.caller_received):
        yield "the exchange should hang up, but the caller got no BYE"
    if not evidence.is_answered or answering is None or not any(p == answering for p, _ in evidence.called):
        return
    got = list(evidence.received(answering))
    if not any(sip.method == "ACK" for sip in got):
        yield f"{answering} answered, but got no ACK"
    if evidence.scenario.shape is Shape.HOLD:
        yield from _held(evidence, answering, got)
    callee_ends = evidence.scenario.shape is Shape.CALLEE_HANGS_UP
    told = evidence.caller_received if callee_ends else got
    ended = got if callee_ends else evidence.caller_received
    one, other = (answering, "the caller") if callee_ends else ("the caller", answering)
    if not any(sip.method == "BYE" for sip in told):
        yield f"{one} hung up, but {other} got no BYE"
    elif not any(sip.code == 200 and sip.cseq[1] == "BYE" for sip in ended):
        yield f"{one} hung up, but its BYE was not answered with 200"


def _held(evidence: Evidence, answering: str, got: list[Sip]) -> Iterator[str]:
    """Both re-INVITEs (hold and resume) arrive and are answered."""
    repeated = {sip.cseq for sip in got if sip.method == "INVITE" and not sip.is_initial_invite}
    if len(repeated) < 2:
        yield f"{answering} got {len(repeated)} of the 2 re-INVITEs that hold and resume"
    begun = evidence.caller_invites[-1].cseq[0] if evidence.caller_invites else 0
    answered = {sip.cseq[0] for sip in evidence.caller_received if sip.code == 200 and sip.cseq[1] == "INVITE"}
    if len({number for number in answered if number > begun}) < 2:
        yield "the caller's re-INVITEs for hold and resume were not both answered with 200"
