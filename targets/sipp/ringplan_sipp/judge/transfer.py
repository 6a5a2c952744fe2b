"""Whether a wish to transfer the call (REFER) was passed on or refused, as the plan of who wished it says."""

from __future__ import annotations

from collections.abc import Iterator

from ..scenario import Shape
from ..sip import Sip, name_addr
from .evidence import Evidence

_ACCEPTED = 202


def transfer(evidence: Evidence) -> Iterator[str]:
    """Who sent REFER gets the expected answer; the other party gets the REFER if it is allowed, and no other way."""
    wanted = evidence.scenario.transfer
    if wanted is None:
        return
    refers = [sip for sip in evidence.messages if sip.method == "REFER"]
    sent, passed = _sides(evidence, refers)
    if not sent:
        yield "nobody sent REFER, so nothing is proved about transfers"
        return
    answers = [sip for sip in evidence.messages if sip.cseq == sent[0].cseq and sip.destination == sent[0].source]
    finals = [sip for sip in answers if sip.code >= 200 and sip.cseq[1] == "REFER"]
    if not finals:
        yield "the REFER was not answered"
    elif (finals[0].code, finals[0].reason) != (wanted.code, wanted.reason):
        found = f"{finals[0].code} {finals[0].reason}"
        yield f"the REFER was answered with {found}, not {wanted.code} {wanted.reason}"
    if wanted.code != _ACCEPTED and passed:
        yield f"the REFER was passed on although {wanted.why}"
    if wanted.code == _ACCEPTED and not passed:
        yield "the REFER was not passed on"
    for sip in passed:
        target, asked = name_addr(sip.first("refer-to")).user, name_addr(sent[0].first("refer-to")).user
        if target != asked:
            yield f"the REFER was passed on with the target {target}, not {asked}"


def _sides(evidence: Evidence, refers: list[Sip]) -> tuple[list[Sip], list[Sip]]:
    """REFERs by who wishes the transfer, and those the other party got."""
    caller_wishes = evidence.scenario.shape is Shape.REFER
    sent = [
        sip
        for sip in refers
        if (evidence.is_caller(sip.source) if caller_wishes else evidence.party(sip.source) == evidence.answering)
    ]
    passed = [sip for sip in refers if sip not in sent]
    return sent, passed
