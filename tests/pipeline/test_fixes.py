"""Applying fixes to files."""

from __future__ import annotations

from pathlib import Path

import pytest

from ringplan.diagnostics import Applicability, Diagnostic, Edit, Fix, Label, Span
from ringplan.fixes import repair


def fault(file: Path, line: int, column: int, end: int, text: str, *, sure: bool = True) -> Diagnostic:
    span = Span(str(file), line, column, line, end)
    kind = Applicability.MACHINE_APPLICABLE if sure else Applicability.MAYBE_INCORRECT
    return Diagnostic("RP301", "fault", Label(span), fixes=(Fix((Edit(span, text),), kind, f"write {text}"),))


def test_positions_count_code_points_and_every_kind_of_line_end(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_bytes("\ufeffa: Žluťoučký 😀 one\r\nb: two\rc: three\n".encode())
    faults = [fault(file, 1, 16, 19, "1"), fault(file, 2, 4, 7, "2"), fault(file, 3, 4, 9, "3")]
    assert len(repair(faults)) == 3
    assert file.read_bytes().decode() == "\ufeffa: Žluťoučký 😀 1\r\nb: 2\rc: 3\n"


def test_only_sure_fixes_are_applied_and_never_two_to_one_place(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text("a: one\n", encoding="utf-8")
    assert repair([fault(file, 1, 4, 7, "unsure", sure=False)]) == ()
    assert len(repair([fault(file, 1, 4, 7, "first"), fault(file, 1, 4, 7, "second")])) == 1
    assert file.read_text(encoding="utf-8") == "a: first\n"


def test_mode_stays_and_links_are_followed(tmp_path: Path) -> None:
    file, link = tmp_path / "x.yaml", tmp_path / "link.yaml"
    file.write_text("a: one\n", encoding="utf-8")
    file.chmod(0o640)
    link.symlink_to(file)
    repair([fault(link, 1, 4, 7, "two")])
    assert (file.read_text(encoding="utf-8"), file.stat().st_mode & 0o777) == ("a: two\n", 0o640)
    assert link.is_symlink()


@pytest.mark.parametrize("end", ["", "\n"])
def test_edit_at_the_end_of_the_file(tmp_path: Path, end: str) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(f"a: one{end}", encoding="utf-8")
    assert [done.line for done in repair([fault(file, 1, 4, 7, "two")])] == [1]
    assert file.read_text(encoding="utf-8") == f"a: two{end}"
