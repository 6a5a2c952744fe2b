"""Faults in hunting, forwarding, schedules and plans: the share that the generated scenarios find, fault by fault.

Every fault is played with the few scenarios that ought to see it. What is not found stands in `SURVIVORS` with the
reason; a survivor that is found all of a sudden fails as well, so that the list stays true.
"""

from __future__ import annotations

import sys

import pytest
from tests.targets.sipp import planted
from tests.targets.sipp.planting import RUNTIME, Edit, Fault, matching, verdict
from tests.targets.sipp.services import services

from ringplan.ir import Program
from ringplan.target import Artifact
from ringplan_sipp.generate import scenarios
from ringplan_sipp.scenario import Scenario

WORKS, PLATFORM = "exchange/tenants/works.py", "exchange/platform.py"
OPEN, CLOSED = "not 480 Closed", "the caller got 480 Closed, not"
AT_ONCE = 3
"""Exchanges that play faults at the same time."""
SHARE = 0.95
"""Share of all faults that must be found."""


def data(pattern: str, text: str, *scenarios: str, says: str, times: int = 1) -> Fault:
    """A fault in what the compiler emits for the tenant."""
    return Fault((Edit(WORKS, pattern, text, times),), tuple(f"works/{one}" for one in scenarios), says)


def code(module: str, pattern: str, text: str, *scenarios: str, says: str) -> Fault:
    """A fault in the runtime."""
    edits = (Edit(f"{RUNTIME}/{module}.py", pattern, text),)
    return Fault(edits, tuple(f"works/{one}" for one in scenarios), says)


