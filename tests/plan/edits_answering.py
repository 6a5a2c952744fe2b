"""Random edits of what answers calls: menus, announcements, callbacks, rejections that speak."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st
from tests.plan.edits import EDITS, Edit
from tests.strategies_answering import prompt_ids

from ringplan.ir import (
    Action,
    Announcement,
    Callback,
    HangUp,
    Ivr,
    Menu,
    Node,
    Program,
    Reject,
    Retry,
    Tenant,
    Transfer,
)


@st.composite
def edited_answers(draw: st.DrawFn, program: Program) -> Program:
    """The program with its first tenant edited."""
    new = program.tenants[0]
    for _ in range(draw(st.integers(1, 2))):
        new = draw(st.sampled_from((*_ANSWERING, *_ANSWERING, *EDITS)))(draw, new)
    return replace(program, tenants=(new, *program.tenants[1:]))


def _swap(tenant: Tenant, node: Node) -> Tenant:
    return replace(tenant, nodes=tuple(node if one.id == node.id else one for one in tenant.nodes))


def _a_menu(draw: st.DrawFn, tenant: Tenant) -> Tenant:
    ivrs = [node for node in tenant.nodes if isinstance(node, Ivr)]
    if not ivrs:
        return tenant
    ivr = draw(st.sampled_from(ivrs))
    return _swap(tenant, replace(ivr, open=_menu(draw, tenant, ivr.open)))


def _menu(draw: st.DrawFn, tenant: Tenant, menu: Menu) -> Menu:
    prompt = draw(st.none() | st.sampled_from(prompt_ids(tenant.id)))
    to = Transfer(draw(st.sampled_from([node.id for node in tenant.nodes])), prompt)
    match draw(st.integers(0, 5)):
        case 0:
            return replace(menu, greeting=prompt)
        case 1:
            return replace(menu, keys=menu.keys[1:])
        case 2:
            return replace(menu, keys=((menu.keys[0][0], to), *menu.keys[1:]) if menu.keys else ())
        case 3:
            then: Action = to if draw(st.booleans()) else HangUp(prompt)
            return replace(menu, failed=Retry(0, prompt, then))
        case 4:
            return replace(menu, no_input=Retry(0, prompt, HangUp(None)))
        case _:
            return replace(menu, barge_in=not menu.barge_in)


def _an_announcement(draw: st.DrawFn, tenant: Tenant) -> Tenant:
    found = [node for node in tenant.nodes if isinstance(node, Announcement)]
    if not found:
        return tenant
    node = draw(st.sampled_from(found))
    return _swap(tenant, replace(node, times=4 - node.times) if draw(st.booleans()) else replace(node, code=486))


def _a_callback(draw: st.DrawFn, tenant: Tenant) -> Tenant:
    found = [node for node in tenant.nodes if isinstance(node, Callback)]
    if not found:
        return tenant
    node = draw(st.sampled_from(found))
    if draw(st.booleans()):
        return _swap(tenant, replace(node, allowed=node.allowed[1:]))
    inside = [one.id for one in tenant.nodes if not isinstance(one, Callback)]
    return _swap(tenant, replace(node, otherwise=draw(st.sampled_from(inside))))


def _a_rejection(draw: st.DrawFn, tenant: Tenant) -> Tenant:
    node = draw(st.sampled_from([node for node in tenant.nodes if isinstance(node, Reject)]))
    return _swap(tenant, replace(node, prompt=None if node.prompt else prompt_ids(tenant.id)[0]))


_ANSWERING: tuple[Edit, ...] = (_a_menu, _a_menu, _a_menu, _an_announcement, _a_callback, _a_rejection)
