"""What the passes look at: one tenant as it was written, where it was written, and the graph it was lowered to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field

from ringplan.diagnostics import Sink, Span
from ringplan.frontend.recordings import Recordings
from ringplan.frontend.spans import SpanTable
from ringplan.ir import Platform, Tenant
from ringplan.values import dataclass
from ringplan_schema import Tenant as Manifest


@dataclass(frozen=True, slots=True)
class Subject:
    """One tenant under examination."""

    manifest: Manifest
    spans: SpanTable
    graph: Tenant
    platform: Platform | None
    """None: the platform manifest has faults of its own, so nothing can be said that depends on it."""
    recordings: Recordings = field(default_factory=dict)

    def key(self, *path: str | int) -> Span:
        """Where the key of this entry stands."""
        return self.spans.key(path)

    def value(self, *path: str | int) -> Span:
        """Where the value of this entry stands."""
        return self.spans.value(path)


Pass = Callable[[Subject, Sink], None]
"""Reports every fault of its kind; changes nothing."""


def place(span: Span) -> str:
    """A span as text for notes: ``file:line:column``."""
    return f"{span.file}:{span.line}:{span.column}"
