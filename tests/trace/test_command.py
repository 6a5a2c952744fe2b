"""``ringplan trace`` in a git checkout."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Run, here, run  # noqa: F401 - fixtures
from tests.review.git import EXAMPLES, Repository

CALL = ("--from", "lipa:13", "--to", "lipa:10")
SENT = "answered by lipa/users/lipova/phones/desk or lipa/users/lipova/phones/mobile"


@pytest.fixture
def repository(here: Path) -> Repository:  # noqa: F811 - a fixture
    """One tenant of the examples, committed, then edited in a second commit."""
    made = Repository(here)
    (made.tenants / "lipa").mkdir(parents=True)
    for file in ("platform.yaml", "lipa/tenant.yaml"):
        text = (EXAMPLES / file).read_text(encoding="utf-8").replace("tenants: [vltava]", "tenants: [lipa]")
        (made.tenants / file).write_text(text, encoding="utf-8")
    made.git("add", "--all")
    made.git("commit", "-qm", "Found the office")
    made.replace("lipa/tenant.yaml", "  lipova:\n", "  lipova:   # by the window\n")
    made.git("commit", "-qam", "Say where she\x1b[31m sits")
    return made


def heads(repository: Repository) -> tuple[str, str]:
    """Both commits, in short."""
    first, second = repository.git("rev-parse", "HEAD~1", "HEAD").split()
    return first[:7], second[:7]


def test_steps_have_commits_and_commits_are_told_once(run: Run, repository: Repository) -> None:  # noqa: F811
    first, second = heads(repository)
    done = run("trace", "tenants", *CALL)
    steps = [line for line in done.stdout.split("\n") if line.startswith(("├─", "└─"))]
    assert [line.rsplit(" ", 1)[1] for line in steps] == [first, second, first, second]
    told = done.stdout.partition("\ncommits\n")[2].split("\n\n")[0].split("\n")
    assert [line.split()[0] for line in told] == [first, second]
    assert told[0].endswith("  x: Found the office")
    assert told[1].endswith("  x: Say where she\\x1b[31m sits")
    assert done.stdout.endswith(f"\n\n{SENT}\n")


def test_edited_lines_and_the_data(run: Run, repository: Repository) -> None:  # noqa: F811
    first, second = heads(repository)
    repository.replace("lipa/tenant.yaml", "  zizka:\n", "  zizka:   # again\n")
    repository.replace("lipa/tenant.yaml", "tenant: lipa", "\ntenant: lipa")
    done = run("trace", "tenants", *CALL)
    steps = [line for line in done.stdout.split("\n") if line.startswith(("├─", "└─"))]
    assert [line.rsplit(" ", 1)[1] for line in steps] == ["uncommitted", second, first, second]
    found: list[dict[str, Any]] = json.loads(run("trace", "tenants", *CALL, "--json").stdout)["steps"]
    assert [step["uncommitted"] for step in found] == [True, False, False, False]
    assert [step["commit"] and step["commit"]["id"][:7] for step in found] == [None, second, first, second]
    assert found[1]["commit"].keys() == {"id", "date", "author", "subject", "is_oldest"}


def test_an_earlier_version_has_the_commits_of_then(run: Run, repository: Repository) -> None:  # noqa: F811
    first, second = heads(repository)
    for path in ("tenants", "tenants/lipa"):
        both = json.loads(run("trace", path, *CALL, "--against", "HEAD~1", "--json").stdout)
        ids = {version: [step["commit"]["id"][:7] for step in both[version]["steps"]] for version in ("before", "now")}
        assert ids == {"before": [first] * 4, "now": [first, second, first, second]}
        assert {step["place"]["file"] for step in both["before"]["steps"]} == {"tenants/lipa/tenant.yaml"}
    assert "nobody notices a difference" in run("trace", "tenants", *CALL, "--against", "HEAD~1").stdout


def test_without_git_there_are_no_commits(run: Run, repository: Repository) -> None:  # noqa: F811
    done = run("trace", "tenants", *CALL, GIT_DIR="/nowhere")
    assert "\ncommits\n" not in done.stdout
    assert done.stdout.endswith(f"\n\n{SENT}\n")


def test_a_transfer(run: Run, repository: Repository) -> None:  # noqa: F811
    done = run("trace", "tenants", *CALL, "--refer", "lipa:14", "--refer-by", "calling")
    assert "lipa/users/zizka/phones/desk transfers the call to 14" in done.stdout
    assert done.stdout.endswith("\nanswered by lipa/users/meeting/phones/table\n")
    unknown = run("trace", "tenants", *CALL, "--refer", "lipa:99")
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert "`99`" in unknown.stderr
    nowhere = run("trace", "tenants", *CALL, "--refer", "lippa:14")
    assert "`lipa`" in nowhere.stderr
