"""Licences: no more users than the contract allows (RP409)."""

from __future__ import annotations

from ringplan.diagnostics import Label, Sink
from ringplan.diagnostics.codes import diagnostic

from .subject import Subject


def check(subject: Subject, sink: Sink) -> None:
    """RP409."""
    users, licensed = subject.manifest.users, subject.manifest.licensed_users
    if len(users) <= licensed:
        return
    spans = sorted(subject.key("users", name) for name in users)
    sink.report(
        diagnostic(
            "RP409",
            f"{len(users)} users, but {licensed} licensed",
            subject.value("licensed_users"),
            label=f"the contract allows {licensed}",
            secondary=(Label(spans[licensed], f"the first user beyond {licensed}"),),
            help="have the operator change the contract and this line, or remove users",
        )
    )
