"""The command line as people run it, but without starting a process for each of a hundred runs."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from ringplan.cli import main

Run = Callable[..., CompletedProcess[str]]


@pytest.fixture
def run(here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs ``ringplan`` with the arguments in the folder ``here``; keywords add to the environment."""
    monkeypatch.chdir(here)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def ringplan(*arguments: object, **environment: str) -> CompletedProcess[str]:
        command = ["ringplan", *map(str, arguments)]
        out, err = io.StringIO(), io.StringIO()
        with monkeypatch.context() as changed, redirect_stdout(out), redirect_stderr(err):
            changed.setattr(sys, "argv", command)
            for name, value in environment.items():
                changed.setenv(name, value)
            with pytest.raises(SystemExit) as ended:
                main()
        code = ended.value.code
        assert isinstance(code, int)
        return CompletedProcess(command, code, out.getvalue(), err.getvalue())

    return ringplan


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """The folder ``run`` works in; empty at first."""
    folder = tmp_path / "here"
    folder.mkdir()
    return folder
