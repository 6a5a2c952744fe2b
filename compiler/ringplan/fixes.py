"""Writing the sure fixes of diagnostics into the manifests they were found in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ringplan.diagnostics import Diagnostic
from ringplan.diagnostics.apply import apply_fixes, safe_fix
from ringplan.files import replace_file


@dataclass(frozen=True, slots=True)
class Repair:
    """A fix that was written."""

    file: str
    line: int
    code: str
    title: str


def repair(diagnostics: Iterable[Diagnostic]) -> tuple[Repair, ...]:
    """Write every machine-applicable fix; of fixes that touch the same text the first one. Raises OSError.

    A file's mode, line ends and byte order mark stay; of a symbolic link the target is rewritten.
    """
    wanted = [(diagnostic, fix) for diagnostic in diagnostics if (fix := safe_fix(diagnostic))]
    files = {edit.span.file for _, fix in wanted for edit in fix.edits}
    applied = apply_fixes(
        (diagnostic for diagnostic, _ in wanted),
        {file: Path(file).read_bytes().decode("utf-8") for file in files},
    )
    for file, text in sorted(applied.texts.items()):
        target = Path(file).resolve()
        replace_file(target, text.encode("utf-8"), target.stat().st_mode & 0o777)
    titles = dict(wanted)
    return tuple(
        Repair(fixed.primary.span.file, fixed.primary.span.line, fixed.code, titles[fixed].title)
        for fixed in applied.fixed
    )
