"""The deliberate ends every tenant has, and what callers hear then."""

from __future__ import annotations

from ringplan import ir
from ringplan.diagnostics import Span
from ringplan_schema import Tenant as Manifest

from .prompts import Prompts

REJECTS = (
    ("barred", 403, "Call Barred"),
    ("busy", 486, "Busy Here"),
    ("closed", 480, "Closed"),
    ("diversions", 480, "Too Many Diversions"),
    ("no-answer", 480, "No Answer"),
    ("no-trunk", 503, "No Trunk Available"),
    ("outside-prefix", 404, "Dial The Outside Prefix First"),
    ("unknown-number", 404, "Not Found"),
    ("unreachable", 480, "Temporarily Unavailable"),
)
"""Name, SIP code, reason phrase."""


def rejections(manifest: Manifest, span: Span, prompts: Prompts) -> list[ir.Reject]:
    """The nodes in which calls end."""
    found = []
    for name, code, why in REJECTS:
        field = name.replace("-", "_")
        prompt = prompts.played(("treatments", field), getattr(manifest.treatments, field))
        found.append(ir.Reject(f"{manifest.tenant}/reject/{name}", code, why, span, prompt))
    return found


def ending(name: str) -> tuple[int, str]:
    """SIP code and reason phrase of an end, in the words of the manifest: ``no_answer``."""
    return next((code, why) for known, code, why in REJECTS if known == name.replace("_", "-"))
