"""Results as JSON, for the cache: plain lists and text, so that reading a foreign file can never run code."""

from __future__ import annotations

import json
from typing import Any

from ringplan.diagnostics import Applicability, Diagnostic, Edit, Fix, Label, Severity, Span
from ringplan.ir import NumberBlock
from ringplan.summary import Calendar, Summary
from ringplan.values import dataclass


@dataclass(frozen=True, slots=True)
class Record:
    """What is remembered of one tenant: enough to check the fleet and to see which files of a bundle differ."""

    diagnostics: tuple[Diagnostic, ...]
    summary: Summary | None
    """None: the manifest could not be read."""
    files: tuple[tuple[str, str], ...] | None
    """Path and digest of each artifact; None: nothing was emitted, because nobody asked or there were errors."""


def encode(record: Record) -> str:
    """A record as text."""
    summary = _summary_data(record.summary) if record.summary else None
    data = [[_diagnostic_data(d) for d in record.diagnostics], summary, record.files]
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def decode(text: str) -> Record:
    """The record in a text made by ``encode``; ValueError, TypeError, IndexError or KeyError for any other."""
    diagnostics, summary, files = json.loads(text)
    return Record(
        tuple(_diagnostic(item) for item in diagnostics),
        _summary(summary) if summary is not None else None,
        tuple((path, digest) for path, digest in files) if files is not None else None,
    )


def _span_data(span: Span) -> list[Any]:
    return [span.file, span.line, span.column, span.end_line, span.end_column]


def _summary_data(summary: Summary) -> list[Any]:
    blocks = [[block.first, block.last, _span_data(block.span)] for block in summary.blocks]
    tenant, domain = _span_data(summary.tenant_span), _span_data(summary.domain_span)
    calendars = [[calendar.schedule, calendar.ends, _span_data(calendar.span)] for calendar in summary.calendars]
    return [summary.tenant, tenant, summary.domain, domain, blocks, calendars]


def _summary(data: list[Any]) -> Summary:
    tenant, tenant_span, domain, domain_span, blocks, calendars = data
    return Summary(
        tenant,
        Span(*tenant_span),
        domain,
        Span(*domain_span),
        tuple(NumberBlock(first, last, Span(*span)) for first, last, span in blocks),
        tuple(Calendar(schedule, ends, Span(*span)) for schedule, ends, span in calendars),
    )


def _diagnostic_data(d: Diagnostic) -> dict[str, Any]:
    return {
        "code": d.code,
        "message": d.message,
        "labels": [[_span_data(label.span), label.text] for label in (d.primary, *d.secondary)],
        "severity": d.severity.value,
        "notes": d.notes,
        "help": d.help,
        "fixes": [
            [fix.title, fix.applicability.value, [[_span_data(edit.span), edit.text] for edit in fix.edits]]
            for fix in d.fixes
        ],
    }


def _diagnostic(data: dict[str, Any]) -> Diagnostic:
    primary, *secondary = (Label(Span(*span), text) for span, text in data["labels"])
    return Diagnostic(
        code=data["code"],
        message=data["message"],
        primary=primary,
        severity=Severity(data["severity"]),
        secondary=tuple(secondary),
        notes=tuple(data["notes"]),
        help=data["help"],
        fixes=tuple(_fix(*fix) for fix in data["fixes"]),
    )


def _fix(title: str, applicability: str, edits: list[Any]) -> Fix:
    made = tuple(Edit(Span(*span), text) for span, text in edits)
    return Fix(made, Applicability(applicability), title)