HUNTS = {
    "two members swapped": data(
        r'\("works/users/bela", "works/users/anna"\)',
        '("works/users/anna", "works/users/bela")',
        "hunt-policy/once/regular",
        says="phone works/users/anna/phones/desk got the call, but only",
    ),
    "a member forgotten": data(
        r'("simultaneous", \("works/users/anna", "works/users/bela"), "works/users/cyril"\)',
        r"\1)",
        "hunt-policy/all/simultaneous",
        says="phone works/users/cyril/phones/desk should get the call",
    ),
    "wrong policy": data(
        r'"works/hunt_groups/sales": \("circular"',
        '"works/hunt_groups/sales": ("regular"',
        "hunt-policy/sales/circular",
        says="call 2: phone works/users/anna/phones/desk got the call",
    ),
    "shares in a wrong order": data(
        r"\(0, 0, 1, 0\)",
        "(0, 1, 0, 0)",
        "hunt-policy/share/weighted",
        says="call 2: phone works/users/bela/phones/desk got the call",
    ),
    "ring time trebled": data(
        r'(HUNT_GROUPS = \{\n.*\n.*\n.*\n.*\n    "works/hunt_groups/once": .*\(\), )2000',
        r"\g<1>6000",
        "hunt-wait/once/*",
        says=r"phone works/users/bela/phones/desk rang [56]\.. s, not 2.0 s",
    ),
    "overflow ignored": data(
        "True, 3000, False", "True, None, False", "hunt-wait/desk/overflow", says=r"rang 2\.. s, not 1.0 s|got the call"
    ),
    "call waiting ignored": data(
        "True, None, True, False",
        "True, None, False, False",
        "hunt-meeting/waiting/member-calls",
        says="phone works/users/anna/phones/desk should get the call, but did not",
    ),
    "busy edge leads elsewhere": data(
        r'("works/hunt_groups/share": .*False, False, )"works/users/gita"',
        r'\1"works/reject/busy"',
        "hunt-end/share/busy",
        says="phone works/users/gita/phones/desk should get the call, but did not",
    ),
    "group always busy": data(
        r'("works/hunt_groups/once": .*None, False, )False',
        r"\1True",
        "hunt-policy/once/regular",
        says="the caller got 486 Busy Here, not 200 OK",
    ),
    "hunt stops at a busy member": code(
        "hunts",
        r"^    hunt\.seen\.add\(.*\)$",
        '    hunt.seen.add("busy")\n    if result == "busy":\n        return _nobody(call, hunt, group)',
        "hunt-skip/sales/busy",
        says="phone works/users/bela/phones/desk should get the call, but did not",
    ),
    "hunt stops at a decline": code(
        "hunts",
        r"^(    hunt\.seen\.add\(.*\))$",
        r'\1\n    if result == "declined":\n        return _nobody(call, hunt, group)',
        "hunt-skip/sales/declines",
        says="phone works/users/bela/phones/desk should get the call, but did not",
    ),
    "hunt lets a member's redirection through": code(
        "phones",
        r"^    elif code < 400 or code > 600:$",
        "    elif code > 600:",
        "hunt-skip/sales/redirects",
        "forward-redirect/*",
        says="should get the call, but did not|the caller got 3",
    ),
    "circular group does not go on": code(
        "hunt_memory",
        r'group\.policy == "circular"',
        'group.policy == "rotating"',
        "hunt-policy/sales/circular",
        says="call 2: phone works/users/anna/phones/desk got the call",
    ),
    "circular group goes on at who answered before": code(
        "hunting",
        r"members\.index\(last\) \+ 1",
        "members.index(last)",
        "hunt-policy/sales/circular",
        says="call 2: phone works/users/anna/phones/desk got the call",
    ),
    "weighted turn not counted": code(
        "hunt_memory",
        r'KSR\.htable\.sht_inc\(TABLE, f"turn:\{one\}"\) - 1',
        "0",
        "hunt-policy/share/weighted",
        says="phone works/users/anna/phones/desk got the call",
    ),
    "longest idle last": code(
        "hunting",
        r"key=lambda member: ticks\.get\(member, 0\)\)",
        "key=lambda member: -ticks.get(member, 0))",
        "hunt-policy/crew/uniform",
        says="call 2: phone works/users/anna/phones/desk got the call",
    ),
    "uniform group forgets who answered": code(
        "hunt_memory",
        r'group\.policy == "uniform"',
        'group.policy == "even"',
        "hunt-policy/crew/uniform",
        says="call 2: phone works/users/anna/phones/desk got the call",
    ),
    "own group rings its caller": code(
        "hunts",
        r" \| \{call\.caller\}",
        "",
        "hunt-skip/sales/own-group",
        says="phone works/users/anna/phones/desk got the call",
    ),
    "who talks is rung": code(
        "hunts",
        r"only_if_free=not innermost\.call_waiting",
        "only_if_free=False",
        "hunt-meeting/sales/member-calls",
        "hunt-meeting/crew/talking",
        says="phone works/users/anna/phones/desk got the call",
    ),
    "who has hung up stays busy": code(
        "lines",
        r"^            leave\(user, call\)$",
        "            pass",
        "hunt-policy/once/regular",
        says="phone works/users/anna/phones/desk got the call",
    ),
    "who is rung counts as free": code(
        "lines",
        r"^        if only_if_free and others:$",
        "        if only_if_free and others and not call:",
        "hunt-meeting/crew/ringing",
        says="phone works/users/anna/phones/desk got the call",
    ),
    "group within a group is left out": code(
        "hunting",
        r"^            yield from _turns\(tenant, member, memory, within\)$",
        "            continue",
        "hunt-skip/desk/busy",
        says="phone works/users/anna/phones/desk should get the call, but did not",
    ),
    "group busy switch ignored": code(
        "hunts",
        r"return group\.is_busy if state is None else state",
        "return group.is_busy",
        "hunt-end/sales/switched",
        says="phone works/users/anna/phones/desk got the call",
    ),
}

