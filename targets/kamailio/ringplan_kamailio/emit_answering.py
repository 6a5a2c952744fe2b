"""What the attendant plays and asks, as records of a tenant's data module."""

from __future__ import annotations

from ringplan.ir import (
    Action,
    Announcement,
    Callback,
    DialExtension,
    DialName,
    HangUp,
    Ivr,
    Menu,
    Play,
    Repeat,
    Retry,
    Return,
    Submenu,
    Tenant,
    Transfer,
)

from .literals import Literal


def sections(tenant: Tenant) -> dict[str, dict[str, Literal]]:
    """``IVRS``, ``ANNOUNCEMENTS`` and ``CALLBACKS``: records by node."""
    return {
        "IVRS": {node.id: _ivr(node) for node in tenant.nodes if isinstance(node, Ivr)},
        "ANNOUNCEMENTS": {
            node.id: (stem(node.prompt), node.times, node.code, node.reason)
            for node in tenant.nodes
            if isinstance(node, Announcement)
        },
        "CALLBACKS": {node.id: _callback(node) for node in tenant.nodes if isinstance(node, Callback)},
    }


def stem(prompt: str | None) -> str:
    """The file of a prompt, below ``prompts/`` and without its ending; empty: none.

    ``novak/prompts/0123456789abcdef`` is ``novak/0123456789abcdef``.
    """
    if prompt is None:
        return ""
    tenant, _, name = prompt.split("/")
    return f"{tenant}/{name}"


def _ivr(node: Ivr) -> Literal:
    """The fields of ``ringplan_runtime.answering.Ivr``, in its order."""
    return (
        node.holidays,
        node.hours,
        _menu(node.open),
        _menu(node.closed) if node.closed is not None else None,
        _menu(node.holiday) if node.holiday is not None else None,
        node.max_ms,
        node.language,
        node.external_number,
        node.plan,
    )


def _menu(menu: Menu) -> Literal:
    """The fields of ``ringplan_runtime.answering.Menu``, in its order."""
    return (
        stem(menu.greeting),
        tuple((key, _action(action)) for key, action in menu.keys),
        menu.dial_extensions,
        menu.barge_in,
        menu.first_digit_ms,
        menu.inter_digit_ms,
        _retry(menu.no_input),
        _retry(menu.invalid),
        _retry(menu.failed),
    )


def _retry(retry: Retry) -> Literal:
    return (retry.times, stem(retry.prompt), _action(retry.then))


def _action(action: Action) -> Literal:
    """A tag, and what belongs to it; ``ringplan_runtime.answering`` lists them."""
    match action:
        case Transfer(to, prompt):
            return ("transfer", to, stem(prompt))
        case Submenu(to):
            return ("submenu", to)
        case Return():
            return ("return",)
        case Repeat():
            return ("repeat",)
        case DialExtension(prompt, department, extensions):
            return ("extension", stem(prompt), None if department is None else extensions)
        case DialName(prompt, directory, choose):
            names = tuple((digits, node, stem(name)) for digits, node, name in directory)
            return ("name", stem(prompt), names, tuple(map(stem, choose)))
        case Play(prompt):
            return ("play", stem(prompt))
        case HangUp(prompt):
            return ("hang-up", stem(prompt))


def _callback(node: Callback) -> Literal:
    """The fields of ``ringplan_runtime.answering.Callback``, in its order."""
    return (
        node.number,
        node.allowed,
        node.otherwise,
        node.delay_ms,
        node.interval_ms,
        stem(node.accept),
        stem(node.ask),
        stem(node.directly),
        stem(node.failed),
        node.record,
        stem(node.announced),
        node.keep_days,
        node.plan,
    )
