"""Random exchanges whose calls are answered: menus of transfers, announcements, callbacks, rejections that speak.

Menus are such as `tests.runtime.attendant` follows: one key, then a transfer or the end. Everything may lead to
everything, in circles too.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from tests.strategies import NOWHERE, OUTSIDE, numbers_of, programs, users_of

from ringplan.ir import (
    Action,
    Announcement,
    Attendant,
    Callback,
    Entry,
    HangUp,
    HuntGroup,
    Ivr,
    Menu,
    Node,
    Outside,
    Program,
    Prompt,
    Reject,
    Retry,
    SipUri,
    Tenant,
    TimeRoute,
    Transfer,
    User,
)

ADDRESS = Attendant("127.0.30.9", 5080, 5081, 2, NOWHERE)
KEYS = "12345"
_PROMPTS = 12
_MENUS, _ANNOUNCEMENTS, _CALLBACKS = 2, 2, 1


def prompt_ids(tenant: str) -> list[str]:
    """The prompts of a tenant."""
    return [f"{tenant}/prompts/{at:016x}" for at in range(_PROMPTS)]


@st.composite
def answering_programs(draw: st.DrawFn) -> Program:
    """One platform with an attendant, and one to three tenants."""
    program = draw(programs())
    tenants = tuple(_answering(draw, tenant) for tenant in program.tenants)
    return Program(replace(program.platform, attendant=ADDRESS), tenants)


def _answering(draw: st.DrawFn, tenant: Tenant) -> Tenant:
    menus = [f"{tenant.id}/ivr/m{at}" for at in range(draw(st.integers(0, _MENUS)))]
    announced = [f"{tenant.id}/announcements/a{at}" for at in range(draw(st.integers(0, _ANNOUNCEMENTS)))]
    prompts = st.sampled_from(prompt_ids(tenant.id))
    targets = [node.id for node in tenant.nodes] + menus * 2 + announced
    nodes: list[Node] = [_redirected(draw, node, [*menus, *menus, *announced], prompts) for node in tenant.nodes]
    nodes += [_menu_node(draw, tenant, node_id, targets, prompts) for node_id in menus]
    nodes += [_announcement(draw, node_id, prompts) for node_id in announced]
    nodes += _callbacks(draw, tenant, [*menus, *announced], prompts)
    found = replace(
        tenant,
        nodes=tuple(sorted(nodes, key=lambda node: node.id)),
        prompts=tuple(Prompt(key, "en", key[-4:], None, key[-16:], NOWHERE) for key in prompt_ids(tenant.id)),
    )
    return _with_entries(draw, found)


def _redirected(draw: st.DrawFn, node: Node, to: list[str], prompts: st.SearchStrategy[str]) -> Node:
    """A node of which some edges lead to what is answered."""
    if isinstance(node, Reject):
        return replace(node, prompt=draw(st.none() | prompts))
    if not to or not draw(st.booleans()):
        return node
    target = draw(st.sampled_from(to))
    match node:
        case User():
            edge = draw(st.sampled_from(("busy", "no_answer", "unreachable", "rules")))
            if edge != "rules":
                changed: dict[str, Any] = {edge: target}
                return replace(node, **changed)
            return replace(node, rules=tuple(replace(rule, to=rule.to and target) for rule in node.rules))
        case HuntGroup():
            changed = {draw(st.sampled_from(("busy", "no_answer", "unreachable", "overflow"))): target}
            return replace(node, **changed)
        case TimeRoute():
            return replace(node, otherwise=target)
        case _:
            return node


def _menu_node(
    draw: st.DrawFn, tenant: Tenant, node_id: str, targets: list[str], prompts: st.SearchStrategy[str]
) -> Ivr:
    some = st.none() | prompts
    transfers = st.builds(Transfer, st.sampled_from(targets), some)
    ends = st.builds(HangUp, some)
    actions: st.SearchStrategy[Action] = st.one_of(transfers, transfers, transfers, ends)
    keys = tuple((key, draw(actions)) for key in KEYS)
    retries = st.builds(Retry, st.just(0), some, ends)
    menu = Menu(
        greeting=draw(some),
        keys=keys,
        dial_extensions=False,
        barge_in=draw(st.booleans()),
        first_digit_ms=10_000,
        inter_digit_ms=3_000,
        no_input=draw(retries),
        invalid=draw(retries),
        failed=Retry(0, draw(some), draw(actions)),
    )
    return Ivr(
        id=node_id,
        name="Menu",
        extension=None,
        number=None,
        external_number=draw(st.sampled_from((None, *numbers_of(tenant)))),
        language="en",
        holidays=None,
        hours=None,
        open=menu,
        closed=None,
        holiday=None,
        max_ms=600_000,
        plan=draw(st.sampled_from([plan.id for plan in tenant.plans])),
        span=NOWHERE,
    )


def _announcement(draw: st.DrawFn, node_id: str, prompts: st.SearchStrategy[str]) -> Announcement:
    code, reason = draw(st.sampled_from(((480, "Closed"), (486, "Busy Here"), (404, "Not Found"))))
    return Announcement(node_id, "Say", None, None, draw(prompts), draw(st.integers(1, 3)), code, reason, NOWHERE)


def _callbacks(draw: st.DrawFn, tenant: Tenant, to: list[str], prompts: st.SearchStrategy[str]) -> list[Callback]:
    free = _free(tenant)
    if not free or not draw(st.booleans()):
        return []
    users = st.sampled_from([user.id for user in users_of(tenant)])
    allowed = draw(st.dictionaries(st.sampled_from(OUTSIDE), users, min_size=1, max_size=4))
    inside = [node.id for node in tenant.nodes if not isinstance(node, Outside | SipUri)]
    return [
        Callback(
            id=f"{tenant.id}/callback/c",
            name="Callback",
            number=draw(st.sampled_from(free)),
            allowed=tuple(sorted(allowed.items())),
            otherwise=draw(st.sampled_from([*inside, *to])),
            delay_ms=3_000,
            interval_ms=60_000,
            accept=draw(prompts),
            ask=draw(prompts),
            directly=draw(prompts),
            failed=draw(prompts),
            record=False,
            announced=None,
            keep_days=30,
            plan=draw(st.sampled_from([plan.id for plan in tenant.plans])),
            span=NOWHERE,
        )
    ]


def _free(tenant: Tenant) -> list[str]:
    taken = {entry.key for entry in tenant.numbers}
    return [number for number in numbers_of(tenant) if number not in taken]


def _with_entries(draw: st.DrawFn, tenant: Tenant) -> Tenant:
    """Callbacks have their number; the others an extension, and a number if there is a free one."""
    numbers = [Entry(node.number, node.id, NOWHERE) for node in tenant.nodes if isinstance(node, Callback)]
    free = [number for number in _free(tenant) if number not in {entry.key for entry in numbers}]
    taken = {entry.key for entry in tenant.extensions}
    candidates = [
        key for key in ("7", "88", "889", "8890") if key not in taken and key != tenant.dial_plan.outside_prefix
    ]
    extensions = []
    for node in tenant.nodes:
        if isinstance(node, Ivr | Announcement):
            if candidates:
                extensions.append(Entry(candidates.pop(), node.id, NOWHERE))
            has_number: bool = draw(st.booleans())
            if free and has_number:
                numbers.append(Entry(free.pop(), node.id, NOWHERE))
    return replace(
        tenant,
        numbers=tuple(sorted((*tenant.numbers, *numbers), key=lambda entry: entry.key)),
        extensions=tuple(sorted((*tenant.extensions, *extensions), key=lambda entry: entry.key)),
    )