FORWARDS = {
    "forwards to somebody else": data(
        '(None, "", False, )"works/hunt_groups/sales"',
        r'\1"works/users/gita"',
        "forward-always/hana/inside",
        says="phone works/users/gita/phones/desk got the call",
    ),
    "forwards although its entry is not open": code(
        "forwarding",
        r"^        if rule\.when is not None and not is_open\(.*\):$",
        "        if False:",
        "forward-selective/dana/*",
        says="should get the call, but did not",
    ),
    "an entry that says: do not forward, is overlooked": data(
        r'\(None, "602\[0-9\]\*", False, None\), ',
        "",
        "forward-selective/dana/0-*",
        says="phone works/users/dana/phones/desk should get the call",
    ),
    "callers without number do not match": data(
        r'"601\[0-9\]\*", True',
        '"601[0-9]*", False',
        "forward-selective/dana/1-*",
        says=OPEN,
    ),
    "callers of a mask compared with the plus": code(
        "forwarding",
        r"return canonical\(tenant\.plan, (calling_number\(tenant\.plan, call\.number\))\)",
        r"return \1",
        "forward-selective/dana/1-*",
        says=OPEN,
    ),
    "wrong reason of a time route": code(
        "forwarding",
        r'^            return divert\(call, node_id, "time-of-day", target\)',
        '            return divert(call, node_id, "unconditional", target)',
        "schedule-switch/night/*",
        "schedule-boundary/night/*",
        says="was told of the diversions .*unconditional.*, not .*time-of-day",
    ),
    "wrong reason when nobody is there": code(
        "calls",
        '"unavailable", user.unreachable',
        '"no-answer", user.unreachable',
        "forward-edge/dana/unreachable-*",
        says=r"was told of the diversions .*no-answer.*, not .*unavailable",
    ),
    "counter missing": code(
        "diversions",
        r'"" if entries else f";counter=\{min\(len\(forwarded\) \+ carried, MOST_CARRIED\)\}"',
        '""',
        "forward-presented/alpha/inside",
        says="alpha was told None diversions, not 1",
    ),
    "diversions of the carrier not counted": code(
        "diversions",
        r"min\(len\(forwarded\) \+ carried, MOST_CARRIED\)",
        "len(forwarded)",
        "forward-presented/alpha/outside-carried",
        says="alpha was told 1 diversions, not 3",
    ),
    "oldest diversion first": code(
        "diversions",
        r"reversed\(forwarded\)",
        "forwarded",
        "forward-limit/longest-*",
        says="alpha was told of the diversions",
    ),
    "wrong cause in the history": code(
        "diversions",
        '"deflection": 480',
        '"deflection": 302',
        "forward-presented/beta/inside",
        says=r"beta was told the history .*\(302\), not .*\(480\)",
    ),
    "history without indexes": code(
        "diversions",
        r'index, cause = f"\{index\}\.1"',
        'index, cause = "1"',
        "forward-presented/beta/inside",
        says="beta was told the history",
    ),
    "forwarded once too often": code(
        "forwarding",
        r">= MAX_DIVERSIONS",
        "> MAX_DIVERSIONS",
        "forward-limit/carrier-5",
        says="got the call, but only|not 480 Too Many Diversions",
    ),
    "forwarded once too seldom": code(
        "diversions",
        "^MAX_DIVERSIONS = 5",
        "MAX_DIVERSIONS = 4",
        "forward-limit/carrier-4",
        says="the caller got 480 Too Many Diversions, not 200 OK",
    ),
    "a carrier that wants no Diversion gets it": Fault(
        (Edit(PLATFORM, '"none", False', '"both", False'),),
        ("works/forward-presented/delta/inside",),
        "delta got header Diversion in INVITE",
    ),
    "a carrier that wants the diverter gets the caller": Fault(
        (Edit(PLATFORM, '"history_info", True', '"history_info", False'),),
        ("works/forward-presented/beta/inside",),
        r"beta was shown number 420222333502, not 420222333501|beta was shown number",
    ),
    "the caller is billed": code(
        "identity",
        r"P-Asserted-Identity: <sip:\{written\(diverter, trunk\)\}",
        "P-Asserted-Identity: <sip:{written(caller or diverter, trunk)}",
        "forward-presented/alpha/outside",
        says="alpha got P-Asserted-Identity",
    ),
    "forwarded without privacy": code(
        "identity",
        r'"Privacy: id\\r\\n" if withheld or \(private and not trunk\.shows_diverter\) else ""',
        '""',
        "forward-presented/alpha/withheld",
        says="alpha got no Privacy: id",
    ),
    "a SIP URI leaves by another trunk": Fault(
        (Edit(PLATFORM, r'("partner\.example": .*)"gamma"', r'\1"alpha"'),),
        ("works/forward-edge/dana/unreachable-inside",),
        "trunk gamma should get the call, but did not",
    ),
    "redirections are not followed": code(
        "calls",
        r"^    if not redirects\.may_go\(core, call\.tenant, user\.plan, target\):$",
        "    if True:",
        "forward-redirect/colleague/*",
        says="should get the call, but did not",
    ),
}

