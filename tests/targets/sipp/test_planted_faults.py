"""The verification finds faults: each of these is planted into the emitted bundle, and some scenario must be red.

A planted fault edits an artifact by pattern. When the text to edit is no longer there, the test fails loudly instead
of proving nothing.
"""

from __future__ import annotations

import re

import pytest
from tests.targets.sipp.planting import RUNTIME, Edit, Fault, planting, played

from ringplan import target
from ringplan.ir import Program
from ringplan.target import Artifact, Target
from ringplan_sipp import lab
from ringplan_sipp.verify import Selection, select

NOVAK, CLINIC = "exchange/tenants/novak.py", "exchange/tenants/clinic.py"


FAULTS = {
    "wrong callee: two extensions swapped": Fault(
        (
            Edit(NOVAK, '"1200": "novak/users/reception"', '"1200": "novak/users/novakova"'),
            Edit(NOVAK, '"1204": "novak/users/novakova"', '"1204": "novak/users/reception"'),
        ),
        ("novak/extension/1200",),
        "phone novak/users/novakova/phones/mobile got the call, but only novak/users/reception/phones/desk should",
    ),
    "number index points to the other tenant": Fault(
        (
            Edit(NOVAK, r'\("\+420222333400", "\+420222333449"\)', '("+420222333401", "+420222333449")'),
            Edit(NOVAK, r'\s+"\+420222333400": "novak/users/reception",', ""),
            Edit(CLINIC, "^BLOCKS = \\(", 'BLOCKS = (\n    ("+420222333400", "+420222333400"),'),
            Edit(CLINIC, "^NUMBERS = \\{", 'NUMBERS = {\n    "+420222333400": "clinic/users/doctor",'),
        ),
        ("novak/number-in/+420222333400/*",),
        "phone clinic/users/doctor/phones/desk got the call",
    ),
    "only one of three phones rings": Fault(
        (Edit(NOVAK, r', "sip:novakova-mobile@[^"]*", "sip:novakova-home@[^"]*"\)', ",)"),),
        ("novak/several-phones/novakova/mobile-answers",),
        "phone novak/users/novakova/phones/mobile should get the call, but did not",
    ),
    "wrong order of trunks": Fault(
        (Edit(NOVAK, r'TRUNKS = \("alpha", "beta"\)', 'TRUNKS = ("beta", "alpha")'),),
        ("novak/trunk-failover/first-busy",),
        "beta was tried before alpha|trunk beta got the call",
    ),
    "no failover": Fault(
        (Edit(f"{RUNTIME}/trunks.py", "500 <= code < 600", "590 <= code < 600"),),
        ("novak/trunk-failover/first-fails",),
        "trunk beta should get the call, but did not",
    ),
    "failover although the called party is busy": Fault(
        (Edit(f"{RUNTIME}/trunks.py", "500 <= code < 600", "400 <= code < 600"),),
        ("novak/trunk-failover/first-busy",),
        "trunk beta got the call, but only alpha should",
    ),
    "wrong number format": Fault(
        (Edit("exchange/platform.py", r'("beta": \(.*), False, (\d+, "both")', r"\1, True, \2"),),
        ("novak/trunk-failover/first-fails",),
        r"trunk beta was asked for \+420601000001, not 420601000001",
    ),
    "wrong final code": Fault(
        (Edit(NOVAK, r'"novak/reject/busy": \(486, ', '"novak/reject/busy": (480, '),),
        ("novak/busy/reception",),
        "the caller got 480 Busy Here, not 486 Busy Here",
    ),
    "wrong reason": Fault(
        (Edit(NOVAK, "Dial The Outside Prefix First", "Not Found"),),
        ("novak/not-found/without-outside-prefix",),
        "the caller got the reason “Not Found” with 404",
    ),
    "wrong caller number outside": Fault(
        (Edit(NOVAK, r'"\+420222333404", "\+420222333404", False', '"+420222333400", "+420222333404", False'),),
        ("novak/call-out/novakova/*",),
        r"alpha was shown number \+420222333400, not \+420222333404",
    ),
    "wrong caller name inside": Fault(
        (Edit(NOVAK, "'\"Reception\"'", "'\"Recepce\"'"),),
        ("novak/extension/1204", "novak/on-net/*"),
        "was shown name “Recepce”, not name “Reception”",
    ),
    "name shown outside": Fault(
        (
            Edit(
                f"{RUNTIME}/identity.py",
                r'^    return Leg\("", uri, asserted\)',
                "    return Leg(caller.internal_name, uri, asserted)",
            ),
        ),
        ("novak/call-out/novakova/*",),
        "alpha was shown name “Novakova”, not no name",
    ),
    "withholding ignored": Fault(
        (Edit(f"{RUNTIME}/identity.py", "^(def withheld.*\n    .*)$", r"\1\n    return False"),),
        ("novak/privacy/per-call/*",),
        "was shown number .*, not anonymous",
    ),
    "emergency call withheld": Fault(
        (Edit(f"{RUNTIME}/identity.py", "^(def to_emergency.*\n    .*)$", r"\1\n    return ANONYMOUS"),),
        ("novak/privacy/per-call/emergency", "novak/emergency/svoboda/*"),
        r"alpha was shown number anonymous, not \+420222333400",
    ),
    "emergency number missing": Fault(
        (Edit(NOVAK, 'EMERGENCY = \\("112", ', "EMERGENCY = ("),),
        ("novak/emergency/*-112",),
        "trunk alpha should get the call, but did not",
    ),
    "emergency call sent with the prefix": Fault(
        (
            Edit(
                f"{RUNTIME}/trunks.py",
                r"^(    call.target, call.hop = )number, 0$",
                r'\1("0" if call.emergency else "") + number, 0',
            ),
        ),
        ("novak/emergency/novakova/*",),
        "trunk alpha was asked for 0(112|156|150|158), not",
    ),
    "speed dial leads elsewhere": Fault(
        (
            Edit(
                NOVAK,
                r'"novak/users/reception": \(\("15\*\*", "000436601234567"\)',
                '"novak/users/reception": (("15**", "000436601234568")',
            ),
        ),
        ("novak/speed-dial/reception/15",),
        r"trunk alpha was asked for \+436601234568, not \+436601234567",
    ),
    "forged header let through": Fault(
        (Edit("exchange/kamailio.cfg", r"\|Diversion", "", times=2),),
        ("novak/forged-headers/outside-shown", "novak/forged-headers/from-trunk"),
        "got header Diversion in INVITE",
    ),
    "credentials passed on": Fault(
        (Edit("exchange/kamailio.cfg", r"\|Proxy-Authorization", "", times=2),),
        ("novak/call-out/*",),
        "got header Proxy-Authorization in INVITE",
    ),
    "authentication skipped": Fault(
        (
            Edit(
                f"{RUNTIME}/registration.py",
                r"account is not None and KSR\.auth\.pv_auth_check\(.*\) > 0:",
                "account is not None:",
            ),
        ),
        ("novak/registration/reception-desk/wrong-secret",),
        "the phone was registered with a wrong secret",
    ),
    "voice not anchored": Fault(
        (Edit(f"{RUNTIME}/media.py", r"return KSR\.rtpengine\.rtpengine_manage\(_FLAGS\) > 0", "return True"),),
        ("novak/call-out/novakova/*",),
        "voice went directly from",
    ),
    "no voice": Fault(
        (Edit(f"{RUNTIME}/media.py", '^_FLAGS = "', '_FLAGS = "media-address=127.0.0.99 '),),
        ("novak/extension/1200",),
        "heard 0 packets",
    ),
    "voice without priority": Fault(
        (Edit("rtpengine/relay1.conf", "^tos = 184$", "tos = 0"),),
        ("novak/extension/1200",),
        "was marked TOS 0x00, not 0xb8",
    ),
    "rings too short": Fault(
        (Edit(NOVAK, r'"novak/users/svoboda": \(5000, ', '"novak/users/svoboda": (2000, '),),
        ("novak/no-answer/svoboda",),
        "phone novak/users/svoboda/phones/desk rang [12]\\.. s, not 5.0 s",
    ),
    "hanging up is not passed on": Fault(
        (
            Edit(
                f"{RUNTIME}/dialogs.py",
                '^    if method == "BYE":\n        if _end\\(core',
                '    if method == "BYE":\n        return\n        if _end(core',
            ),
        ),
        ("novak/extension/1200",),
        "got no BYE",
    ),
}


