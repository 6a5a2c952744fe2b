"""Safety: calls out are possible (RP602), and emergency centres can call back (RP603)."""

from __future__ import annotations

from ringplan.diagnostics import Sink
from ringplan.diagnostics.codes import diagnostic
from ringplan.ir import User

from .subject import Subject


def check(subject: Subject, sink: Sink) -> None:
    """RP602, RP603."""
    users = [node for node in subject.graph.nodes if isinstance(node, User)]
    if not users:
        return
    name = subject.manifest.tenant
    if subject.platform is not None and not subject.graph.trunks:
        sink.report(
            diagnostic(
                "RP602",
                f"no trunk may be used by tenant `{name}`; calls out are impossible",
                subject.graph.span,
                label="every trunk is reserved for other tenants",
                notes=("emergency calls use every trunk that takes numbers, whomever it is reserved for",),
                help="add the tenant to `tenants` of a trunk in platform.yaml",
            )
        )
    if any(user.identity.emergency_number is None for user in users):
        sink.report(
            diagnostic(
                "RP603",
                f"emergency calls of tenant `{name}` would present no number",
                subject.graph.span,
                label="no number is owned by or assigned to anyone",
                help="give the tenant a number and write it to `emergency.number`",
            )
        )