SCHEDULES = {
    "ends a minute late": data(
        r"\(480, 1020,", "(480, 1021,", "schedule-boundary/open/*", says="should get the call|got the call|got 200 OK"
    ),
    "begins a minute early": data(r"\(480, 1020,", "(479, 1020,", "schedule-boundary/open/*", says=OPEN),
    "the last minute belongs to it": code(
        "schedules",
        r"bisect_right\(weekly, of_week\)",
        "bisect_right(weekly, of_week - 1)",
        "schedule-boundary/open/*",
        says="the caller got",
    ),
    "a night without its morning": data(
        "8520, 9000",
        "8520, 8640",
        "schedule-boundary/night/*",
        says=CLOSED,
    ),
    "wrong zone": data("Europe/Prague", "Europe/London", "schedule-boundary/open/*", says="the caller got"),
    "summer time ignored": data(
        "Europe/Prague", "Etc/GMT-1", "schedule-boundary/open/*", "schedule-dst/*", says="the caller got"
    ),
    "movable holiday forgotten": data(
        "1065185280, 1065186720, ",
        "",
        "schedule-exception/open/CZ-movable-*",
        says=OPEN,
    ),
    "fixed holiday forgotten": data(
        "1065221280, 1065222720, ",
        "",
        "schedule-exception/open/CZ-fixed-*",
        says=OPEN,
    ),
    "an exception forgotten": data(
        r'\("works/holidays/CZ", "works/schedules/break"\)',
        '("works/holidays/CZ",)',
        "schedule-exception/open/break-*",
        says=OPEN,
    ),
    "a day of its own forgotten": code(
        "schedules",
        r"bisect_right\(dates, of_calendar\) % 2 == 1 or \(",
        "(",
        "schedule-boundary/fair/*",
        says="the caller got 480 Closed, not",
    ),
    "the switch is ignored": code(
        "schedules",
        r"return None if state is None else state in",
        "return None if state is not None else state in",
        "schedule-switch/*",
        says="the caller got|should get the call",
    ),
    "a time route looks at its lines backwards": code(
        "forwarding",
        r"in route\.rules:",
        "in route.rules[1:]:",
        "schedule-switch/open/*",
        says="should get the call, but did not|the caller got",
    ),
}

PLANS = {
    "a mask loses its precedence": data(
        r"60299\[0-9\]\[0-9\]\*\|\(602\[0-9\]\*\)",
        "(602[0-9]*)|60299[0-9][0-9]*",
        "plan-forwarding/tenant/expensive-*",
        says="trunk alpha got the call",
    ),
    "a mask that allows bars": data(
        r"\"\(900123456\)\|",
        '"900123456|',
        "plan-outgoing/tenant/hotline-*",
        says="the caller got 403 Call Barred, not 200",
    ),
    "a mask that bars allows": data(
        r"\(900123456\)\|60299\[0-9\]\[0-9\]\*",
        "(900123456)|(60299[0-9][0-9]*)",
        "plan-outgoing/tenant/expensive-*",
        says="trunk alpha got the call",
    ),
    "a type is allowed by default": data(
        r'\(\(\("free", "internal"',
        '((("free", "international", "internal"',
        "plan-outgoing/tenant/international",
        says="trunk alpha got the call",
    ),
    "a type is barred by mistake": data(
        r'\(\(\("free", "internal", "mobile", ',
        '((("free", "internal", ',
        "plan-outgoing/tenant/mobile",
        says="the caller got 403 Call Barred, not 200 OK",
    ),
    "somebody has another plan": data(
        r'"works/users/emil/calling_plan"\),$',
        '"works/calling_plan"),',
        "plan-outgoing/users-emil/mobile",
        says="not 403 Call Barred",
    ),
    "dialling is not screened": code(
        "calls",
        r"^            if not _may_call\(core, call, number, False\):$",
        "            if False:",
        "plan-outgoing/tenant/premium",
        says="trunk alpha got the call",
    ),
    "internal calls are not screened": code(
        "calls",
        r"return node if _may_call\(core, call, key, True\) else .*$",
        "return node",
        "plan-outgoing/users-emil/internal",
        says="got the call, but only nobody should",
    ),
    "forwards are not screened": code(
        "calls",
        r"^    if not redirects\.may_go\(core, call\.tenant, plan, target\):$",
        "    if False:",
        "forward-always/ivan/inside",
        says="trunk alpha got the call",
    ),
    "redirections are not screened": code(
        "calls",
        r"^    if not redirects\.may_go\(core, call\.tenant, user\.plan, target\):$",
        "    if False:",
        "plan-forwarding/tenant/premium",
        "plan-forwarding/users-emil/mobile",
        says="trunk alpha got the call",
    ),
    "transfers are not screened": code(
        "redirects",
        r"^    return \(202, \"Accepted\"\) if .*$",
        '    return 202, "Accepted"',
        "plan-transfer/*",
        says="the REFER was passed on although|the REFER was answered with",
    ),
    "transfers are all refused": code(
        "redirects",
        r"^    return \(202, \"Accepted\"\) if .*$",
        '    return 403, "Call Barred"',
        "plan-transfer/*",
        says="the REFER was not passed on",
    ),
    "forwarding goes by the plan for dialling": code(
        "screening",
        "^    table = plan.forwarding if forwarding else plan.outgoing$",
        "    table = plan.outgoing",
        "plan-forwarding/tenant/*",
        says="trunk alpha got the call",
    ),
    "emergency calls are screened": code(
        "calls",
        r"^(        case Emergency\(number\):\n)",
        r"\1            if not _may_call(core, call, number, False):\n"
        r'                return f"{call.tenant_id}/reject/barred"\n',
        "plan-emergency/users-emil",
        says="trunk alpha should get the call, but did not",
    ),
    "numbers abroad are compared without prefix": code(
        "screening",
        r"return plan\.international_prefix \+ number\[1:\]",
        "return number[1:]",
        "plan-outgoing/tenant/vienna-*",
        says="the caller got 403 Call Barred, not 200 OK",
    ),
}

