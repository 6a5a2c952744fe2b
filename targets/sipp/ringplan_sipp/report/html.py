"""The HTML report: one file, without network, for screens, phones and paper."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from ringplan.interpreter import (
    ORDINARY_MOMENT,
    Attempt,
    Call,
    FromCallback,
    FromClick,
    FromPhone,
    FromStranger,
    FromTrunk,
    Outcome,
    Presented,
)
from ringplan.ir import Program

from ..judge.evidence import Evidence
from ..scenario import MediaFlow, Result, Scenario, Shape
from .ladder import Ladder, clean, ladder, shown
from .summary import Summary, duration


@dataclass(frozen=True, slots=True)
class Failure:
    """One failed scenario as the report shows it."""

    result: Result
    anchor: str
    what: str
    """The call in one sentence."""
    expected: tuple[str, ...]
    observed: tuple[str, ...]
    ladder: Ladder
    media: tuple[tuple[str, str, MediaFlow], ...]
    """From, to, and the flow."""


def html(summary: Summary, program: Program) -> str:
    """The whole page. Tenants' texts are escaped by the template; credentials are never in it."""
    failures = [_failure(result, program) for result in summary.failures]
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            summary=summary,
            counts=summary.counts,
            failures=failures,
            duration=duration(summary.seconds),
            by_group=list(_groups(summary)),
            first=_first_failures(failures),
            anchors={failure.result.scenario.id: failure.anchor for failure in failures},
            sentence=sentence,
        )
    )


def _first_failures(failures: list[Failure]) -> dict[tuple[str, str], str]:
    """Anchor of the first failure by kind and tenant; an empty name stands for all."""
    first: dict[tuple[str, str], str] = {}
    for failure in failures:
        kind, tenant = failure.result.scenario.kind, failure.result.scenario.tenant
        for key in ((kind, tenant), (kind, ""), ("", tenant), ("", "")):
            first.setdefault(key, failure.anchor)
    return first


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("ringplan_sipp"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["clean"] = clean
    return environment


def _groups(summary: Summary) -> Iterator[tuple[str, str, tuple[Result, ...]]]:
    """Tenant, kind, results: what the list of all scenarios is divided into."""
    for tenant in summary.tenants:
        for kind in summary.kinds:
            found = tuple(r for r in summary.results if (r.scenario.tenant, r.scenario.kind) == (tenant, kind))
            if found:
                yield tenant, kind, found


def _failure(result: Result, program: Program) -> Failure:
    evidence = Evidence(result.scenario, result.observed, program)
    return Failure(
        result=result,
        anchor=f"failure-{''.join(c if c.isalnum() else '-' for c in result.scenario.id)}",
        what=sentence(result.scenario),
        expected=tuple(_expected(result.scenario.expected)),
        observed=tuple(_observed(evidence)),
        ladder=ladder(result.scenario, result.observed),
        media=tuple(
            (_place(evidence, flow.source), _place(evidence, flow.destination), flow) for flow in result.observed.media
        ),
    )


def sentence(scenario: Scenario) -> str:
    """The call of a scenario in one sentence."""
    call = scenario.call
    if scenario.shape in (Shape.REGISTER, Shape.REGISTER_WRONG_SECRET):
        how = "with a wrong secret" if scenario.shape is Shape.REGISTER_WRONG_SECRET else "with its secret"
        return f"{_caller(call)} registers {how}{_manner(scenario)}"
    states = [f"{shown(party)} is {state.value}" for party, state in sorted(scenario.world.phones.items())]
    states += [f"trunk {trunk} is {state.value}" for trunk, state in sorted(scenario.world.trunks.items())]
    states += [f"{sentence(step)[:1].lower()}{sentence(step)[1:]}" for step in scenario.meanwhile]
    while_ = f", while {', '.join(states)}" if states else ""
    after = f"After {len(scenario.before)} calls: " if scenario.before else ""
    when = f" at {scenario.world.now:%Y-%m-%d %H:%M} UTC" if scenario.world.now != ORDINARY_MOMENT else ""
    called = call.dialled or "nobody yet"
    return f"{after}{_caller(call)} calls {called}{_pressing(call)}{_manner(scenario)}{when}{while_}"


def _pressing(call: Call) -> str:
    keys = [keys or "nothing" for keys in call.presses]
    return f" and presses {', then '.join(keys)}" if keys else ""


def _manner(scenario: Scenario) -> str:
    parts = [
        "withholding the number" if scenario.call.withheld else "",
        f"over {scenario.transport.upper()}" if scenario.transport != "udp" else "",
        "from behind a NAT" if scenario.nat else "",
        "with forged headers" if scenario.forged else "",
        f"forwarded {scenario.call.diversions} times before" if scenario.call.diversions else "",
        "" if scenario.shape in _PLAIN else f"({scenario.shape.value})",
    ]
    return "".join(f" {part}" for part in parts if part)


_PLAIN = frozenset({Shape.TALK, Shape.REGISTER, Shape.REGISTER_WRONG_SECRET})


def _caller(call: Call) -> str:
    match call.origin:
        case FromPhone(phone):
            return shown(phone)
        case FromTrunk(trunk, number):
            return f"{number or 'an unknown caller'} by trunk {trunk}"
        case FromStranger(domain):
            return f"A stranger who claims to be of {domain}"
        case FromCallback(node, number):
            return f"{number}, called back by {shown(node)},"
        case FromClick(user):
            return f"{shown(user)}, by a click,"


def _expected(outcome: Outcome) -> Iterator[str]:
    for attempt in outcome.attempts:
        yield _attempt(attempt)
    if outcome.heard:
        yield f"the caller hears {', '.join(shown(prompt) for prompt in outcome.heard)}"
    if not outcome.attempts:
        yield "nobody is called"
    yield f"the caller gets {outcome.code} {outcome.reason}"


def _attempt(attempt: Attempt) -> str:
    who = ", ".join(shown(target) for target in attempt.targets)
    asked = f" (asked for {attempt.request_user})" if attempt.request_user else ""
    sees = "sees" if len(attempt.targets) == 1 else "see"
    return f"{who}{asked} {sees} {_identity(attempt.presented)}: {attempt.result}"


def _identity(presented: Presented) -> str:
    name = f" “{presented.name}”" if presented.name else ""
    asserted = f", asserted {presented.asserted}" if presented.asserted else ""
    return f"{presented.number}{name}{asserted}{', private' if presented.private else ''}"


def _observed(evidence: Evidence) -> Iterator[str]:
    for party, sip in evidence.called:
        name = f" “{sip.sender.name}”" if sip.sender.name else ""
        asked = f" (asked for {sip.user})" if "/" not in party else ""
        yield f"{shown(party)}{asked} saw {sip.sender.user}{name}"
    if not evidence.called:
        yield "nobody was called"
    finals = [s for s in evidence.caller_received if s.code >= 200 and s.cseq[1] in ("INVITE", "REGISTER")]
    yield f"the caller got {finals[-1].code} {finals[-1].reason}" if finals else "the caller got no final answer"


def _place(evidence: Evidence, endpoint: str) -> str:
    if evidence.is_caller(endpoint):
        return "caller"
    party = evidence.party(endpoint)
    return shown(party) if party else f"relay {endpoint}"
