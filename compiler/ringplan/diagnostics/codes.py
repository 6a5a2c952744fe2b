"""The registry of diagnostic codes, and the constructors that every pass uses.

A code is never reused; one that is no longer reported stays in the registry as retired.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import takewhile
from types import MappingProxyType
from typing import Final

from .catalogue import ALL
from .code import Code
from .model import Applicability, Diagnostic, Edit, Fix, Label, Severity
from .near_miss import edit_distance
from .span import Span

__all__ = ["CODES", "Code", "UnknownCodeError", "codes_markdown", "diagnostic", "explain", "replace"]

CODES: Final[Mapping[str, Code]] = MappingProxyType({code.code: code for code in ALL})
"""Every code, in order."""


class UnknownCodeError(LookupError):
    """The code is not in the registry."""


def diagnostic(
    code: str,
    message: str,
    at: Span,
    *,
    label: str = "",
    secondary: Iterable[Label] = (),
    notes: Iterable[str] = (),
    help: str | None = None,  # noqa: A002 - the name of the field
    fixes: Iterable[Fix] = (),
    severity: Severity | None = None,
) -> Diagnostic:
    """A diagnostic of a registered code; its severity is the registry's unless stated otherwise."""
    registered = CODES.get(code)
    if registered is None:
        raise UnknownCodeError(f"no such diagnostic code: {code}")
    return Diagnostic(
        code=code,
        message=message,
        primary=Label(at, label),
        severity=registered.severity if severity is None else severity,
        secondary=tuple(secondary),
        notes=tuple(notes),
        help=help,
        fixes=tuple(fixes),
    )


def replace(span: Span, text: str, *, sure: bool, title: str | None = None) -> Fix:
    """A fix that writes ``text`` in place of ``span``; ``sure``: ``check --fix`` may apply it unseen."""
    applicability = Applicability.MACHINE_APPLICABLE if sure else Applicability.MAYBE_INCORRECT
    return Fix((Edit(span, text),), applicability, title or f"replace with `{text}`")


def explain(code: str) -> str:
    """The page of a code as Markdown; raises ``UnknownCodeError`` whose message names a similar code."""
    wanted = code.strip().upper()
    found = CODES.get(wanted)
    if found is not None:
        return found.page()
    similar = min(CODES, key=lambda known: (edit_distance(wanted[:20], known), -_shared(wanted, known)))
    is_near = edit_distance(wanted[:20], similar) <= 2
    hint = f"; a similar code exists: {similar} ({CODES[similar].title})" if is_near else ""
    raise UnknownCodeError(f"no such diagnostic code: {code[:20]}{hint}")


def _shared(one: str, other: str) -> int:
    """Length of the common beginning: codes of one family are more alike than their digits say."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def codes_markdown() -> str:
    """The page of all codes, ``docs/codes.md``."""
    lines = [
        "<!-- written by `python -m ringplan.diagnostics`; edit compiler/ringplan/diagnostics/catalogue -->",
        "# Diagnostic codes",
        "",
        "RP1xx syntax, 2xx schema, 3xx names, 4xx numbers, 5xx schedules, 6xx emergency and safety, 7xx targets,",
        "8xx fleet, platform.",
        "`ringplan explain CODE` prints one of these pages; `examples/broken/CODE` has the fault.",
        "",
        "| code | severity | fix | what is wrong |",
        "|---|---|---|---|",
    ]
    for code in CODES.values():
        fix = "`--fix`" if code.fixable else ""
        lines.append(f"| [{code.code}](#{code.code.lower()}) | {code.severity} | {fix} | {code.title} |")
    pages = (code.page().replace("\n## ", "\n### ") for code in CODES.values())
    anchored = (f'<a id="{page[2:7].lower()}"></a>\n\n#{page}' for page in pages)
    return "\n".join(lines) + "\n\n" + "\n".join(anchored)
