"""The hand-built program with hunt groups, forwards, a plan that bars and a trunk for SIP URIs."""

from __future__ import annotations

from dataclasses import replace

from tests.targets.kamailio.program import SPAN, platform, tenant, user

from ringplan.ir import (
    CALL_TYPES,
    CallTable,
    Entry,
    HuntGroup,
    Member,
    Node,
    Outside,
    Plan,
    Program,
    Rule,
    User,
)

PHONES = {"dan-desk": 15, "eve-desk": 16, "fay-desk": 17}
"""Accounts of the users that are added, and the last part of the addresses of their phones."""


def group(slug: str, policy: str, members: tuple[str, ...], **changed: object) -> HuntGroup:
    """A hunt group whose edges end the call."""
    made = HuntGroup(
        id=f"novak/hunt_groups/{slug}",
        name=slug,
        extension=None,
        number=None,
        external_number="+420222333410",
        policy=policy,
        members=tuple(Member(f"novak/users/{member}", 0) for member in members),
        turns=(),
        ring_ms=1_000,
        advance=True,
        overflow_ms=None,
        call_waiting=False,
        is_busy=False,
        busy="novak/reject/busy",
        no_answer="novak/reject/no-answer",
        unreachable="novak/reject/unreachable",
        overflow="novak/reject/no-answer",
        plan="novak/calling_plan",
        span=SPAN,
    )
    return replace(made, **changed)  # type: ignore[arg-type]


def program(lane: int) -> Program:
    """Dan, Eve and Fay are members; one number outside never reaches Ann, and Bob may forward nothing outside."""
    base = tenant()
    barring = CallTable((), tuple((kind, kind == "internal") for kind in CALL_TYPES))
    groups = {
        "1300": group("circular", "circular", ("dan", "eve", "fay")),
        "1301": group("uniform", "uniform", ("dan", "eve", "fay")),
        "1302": group("all", "simultaneous", ("dan", "eve", "fay")),
        "1303": group("out", "regular", ("dan", "eve"), no_answer="novak/outside/+420602999888"),
    }
    forward = Rule(None, ("602*",), False, "novak/outside/+420602999888", SPAN)
    extra = [user("novak", slug, f"12{at}", None) for at, slug in (("10", "dan"), ("11", "eve"), ("12", "fay"))]
    changed: dict[str, Node] = {node.id: node for node in (*base.nodes, *extra, *groups.values())}
    changed["novak/outside/+420602999888"] = Outside("novak/outside/+420602999888", "+420602999888", SPAN)
    ann, bob = changed["novak/users/ann"], changed["novak/users/bob"]
    assert isinstance(ann, User)
    assert isinstance(bob, User)
    changed[ann.id] = replace(ann, rules=(forward,))
    changed[bob.id] = replace(bob, plan="novak/users/bob/calling_plan")
    entries = [
        *base.extensions,
        *(Entry(node.extension, node.id, SPAN) for node in extra),
        *(Entry(key, node.id, SPAN) for key, node in groups.items()),
    ]
    made = replace(
        base,
        nodes=tuple(sorted(changed.values(), key=lambda node: node.id)),
        extensions=tuple(sorted(entries, key=lambda entry: entry.key)),
        plans=(*base.plans, Plan("novak/users/bob/calling_plan", base.plans[0].outgoing, barring, SPAN)),
    )
    alfa, beta = platform(lane).trunks
    trunks = (alfa, replace(beta, domains=("partner.example",), diverted_caller="diverter", diversion="diversion"))
    return Program(replace(platform(lane), trunks=trunks), (made,))
