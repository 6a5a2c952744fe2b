"""``ringplan verify`` and ``ringplan up`` as a person uses them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from ringplan.commands.up import up
from ringplan.commands.verify import verify

TENANTS = Path(__file__).parents[3] / "examples" / "tenants"

Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    app = typer.Typer()
    app.command("verify")(verify)
    app.command("up")(up)

    def call(*arguments: str | Path) -> Result:
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    return call


def test_list_prints_ids_and_plays_nothing(run: Run) -> None:
    result = run("verify", TENANTS, "--list", "--tenant", "lipa", "--kind", "extension", "--kind", "busy")
    assert result.exit_code == 0
    ids = result.stdout.split()
    assert ids == sorted(ids)
    assert {id_.split("/")[1] for id_ in ids} == {"extension", "busy"}
    assert {id_.split("/")[0] for id_ in ids} == {"lipa"}


def test_list_does_not_depend_on_the_hash_seed() -> None:
    program = "from ringplan.cli import main; main()"
    command = [sys.executable, "-c", program, "verify", str(TENANTS), "--list"]
    listings = {
        subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout
        for seed in ("1", "2")
    }
    assert len(listings) == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--kind", "emergncy"), "there is no kind 'emergncy'; there are registration, "),
        (("--tenant", "nobody"), "there is no tenant 'nobody'; there are "),
        (("--only", "x/*"), "no scenario matches; `ringplan verify PATH --list` prints their ids"),
    ],
)
def test_a_selection_that_cannot_be_met_is_one_sentence(run: Run, arguments: tuple[str, ...], says: str) -> None:
    result = run("verify", TENANTS, *arguments)
    assert result.exit_code == 2
    assert says in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_missing_program_is_one_sentence_with_the_package(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    result = run("verify", TENANTS, "--only", "lipa/extension/10")
    assert result.exit_code == 2
    assert re.search(r"error: `\w+` is not installed; on Debian: `sudo apt install [a-z-]+`", result.stderr)


_WITHOUT_TARGET = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name == "ringplan_sipp":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Missing())
from ringplan.cli import main
main()
"""


@pytest.mark.parametrize("command", ["verify", "up"])
def test_a_missing_target_is_one_sentence(command: str) -> None:
    result = subprocess.run(
        [sys.executable, "-c", _WITHOUT_TARGET, command, str(TENANTS)], capture_output=True, text=True, check=False
    )
    assert result.returncode == 2
    assert result.stderr == ("error: the SIPp target (package ringplan_sipp) is not installed: pip install ringplan\n")


@pytest.mark.parametrize("address", ["nonsense", "0.0.0.0", "224.0.0.1"])  # noqa: S104
def test_up_refuses_addresses_phones_cannot_use(run: Run, address: str) -> None:
    result = run("up", TENANTS, "--listen", address)
    assert result.exit_code == 2
    assert "give one of this machine" in result.stderr


def test_up_refuses_unknown_tenants(run: Run) -> None:
    result = run("up", TENANTS, "--tenant", "nobody")
    assert result.exit_code == 2
    assert "there is no tenant 'nobody'" in result.stderr


@pytest.mark.integration
def test_verify_plays_reports_and_exits_with_0(run: Run, lane: int, tmp_path: Path) -> None:
    arguments = ("--only", "lipa/extension/1*", "--lanes", "1", "--first-lane", str(lane))
    result = run("verify", TENANTS, *arguments, "--report", tmp_path / "report")
    assert result.exit_code == 0, result.stderr
    assert "All 4 scenarios passed." in result.stdout
    assert "4 of 4 played, 0 failed" in result.stderr
    assert {file.name for file in (tmp_path / "report").iterdir()} == {"report.html", "junit.xml"}


@pytest.mark.integration
def test_ctrl_c_ends_a_verification_and_everything_it_started(lane: int) -> None:
    program = "from ringplan.cli import main; main()"
    arguments = ("verify", str(TENANTS), "--tenant", "vltava", "--lanes", "1", "--first-lane", str(lane))
    command = [sys.executable, "-c", program, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            assert _wait_for_line(process.stderr.readline, "playing ")
            time.sleep(3)  # in the middle of a call
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=20) == 130
            said = process.stderr.read()
        finally:
            process.kill()
    assert "interrupted; everything that was started has been ended" in said
    assert "Traceback" not in said
    assert _left(lane) == ""


@pytest.mark.integration
def test_up_prints_accounts_and_ends_on_ctrl_c_without_a_trace(lane: int) -> None:
    program = "from ringplan.cli import main; main()"
    command = [sys.executable, "-c", program, "up", str(TENANTS), "--tenant", "lipa", "--lane", str(lane)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            assert process.stdout is not None
            assert _wait_for_line(process.stderr.readline, "running; Ctrl-C ends it")
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=20) == 0
            listing = process.stdout.read()
        finally:
            process.kill()
    assert f"Outbound proxy: 127.0.{lane}.10:5060 (udp, tcp)" in listing
    assert re.search(r"^lipova-desk +lipa\.ringplan\.example +[0-9a-f]{24} +10 +\+420541222102 +\S", listing, re.M)
    assert "novak" not in listing
    assert _left(lane) == ""


def _left(lane: int) -> str:
    """Processes that still run from the lane's folder."""
    found = subprocess.run(["pgrep", "-f", f"lane-{lane}/"], capture_output=True, text=True, check=False)
    return found.stdout


def _wait_for_line(read: Callable[[], str], wanted: str) -> bool:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        line = read()
        if wanted in line:
            return True
        if not line:
            return False
    return False
