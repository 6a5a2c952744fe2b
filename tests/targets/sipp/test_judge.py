"""The judge accepts a perfect call of every kind, and each of its checks rejects the fault it is there for."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from ringplan.ir import Program
from ringplan_sipp.generate import scenarios
from ringplan_sipp.judge import judge
from ringplan_sipp.scenario import MediaFlow, Message, Observed, Scenario, Shape

Perfect = Callable[[Scenario], Observed]
EXCHANGE = "127.0.1.10:5060"


@pytest.fixture(scope="module")
def by_id(program: Program) -> dict[str, Scenario]:
    return {scenario.id: scenario for scenario in scenarios(program)}


def test_a_perfect_call_of_every_scenario_passes(
    by_id: dict[str, Scenario], perfect: Perfect, program: Program
) -> None:
    faults = {id_: judge(s, perfect(s), program) for id_, s in by_id.items()}
    assert {id_: found for id_, found in faults.items() if found} == {}


# -- ways to spoil what was observed


def edit(observed: Observed, head: str, pattern: str, text: str, to: str = "") -> Observed:
    """Replaces ``pattern`` in every message that begins with ``head`` (and goes to the host ``to``)."""
    changed = tuple(
        replace(m, text=re.sub(pattern, text, m.text, count=1))
        if m.text.startswith(head) and m.destination.startswith(to)
        else m
        for m in observed.messages
    )
    assert changed != observed.messages, "the fault was not planted"
    return replace(observed, messages=changed)


def drop(observed: Observed, head: str, to: str = "") -> Observed:
    """Without the messages that begin with ``head`` (and go to the host ``to``)."""
    kept = tuple(m for m in observed.messages if not (m.text.startswith(head) and m.destination.startswith(to)))
    assert kept != observed.messages, "the fault was not planted"
    return replace(observed, messages=kept)


def insert(observed: Observed, message: Message) -> Observed:
    messages = sorted((*observed.messages, message), key=lambda m: m.time)
    return replace(observed, messages=tuple(messages))


def copy_of(observed: Observed, head: str, to: str = "") -> Message:
    return next(m for m in observed.messages if m.text.startswith(head) and m.destination.startswith(to))


def address(observed: Observed, party: str) -> str:
    return next(endpoint for endpoint, owner in observed.parties.items() if owner == party)


INSIDE = "novak/extension/1200"
"""svoboda's desk calls reception: withheld, so anonymous."""
SHOWN = "novak/extension/1204"
"""reception calls novakova, who has three phones, of which the first (desk) answers."""
OUTSIDE = "novak/call-out/novakova/0-national"
WITHHELD = "novak/privacy/per-call/outside"
FAILOVER = "novak/trunk-failover/first-fails"
DESK, HOME, MOBILE = (f"novak/users/novakova/phones/{slug}" for slug in ("desk", "home", "mobile"))
RECEPTION = "novak/users/reception/phones/desk"


class Case:
    """One spoiled observation and what the judge must say about it."""

    def __init__(self, scenario: str, spoil: Callable[[Observed], Observed], *says: str) -> None:
        self.scenario, self.spoil, self.says = scenario, spoil, says


def _another_rings(observed: Observed) -> Observed:
    return insert(
        observed,
        replace(
            copy_of(observed, "INVITE sip:contact"), destination=address(observed, "clinic/users/doctor/phones/desk")
        ),
    )


def _rings_twice(observed: Observed) -> Observed:
    again = copy_of(observed, "INVITE sip:contact")
    return insert(observed, replace(again, text=again.text.replace("branch=z9hG4bK", "branch=z9hG4bKagain")))


def _shifted(observed: Observed, party: str, seconds: float) -> Observed:
    place = address(observed, party)
    return replace(
        observed,
        messages=tuple(
            sorted(
                (replace(m, time=m.time + seconds) if m.destination == place else m for m in observed.messages),
                key=lambda m: m.time,
            )
        ),
    )


