"""Recorded changes: two versions of a small fleet and the sentences a reviewer reads."""

from __future__ import annotations

import io
import shlex
import shutil
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from pytest_regressions.file_regression import FileRegressionFixture

from ringplan import patterns
from ringplan.cli import main
from ringplan.plan.fleet import make_plan
from ringplan.plan.model import Plan
from ringplan.plan.render import text
from ringplan.plan.sides import between_folders

CHANGES = Path(__file__).parent / "changes"
NAMES = sorted(folder.name for folder in CHANGES.iterdir() if folder.is_dir())


def write(name: str, version: str, folder: Path) -> None:
    """Write one version of a recorded change: tenant ``acme``, perhaps others, and the platform."""
    target = folder / version
    target.mkdir()
    shutil.copyfile(CHANGES / "platform.yaml", target / "platform.yaml")
    for file in sorted((CHANGES / name).glob(f"{version}*.yaml")):
        _, *rest, _ = file.name.split(".")
        tenant = rest[0] if rest else "acme"
        if tenant == "platform":
            shutil.copyfile(file, target / "platform.yaml")
            continue
        (target / tenant).mkdir()
        shutil.copyfile(file, target / tenant / "tenant.yaml")


@pytest.fixture
def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which the versions are, which is the current one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def plan_of(name: str, folder: Path) -> Plan:
    """The plan of a recorded change."""
    for version in ("base", "head"):
        write(name, version, folder)
    return make_plan(between_folders(Path("base"), Path("head")).sides)


def traced(command: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """What a command prints."""
    out, err = io.StringIO(), io.StringIO()
    with monkeypatch.context() as changed, redirect_stdout(out), redirect_stderr(err):
        changed.setattr(sys, "argv", shlex.split(command))
        with pytest.raises(SystemExit) as ended:
            main()
    assert ended.value.code == 0, err.getvalue()
    return out.getvalue()


@pytest.mark.parametrize("name", NAMES)
def test_what_a_reviewer_reads(
    name: str, fleet: Path, file_regression: FileRegressionFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_of(name, fleet)
    assert bool(plan.changes) is not name.startswith("nothing_")
    for change in plan.changes:
        if change.witness is not None:
            assert "nobody notices" not in traced(change.witness.command, monkeypatch), change.witness.command
    file_regression.check(text.render(plan), fullpath=CHANGES / name / "plan.txt", encoding="utf-8")


def test_masks_too_entangled_to_compare_are_said(fleet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for version in ("base", "head"):
        write("mask_wider", version, fleet)
    sides = between_folders(Path("base"), Path("head")).sides
    monkeypatch.setattr(patterns, "MAX_WAYS", -1)
    found = make_plan(sides)
    [change] = [one for one in found.changes if "too entangled" in one.sentence]
    assert change.sentence.startswith("calls by all users to numbers outside: the masks change, and it is not decided")
    assert change.witness is None
    assert [cause.address for cause in change.causes] == ["acme/number_masks/lottery"]
