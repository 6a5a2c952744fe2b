"""Names: every group and department that is named is defined (RP301), and departments form trees (RP302, RP303)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ringplan.diagnostics import Label, Sink
from ringplan.diagnostics.codes import diagnostic, replace
from ringplan.diagnostics.near_miss import near_miss
from ringplan.diagnostics.text import listed

from .menus import written_actions
from .organisation import department_chain
from .subject import Subject, place


def check(subject: Subject, sink: Sink) -> None:
    """RP301, RP302, RP303."""
    for path, name in _references(subject):
        _defined(subject, sink, path, name)
    for cycle in _cycles(subject):
        _report_cycle(subject, sink, cycle)
    for name in subject.manifest.users:
        _same_group(subject, sink, name)


def _references(subject: Subject) -> Iterator[tuple[tuple[str, ...], str]]:
    """Where each group or department is named, and the name."""
    for name, department in subject.manifest.departments.items():
        if department.parent is not None:
            yield ("departments", name, "parent"), department.parent
        if department.group is not None:
            yield ("departments", name, "group"), department.group
    for section in ("users", "hunt_groups", "ivr", "announcements", "callback"):
        for name, entry in getattr(subject.manifest, section).items():
            if entry.department is not None:
                yield (section, name, "department"), entry.department
            if getattr(entry, "group", None) is not None:
                yield (section, name, "group"), entry.group
    for path, action in written_actions(subject.manifest):
        for field in ("dial_extension", "dial_name"):
            asked = getattr(action, field, None)
            if asked is not None and asked.department is not None:
                yield (*path, field, "department"), asked.department


def _defined(subject: Subject, sink: Sink, path: tuple[str, ...], name: str) -> None:
    kind = "group" if path[-1] == "group" else "department"
    section = f"{kind}s"
    defined: Mapping[str, object] = getattr(subject.manifest, section)
    if name in defined:
        return
    span = subject.value(*path)
    near = near_miss(name, defined)
    known = listed(sorted(defined)) if defined else "none"
    notes = [f"{section} of this tenant: {known}"]
    advice = f"define `{name}` in `{section}`, or remove this line"
    if near is not None:
        notes = [f"a {kind} with a similar name exists: `{near.name}` ({place(subject.key(section, near.name))})"]
        advice = f"replace with `{near.name}`, or define `{name}` in `{section}`"
    sink.report(
        diagnostic(
            "RP301",
            f"{kind} `{name}` is not defined",
            span,
            label=f"no {kind} with this name in tenant `{subject.manifest.tenant}`",
            notes=notes,
            help=advice,
            fixes=(replace(span, near.name, sure=near.sure),) if near is not None else (),
        )
    )


def _cycles(subject: Subject) -> Iterator[tuple[str, ...]]:
    """Every cycle of department parents once, beginning with its first name in alphabetical order."""
    departments = subject.manifest.departments
    done: set[str] = set()
    for start in sorted(departments):
        chain: list[str] = []
        name: str | None = start
        while name is not None and name in departments and name not in done:
            done.add(name)
            chain.append(name)
            name = departments[name].parent
        if name in chain:
            cycle = chain[chain.index(name) :]
            first = cycle.index(min(cycle))
            yield (*cycle[first:], *cycle[:first])


def _report_cycle(subject: Subject, sink: Sink, cycle: tuple[str, ...]) -> None:
    places = [
        Label(subject.value("departments", name, "parent"), f"`{name}` is below `{parent}`")
        for name, parent in zip(cycle, (*cycle[1:], cycle[0]), strict=True)
    ]
    way = " → ".join(f"`{name}`" for name in (*cycle, cycle[0]))
    sink.report(
        diagnostic(
            "RP302",
            f"department `{cycle[0]}` is its own parent",
            places[0].span,
            label=places[0].text,
            secondary=tuple(places[1:]),
            notes=(f"parents: {way}",) if len(cycle) > 1 else (),
            help="remove one `parent` so that the departments form a tree",
        )
    )


def _same_group(subject: Subject, sink: Sink, name: str) -> None:
    """RP303; the group of a department is its own, else that of the nearest department above it."""
    user = subject.manifest.users[name]
    if user.group is None or user.group not in subject.manifest.groups:
        return
    departments = subject.manifest.departments
    owner = next((d for d in department_chain(subject.manifest, user.department) if departments[d].group), None)
    if owner is None or departments[owner].group in (user.group, None):
        return
    group = departments[owner].group
    if group not in subject.manifest.groups:
        return
    sink.report(
        diagnostic(
            "RP303",
            f"user `{name}` is in group `{user.group}`, but department `{user.department}` in `{group}`",
            subject.value("users", name, "department"),
            label=f"a department of group `{group}`",
            secondary=(
                Label(subject.value("users", name, "group"), "the user's group"),
                Label(subject.value("departments", owner, "group"), "the department's group"),
            ),
            help=f"choose a department of group `{user.group}`, or move the user to group `{group}`",
        )
    )
