"""``ringplan plan`` and ``trace --against`` as people run them, in a git repository."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from tests.cli.conftest import Run, here, run  # noqa: F401 - fixtures
from tests.plan.test_changes import CHANGES

OTHER = (CHANGES / "tenant_created" / "head.zeta.yaml").read_text(encoding="utf-8")
ACME = (CHANGES / "user_added" / "base.yaml").read_text(encoding="utf-8")


def git(folder: Path, *arguments: str) -> str:
    """Run git."""
    who = ("-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "safe.directory=*")
    done = subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout


@pytest.fixture
def fleet(here: Path) -> Path:  # noqa: F811 - a fixture
    """A committed fleet with two tenants below ``site/tenants``."""
    folder = here / "site/tenants"
    for name, text in (("acme", ACME), ("zeta", OTHER)):
        (folder / name).mkdir(parents=True)
        (folder / name / "tenant.yaml").write_text(text, encoding="utf-8")
    (folder / "platform.yaml").write_bytes((CHANGES / "platform.yaml").read_bytes())
    git(here, "init", "-q")
    git(here, "add", ".")
    git(here, "commit", "-qm", "first")
    return folder


def edit(folder: Path, old: str, new: str, tenant: str = "acme") -> None:
    """Replace text once in a tenant's manifest."""
    file = folder / tenant / "tenant.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_nothing_changed(run: Run, fleet: Path) -> None:  # noqa: F811
    done = run("plan", "site/tenants", "--base", "HEAD")
    assert (done.returncode, done.stdout, done.stderr) == (0, "plan: no call changes in 2 tenants\n", "")


def test_a_refactoring_changes_nothing(run: Run, fleet: Path) -> None:  # noqa: F811
    head, _, users = ACME.partition("users:\n")
    (fleet / "acme/tenant.yaml").write_text(head, encoding="utf-8")
    (fleet / "acme/people").mkdir()
    (fleet / "acme/people/all.yaml").write_text("# moved\nusers:\n" + users, encoding="utf-8")
    done = run("plan", "site/tenants", "--base", "HEAD")
    assert (done.returncode, done.stdout) == (0, "plan: no call changes in 2 tenants\n")


def test_a_change(run: Run, fleet: Path, here: Path) -> None:  # noqa: F811
    edit(fleet, "otherwise: users/guard", "otherwise: users/anna")
    status = git(here, "status", "--short")
    done = run("plan", "site/tenants", "--base", "HEAD")
    assert done.returncode == 3
    assert "outside Mon–Fri 08:00–17:30, and on holidays/CZ, calls to +420 222 333 400: " in done.stdout
    assert "rang users/guard, now rings users/anna" in done.stdout
    assert "because of acme/time_routes/main  site/tenants/acme/tenant.yaml:" in done.stdout
    assert git(here, "status", "--short") == status


def test_one_tenant(run: Run, fleet: Path) -> None:  # noqa: F811
    edit(fleet, "otherwise: users/guard", "otherwise: users/anna")
    done = run("plan", "site/tenants/acme", "--base", "HEAD")
    assert done.returncode == 3
    assert "in 1 of 1 tenant" in done.stdout
    assert run("plan", "site/tenants/zeta", "--base", "HEAD").returncode == 0


def test_a_place_in_the_old_version_is_named_as_in_git(run: Run, fleet: Path) -> None:  # noqa: F811
    edit(fleet, ", number: +420222444501", "", "zeta")
    edit(fleet, "olga: {name: Olga", "petra: {name: Petra", "zeta")
    done = run("plan", "site/tenants", "--base", "HEAD")
    assert "because of zeta/users/olga  site/tenants/zeta/tenant.yaml:8, removed" in done.stdout


def test_no_attribute_of_the_base_hides_what_was_there(run: Run, fleet: Path) -> None:  # noqa: F811
    edit(fleet, "otherwise: users/guard", "otherwise: users/anna")
    seen = run("plan", "site/tenants", "--base", "HEAD")
    git(fleet, "stash", "-q")
    (fleet / ".gitattributes").write_text("acme/** export-ignore\n", encoding="utf-8")
    git(fleet, "add", ".gitattributes")
    git(fleet, "commit", "-qm", "hide")
    git(fleet, "stash", "pop", "-q")
    assert seen.returncode == 3
    assert run("plan", "site/tenants", "--base", "HEAD").stdout == seen.stdout


