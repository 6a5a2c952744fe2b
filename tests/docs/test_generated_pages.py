"""The generated reference pages are up to date and complete."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import ringplan_schema
from ringplan.cli import COMMANDS
from ringplan.commands.import_ics import import_app
from ringplan_schema.base import Section

ROOT = Path(__file__).resolve().parents[2]
MANIFEST = (ROOT / "docs/manifest.md").read_text(encoding="utf-8")
SECTIONS = {
    name: found for name in ringplan_schema.__all__ if isinstance(found := getattr(ringplan_schema, name), type)
}


def test_the_pages_are_fresh() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/generate_docs.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", SECTIONS)
def test_every_field_is_described(name: str) -> None:
    model = SECTIONS[name]
    assert issubclass(model, Section)
    chapter = MANIFEST.split(f"\n### {name}\n", 1)[1].split("\n##", 1)[0]
    names = [field.alias or name for name, field in model.model_fields.items()]
    assert re.findall(r"^\| `(\w+)` \|", chapter, flags=re.MULTILINE) == names


def test_every_link_leads_somewhere() -> None:
    anchors = {heading.lower() for heading in re.findall(r"^### (\w+)$", MANIFEST, flags=re.MULTILINE)}
    assert set(re.findall(r"\]\(#(\w+)\)", MANIFEST)) <= anchors


def test_every_command_is_described() -> None:
    page = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
    commands = set(COMMANDS) - {"import"} | {f"import {info.name}" for info in import_app.registered_commands}
    assert {f"ringplan {name}" for name in commands} == set(
        re.findall(r"^## (ringplan \S.*)$", page, flags=re.MULTILINE)
    )
