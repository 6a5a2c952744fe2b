"""A process that is killed while it compiles: one clear sentence, and nothing finished is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest
from tests.passes.builder import HEAD, PLATFORM, tenant

from ringplan import cli
from ringplan.cache import MemoryCache
from ringplan.compile import Job, Result, compile_one
from ringplan.pipeline import Options, WorkerLostError, check


def one_then_killed(jobs: Sequence[Job], processes: int, done: Callable[[int], None]) -> Iterator[Result]:
    """Compiles the first tenant, then loses its process."""
    del processes, done
    yield compile_one(jobs[0])
    raise BrokenProcessPool("a process was terminated abruptly")


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """Three sound tenants."""
    for digit, name in enumerate(("aa", "bb", "cc")):
        (tmp_path / name).mkdir()
        head = HEAD.replace("novak", name).replace("400..449", f"4{digit}0..4{digit}9")
        (tmp_path / name / "tenant.yaml").write_text(tenant(head=head), encoding="utf-8")
    (tmp_path / "platform.yaml").write_text(PLATFORM, encoding="utf-8")
    return tmp_path


def test_finished_tenants_are_remembered(fleet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = MemoryCache()
    with monkeypatch.context() as patch:
        patch.setattr("ringplan.compile.compile_all", one_then_killed)
        with pytest.raises(WorkerLostError, match="--jobs 1"):
            check(fleet, Options(cache))
    again = check(fleet, Options(cache))
    assert (again.compiled, again.diagnostics) == (2, ())


def test_one_sentence_says_what_to_do(
    fleet: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("ringplan.compile.compile_all", one_then_killed)
    monkeypatch.setattr("sys.argv", ["ringplan", "check", "--no-cache", str(fleet)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr().err
    assert ended.value.code == 1
    assert said.count("\n") == 1
    assert "was killed" in said
    assert "bug" not in said