def test_json_and_digest(run: Run, fleet: Path) -> None:  # noqa: F811
    edit(fleet, "otherwise: users/guard", "otherwise: users/anna")
    data = json.loads(run("plan", "site/tenants", "--base", "HEAD", "--format", "json").stdout)
    [change] = data["changes"]
    assert change["risk"] == "changed"
    assert change["about"] == ["+420222333400"]
    assert change["witness"]["before"] == "answered by acme/users/guard/phones/gate"
    assert run("plan", "site/tenants", "--base", "HEAD", "--digest", data["digest"]).returncode == 3
    refused = run("plan", "site/tenants", "--base", "HEAD", "--digest", "0123")
    assert refused.returncode == 1
    assert "something else would change" in refused.stderr


def test_markdown_is_never_too_long(run: Run, fleet: Path) -> None:  # noqa: F811
    users = "".join(
        f"  u{n}: {{name: U, extension: 14{n:02}, phones: {{desk: {{secret: acme/u{n}/desk}}}}}}\n" for n in range(14)
    )
    edit(fleet, "users:\n", "users:\n" + users)
    full = run("plan", "site/tenants", "--base", "HEAD", "--format", "markdown")
    assert full.returncode == 3
    assert "<details>" in full.stdout
    cut = run("plan", "site/tenants", "--base", "HEAD", "--format", "markdown", "--limit", "1000").stdout
    assert len(cut.encode()) <= 1000
    assert "changes more" in cut


def test_a_name_is_no_markup(run: Run, fleet: Path) -> None:  # noqa: F811
    edit(fleet, "name: Anna", 'name: "<b>*A*</b>"')
    text = run("plan", "site/tenants", "--base", "HEAD", "--format", "markdown").stdout
    assert "<b>" not in text
    assert "\\<b\\>\\*A\\*" in text


def test_protected_changes_need_a_word(run: Run, fleet: Path) -> None:  # noqa: F811
    for file in (fleet / "zeta").iterdir():
        file.unlink()
    (fleet / "zeta").rmdir()
    refused = run("plan", "site/tenants", "--base", "HEAD")
    assert refused.returncode == 1
    assert "refused: tenant zeta is deleted; allow it with --allow zeta:delete" in refused.stderr
    assert run("plan", "site/tenants", "--base", "HEAD", "--allow", "zeta:delete").returncode == 3
    assert run("plan", "site/tenants", "--base", "HEAD", "--allow", "zeta:everything").returncode == 2


def test_a_third_of_ten_numbers_is_protected(run: Run, fleet: Path) -> None:  # noqa: F811
    def users(count: int) -> str:
        lines = (
            f"  u{n}: {{name: U, extension: 14{n:02}, number: +4202223334{20 + n},"
            f" phones: {{desk: {{secret: acme/u{n}/desk}}}}}}\n"
            for n in range(count)
        )
        return "users:\n" + "".join(lines)

    edit(fleet, "users:\n", users(10))
    git(fleet, "commit", "-qam", "ten users more")
    edit(fleet, users(10), users(6))
    assert run("plan", "site/tenants", "--base", "HEAD").returncode == 3  # 4 of 15
    edit(fleet, users(6), users(5))
    refused = run("plan", "site/tenants", "--base", "HEAD")
    assert refused.returncode == 1
    assert "5 of 15 numbers" in refused.stderr
    assert "5 of 14 users" in refused.stderr
    words = ("--allow", "acme:numbers", "--allow", "acme:users")
    assert run("plan", "site/tenants", "--base", "HEAD", *words).returncode == 3


