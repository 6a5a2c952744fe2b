"""Menus, announcements and callbacks as the lines of their cards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ringplan import ir

from .directory import Directory
from .rows import Row, edge, note
from .wording import counted, seconds


def ivr_rows(names: Directory, node: ir.Ivr) -> Iterator[Row]:
    """The menus of an IVR, in the order in which their schedules are asked."""
    if node.holiday is not None and node.holidays is not None:
        yield from _menu(names, node, f"while “{names.schedule(node.holidays)}”", node.holiday)
    if node.closed is not None and node.hours is not None:
        yield from _menu(names, node, f"outside “{names.schedule(node.hours)}”", node.closed)
    yield from _menu(names, node, "otherwise" if node.closed or node.holiday else "always", node.open)


def announcement_rows(names: Directory, node: ir.Announcement) -> Iterator[Row]:
    """What is played, and how the call ends."""
    times = "" if node.times == 1 else f" {counted(node.times, 'time')}"
    yield note(f"plays{times}", said(names, node.prompt))
    yield Row("then", f"{node.code} {node.reason}", None, "end")


def callback_rows(names: Directory, node: ir.Callback) -> Iterator[Row]:
    """Who is called back, and where all others go."""
    yield note(
        f"from one of {counted(len(node.allowed), 'number')}",
        f"busy, and called back after {seconds(node.delay_ms)}",
    )
    # Going on from a callback is no diversion: the call has not been anybody's yet.
    yield replace(edge(names, node.plan, "from anybody else", node.otherwise), is_diversion=False)


def said(names: Directory, prompt: str) -> str:
    """What is said in a prompt, or the name of its file."""
    return names.prompt(prompt)


def _menu(names: Directory, node: ir.Ivr, when: str, menu: ir.Menu) -> Iterator[Row]:
    yield Row(when, said(names, menu.greeting) if menu.greeting is not None else "silence", None, "ring")
    for key, action in sorted(menu.keys, key=lambda pair: ir.KEYS.index(pair[0])):
        yield _action(names, node, f"key {key}", action)
    if menu.dial_extensions:
        yield note("an extension", "is called")
    yield _action(names, node, f"nothing pressed{_after(menu.no_input)}", menu.no_input.then)
    if menu.keys or menu.dial_extensions:
        yield _action(names, node, f"a wrong key{_after(menu.invalid)}", menu.invalid.then)
        yield _action(names, node, f"nobody takes the call{_after(menu.failed)}", menu.failed.then)


def _after(retry: ir.Retry) -> str:
    """After how many repetitions."""
    return "" if retry.times == 0 else f", after {counted(retry.times, 'repetition')}"


def _action(names: Directory, node: ir.Ivr, label: str, action: ir.Action) -> Row:
    match action:
        case ir.Transfer(to):
            return edge(names, node.plan, label, to)
        case ir.Submenu(to):
            return Row(label, names.name(to), to, "edge", names.page(to), is_diversion=False)
        case ir.Return():
            return note(label, "back to the menu before")
        case ir.Repeat():
            return note(label, "this menu again")
        case ir.Play(prompt):
            return note(label, said(names, prompt))
        case ir.DialExtension(department=department):
            return note(label, "asks for an extension" + _of(names, department))
        case ir.DialName(directory=directory):
            return note(label, "asks for a name: " + counted(len(directory), "name"))
        case ir.HangUp():
            return Row(label, "hangs up", None, "end")


def _of(names: Directory, department: str | None) -> str:
    return "" if department is None else f" of {names.label(department)}"


def targets(node: ir.Ivr) -> Iterator[tuple[str, str]]:
    """Every other node that a menu of the IVR leads to: when, and which."""
    for menu in (node.holiday, node.closed, node.open):
        if menu is None:
            continue
        policies = (("nothing pressed", menu.no_input), ("wrong key", menu.invalid), ("not reached", menu.failed))
        actions = [*((f"key {key}", action) for key, action in menu.keys)]
        actions += [(label, retry.then) for label, retry in policies]
        for label, action in actions:
            if isinstance(action, ir.Transfer | ir.Submenu):
                yield label, action.to
