"""Administrators: a role has its object (RP305), the object exists (RP306), and nobody is named twice (RP307)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from ringplan.diagnostics import Label, Sink, Span
from ringplan.diagnostics.codes import diagnostic, replace
from ringplan.diagnostics.near_miss import near_miss
from ringplan.diagnostics.text import listed
from ringplan.frontend.load import LoadedPlatform

from .subject import Subject

_OBJECTS: Final = {"group": "groups", "department": "departments", "user": "users"}
"""The fields that name an object, with the sections that define them."""


def check(subject: Subject, sink: Sink) -> None:
    """RP305, RP306, RP307."""
    people = subject.manifest.administrators
    for name in people:
        _object_fits(subject, sink, name)
        for field, section in _OBJECTS.items():
            _defined(subject, sink, name, field, getattr(subject.manifest, section))
    _named_once({name: subject.key("administrators", name) for name in people}, sink)


def check_platform(loaded: LoadedPlatform, sink: Sink) -> None:
    """RP307 for operators."""
    people = loaded.manifest.administrators
    _named_once({name: loaded.spans.key(("administrators", name)) for name in people}, sink)


def _object_fits(subject: Subject, sink: Sink, name: str) -> None:
    person = subject.manifest.administrators[name]
    role = person.role
    if role in _OBJECTS and getattr(person, role) is None:
        sink.report(
            diagnostic(
                "RP305",
                f"the role `{role}` does not say of which {role}",
                subject.value("administrators", name, "role"),
                label=f"`{role}` is missing",
                help=f"write `{role}: …` beside the role",
            )
        )
    for field in _OBJECTS:
        # Who somebody is himself may stand beside every role.
        if field not in (role, "user") and getattr(person, field) is not None:
            sink.report(
                diagnostic(
                    "RP305",
                    f"the role `{role}` has no use for a {field}",
                    subject.key("administrators", name, field),
                    label="has no effect",
                    help=f"remove `{field}`, or write `role: {field}`",
                )
            )


def _defined(subject: Subject, sink: Sink, name: str, field: str, known: Iterable[str]) -> None:
    wanted = getattr(subject.manifest.administrators[name], field)
    names = sorted(known)
    if wanted is None or wanted in names:
        return
    span = subject.value("administrators", name, field)
    near = near_miss(wanted, names)
    section = _OBJECTS[field]
    sink.report(
        diagnostic(
            "RP306",
            f"{field} `{wanted}` is not defined, so nobody administers it",
            span,
            label=f"no {field} with this name in tenant `{subject.manifest.tenant}`",
            notes=[f"{section} of this tenant: {listed(names) if names else 'none'}"],
            help=f"replace with `{near.name}`" if near else f"define `{wanted}` in `{section}`, or remove the entry",
            fixes=(replace(span, near.name, sure=False),) if near else (),
        )
    )


def _named_once(places: Mapping[str, Span], sink: Sink) -> None:
    first: dict[str, str] = {}
    for name, span in places.items():
        known = first.setdefault(name.lower(), name)
        if known != name:
            sink.report(
                diagnostic(
                    "RP307",
                    f"`{name}` is the same person as `{known}`",
                    span,
                    label="differs in upper and lower case only",
                    secondary=(Label(places[known], "named first here"),),
                    help="keep one entry; a person has one role in a tenant",
                )
            )
