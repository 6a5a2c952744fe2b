"""Diagnostics as SARIF 2.1.0 (OASIS), which code hosts and editors read; columns in UTF-16 code units."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote

from ringplan import __version__

from ..codes import CODES
from ..model import Applicability, Diagnostic, Fix, Label, Severity
from ..sources import Lines, Sources
from ..span import Span

_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def render(diagnostics: Sequence[Diagnostic], sources: Sources) -> str:
    """One run with a rule for every code that occurs."""
    ordered = sorted(diagnostics, key=lambda diagnostic: diagnostic.sort_key)
    codes = sorted({diagnostic.code for diagnostic in ordered})
    columns = _Columns(sources)
    run = {
        "tool": {"driver": {"name": "ringplan", "version": __version__, "rules": [_rule(code) for code in codes]}},
        "columnKind": "utf16CodeUnits",
        "results": [_result(diagnostic, codes, columns) for diagnostic in ordered],
    }
    document = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return json.dumps(document, ensure_ascii=True, indent=2) + "\n"


class _Columns:
    """Converts columns from code points to UTF-16 code units; without the text both are taken as equal."""

    def __init__(self, sources: Sources) -> None:
        self._lines = Lines(sources)

    def region(self, span: Span) -> dict[str, int]:
        """The SARIF region of a span."""
        return {
            "startLine": span.line,
            "startColumn": self._column(span.file, span.line, span.column),
            "endLine": span.end_line,
            "endColumn": self._column(span.file, span.end_line, span.end_column),
        }

    def _column(self, file: str, line: int, column: int) -> int:
        lines = self._lines.of(file)
        before = lines[line - 1][: column - 1] if line <= len(lines) else ""
        return column + sum(ord(character) > 0xFFFF for character in before)


def _rule(code: str) -> dict[str, Any]:
    registered = CODES[code]
    return {
        "id": code,
        "shortDescription": {"text": registered.title},
        "fullDescription": {"text": f"{registered.what} {registered.why}"},
        "help": {"text": registered.fix, "markdown": registered.page()},
        "defaultConfiguration": {"level": _LEVELS[registered.severity]},
    }


def _result(diagnostic: Diagnostic, codes: list[str], columns: _Columns) -> dict[str, Any]:
    text = "\n".join([diagnostic.message, *diagnostic.notes, *([diagnostic.help] if diagnostic.help else [])])
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": codes.index(diagnostic.code),
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": text},
        "locations": [_location(diagnostic.primary, columns)],
    }
    if diagnostic.secondary:
        result["relatedLocations"] = [
            {"id": number, **_location(label, columns)} for number, label in enumerate(diagnostic.secondary, start=1)
        ]
    # SARIF's fixes are offered for one-click application, so only those that are certainly right are written.
    fixes = [fix for fix in diagnostic.fixes if fix.applicability is Applicability.MACHINE_APPLICABLE]
    if fixes:
        result["fixes"] = [_fix(fix, columns) for fix in fixes]
    return result


def _location(label: Label, columns: _Columns) -> dict[str, Any]:
    location: dict[str, Any] = {
        "physicalLocation": {"artifactLocation": _artifact(label.span.file), "region": columns.region(label.span)}
    }
    if label.text:
        location["message"] = {"text": label.text}
    return location


def _artifact(file: str) -> dict[str, str]:
    return {"uri": quote(file)}


def _fix(fix: Fix, columns: _Columns) -> dict[str, Any]:
    files = dict.fromkeys(edit.span.file for edit in fix.edits)
    return {
        "description": {"text": fix.title},
        "artifactChanges": [
            {
                "artifactLocation": _artifact(file),
                "replacements": [
                    {"deletedRegion": columns.region(edit.span), "insertedContent": {"text": edit.text}}
                    for edit in fix.edits
                    if edit.span.file == file
                ],
            }
            for file in files
        ],
    }
