"""What a registration must look like on the wire."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..scenario import Shape
from ..sip import Sip
from .evidence import Evidence

_CHALLENGES = frozenset({401, 407})
_REFUSALS = _CHALLENGES | {403}
_EXPIRES = re.compile(r";\s*expires=(\d+)", re.IGNORECASE)


def registration(evidence: Evidence) -> Iterator[str]:
    """First a challenge; then a binding for who knows the secret, and none for who does not."""
    answers, listings = _answers(evidence)
    if not answers:
        yield "the phone got no answer to REGISTER"
        return
    if answers[0].code not in _CHALLENGES:
        yield f"the first REGISTER was answered with {answers[0].code}, without a challenge"
    final = answers[-1]
    wrong = evidence.scenario.shape is Shape.REGISTER_WRONG_SECRET
    if wrong:
        yield from _refused(answers)
    elif final.code != evidence.scenario.expected.code:
        yield f"the registration ended with {final.code} {final.reason}, not {evidence.scenario.expected.code}"
    else:
        yield from _bound(evidence, final)
    for listing in listings:
        if wrong and listing.all("contact"):
            yield f"the exchange keeps the contact {listing.first('contact')} of a phone with a wrong secret"
        if not wrong and not listing.all("contact"):
            yield "the exchange does not list the contact of the phone it has registered"


def _answers(evidence: Evidence) -> tuple[list[Sip], list[Sip]]:
    """Final answers to the registration, and the 200s with which the exchange listed the contacts afterwards.

    A request with a contact registers, one without asks, and ``*`` is the lab's: it clears what was before.
    """
    asked = [s for s in evidence.messages if s.method == "REGISTER" and evidence.is_caller(s.source)]
    registers = {s.call_id for s in asked if s.first("contact") not in ("", "*")}
    lists = {s.call_id for s in asked if not s.first("contact")}
    finals = [sip for sip in evidence.caller_received if sip.cseq[1] == "REGISTER" and sip.code >= 200]
    return (
        [sip for sip in finals if sip.call_id in registers],
        [sip for sip in finals if sip.call_id in lists and sip.code == 200],
    )


def _refused(answers: list[Sip]) -> Iterator[str]:
    if any(sip.code == 200 for sip in answers):
        yield "the phone was registered with a wrong secret"
    elif answers[-1].code not in _REFUSALS:
        yield f"a wrong secret was answered with {answers[-1].code}, not 401, 403 or 407"
    elif len({sip.cseq for sip in answers}) < 2:
        yield "the phone never sent its wrong secret"


def _bound(evidence: Evidence, final: Sip) -> Iterator[str]:
    contacts = ", ".join(final.all("contact"))
    if not contacts:
        yield "the registration was accepted without a Contact"
        return
    seconds = [int(value) for value in _EXPIRES.findall(contacts)] or [
        int(value) for value in final.all("expires") if value.isdigit()
    ]
    longest = evidence.program.platform.registration_s
    if not seconds:
        yield "the registration was accepted without saying how long it lasts"
    elif not 0 < max(seconds) <= longest:
        yield f"the registration lasts {max(seconds)} s, outside of 1 to {longest} s"