@pytest.mark.integration
def test_without_a_fault_all_these_scenarios_pass(program: Program, module_lane: int) -> None:
    patterns = tuple(sorted({pattern for fault in FAULTS.values() for pattern in fault.played}))
    summary = played(program, patterns, module_lane)
    assert {result.scenario.id: result.faults for result in summary.failures} == {}


@pytest.mark.integration
@pytest.mark.parametrize("name", sorted(FAULTS))
def test_a_planted_fault_is_found(
    name: str, program: Program, module_lane: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = FAULTS[name]
    monkeypatch.setattr(lab, "emit", planting(fault))
    summary = played(program, fault.played, module_lane)
    said = [sentence for result in summary.failures for sentence in result.faults]
    assert any(re.search(fault.says, sentence) for sentence in said), said


def test_planting_fails_loudly_when_there_is_nothing_to_edit() -> None:
    artifact = Artifact("a.py", b"TRUNKS = ()\n")
    with pytest.raises(AssertionError, match="plant it anew"):
        Edit("a.py", "RELAYS", "X").apply(artifact)
    with pytest.raises(AssertionError, match="has 2 times"):
        Edit("a.py", "[()]", "X").apply(artifact)


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_every_fault_can_still_be_planted(name: str, program: Program) -> None:
    import ringplan_kamailio
    import ringplan_rtpengine

    targets: tuple[Target, ...] = (ringplan_kamailio.TARGET, ringplan_rtpengine.TARGET)
    fault = FAULTS[name]
    assert planting(fault)(targets, program) != target.emit(targets, program)
    assert select(program, Selection(only=fault.played))


def test_there_are_at_least_twelve_different_faults() -> None:
    assert len({fault.edits for fault in FAULTS.values()}) == len(FAULTS) >= 12