def test_errors_and_wrong_usage(run: Run, fleet: Path) -> None:  # noqa: F811
    assert run("plan", "site/tenants").returncode == 2
    assert run("plan", "site/tenants", "site/tenants", "--base", "HEAD").returncode == 2
    unknown = run("plan", "site/tenants", "--base", "nowhere")
    assert unknown.returncode == 2
    assert unknown.stderr == "error: 'nowhere' is no commit of this repository\n"
    assert run("plan", "site/tenants", "--base=--output=x").returncode == 2
    edit(fleet, "otherwise: users/guard", "otherwise: users/nobody")
    broken = run("plan", "site/tenants", "--base", "HEAD")
    assert broken.returncode == 1
    assert "the new version has errors" in broken.stderr


def test_a_fleet_that_is_new(run: Run, fleet: Path, here: Path) -> None:  # noqa: F811
    (here / "README").write_text("x", encoding="utf-8")
    first = git(here, "rev-parse", "HEAD").strip()
    (here / "more").mkdir()
    for name in ("platform.yaml", "zeta"):
        (fleet / name).rename(here / "more" / name)
    done = run("plan", "more", "--base", first)
    assert done.returncode == 3
    assert "the tenant zeta" in done.stdout
    assert "is new" in done.stdout


def test_trace_in_two_versions(run: Run, fleet: Path) -> None:  # noqa: F811
    edit(fleet, "otherwise: users/guard", "otherwise: users/anna")
    call = ("--from", "+420601111222", "--to", "+420222333400", "--at", "2026-03-01 10:00")
    done = run("trace", "site/tenants", *call, "--against", "HEAD")
    assert done.returncode == 0
    assert "== before (HEAD)" in done.stdout
    assert "they part at step 4" in done.stdout
    assert "site/tenants/acme/tenant.yaml:" in done.stdout
    assert "ringplan-" not in done.stdout
    data = json.loads(run("trace", "site/tenants", *call, "--against", "HEAD", "--json").stdout)
    assert data["same"] is False
    assert data["now"]["result"]["answered_by"] == ["acme/users/anna/phones/desk"]
    same = run("trace", "site/tenants", "--from", "acme:1201", "--to", "112", "--against", "HEAD")
    assert "nobody notices a difference" in same.stdout


def test_trace_of_somebody_who_is_new(run: Run, fleet: Path) -> None:  # noqa: F811
    edit(
        fleet, "  guard:\n", "  dana: {name: D, extension: 1204, phones: {desk: {secret: acme/dana/desk}}}\n  guard:\n"
    )
    words = ("--from", "acme/users/dana", "--to", "1201", "--silent", "acme/users/dana")
    done = run("trace", "site/tenants", *words, "--against", "HEAD")
    assert done.returncode == 0
    assert "the call is known to one of the versions only" in done.stdout
    assert run("trace", "site/tenants", "--from", "acme/users/x", "--to", "1201", "--against", "HEAD").returncode == 2


def test_a_base_without_a_platform_is_compared_with_this_one_and_it_is_said(run: Run, fleet: Path) -> None:  # noqa: F811
    git(fleet, "rm", "-q", "--cached", "platform.yaml")
    git(fleet, "commit", "-qm", "none")
    note = "platform.yaml is new: HEAD has none, and its tenants are compared as if they had had this one"
    done = run("plan", "site/tenants", "--base", "HEAD")
    assert (done.returncode, done.stdout) == (0, f"platform\n    {note}\n\nplan: no call changes in 2 tenants\n")
    edit(fleet, "otherwise: users/guard", "otherwise: users/anna")
    done = run("plan", "site/tenants", "--base", "HEAD", "--format", "json")
    data = json.loads(done.stdout)
    assert done.returncode == 3
    assert [(one["tenant"], one["text"]) for one in data["notes"]] == [("", note)]
    assert [one["tenant"] for one in data["changes"]] == ["acme"]


def test_a_platform_in_an_empty_base_needs_no_word(run: Run, fleet: Path) -> None:  # noqa: F811
    git(fleet, "rm", "-rq", "--cached", ".")
    git(fleet, "commit", "-qm", "nothing", "--allow-empty")
    done = run("plan", "site/tenants", "--base", "HEAD")
    assert done.returncode == 3
    assert "platform" not in done.stdout
    assert "the tenant zeta with 1 users and 1 numbers: was not there, is new" in done.stdout
