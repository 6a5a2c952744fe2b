"""From bytes to text: size, encoding and characters that have no place in a manifest."""

from __future__ import annotations

import re
from typing import Final

from ringplan.diagnostics import Diagnostic, Sink, Span
from ringplan.diagnostics.codes import diagnostic

MAX_BYTES: Final = 2 * 1024 * 1024
"""Largest file; a tenant with 2,000 users needs about half a megabyte."""
MAX_REPORTED: Final = 10
"""Forbidden characters reported of one file; a binary file would give thousands."""

_BOM: Final = "\ufeff"
# Control characters, the line separators that YAML 1.1 knows and editors do not show (every position after one would be
# wrong), and direction overrides, which let a manifest look different from what it says.
_FORBIDDEN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)
_LINE_END: Final = re.compile(r"\r\n|\r|\n")


def decode(content: bytes, file: str, sink: Sink) -> str | None:
    """The text of a manifest without its byte order mark; None after a fault was reported."""
    if len(content) > MAX_BYTES:
        message = f"the file is larger than {MAX_BYTES // 1024 // 1024} MiB"
        advice = "split the manifest into several files of the tenant's folder"
        sink.report(diagnostic("RP105", message, Span(file, 1, 1, 1, 1), help=advice))
        return None
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        sink.report(_not_utf8(content, error, file))
        return None
    text = text.removeprefix(_BOM)
    if _FORBIDDEN.search(text) is None:
        return text
    _report_forbidden(text, file, sink)
    return None


def position(text: str, index: int) -> tuple[int, int]:
    """Line and column, both from 1, of a code point of the text."""
    line, begin = 1, 0
    for found in _LINE_END.finditer(text, 0, index):
        line, begin = line + 1, found.end()
    return line, index - begin + 1


def _not_utf8(content: bytes, error: UnicodeDecodeError, file: str) -> Diagnostic:
    before = content[: error.start].decode("utf-8").removeprefix(_BOM)
    line, column = position(before, len(before))
    return diagnostic(
        "RP106",
        "the file is not UTF-8",
        Span(file, line, column, line, column + 1),
        label=f"byte 0x{content[error.start]:02x} belongs to another encoding",
        help="save the file as UTF-8",
    )


def _report_forbidden(text: str, file: str, sink: Sink) -> None:
    for count, found in enumerate(_FORBIDDEN.finditer(text)):
        if count == MAX_REPORTED:
            break
        line, column = position(text, found.start())
        sink.report(
            diagnostic(
                "RP106",
                f"the character U+{ord(found[0]):04X} is not allowed",
                Span(file, line, column, line, column + 1),
                label="an invisible character" if ord(found[0]) > 0xFF else "a control character",
                help="remove it; in text between double quotes it can be written as an escape",
            )
        )
