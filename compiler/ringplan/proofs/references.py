"""I5 and I6: numbers and extensions have one owner, and everything that is referred to exists.

The passes report what a manifest gets wrong there, so a contradiction found here is a fault of the compiler itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ringplan.ir import (
    Action,
    Announcement,
    Callback,
    DialExtension,
    DialName,
    HangUp,
    HuntGroup,
    Ivr,
    Node,
    Outside,
    Platform,
    Play,
    Reject,
    SipUri,
    Submenu,
    Tenant,
    TimeRoute,
    Transfer,
    User,
)

from .space import ENTERED


def references(node: Node) -> Iterator[tuple[str, str]]:
    """Everything a node refers to: what it must be, and its id."""
    match node:
        case User():
            edges = [node.busy, node.no_answer, node.unreachable, *(rule.to for rule in node.rules)]
            yield from (("node", edge) for edge in edges if edge is not None)
            yield from (("schedule", rule.when) for rule in node.rules if rule.when is not None)
            yield "plan", node.plan
        case HuntGroup():
            yield from (("node", edge) for edge in (node.busy, node.no_answer, node.unreachable, node.overflow))
            yield from (("member", member.node) for member in node.members)
            yield "plan", node.plan
        case TimeRoute():
            yield from (("schedule", schedule) for schedule, _ in node.rules)
            yield from (("node", target) for target in (*(target for _, target in node.rules), node.otherwise))
            yield "plan", node.plan
        case SipUri():
            yield "trunk", node.trunk
        case Ivr():
            yield from _of_ivr(node)
        case Callback():
            yield "otherwise", node.otherwise
            yield "plan", node.plan
            yield from (("user", user) for _, user in node.allowed)
            prompts = (node.accept, node.ask, node.directly, node.failed, node.announced)
            yield from (("prompt", prompt) for prompt in prompts if prompt is not None)
        case Announcement():
            yield "prompt", node.prompt
        case Reject():
            yield from [("prompt", node.prompt)] if node.prompt is not None else []


def _of_ivr(ivr: Ivr) -> Iterator[tuple[str, str]]:
    yield "plan", ivr.plan
    yield from (("schedule", schedule) for schedule in (ivr.holidays, ivr.hours) if schedule is not None)
    for menu in (ivr.open, ivr.closed, ivr.holiday):
        if menu is None:
            continue
        retries = (menu.no_input, menu.invalid, menu.failed)
        prompts = (menu.greeting, *(retry.prompt for retry in retries))
        yield from (("prompt", prompt) for prompt in prompts if prompt is not None)
        for action in (*(action for _, action in menu.keys), *(retry.then for retry in retries)):
            yield from _of_action(action)


def _of_action(action: Action) -> Iterator[tuple[str, str]]:
    match action:
        case Transfer(to, prompt):
            yield "node", to
            yield from [("prompt", prompt)] if prompt is not None else []
        case Submenu(to):
            yield "ivr", to
        case DialName(prompt, directory, choose):
            yield from (("node", node) for _, node, _ in directory)
            played = (prompt, *choose, *(name for _, _, name in directory))
            yield from (("prompt", one) for one in played if one is not None)
        case Play(prompt) | HangUp(prompt) | DialExtension(prompt):
            yield from [("prompt", prompt)] if prompt is not None else []


def contradictions(tenant: Tenant, platform: Platform) -> tuple[str, ...]:
    """Everything that is not there, or there twice, one sentence each."""
    return tuple(dict.fromkeys((*_twice(tenant), *_missing(tenant, platform), *_nested(tenant))))


def examined(tenant: Tenant) -> int:
    """How many numbers, extensions and references were looked at."""
    return len(tenant.numbers) + len(tenant.extensions) + sum(1 for node in tenant.nodes for _ in references(node))


def _twice(tenant: Tenant) -> Iterator[str]:
    listed = {
        "number": [entry.key for entry in tenant.numbers],
        "extension": [entry.key for entry in tenant.extensions],
        "node": [node.id for node in tenant.nodes],
        "schedule": [schedule.id for schedule in tenant.schedules],
        "plan": [plan.id for plan in tenant.plans],
        "prompt": [prompt.id for prompt in tenant.prompts],
    }
    for kind, keys in listed.items():
        yield from (f"{kind} {key} exists {times} times" for key, times in Counter(keys).items() if times > 1)
    for entry in tenant.numbers:
        if not any(entry.key in block for block in tenant.blocks):
            yield f"number {entry.key} is assigned to {entry.node}, but not owned"


def _missing(tenant: Tenant, platform: Platform) -> Iterator[str]:
    nodes = {node.id: node for node in tenant.nodes}
    known = {
        "node": nodes.keys(),
        "member": {node.id for node in tenant.nodes if isinstance(node, User | HuntGroup)},
        "user": {node.id for node in tenant.nodes if isinstance(node, User)},
        "ivr": {node.id for node in tenant.nodes if isinstance(node, Ivr)},
        "otherwise": {node.id for node in tenant.nodes if not isinstance(node, Outside | SipUri)},
        "prompt": {prompt.id for prompt in tenant.prompts},
        "schedule": {schedule.id for schedule in tenant.schedules},
        "plan": {plan.id for plan in tenant.plans},
        "trunk": {trunk.id for trunk in platform.trunks},
    }
    for node in tenant.nodes:
        for kind, wanted in references(node):
            if wanted not in known[kind]:
                yield f"{node.id} refers to {kind} {wanted}, which does not exist"
    for entry in (*tenant.numbers, *tenant.extensions):
        if not isinstance(nodes.get(entry.node), ENTERED):
            yield f"{entry.key} leads to {entry.node}, which cannot be called"
    for schedule in tenant.schedules:
        for excluded in schedule.excluded:
            if excluded not in known["schedule"]:
                yield f"{schedule.id} excepts {excluded}, which does not exist"
    yield from (f"trunk {trunk} does not exist" for trunk in tenant.trunks if trunk not in known["trunk"])


def _nested(tenant: Tenant) -> Iterator[str]:
    """Hunt groups that are members of themselves."""
    groups = {node.id: node for node in tenant.nodes if isinstance(node, HuntGroup)}
    inner = {name: {m.node for m in group.members if m.node in groups} for name, group in groups.items()}
    while inner:
        done = {name for name, members in inner.items() if not members & inner.keys()}
        if not done:
            yield f"hunt groups contain each other: {', '.join(sorted(inner))}"
            return
        inner = {name: members for name, members in inner.items() if name not in done}
