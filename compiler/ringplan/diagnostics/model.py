"""Diagnostics as data: what was found, where, and what to do about it. Renderers are elsewhere."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum

from ringplan.values import dataclass

from .span import Span


class Severity(StrEnum):
    """How bad it is; only errors stop a compilation."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Applicability(StrEnum):
    """Whether a fix may be applied without a person looking at it."""

    MACHINE_APPLICABLE = "machine-applicable"
    MAYBE_INCORRECT = "maybe-incorrect"


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text in ``span`` by ``text``."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that removes the fault."""

    edits: tuple[Edit, ...]
    applicability: Applicability
    title: str
    """What the fix does, for example ``replace with `support```."""


@dataclass(frozen=True, slots=True)
class Label:
    """A place that matters to a diagnostic, with what is to be seen there."""

    span: Span
    text: str = ""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One fault. ``message`` is lower case, has no full stop and stands alone; ``help`` says what to do."""

    code: str
    message: str
    primary: Label
    severity: Severity = Severity.ERROR
    secondary: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    help: str | None = None
    fixes: tuple[Fix, ...] = field(default=())

    @property
    def sort_key(self) -> tuple[object, ...]:
        """File, position, code, message: the order in which diagnostics are shown."""
        span = self.primary.span
        return (span.file, span.line, span.column, self.code, self.message)
