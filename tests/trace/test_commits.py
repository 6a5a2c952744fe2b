"""Which commits the lines come from, and that asking runs nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.review.git import Repository

from ringplan.diagnostics import Span
from ringplan.trace.commits import Committed, Touched, earlier, touched

ADA, BOB = "ada@example.org", "bob@example.org"


def spans(file: Path, *lines: int) -> list[Span]:
    return [Span(str(file), line, 1, line, 2) for line in lines]


def subjects(found: Touched) -> list[str | None]:
    """What is said of the lines, in order; None: not committed."""
    return [commit.subject if commit else None for _, commit in sorted(found.lines.items())]


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)


def commit(repository: Repository, text: str, subject: str, author: str = ADA) -> Path:
    file = repository.folder / "tenant.yaml"
    file.write_text(text, encoding="utf-8")
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "-m", subject, author=author)
    return file


def test_each_line_has_the_commit_that_touched_it_last(repository: Repository) -> None:
    commit(repository, "a\nb\nc\n", "first")
    file = commit(repository, "a\nB\nc\n", "second", BOB)
    found = touched(spans(file, 1, 2, 3))
    assert subjects(found) == ["first", "second", "first"]
    second = found.lines[(str(file), 2)]
    assert second is not None
    assert second.id == repository.git("rev-parse", "HEAD").strip()
    assert second.author == "x"
    assert second.date == repository.git("log", "-1", "--format=%ad", "--date=short").strip()
    assert not second.is_oldest
    assert found.is_complete


def test_the_date_is_the_authors_day(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository.folder / "tenant.yaml").write_text("a\n", encoding="utf-8")
    repository.git("add", "--all")
    repository.git("commit", "-qm", "x", "--date", "2026-11-24T00:30:00+0530")
    found = touched(spans(repository.folder / "tenant.yaml", 1)).lines.values()
    assert [one.date for one in found if one is not None] == ["2026-11-24"]


def test_edited_lines_are_not_committed_and_others_keep_their_commit(repository: Repository) -> None:
    commit(repository, "a\nb\nc\n", "first")
    file = commit(repository, "a\nB\nc\n", "second")
    file.write_text("new\na\nB\nedited\nc\n", encoding="utf-8")
    assert subjects(touched(spans(file, 1, 2, 3, 4, 5))) == [None, "first", "second", None, "first"]
    repository.git("add", "--all")  # staged is not committed
    assert subjects(touched(spans(file, 1, 2))) == [None, "first"]


def test_a_file_git_does_not_know_is_not_committed(repository: Repository) -> None:
    file = repository.folder / "new.yaml"
    file.write_text("a\n", encoding="utf-8")
    assert subjects(touched(spans(file, 1))) == [None]  # there is no commit at all
    commit(repository, "a\n", "first")
    repository.git("rm", "-q", "--cached", "new.yaml")
    repository.git("commit", "-qm", "forget")
    assert subjects(touched(spans(file, 1))) == [None]


def test_without_git_nothing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "tenant.yaml"
    file.write_text("a\n", encoding="utf-8")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert touched(spans(file, 1)) == Touched()
    assert touched(spans(tmp_path / "missing.yaml", 1)) == Touched()
    monkeypatch.setenv("PATH", str(tmp_path))
    assert touched(spans(file, 1)) == Touched()


def test_a_linked_file_is_asked_where_it_lies(repository: Repository, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = commit(repository, "a\n", "first")
    link = tmp_path_factory.mktemp("elsewhere") / "tenant.yaml"
    link.symlink_to(file)
    assert subjects(touched(spans(link, 1))) == ["first"]


def test_lines_of_an_earlier_version(repository: Repository) -> None:
    commit(repository, "a\nb\n", "first")
    old = repository.git("rev-parse", "HEAD").strip()
    file = commit(repository, "x\na\nB\n", "second")
    file.unlink()
    at = Committed(repository.folder, old)
    assert subjects(touched(spans(file, 1, 2), at)) == ["first", "first"]


def test_a_shallow_history_says_that_lines_may_be_older(repository: Repository, tmp_path: Path) -> None:
    commit(repository, "a\n", "first")
    file = commit(repository, "a\nb\n", "second")
    root = touched(spans(file, 1)).lines[(str(file), 1)]
    assert root is not None
    assert not root.is_oldest  # the first commit of all is no cut
    clone = tmp_path / "clone"
    repository.git("clone", "-q", "--depth", "1", f"file://{repository.folder}", str(clone))
    file = clone / "tenant.yaml"
    cut = touched(spans(file, 1)).lines[(str(file), 1)]
    assert cut is not None
    assert (cut.subject, cut.is_oldest) == ("second", True)


def test_nothing_that_a_repository_names_is_run(repository: Repository, tmp_path: Path) -> None:
    trap, sprung = tmp_path / "trap", tmp_path / "sprung"
    trap.write_text(f"#!/bin/sh\necho $0 $@ >> {sprung}\ncat\n", encoding="utf-8")
    trap.chmod(0o755)
    file = commit(repository, "a\nb\n", "first")
    (repository.folder / ".gitattributes").write_text("*.yaml filter=x diff=x text eol=crlf\n", encoding="utf-8")
    repository.git("add", "--all")
    repository.git("commit", "-qm", "attributes")
    for key in (
        *("filter.x.clean", "filter.x.smudge", "filter.x.process", "diff.x.textconv", "diff.x.command"),
        *("core.fsmonitor", "core.sshCommand", "core.pager", "diff.external", "gpg.program", "pager.blame"),
    ):
        repository.git("config", key, str(trap))
    repository.git("config", "log.showSignature", "true")
    repository.git("config", "blame.ignoreRevsFile", str(tmp_path / "missing"))
    file.write_text("a\nedited\n", encoding="utf-8")
    assert subjects(touched(spans(file, 1, 2))) == ["first", None]
    assert not sprung.exists()


def test_a_repository_among_the_files_is_not_believed(repository: Repository, tmp_path: Path) -> None:
    """A folder that looks like a bare repository brings a configuration of its own."""
    inner = repository.folder / "tenant"
    repository.git("init", "-q", "--bare", str(inner))
    for key, value in (("core.worktree", str(inner)), ("core.bare", "false")):
        repository.git("config", "--file", str(inner / "config"), key, value)
    file = inner / "tenant.yaml"
    file.write_text("a\n", encoding="utf-8")
    assert touched(spans(file, 1)) == Touched()


def test_missing_history_is_not_fetched(repository: Repository, tmp_path: Path) -> None:
    repository.git("config", "uploadpack.allowFilter", "true")
    commit(repository, "a\n", "first")
    commit(repository, "a\nb\n", "second")
    clone = tmp_path / "clone"
    repository.git("clone", "-q", "--filter=blob:none", "--no-checkout", f"file://{repository.folder}", str(clone))
    file = clone / "tenant.yaml"
    file.write_text("a\nb\n", encoding="utf-8")
    packs = set((clone / ".git/objects/pack").iterdir())
    assert touched(spans(file, 1)) == Touched()
    assert set((clone / ".git/objects/pack").iterdir()) == packs


def test_time_is_bounded(repository: Repository) -> None:
    file = commit(repository, "a\n", "first")
    assert touched(spans(file, 1), wait=0.0) == Touched({}, is_complete=False)


LINES = st.lists(st.sampled_from([b"a", b"b", b"", b"\xff"]), max_size=12).map(b"\n".join)


@given(LINES, LINES)
def test_a_line_is_found_in_an_earlier_text_only_where_it_stands(old: bytes, new: bytes) -> None:
    before, after = old.removesuffix(b"\n").split(b"\n"), new.removesuffix(b"\n").split(b"\n")
    wanted = range(1, len(after) + 1)
    found, added = earlier(old, new, wanted)
    assert set(found) | added == set(wanted)
    assert not set(found) & added
    assert all(before[was - 1] == after[line - 1] for line, was in found.items())
    assert [was for _, was in sorted(found.items())] == sorted(set(found.values()))  # in order, and none twice


def test_ends_of_lines_do_not_matter_and_too_much_is_not_compared() -> None:
    assert earlier(b"a\nb\n", b"a\r\nb\r\n", [1, 2]) == ({1: 1, 2: 2}, set())
    many = b"".join(b"%d\n" % number for number in range(3000))
    other = b"".join(b"x%d\n" % number for number in range(3000))
    assert earlier(b"a\n" + many + b"z\n", b"a\n" + other + b"y\nz\n", [1, 2, 3002, 3003]) == (
        {1: 1, 3003: 3002},
        set(),
    )
