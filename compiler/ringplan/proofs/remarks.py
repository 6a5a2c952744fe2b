"""What is in the manifest and can never matter: entries that never apply, groups that never ring, dead speed dials."""

from __future__ import annotations

from collections.abc import Iterator

from ringplan.diagnostics import Label
from ringplan.interpreter.dialling import OffNet, OnNet, analyse
from ringplan.interpreter.screening import call_type, canonical, screen
from ringplan.ir import HuntGroup, Node, Reject, Tenant, TimeRoute, User

from .graph import Graph
from .result import Counterexample


def never_applying(graph: Graph) -> Iterator[Counterexample]:
    """Forwarding entries and lines of time routes that earlier ones, or the times of their schedule, leave nothing."""
    for node_id, position in graph.never:
        node = graph.space.nodes[node_id]
        if _is_overridden(graph, node, position):
            continue  # an override is a switch somebody has set, and will set back
        match node:
            case User():
                span, what = node.rules[position].span, f"forwarding entry {position + 1} of {_short(node_id)}"
            case TimeRoute():
                schedule = _short(node.rules[position][0])
                span, what = node.span, f"line {position + 1} of {_short(node_id)}, for {schedule},"
            case _:
                continue
        yield Counterexample(
            "RP615",
            f"{what} never applies",
            Label(span, "whenever it could apply, something before it does, or its schedule is not open"),
            help="remove it, move it up, or correct the schedule",
        )


def _is_overridden(graph: Graph, node: Node, position: int) -> bool:
    """Whether what an entry can do depends on a schedule that its manifest holds open or closed."""
    tenant = graph.space.tenant
    match node:
        case User():
            named = [rule.when for rule in node.rules[: position + 1] if rule.when is not None]
        case TimeRoute():
            named = [schedule for schedule, _ in node.rules[: position + 1]]
        case _:
            named = []
    seen: set[str] = set()
    while named:
        schedule = tenant.schedule(named.pop())
        if schedule.forced is not None:
            return True
        seen.add(schedule.id)
        named.extend(other for other in schedule.excluded if other not in seen)
    return False


def never_ringing(graph: Graph) -> Iterator[Counterexample]:
    """Hunt groups with members of which none can ever ring, and whose calls go nowhere else."""
    tenant, nodes = graph.space.tenant, graph.space.nodes
    for group in (node for node in nodes.values() if isinstance(node, HuntGroup)):
        if group.is_busy or not group.members or _somebody(tenant, group):
            continue
        edges = (group.busy, group.unreachable)
        if all(isinstance(nodes[edge], Reject) for edge in edges):
            yield Counterexample(
                "RP614",
                f"hunt group {_short(group.id)} can ring nobody",
                Label(group.span, "all its members are groups that are busy or empty"),
                help="add users as members, or forward the group's calls",
            )


def _somebody(tenant: Tenant, group: HuntGroup) -> bool:
    """Whether any user can be rung."""
    for member in group.members:
        node = tenant.node(member.node)
        if isinstance(node, User) or (isinstance(node, HuntGroup) and not node.is_busy and _somebody(tenant, node)):
            return True
    return False


def barred_speed_dials(graph: Graph) -> Iterator[Counterexample]:
    """Speed-dial codes that the user's own calling plan bars."""
    tenant = graph.space.tenant
    verdicts: dict[tuple[str, str], str | None] = {}
    for user in (node for node in graph.space.nodes.values() if isinstance(node, User)):
        for code, target in user.speed_dial:
            key = (user.plan, target)
            if key not in verdicts:
                verdicts[key] = _barred(tenant, user, code)
            why = verdicts[key]
            if why is not None:
                yield Counterexample(
                    "RP616",
                    f"speed dial {code} of {_short(user.id)} is barred by the user's own calling plan",
                    Label(user.span, f"{code} stands for {target}"),
                    secondary=(Label(tenant.plan(user.plan).span, "the plan"),),
                    notes=(why,),
                    help="allow it in `outgoing` of the plan, or remove the speed dial",
                )


def _barred(tenant: Tenant, user: User, code: str) -> str | None:
    """Why the plan of a user bars a speed dial; None: it does not."""
    table, plan = tenant.plan(user.plan).outgoing, tenant.dial_plan
    match analyse(tenant, user, code)[0]:
        case OnNet(key):
            verdict = screen(table, "internal", canonical(plan, key), user.plan)
        case OffNet(number):
            verdict = screen(table, call_type(plan, number), canonical(plan, number), user.plan)
        case _:
            return None
    return None if verdict.allowed else verdict.why


def _short(address: str) -> str:
    """An address without the tenant."""
    return address.partition("/")[2]
