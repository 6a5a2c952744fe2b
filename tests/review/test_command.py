"""``ringplan review`` on real repositories."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.passes.answered import recording
from tests.review.git import Repository, fleet
from typer.testing import CliRunner

from ringplan.cli import app
from ringplan.frontend.discover import UsageError

SALES, TENANT = "novak/departments/sales.yaml", "novak/tenant.yaml"
FORWARD = ("unreachable: 0602123456", "unreachable: 0602123457")
EVA, JAN, BOSS, OPERATOR = "eva@novak.example", "jan@novak.example", "boss@novak.example", "op@ringplan.example"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.chdir(tmp_path)
    return fleet(tmp_path)


def review(*arguments: str, path: str = "tenants", base: str = "HEAD") -> tuple[int, str]:
    done = CliRunner().invoke(app, ["review", path, "--base", base, *arguments])
    if isinstance(done.exception, UsageError):
        return 2, str(done.exception)
    return done.exit_code, done.output


def data(*arguments: str) -> dict[str, Any]:
    found = json.loads(review("--json", *arguments)[1])
    assert isinstance(found, dict)
    return found


def test_own_forwarding_is_allowed_and_others_is_not(repository: Repository) -> None:
    repository.replace(SALES, *FORWARD)
    code, text = review("--author", EVA)
    assert (code, text) == (
        0,
        "allowed novak/users/novakova forward.unreachable: 0602123456 → 0602123457 (eva@novak.example as user)\n"
        "1 change: allowed\n",
    )
    code, text = review("--author", "stranger@novak.example")
    assert code == 4
    assert f"needs user novakova or higher ({EVA}, {JAN}, {BOSS}, {OPERATOR})" in text


def test_the_author_is_that_of_head_and_mailmap_changes_nothing(repository: Repository) -> None:
    repository.replace(SALES, *FORWARD)
    repository.commit(EVA)
    assert review(base="HEAD~1")[0] == 0
    repository.replace(TENANT, "licensed_users: 12", "licensed_users: 13")
    (repository.folder / ".mailmap").write_text(f"Op <{OPERATOR}> <{EVA}>\n", encoding="utf-8")
    repository.commit(EVA)
    assert review(base="HEAD~2")[0] == 4
    repository.git("commit", "--quiet", "--allow-empty", "-m", "x", author=OPERATOR)
    code, text = review(base="HEAD~3")
    assert (code, "several people made commits" in text) == (0, True)


def test_json_names_approvals_and_takes_them(repository: Repository) -> None:
    repository.replace(TENANT, "licensed_users: 12", "licensed_users: 13")
    repository.replace(SALES, "name: Jana Nováková", "name: Jana")
    found = data("--author", EVA)
    assert found["verdict"] == "denied"
    by_field = {one["field"]: one for one in found["changes"]}
    assert by_field["licensed_users"]["needs"] == [{"role": "operator", "ids": [OPERATOR]}]
    assert by_field["name"]["needs"] == [{"role": "department sales or higher", "ids": [JAN, BOSS, OPERATOR]}]
    assert review("--author", EVA, "--approved-by", JAN)[0] == 4
    assert data("--author", EVA, "--approved-by", OPERATOR)["verdict"] == "allowed"


def test_other_words_in_a_recording_are_a_change(repository: Repository) -> None:
    told = "announcements:\n  told: {extension: 1400, department: sales, prompt: {file: prompts/told.wav}}\n"
    (repository.tenants / "novak/told.yaml").write_text(told, encoding="utf-8")
    content = recording(repository.tenants / "novak", "told.wav")
    repository.commit()
    assert review("--author", EVA) == (0, "nothing changes by meaning\n")
    (repository.tenants / "novak/prompts/told.wav").write_bytes(content[:2000] + bytes(2) + content[2002:])
    code, text = review("--author", EVA)
    assert code == 4
    assert "announcements/told prompt.file: prompts/told.wav (" in text
    assert review("--author", JAN)[0] == 0


def test_files_that_move_are_no_change(repository: Repository) -> None:
    (repository.tenants / "novak/elsewhere").mkdir()
    (repository.tenants / SALES).rename(repository.tenants / "novak/elsewhere/people.yaml")
    assert review("--author", "stranger@x.example") == (0, "nothing changes by meaning\n")
    repository.replace("novak/elsewhere/people.yaml", *FORWARD)
    assert review("--author", "stranger@x.example")[0] == 4
    assert review("--author", EVA)[0] == 0


def test_splitting_files_hides_nothing(repository: Repository) -> None:
    # A user of another department is moved to an own file and changed there.
    office = repository.tenants / "novak/departments/office.yaml"
    text = office.read_text(encoding="utf-8")
    start, end = text.index("  kopecka:"), text.index("    forward: {busy: users/recepce, no_answer")
    entry = text[start:end].replace("Růžena", "R.")
    office.write_text(text[:start], encoding="utf-8")
    (repository.tenants / "novak/mine.yaml").write_text(f"users:\n{entry}", encoding="utf-8")
    code, text = review("--author", JAN)
    assert code == 4
    assert "novak/users/kopecka name" in text
    assert "novak/users/kopecka forward" in text


def test_attributes_of_git_hide_nothing_of_the_base(repository: Repository) -> None:
    (repository.tenants / ".gitattributes").write_text(
        "platform.yaml export-ignore\nnovak/departments/** export-ignore\n", encoding="utf-8"
    )
    repository.commit("stranger@x.example")
    repository.replace("platform.yaml", OPERATOR, "stranger@x.example")
    repository.replace("novak/departments/office.yaml", "department: office", "department: sales")
    code, text = review("--author", "stranger@x.example")
    assert code == 4
    assert "allowed" not in text.replace("not allowed", "")
    assert review("--author", JAN)[0] == 4


def test_links_are_refused(repository: Repository) -> None:
    office = repository.tenants / "novak/departments/office.yaml"
    outside = repository.folder / "outside.txt"
    outside.write_bytes(office.read_bytes())
    office.unlink()
    office.symlink_to(outside)
    code, text = review("--author", OPERATOR)
    assert (code, "is a link" in text) == (2, True)
    repository.commit()
    office.unlink()
    office.write_bytes(outside.read_bytes())
    code, text = review("--author", JAN)
    assert (code, "is a link in the base version" in text) == (2, True)


def test_a_repository_in_the_repository_is_refused(repository: Repository) -> None:
    (repository.tenants / "novak/departments/.git").mkdir()
    assert review("--author", OPERATOR)[0] == 2


def test_administrators_of_the_new_version_do_not_count(repository: Repository) -> None:
    repository.replace(TENANT, "administrators:\n", "administrators:\n  me@x.example: {role: tenant}\n")
    repository.replace("platform.yaml", "administrators:\n", "administrators:\n  me@x.example: {role: operator}\n")
    found = data("--author", "me@x.example")
    assert [(one["address"], one["field"], one["allowed"]) for one in found["changes"]] == [
        ("", "administrators.me@x.example", False),
        ("administrators/me@x.example", "", False),
    ]
    repository.commit()
    repository.replace(TENANT, "licensed_users: 12", "licensed_users: 13")
    assert review("--author", "me@x.example")[0] == 0


def test_tenants_without_administrators_are_the_operators(repository: Repository) -> None:
    repository.replace("lipa/tenant.yaml", "licensed_users: ", "licensed_users: 1")
    assert review("--author", BOSS)[0] == 4
    assert review("--author", OPERATOR)[0] == 0
    repository.git("rm", "-r", "--quiet", "--force", "tenants/lipa")
    code, text = review("--author", BOSS)
    assert (code, "removed lipa" in text) == (4, True)


def test_one_tenants_folder_alone(repository: Repository) -> None:
    repository.replace(SALES, *FORWARD)
    repository.replace("lipa/tenant.yaml", "licensed_users: ", "licensed_users: 1")
    assert review("--author", EVA, path="tenants/novak")[0] == 0
    assert review("--author", EVA, path="tenants/lipa")[0] == 4


def test_without_operators_nobody_is_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = fleet(tmp_path, operators=False, people=False)
    made.replace("platform.yaml", "exchange:", "administrators:\n  me@x.example: {role: operator}\n\nexchange:")
    made.replace(TENANT, "licensed_users: 12", "licensed_users: 13")
    code, text = review("--author", "me@x.example")
    assert code == 2
    assert "novak" in text
    assert "nobody can be judged" in text
    assert data("--author", "me@x.example")["unjudged"] == ["platform", "novak"]


def test_a_platform_that_is_new_names_nobody_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = fleet(tmp_path)
    made.git("rm", "--quiet", "--cached", "tenants/platform.yaml")
    made.git("commit", "--quiet", "-m", "x")
    assert review("--author", OPERATOR)[0] == 2


def test_errors_in_the_new_version_end_with_1_and_wrong_references_with_2(repository: Repository) -> None:
    repository.replace(TENANT, "role: tenant", "role: king")
    assert review("--author", BOSS)[0] == 1
    assert review("--author", BOSS, base="nowhere")[0] == 2
    assert review("--author", BOSS, base="--output=x")[0] == 2


def test_a_base_that_cannot_be_read_is_repaired_by_the_operator(repository: Repository) -> None:
    repository.replace(TENANT, "country: CZ", "country: XX")
    repository.commit()
    repository.replace(TENANT, "country: XX", "country: CZ")
    assert review("--author", BOSS)[0] == 4
    assert review("--author", OPERATOR)[0] == 0
