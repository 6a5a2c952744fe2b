"""Diagnostics as workflow commands of GitHub Actions, which shows them beside the lines of a merge request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ..codes import CODES
from ..model import Diagnostic, Severity
from ..sources import Sources
from ..text import escape

_COMMANDS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(diagnostics: Sequence[Diagnostic], sources: Sources) -> str:
    """One command a line, sorted; the source texts are not needed."""
    del sources
    ordered = sorted(diagnostics, key=lambda diagnostic: diagnostic.sort_key)
    return "".join(_command(diagnostic) for diagnostic in ordered)


def _command(diagnostic: Diagnostic) -> str:
    span = diagnostic.primary.span
    properties = {"file": span.file, "line": span.line, "endLine": span.end_line}
    if span.end_line == span.line:  # GitHub refuses columns for several lines
        properties |= {"col": span.column, "endColumn": max(span.end_column - 1, span.column)}
    properties["title"] = f"{diagnostic.code}: {CODES[diagnostic.code].title}"
    lines = [diagnostic.message]
    lines += [
        f"{label.span.file}:{label.span.line}:{label.span.column}: {label.text}" for label in diagnostic.secondary
    ]
    lines += [f"note: {note}" for note in diagnostic.notes]
    if diagnostic.help:
        lines.append(f"help: {diagnostic.help}")
    joined = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    text = "%0A".join(_data(escape(line)) for line in lines)
    return f"::{_COMMANDS[diagnostic.severity]} {joined}::{text}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
