"""Diagnostics as JSON for programs; positions count from 1, columns in code points, ends are exclusive."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from ..codes import CODES
from ..consolidate import count
from ..model import Diagnostic, Fix, Label
from ..sources import Lines, Sources
from ..span import Span
from . import human

FORMAT: Final = 1
"""Counts up when a field changes its meaning."""


def render(diagnostics: Sequence[Diagnostic], sources: Sources) -> str:
    """One object with all diagnostics, sorted, each also as the text people see."""
    ordered = sorted(diagnostics, key=lambda diagnostic: diagnostic.sort_key)
    lines = Lines(sources)
    document = {
        "format": FORMAT,
        "diagnostics": [_diagnostic(diagnostic, lines) for diagnostic in ordered],
        "summary": count(ordered)._asdict(),
    }
    return json.dumps(document, ensure_ascii=True, indent=2) + "\n"


def _diagnostic(diagnostic: Diagnostic, lines: Lines) -> dict[str, Any]:
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "title": CODES[diagnostic.code].title,
        "message": diagnostic.message,
        "primary": _label(diagnostic.primary),
        "secondary": [_label(label) for label in diagnostic.secondary],
        "notes": list(diagnostic.notes),
        "help": diagnostic.help,
        "fixes": [_fix(fix) for fix in diagnostic.fixes],
        "rendered": human.render_one(diagnostic, lines),
    }


def _label(label: Label) -> dict[str, Any]:
    return {"span": _span(label.span), "text": label.text}


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "title": fix.title,
        "applicability": fix.applicability.value,
        "edits": [{"span": _span(edit.span), "text": edit.text} for edit in fix.edits],
    }


def _span(span: Span) -> dict[str, Any]:
    return {
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }
