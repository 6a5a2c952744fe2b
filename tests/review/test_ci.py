"""The CI recipes: they are YAML, their commands exist, and their scripts do on a repository what they promise."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from ruamel.yaml import YAML
from tests.review.git import Repository, fleet

from ringplan.cli import app

FOLDER = Path(__file__).resolve().parents[2] / "docs/ci"
RECIPES = sorted(FOLDER.glob("*.yaml"))
COMMAND = re.compile(r"\bringplan [a-z]\w*[^\n|>;}]*")
BASH = ["bash", "-e", "-o", "pipefail", "-c"]


def load(name: str) -> Any:
    return YAML(typ="safe", pure=True).load((FOLDER / name).read_text(encoding="utf-8"))


def texts(node: Any) -> Iterator[str]:
    """Every text that is run."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key not in ("name", "id"):
                yield from texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from texts(value)
    elif isinstance(node, str):
        yield node


def commands() -> Iterator[Any]:
    for file in RECIPES:
        for text in texts(load(file.name)):
            for found in COMMAND.finditer(text):
                yield pytest.param(found[0].strip(), id=f"{file.stem}-{found[0].strip()}")


@pytest.mark.parametrize("command", list(commands()))
def test_every_command_is_one(command: str) -> None:
    group: Any = typer.main.get_command(app)
    _, name, *arguments = shlex.split(command)
    group.get_command(typer.Context(group), name).make_context(f"ringplan {name}", arguments)


def test_the_recipes_hold_what_they_should() -> None:
    wanted = {"check", "fmt", "plan", "review", "verify"}
    for name in ("github.yaml", "gitlab.yaml"):
        found = {one[0].split()[1] for text in texts(load(name)) for one in COMMAND.finditer(text)}
        assert found == wanted
    assert {one[0].split()[1] for text in texts(load("pre-commit.yaml")) for one in COMMAND.finditer(text)} == {
        "check",
        "fmt",
    }


def github() -> list[tuple[str, str]]:
    """The scripts of the first job that need no forge."""
    steps = load("github.yaml")["jobs"]["tenants"]["steps"]
    return [(one["name"], one["run"]) for one in steps if "run" in one and one["name"] not in ("install", "comment")]


def gitlab() -> list[tuple[str, str]]:
    jobs = load("gitlab.yaml")
    return [(name, "\n".join(jobs[name]["script"])) for name in ("check", "plan", "review")]


SCRIPTS = {"github": github(), "gitlab": gitlab()}


@pytest.fixture
def merged(tmp_path: Path) -> Repository:
    """A change of a user's forwarding, merged into the target branch, which has moved on."""
    made = fleet(tmp_path)
    made.git("checkout", "--quiet", "-b", "change")
    made.replace("novak/departments/sales.yaml", "unreachable: 0602123456", "unreachable: 0602123457")
    made.commit("eva@novak.example")
    made.git("checkout", "--quiet", "main")
    made.replace("lipa/tenant.yaml", "licensed_users: ", "licensed_users: 1")
    made.commit()
    made.git("merge", "--quiet", "--no-ff", "--no-edit", "change")
    return made


def run(repository: Repository, script: str, author: str) -> subprocess.CompletedProcess[str]:
    env = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "BASE": "HEAD^1",
        "AUTHOR": author,
        "XDG_CACHE_HOME": str(repository.folder / ".cache"),
    }
    return subprocess.run([*BASH, script], cwd=repository.folder, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("forge", SCRIPTS)
def test_a_change_that_is_allowed_passes_every_step(merged: Repository, forge: str) -> None:
    for name, script in SCRIPTS[forge]:
        done = run(merged, script, "eva@novak.example")
        assert done.returncode == 0, (name, done.stdout, done.stderr)
    assert '"version": "2.1.0"' in (merged.folder / "ringplan.sarif").read_text(encoding="utf-8")
    plan = (merged.folder / "plan.md").read_text(encoding="utf-8")
    assert "602 123 457" in plan
    assert "lipa" not in plan


@pytest.mark.parametrize("forge", SCRIPTS)
def test_a_change_that_is_not_allowed_fails_at_the_review_only(merged: Repository, forge: str) -> None:
    codes = {name: run(merged, script, "stranger").returncode for name, script in SCRIPTS[forge]}
    assert codes.pop("review") == 4
    assert set(codes.values()) == {0}


@pytest.mark.parametrize("forge", SCRIPTS)
def test_errors_fail_at_the_check(merged: Repository, forge: str) -> None:
    merged.replace("novak/tenant.yaml", "country: CZ", "country: XX")
    name, script = SCRIPTS[forge][0]
    done = run(merged, script, "stranger")
    assert (name, done.returncode) == ("check", 1)
    assert "RP206" in done.stdout or "country" in done.stdout
    assert (merged.folder / "ringplan.sarif").stat().st_size > 0


def verification(forge: str) -> str:
    """The command that plays what changes."""
    if forge == "github":
        return next(str(one["run"]) for one in load("github.yaml")["jobs"]["verify"]["steps"] if "run" in one)
    return "\n".join(load("gitlab.yaml")["verify"]["script"])


@pytest.mark.parametrize("forge", SCRIPTS)
def test_calls_that_change_are_verified_and_no_others(merged: Repository, forge: str) -> None:
    done = run(merged, f"{verification(forge)} --list", "x")
    assert done.returncode == 0, done.stderr
    ids = done.stdout.split()
    assert "novak/changed/1" in ids
    assert {one.split("/")[0] for one in ids} == {"novak"}
    every = run(merged, "ringplan verify tenants --list --tenant novak", "x").stdout.split()
    assert 1 < len(ids) < len(every) / 2
    assert {one for one in ids if "/changed/" not in one} < set(every)


def test_the_hooks_run(merged: Repository) -> None:
    for hook in load("pre-commit.yaml")["repos"][0]["hooks"]:
        assert run(merged, hook["entry"], "x").returncode == 0, hook["id"]
