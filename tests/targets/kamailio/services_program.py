"""The program for attacks on services: barred plans, two tenants, a trunk that belongs to one of them."""

from __future__ import annotations

from dataclasses import replace

from tests.targets.kamailio import hunting_program
from tests.targets.kamailio.program import SPAN, platform, tenant, user

from ringplan.ir import CALL_TYPES, CallTable, Entry, NumberBlock, Plan, Program, Tenant, Trunk, User

HOSTS = {
    "ann-desk": 10,
    "bob-desk": 11,
    "bob-mobile": 12,
    "cyr-desk": 13,
    "dan-desk": 15,
    "eve-desk": 16,
    "fay-desk": 17,
    "zoe-desk": 20,
    "alfa": 30,
    "beta": 31,
    "gamma": 32,
    "stranger": 98,
}
"""Last part of everybody's address."""
OTHER = "svoboda.example.net"


def program(lane: int) -> Program:
    """Eve may not dial premium numbers, Bob may forward nothing outside; Zoe belongs to another tenant."""
    base = hunting_program.program(lane)
    made = base.tenants[0]
    barred = CallTable((), tuple((kind, kind not in ("premium", "international")) for kind in CALL_TYPES))
    changed = {node.id: node for node in made.nodes}
    eve = changed["novak/users/eve"]
    assert isinstance(eve, User)
    changed[eve.id] = replace(eve, plan="novak/users/eve/calling_plan")
    plans = (*made.plans, Plan("novak/users/eve/calling_plan", barred, barred, SPAN))
    novak = replace(
        made,
        nodes=tuple(sorted(changed.values(), key=lambda node: node.id)),
        plans=tuple(sorted(plans, key=lambda plan: plan.id)),
    )
    gamma = Trunk(
        "gamma", f"127.0.{lane}.32", 5060, "udp", (f"127.0.{lane}.32",), 30, True, 700, SPAN,
        tenants=("svoboda",), numbers=False, domains=("other.example",),
    )  # fmt: skip
    shared = replace(platform(lane), trunks=(*base.platform.trunks, gamma))
    return Program(shared, (novak, _other()))


def _other() -> Tenant:
    """A second company on the same exchange: Zoe alone."""
    first = tenant()
    zoe = user("svoboda", "zoe", "1901", "+420222444401")
    rejects = [replace(node, id=node.id.replace("novak", "svoboda")) for node in first.nodes if "/reject/" in node.id]
    return replace(
        first,
        id="svoboda",
        name="Svoboda",
        domain=OTHER,
        blocks=(NumberBlock("+420222444400", "+420222444449", SPAN),),
        numbers=(Entry("+420222444401", zoe.id, SPAN),),
        extensions=(Entry("1901", zoe.id, SPAN),),
        nodes=tuple(sorted((zoe, *rejects), key=lambda node: node.id)),
        plans=(Plan("svoboda/calling_plan", first.plans[0].outgoing, first.plans[0].forwarding, SPAN),),
        trunks=("alfa", "beta"),
    )
