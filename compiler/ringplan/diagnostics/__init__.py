"""Coded diagnostics with spans, labels, help and fixes."""

from .model import Applicability, Diagnostic, Edit, Fix, Label, Severity
from .sink import Sink
from .span import Span

__all__ = ["Applicability", "Diagnostic", "Edit", "Fix", "Label", "Severity", "Sink", "Span"]
