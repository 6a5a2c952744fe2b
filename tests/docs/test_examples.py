"""The examples teach: no faults, the formatter's layout, completion in editors, and no number nobody answers."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from ringplan.ir import User
from ringplan.program import load_program

ROOT = Path(__file__).resolve().parents[2]
TENANTS = ROOT / "examples/tenants"
RINGPLAN = Path(sys.executable).parent / "ringplan"
FILES = sorted((ROOT / "examples").rglob("*.yaml"))
SCHEMAS = {"tenant.yaml": "tenant.schema.json", "platform.yaml": "platform.schema.json"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT / "examples").as_posix())
def test_the_first_line_names_the_schema(file: Path) -> None:
    first = file.read_bytes().split(b"\n", 1)[0].decode("utf-8")
    found = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert found, first
    wanted = ROOT / "schema" / SCHEMAS.get(file.name, "tenant-part.schema.json")
    assert (file.parent / found[1]).resolve() == wanted.resolve()
    assert wanted.is_file()


def test_the_tenants_have_no_faults_at_all() -> None:
    loaded = load_program(TENANTS)
    assert loaded.diagnostics == ()
    assert loaded.program is not None
    assert len(loaded.program.tenants) >= 4


def test_the_tenants_are_laid_out() -> None:
    done = subprocess.run([RINGPLAN, "fmt", "--check", TENANTS], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_number_that_is_shown_is_answered() -> None:
    program = load_program(TENANTS).program
    assert program is not None
    for tenant in program.tenants:
        answered = {entry.key for entry in tenant.numbers}
        for user in (node for node in tenant.nodes if isinstance(node, User)):
            assert user.identity.external_number in answered, user.id
            assert user.identity.emergency_number in answered, user.id


def test_every_broken_example_says_what_is_wrong() -> None:
    for folder in sorted((ROOT / "examples/broken").iterdir()):
        if folder.is_dir():
            text = b"".join(file.read_bytes() for file in folder.rglob("*.yaml"))
            assert b"# Wrong: " in text, folder.name