EQUIVALENT = {
    "a redirection in a hunt is remembered like a decline": code(
        "phones",
        r"^    if code >= 400 or KSR\.isflagset\(HUNTING\):$",
        "    if code >= 400:",
        "hunt-skip/sales/redirects",
        "hunt-skip/once/redirects",
        says="got the call",
    ),
}

FAULTS = HUNTS | FORWARDS | SCHEDULES | PLANS | EQUIVALENT
SURVIVORS = {
    "a redirection in a hunt is remembered like a decline": "a hunt treats both alike, so nothing changes",
}
"""Faults that no scenario finds, and why."""


@pytest.fixture(scope="module")
def works() -> Program:
    return services()


@pytest.fixture(scope="module")
def emitted(works: Program) -> tuple[Artifact, ...]:
    return planted.emit_all(works)


@pytest.fixture(scope="module")
def generated(works: Program) -> tuple[Scenario, ...]:
    return scenarios(works)


@pytest.fixture(scope="module")
def said(works: Program, generated: tuple[Scenario, ...]) -> planted.Said:
    return planted.play(works, generated, FAULTS, AT_ONCE)


@pytest.mark.integration
def test_without_a_fault_all_these_scenarios_pass(
    works: Program, generated: tuple[Scenario, ...], module_lane: int
) -> None:
    patterns = tuple(sorted({pattern for fault in FAULTS.values() for pattern in fault.played}))
    summary = verdict(works, matching(generated, patterns), module_lane)
    assert {result.scenario.id: result.faults for result in summary.failures} == {}


@pytest.mark.integration
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", sorted(FAULTS.keys() - SURVIVORS.keys()))
def test_a_planted_fault_is_found(name: str, said: planted.Said) -> None:
    assert planted.is_found(FAULTS[name], said[name]), said[name]


@pytest.mark.integration
@pytest.mark.timeout(600)
def test_the_share_of_faults_that_is_found(said: planted.Said, capsys: pytest.CaptureFixture[str]) -> None:
    found = planted.names_found(FAULTS, said)
    with capsys.disabled():
        sys.stdout.write(planted.account("services", found, FAULTS, SURVIVORS))
    assert len(found) / len(FAULTS) >= SHARE
    assert SURVIVORS.keys().isdisjoint(found)


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_every_fault_can_still_be_planted(
    name: str, generated: tuple[Scenario, ...], emitted: tuple[Artifact, ...]
) -> None:
    assert planted.is_planted(FAULTS[name], emitted)
    assert matching(generated, FAULTS[name].played)


def test_there_are_at_least_thirty_different_faults() -> None:
    assert len({fault.edits for fault in FAULTS.values()}) == len(FAULTS) >= 30