def _cancel_for(observed: Observed, phone: str) -> Message:
    """A CANCEL of the branch to a phone."""
    invite = copy_of(observed, "INVITE sip:contact", address(observed, phone))
    return replace(invite, time=invite.time + 0.001, text=invite.text.replace("INVITE sip", "CANCEL sip", 1))


def _second_final(observed: Observed) -> Observed:
    first = copy_of(observed, "SIP/2.0 200 OK")
    return insert(observed, replace(first, text=first.text.replace("tag=callee", "tag=somebody-else")))


def _flows(change: Callable[[MediaFlow], MediaFlow | None]) -> Callable[[Observed], Observed]:
    def spoil(observed: Observed) -> Observed:
        changed = tuple(flow for flow in map(change, observed.media) if flow is not None)
        assert changed != observed.media
        return replace(observed, media=changed)

    return spoil


def _relayed(flow: MediaFlow) -> bool:
    return flow.source.startswith("127.0.1.11")


CASES = {
    "wrong phone rings": Case(SHOWN, _another_rings, "phone clinic/users/doctor/phones/desk got the call, but only"),
    "phone does not ring": Case(
        SHOWN, lambda o: drop(o, "INVITE", address(o, MOBILE)), f"phone {MOBILE} should get the call, but did not"
    ),
    "phone rings twice": Case(SHOWN, _rings_twice, "got the call 2 times, not 1"),
    "phones ring one after the other": Case(SHOWN, lambda o: _shifted(o, MOBILE, 2.0), "should ring together"),
    "wrong order of trunks": Case(FAILOVER, lambda o: _shifted(o, "alpha", 5.0), "beta was tried before alpha"),
    "no failover": Case(FAILOVER, lambda o: drop(o, "INVITE", address(o, "beta")), "trunk beta should get the call"),
    "wrong number format": Case(
        OUTSIDE, lambda o: edit(o, "INVITE sip:+", r"INVITE sip:\+", "INVITE sip:"), "was asked for 420"
    ),
    "exchange left out": Case(
        SHOWN,
        lambda o: insert(o, replace(copy_of(o, "BYE"), source=o.caller)),
        f"{RECEPTION} sent BYE directly to {DESK}",
    ),
    "rings too short": Case(
        "novak/no-answer/svoboda",
        lambda o: replace(o, messages=tuple(replace(m, time=m.time - 4 if m.time > 4 else m.time) for m in o.messages)),
        "rang 1.0 s, not 5.0 s",
    ),
    "silent trunk kept too long": Case(
        "novak/trunk-failover/first-silent",
        lambda o: _shifted(o, "beta", 4.0),
        "trunk alpha was given 5.0 s, not 1.0 s",
    ),
    "wrong caller number": Case(
        SHOWN, lambda o: edit(o, "INVITE sip:contact", "<sip:1200@", "<sip:1205@"), "was shown number 1205, not 1200"
    ),
    "wrong caller name": Case(
        SHOWN, lambda o: edit(o, "INVITE sip:contact", '"Reception" ', ""), "was shown no name, not name “Reception”"
    ),
    "name shown outside": Case(
        OUTSIDE,
        lambda o: edit(o, "INVITE sip:+420", "From: <", 'From: "Novakova" <'),
        "alpha was shown name “Novakova”, not no name",
    ),
    "caller at a wrong domain": Case(
        SHOWN,
        lambda o: edit(o, "INVITE sip:contact", "1200@voice.example", "1200@127.0.1.10"),
        "a caller at 127.0.1.10",
    ),
    "no asserted identity": Case(
        OUTSIDE, lambda o: edit(o, "INVITE sip:+420", "P-Asserted-Identity.*\r\n", ""), "P-Asserted-Identity none, not"
    ),
    "asserted to a phone": Case(
        SHOWN,
        lambda o: edit(o, "INVITE sip:contact", "CSeq", "P-Asserted-Identity: <sip:1@x>\r\nCSeq"),
        "got P-Asserted-Identity sip:1@x, but none should be sent",
    ),
    "name asserted outside": Case(
        OUTSIDE,
        lambda o: edit(o, "INVITE sip:+420", "P-Asserted-Identity: ", 'P-Asserted-Identity: "Jana" '),
        "names must not leave the exchange",
    ),
    "privacy not asked": Case(WITHHELD, lambda o: edit(o, "INVITE sip:+420", "Privacy: id\r\n", ""), "no Privacy: id"),
    "privacy to a phone": Case(
        SHOWN, lambda o: edit(o, "INVITE sip:contact", "CSeq", "Privacy: id\r\nCSeq"), "got Privacy: id, but none"
    ),
    "withheld name in Contact": Case(
        INSIDE,
        lambda o: edit(o, "INVITE sip:contact", "CSeq", "Contact: <sip:svoboda-desk@127.0.1.10>\r\nCSeq"),
        "can read svoboda-desk of the withheld caller in Contact",
    ),
    "real From in BYE": Case(
        SHOWN,
        lambda o: edit(o, "BYE", "From: .*;tag", "From: <sip:reception-desk@novak.voice.example>;tag"),
        "was shown reception-desk in BYE, not 1200",
    ),
    "forged header": Case(
        "novak/forged-headers/outside",
        lambda o: edit(o, "INVITE sip:+420", "CSeq", "Diversion: <sip:1@forged.invalid>\r\nCSeq"),
        "got header Diversion in INVITE",
    ),
    "compact or private header": Case(
        SHOWN, lambda o: edit(o, "INVITE sip:contact", "CSeq", "P-Charging-Vector: x\r\nCSeq"), "P-Charging-Vector"
    ),
    "credentials passed on": Case(
        SHOWN,
        lambda o: edit(o, "INVITE sip:contact", "CSeq", "Proxy-Authorization: Digest x\r\nCSeq"),
        "got header Proxy-Authorization",
    ),
    "claimed name": Case(
        "novak/caller-identity/display-name",
        lambda o: edit(o, "INVITE sip:contact", "From: <", 'From: "Display Name Of A Stranger" <'),
        "was shown the claimed name",
    ),
    "wrong final code": Case(
        "novak/busy/reception",
        lambda o: edit(o, "SIP/2.0 486", "486 Busy Here", "480 Busy Here"),
        "the caller got 480 Busy Here, not 486 Busy Here",
    ),
    "wrong reason": Case(
        "novak/busy/reception",
        lambda o: edit(o, "SIP/2.0 486", "Busy Here", "Besetzt"),
        "the reason “Besetzt” with 486",
    ),
    "no final answer": Case("novak/busy/reception", lambda o: drop(o, "SIP/2.0 486"), "no final answer"),
    "two answers": Case(SHOWN, _second_final, "2 different final answers"),
    "no call at all": Case(SHOWN, lambda o: replace(o, messages=()), "the caller sent no INVITE"),
    "warning header": Case(
        "novak/busy/reception",
        lambda o: edit(o, "SIP/2.0 486", "CSeq", 'Warning: 392 10.0.0.1 "noisy feedback"\r\nCSeq'),
        "Warning header with 486",
    ),
    "From changed in the answer": Case(
        SHOWN, lambda o: edit(o, "SIP/2.0 200", "From: <sip:[^>]*>", "From: <sip:1200@x>"), "200 with From sip:1200@x"
    ),
    "BYE to somebody else": Case(
        "novak/conduct/inside/callee-hangs-up",
        lambda o: edit(o, "BYE", "To: <sip:[^>]*>", "To: <sip:anonymous@anonymous.invalid>"),
        "the caller got BYE to sip:anonymous@anonymous.invalid",
    ),
    "loser not cancelled": Case(
        SHOWN, lambda o: drop(o, "CANCEL", address(o, MOBILE)), f"phone {MOBILE} rings on: it was not cancelled"
    ),
    "winner cancelled": Case(
        SHOWN,
        lambda o: insert(o, _cancel_for(o, DESK)),
        f"phone {DESK} answered and was cancelled",
    ),
    "cancel not passed on": Case(
        "novak/conduct/inside/cancel",
        lambda o: drop(o, "CANCEL", address(o, MOBILE)),
        "rings on: it was not cancelled",
    ),
    "no ACK": Case(SHOWN, lambda o: drop(o, "ACK"), "got no ACK"),
    "no BYE": Case(SHOWN, lambda o: drop(o, "BYE"), "got no BYE"),
    "BYE not answered": Case(
        SHOWN, lambda o: edit(o, "SIP/2.0 200", "CSeq: 20 BYE", "CSeq: 20 INFO"), "BYE was not answered with 200"
    ),
    "hold not passed on": Case(
        "novak/conduct/inside/hold", lambda o: drop(o, "INVITE sip:x@y"), "got 0 of the 2 re-INVITEs"
    ),
    "hold not answered": Case(
        "novak/conduct/inside/hold",
        lambda o: edit(o, "SIP/2.0 200", "CSeq: 12 INVITE", "CSeq: 11 INVITE"),
        "were not both answered with 200",
    ),
    "no voice": Case(SHOWN, lambda o: replace(o, media=()), "heard 0 packets", "the caller heard 0"),
    "one-way voice": Case(
        SHOWN, _flows(lambda f: None if f.heard == (("caller", 20),) else f), f"{DESK} heard 0 packets"
    ),
    "own voice": Case(
        SHOWN,
        _flows(lambda f: replace(f, heard=(("caller", 20), ("callee", 20))) if _relayed(f) else f),
        "the caller heard the voice of itself",
    ),
    "third party listens": Case(
        SHOWN,
        lambda o: replace(
            o, media=(*o.media, replace(o.media[0], destination=address(o, "clinic/users/doctor/phones/desk")))
        ),
        "clinic/users/doctor/phones/desk heard the call",
    ),
    "voice not anchored": Case(
        SHOWN,
        lambda o: replace(o, media=(*o.media, MediaFlow(o.media[0].destination, o.media[2].destination, 9, (), 0))),
        "voice went directly from",
    ),
    "voice to nobody": Case(
        SHOWN,
        lambda o: replace(o, media=(*o.media, MediaFlow("127.0.1.11:1", "10.9.8.7:5", 9, (), 0xB8))),
        "voice went from 127.0.1.11:1 to 10.9.8.7:5, and neither takes part",
    ),
    "not over TCP": Case(
        "novak/transport/inside/tcp",
        lambda o: replace(o, messages=tuple(replace(m, transport="udp") for m in o.messages)),
        "did not call over TCP",
    ),
    "no priority": Case(
        SHOWN, _flows(lambda f: replace(f, tos=0) if _relayed(f) else f), "was marked TOS 0x00, not 0xb8"
    ),
    "voice after the end": Case(
        SHOWN, _flows(lambda f: replace(f, last=99.0) if _relayed(f) else f), "after the call had ended"
    ),
    "voice without a call": Case(
        "novak/busy/reception",
        lambda o: replace(o, media=(MediaFlow("127.0.1.11:1", "127.0.1.100:10000", 9, (("caller", 9),), 0xB8),)),
        "although the call was not answered",
    ),
    "SDP names the other party": Case(
        SHOWN,
        lambda o: edit(o, "INVITE sip:contact", r"c=IN IP4 \S+", "c=IN IP4 " + o.caller.split(":")[0]),
        "of another party in the SDP of INVITE",
    ),
    "SDP names no relay": Case(
        SHOWN, lambda o: edit(o, "INVITE sip:contact", r"c=IN IP4 \S+", "c=IN IP4 10.9.8.7"), "which is no media relay"
    ),
    "SIPp failed": Case(SHOWN, lambda o: replace(o, exits={"caller": 1}), "SIPp of caller ended with exit code 1"),
    "registration without challenge": Case(
        "novak/registration/reception-desk", lambda o: drop(o, "SIP/2.0 401"), "200, without a challenge"
    ),
    "registration without answer": Case(
        "novak/registration/reception-desk", lambda o: replace(o, messages=()), "got no answer to REGISTER"
    ),
    "registration refused": Case(
        "novak/registration/reception-desk",
        lambda o: edit(o, "SIP/2.0 200", "200 OK", "403 Forbidden"),
        "ended with 403 Forbidden, not 200",
    ),
    "registration without contact": Case(
        "novak/registration/reception-desk", lambda o: edit(o, "SIP/2.0 200", "Contact.*\r\n", ""), "without a Contact"
    ),
    "registration without time": Case(
        "novak/registration/reception-desk",
        lambda o: edit(o, "SIP/2.0 200", ";expires=300", ""),
        "without saying how long",
    ),
    "registration too long": Case(
        "novak/registration/reception-desk",
        lambda o: edit(o, "SIP/2.0 200", "expires=300", "expires=86400"),
        "lasts 86400 s, outside of 1 to 600 s",
    ),
    "contact not kept": Case(
        "novak/registration/reception-desk",
        lambda o: edit(o, "SIP/2.0 200", r"Call-ID: listing(.|\r\n)*", "Call-ID: listing\r\nCSeq: 1 REGISTER\r\n\r\n"),
        "does not list the contact",
    ),
    "contact of a wrong secret kept": Case(
        "novak/registration/reception-desk/wrong-secret",
        lambda o: edit(o, "SIP/2.0 200", "CSeq", "Contact: <sip:x@y>\r\nCSeq"),
        "keeps the contact <sip:x@y>",
    ),
    "wrong secret accepted": Case(
        "novak/registration/reception-desk/wrong-secret",
        lambda o: edit(o, "SIP/2.0 401", r"401 Unauthorized(?=(.|\r\n)*CSeq: 2)", "200 OK"),
        "registered with a wrong secret",
    ),
    "wrong secret never sent": Case(
        "novak/registration/reception-desk/wrong-secret",
        lambda o: replace(o, messages=o.messages[:2]),
        "never sent its wrong secret",
    ),
    "wrong secret answered strangely": Case(
        "novak/registration/reception-desk/wrong-secret",
        lambda o: edit(o, "SIP/2.0 401", r"401 Unauthorized(?=(.|\r\n)*CSeq: 2)", "500 Oops"),
        "was answered with 500",
    ),
}


@pytest.mark.parametrize("name", sorted(CASES))
def test_a_fault_is_found(name: str, by_id: dict[str, Scenario], perfect: Perfect, program: Program) -> None:
    case = CASES[name]
    scenario = by_id[case.scenario]
    faults = judge(scenario, case.spoil(perfect(scenario)), program)
    for sentence in case.says:
        assert any(sentence in fault for fault in faults), faults


def test_every_retransmission_counts_once(by_id: dict[str, Scenario], perfect: Perfect, program: Program) -> None:
    scenario = by_id["novak/conduct/inside/retransmit"]
    assert scenario.shape is Shape.RETRANSMIT
    observed = perfect(scenario)
    twice = [replace(m, time=m.time + delay) for m in observed.messages for delay in (0.0, 0.001)]
    assert judge(scenario, replace(observed, messages=tuple(twice)), program) == ()


def test_a_fault_is_said_once(by_id: dict[str, Scenario], perfect: Perfect, program: Program) -> None:
    scenario = by_id[SHOWN]
    faults = judge(scenario, replace(perfect(scenario), media=()), program)
    assert len(faults) == len(set(faults))
