"""The same manifests give the same bytes: in any process and order, with and without cache, however many workers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parent.parent / "examples" / "tenants"
PROGRAM = "from ringplan.cli import main; main()"


def ringplan(folder: Path, *arguments: str, seed: str = "0") -> str:
    """Run the command line in a process of its own; answers stdout."""
    environment = {**os.environ, "PYTHONHASHSEED": seed, "XDG_CACHE_HOME": str(folder / "cache")}
    command = [sys.executable, "-c", PROGRAM, *arguments]
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout


def copy(folder: Path, *, backwards: bool) -> None:
    """Copy the examples file by file, so that the file system knows them in the given order."""
    files = sorted((file for kind in ("*.yaml", "*.wav") for file in EXAMPLES.rglob(kind)), reverse=backwards)
    for file in files:
        target = folder / "tenants" / file.relative_to(EXAMPLES)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_hash_seed_and_file_order_leave_no_trace(tmp_path: Path) -> None:
    made = []
    for seed, backwards in (("1", False), ("2", True)):
        place = tmp_path / seed
        copy(place, backwards=backwards)
        ringplan(place, "compile", "tenants", "-o", "bundle", seed=seed)
        digest = ringplan(place, "print-ir", "tenants", "--digest", seed=seed)
        made.append((contents(place / "bundle"), digest, ringplan(place, "print-ir", "tenants", seed=seed)))
    assert made[0] == made[1]


@pytest.mark.parametrize("arguments", [("--no-cache",), ("--jobs", "1"), ("--jobs", "2"), ()])
def test_cache_and_workers_leave_no_trace(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    copy(tmp_path, backwards=False)
    for number in range(60):  # more than are compiled in one process
        extra = tmp_path / "tenants" / f"t{number:02d}"
        extra.mkdir()
        head = f"tenant: t{number:02d}\nname: T\ncountry: SK\ntime_zone: Europe/Bratislava\nlicensed_users: 2\n"
        number_line = f"numbers: [+4212203334{number:02d}]\n"
        user = "users: {a: {name: A, extension: 1200, phones: {desk: {secret: a}}}}\n"
        (extra / "tenant.yaml").write_text(head + number_line + user, encoding="utf-8")
    ringplan(tmp_path, "compile", "tenants", "-o", "plain", "--no-cache", "--jobs", "1")
    ringplan(tmp_path, "compile", "tenants", "-o", "first", *arguments)
    ringplan(tmp_path, "compile", "tenants", "-o", "second", *arguments)
    assert contents(tmp_path / "plain") == contents(tmp_path / "first") == contents(tmp_path / "second")
