"""``ringplan report``: what is written, what is left, what is refused."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from ringplan.cli import app
from ringplan.output import OutputError

EXAMPLES = Path(__file__).resolve().parents[2] / "examples/tenants"
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command with two of the examples beside it."""
    for name in ("lipa", "tatry"):
        shutil.copytree(EXAMPLES / name, tmp_path / "tenants" / name)
    shutil.copyfile(EXAMPLES / "platform.yaml", tmp_path / "tenants/platform.yaml")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return lambda *arguments: CliRunner().invoke(app, [str(one) for one in arguments])


def test_pages_are_written_once_and_gone_tenants_are_removed(run: Run, tmp_path: Path) -> None:
    done = run("report", "tenants", "-o", "out", "--year", "2026")
    assert done.exit_code == 0, done.output
    assert {"index.html", "style.css", "report.json", "lipa", "tatry"} == {p.name for p in (tmp_path / "out").iterdir()}
    page = tmp_path / "out/lipa/index.html"
    before = page.stat().st_mtime_ns
    assert "0 pages written, 0 removed" in run("report", "tenants", "-o", "out", "--year", "2026").stderr
    assert page.stat().st_mtime_ns == before
    shutil.rmtree(tmp_path / "tenants/tatry")
    assert run("report", "tenants", "-o", "out", "--year", "2026").exit_code == 0
    assert not (tmp_path / "out/tatry").exists()
    assert page.exists()


def test_check_writes_nothing_and_says_what_differs(run: Run, tmp_path: Path) -> None:
    first = run("report", "tenants", "-o", "out", "--check", "--year", "2026")
    assert (first.exit_code, (tmp_path / "out").exists()) == (3, False)
    assert "missing lipa/route-main.html" in first.stdout.splitlines()
    run("report", "tenants", "-o", "out", "--year", "2026")
    assert run("report", "tenants", "-o", "out", "--check", "--year", "2026").exit_code == 0
    other = run("report", "tenants", "-o", "out", "--check", "--year", "2027")
    assert (other.exit_code, "stale lipa/schedules.html" in other.stdout.splitlines()) == (3, True)
    assert "lipa/index.html" not in other.stdout


def test_a_bundle_and_a_report_never_take_each_others_folder(run: Run, tmp_path: Path) -> None:
    assert run("compile", EXAMPLES, "-o", "bundle").exit_code == 0
    refused = run("report", "tenants", "-o", "bundle")
    assert isinstance(refused.exception, OutputError)
    assert "is no report" in str(refused.exception)
    run("report", "tenants", "-o", "out")
    assert isinstance(run("compile", EXAMPLES, "-o", "out").exception, OutputError)
    assert (tmp_path / "out/lipa/index.html").exists()


def test_errors_write_nothing(run: Run, tmp_path: Path) -> None:
    manifest = tmp_path / "tenants/lipa/tenant.yaml"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace("users/zizka]", "users/nobody]"), encoding="utf-8")
    done = run("report", "tenants", "-o", "out")
    assert (done.exit_code, (tmp_path / "out").exists()) == (1, False)


def test_one_tenant_alone(run: Run, tmp_path: Path) -> None:
    assert run("report", "tenants/lipa", "-o", "out").exit_code == 0
    assert not (tmp_path / "out/tatry").exists()


def test_years_without_known_holidays_are_refused(run: Run) -> None:
    assert run("report", "tenants", "-o", "out", "--year", "2041").exit_code == 2


def test_jinja_is_loaded_by_the_pages_only() -> None:
    import subprocess

    code = "import ringplan.cli, ringplan.report, sys; sys.exit('jinja2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
