"""Menus, each by itself: its schedules, its operator, and whether its keys do what they seem to.

RP304 (submenus), RP442 (IVRs), RP461, RP464, RP466 to RP468.
"""

from __future__ import annotations

from collections.abc import Iterator

from ringplan import ir
from ringplan.diagnostics import Diagnostic, Label, Sink
from ringplan.diagnostics.codes import diagnostic
from ringplan_schema import Ivr, Menu

from .menus import Path, Step, Written, steps, written_actions, written_menus
from .subject import Subject, place
from .targets import undefined


def check(subject: Subject, sink: Sink) -> None:
    """RP304, RP442, RP461, RP464, RP466 to RP468."""
    if not subject.manifest.ivr:
        return
    for name, ivr in subject.manifest.ivr.items():
        for fault in (*_menus_and_schedules(subject, name, ivr), *_identity(subject, name, ivr)):
            sink.report(fault)
    for path, menu in written_menus(subject.manifest):
        for fault in (*_then_twice(subject, path, menu), *_never_fails(subject, path, menu)):
            sink.report(fault)
        for fault in _ambiguous(subject, path, menu):
            sink.report(fault)
    for path, action in written_actions(subject.manifest):
        for fault in _leads_nowhere(subject, path, action):
            sink.report(fault)
    for fault in _dead(subject):
        sink.report(fault)


def _menus_and_schedules(subject: Subject, name: str, ivr: Ivr) -> Iterator[Diagnostic]:
    """RP466."""
    for menu, schedule in (("closed", "hours"), ("holiday", "holidays")):
        written = [field for field in (menu, schedule) if getattr(ivr, field) is not None]
        if len(written) == 1:
            missing = schedule if written == [menu] else menu
            yield diagnostic(
                "RP466",
                f"the IVR `{name}` has `{written[0]}`, but no `{missing}`",
                subject.key("ivr", name, written[0]),
                label=f"`{menu}` is never played"
                if missing == schedule
                else "outside these, nothing is played"
                if schedule == "hours"
                else "during these, nothing is played",
                help=f"add `{missing}`, or remove `{written[0]}`",
            )


def _identity(subject: Subject, name: str, ivr: Ivr) -> Iterator[Diagnostic]:
    """RP442: transferred calls of the IVR must say whose they are."""
    node = subject.graph.node(f"{subject.graph.id}/ivr/{name}")
    assert isinstance(node, ir.Ivr)
    if ivr.extension is not None and node.external_number is None:
        yield diagnostic(
            "RP442",
            f"the IVR `{name}` has an extension only, and no caller ID number above it",
            subject.value("ivr", name, "extension"),
            label="calls the IVR transfers could present no number",
            help="add `caller_id.number` to the IVR's department or group or to the tenant, or give it a `number`",
        )


def _then_twice(subject: Subject, path: Path, menu: Menu) -> Iterator[Diagnostic]:
    """RP468."""
    if menu.then is not None and menu.no_input is not None:
        yield diagnostic(
            "RP468",
            "`then` and `no_input` both say what follows when nothing is pressed",
            subject.key(*path, "then"),
            label="one of the two is too many",
            secondary=(Label(subject.key(*path, "no_input"), "also given here"),),
            help="keep one; `then` is short for `no_input` with `repeat: 0`",
        )


def _never_fails(subject: Subject, path: Path, menu: Menu) -> Iterator[Diagnostic]:
    """RP461 for what follows a failed transfer in a menu that transfers nothing."""
    if "failed" not in menu.model_fields_set or menu.dial_extensions:
        return
    actions = [action for place_of, action in written_actions(subject.manifest) if place_of[: len(path)] == path]
    if not any(_transfers(action) for action in actions):
        yield _nothing(subject, (*path, "failed"), "this menu transfers nobody", "remove it")


def _transfers(action: Written) -> bool:
    if isinstance(action, str):
        return action in ("operator", "dial_extension", "dial_name")
    return bool({"transfer", "operator", "dial_extension", "dial_name"} & action.model_fields_set)


def _leads_nowhere(subject: Subject, path: Path, action: Written) -> Iterator[Diagnostic]:
    """RP467 for an operator nobody named, RP304 for a submenu nobody defined."""
    name = path[1]
    is_operator = action == "operator" if isinstance(action, str) else "operator" in action.model_fields_set
    if is_operator and subject.manifest.ivr[name].operator is None:
        yield diagnostic(
            "RP467",
            f"the IVR `{name}` has no operator",
            subject.value(*path) if isinstance(action, str) else subject.key(*path, "operator"),
            label="calls the operator",
            help=f"write whom to call as `operator` of `{name}`, or `transfer` and the target here",
        )
    submenu = None if isinstance(action, str) else action.submenu
    if submenu is not None and submenu.partition("/")[2] not in subject.manifest.ivr:
        section, _, wanted = submenu.partition("/")
        yield undefined(subject, section, wanted, subject.value(*path, "submenu"), "submenu")


def _ambiguous(subject: Subject, path: Path, menu: Menu) -> Iterator[Diagnostic]:
    """RP464."""
    if not menu.dial_extensions:
        return
    own = f"{subject.graph.id}/ivr/{path[1]}"
    extensions = [entry for entry in subject.graph.extensions if entry.node != own]
    for key in menu.keys:
        begun = [entry for entry in extensions if entry.key.startswith(key)]
        if begun:
            yield diagnostic(
                "RP464",
                f"key {key} is also the beginning of extension {begun[0].key}",
                subject.key(*path, "keys", key),
                label=f"waits {menu.inter_digit / 1000:g} s for more digits",
                secondary=(Label(subject.key(*path, "dial_extensions"), "extensions may be dialled at once"),),
                notes=(
                    f"the extension is that of {place(begun[0].span)}"
                    + (f"; {len(begun) - 1} more begin with {key}" if len(begun) > 1 else ""),
                ),
                help="use a key no extension begins with, or let a key with `dial_extension` ask for the extension",
            )


# -- keys that do nothing


def _dead(subject: Subject) -> Iterator[Diagnostic]:
    """RP461."""
    found = list(steps(subject.manifest, subject.graph))
    below = {step.action.to for step in found if isinstance(step.action, ir.Submenu) and step.action.to != step.ivr.id}
    for step in found:
        why = _why_dead(step, below)
        if why is not None and subject.spans.has(step.path):
            yield _nothing(subject, step.path, *why)


def _why_dead(step: Step, below: set[str]) -> tuple[str, str] | None:
    """Why an action does nothing, and what to do about it."""
    match step.action:
        case ir.Return() if step.ivr.id not in below:
            return f"no menu leads to `{step.name}`, so there is none to return to", "write `repeat`, or remove it"
        case ir.Submenu(to) if to == step.ivr.id:
            return "leads to the menu it stands in", "write `repeat`"
        case ir.Transfer(to) if to == step.ivr.id and step.is_pressed:
            return "transfers the call to the menu it stands in", "write `repeat`"
        case ir.DialExtension(department=department, extensions=()) if department is not None:
            return "nobody in this department has an extension", "name a department with users"
        case ir.DialName(directory=()):
            return "nobody can be found by name", "name a department with users"
    return None


def _nothing(subject: Subject, path: Path, why: str, advice: str) -> Diagnostic:
    what = f"key {path[-1]}" if path[-2] == "keys" else f"`{path[-1] if path[-1] != 'then' else path[-2]}`"
    span = subject.key(*path)
    return diagnostic("RP461", f"{what} of IVR `{path[1]}` does nothing", span, label=why, help=advice)
