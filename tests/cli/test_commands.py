"""What each command prints where, and its exit code."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
EXAMPLES = ROOT / "examples" / "tenants"
BROKEN = ROOT / "examples" / "broken"
COMMANDS = (
    *("check", "compile", "trace", "verify", "up", "switch", "where", "explain", "fmt", "schema", "print-ir", "init"),
    "import ics",
)

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(run: Run, command: str) -> None:
    done = run(*command.split(), "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert f"ringplan {command} " in done.stdout.split("Example")[1]


def test_version(run: Run) -> None:
    assert run("--version").stdout.startswith("ringplan ")


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "nowhere"),
        ("compile", "nowhere", "-o", "out"),
        ("trace", "nowhere", "--from", "a", "--to", "b"),
        ("explain", "RP999"),
        ("schema", "house"),
        ("explode",),
        ("check", "--format", "xml"),
        ("init", "Not A Name"),
    ],
)
def test_wrong_usage_is_one_sentence_and_exit_code_2(run: Run, arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    assert done.stderr


def test_check_of_a_sound_fleet(run: Run) -> None:
    done = run("check", EXAMPLES)
    assert (done.returncode, done.stdout) == (0, "")
    assert "no faults" in done.stderr


def test_check_reports_on_stdout_without_colours(run: Run) -> None:
    done = run("check", BROKEN / "RP406")
    assert done.returncode == 1
    assert "error[RP406]" in done.stdout
    assert "\x1b" not in done.stdout + done.stderr


def test_check_of_warnings_only_is_no_failure(run: Run) -> None:
    done = run("check", BROKEN / "RP408")
    assert done.returncode == 0
    assert "warning[RP408]" in done.stdout


@pytest.mark.parametrize("style", ["json", "sarif"])
def test_check_for_programs_is_json_even_without_faults(run: Run, style: str) -> None:
    assert json.loads(run("check", EXAMPLES, "--format", style).stdout)
    assert "RP406" in json.dumps(json.loads(run("check", BROKEN / "RP406", "--format", style).stdout))


def test_check_for_github(run: Run) -> None:
    assert run("check", BROKEN / "RP406", "--format", "github").stdout.startswith("::error ")


def test_check_reports_faults_of_several_paths_in_one_run(run: Run) -> None:
    found = run("check", BROKEN / "RP406", BROKEN / "RP301").stdout
    assert "RP406" in found
    assert "RP301" in found


@pytest.mark.parametrize("code", ["RP301", "RP406", "RP806"])
def test_fix_repairs_and_leaves_no_fault(run: Run, here: Path, code: str) -> None:
    shutil.copytree(BROKEN / code, here / "fleet" / code)
    shutil.copy(BROKEN / "platform.yaml", here / "fleet")
    done = run("check", Path("fleet") / code, "--fix")
    repaired = run("check", Path("fleet") / code)
    if code == "RP806":  # no tenant has a similar name
        assert "0 faults repaired" in done.stderr
        assert repaired.returncode == 1
    else:
        assert "1 fault repaired" in done.stderr
        assert (done.returncode, repaired.returncode) == (0, 0)


def test_compile_writes_once_and_check_says_what_is_stale(run: Run, here: Path) -> None:
    assert run("compile", EXAMPLES, "-o", "out", "--check").returncode == 3
    done = run("compile", EXAMPLES, "-o", "out")
    assert (done.returncode, done.stdout) == (0, "")
    before = {file: file.stat().st_mtime_ns for file in (here / "out").rglob("*")}
    assert " 0 files written" in run("compile", EXAMPLES, "-o", "out").stderr
    assert {file: file.stat().st_mtime_ns for file in (here / "out").rglob("*")} == before
    assert run("compile", EXAMPLES, "-o", "out", "--check").returncode == 0
    config = here / "out" / "exchange" / "kamailio.cfg"
    config.write_text("# changed by somebody\n", encoding="utf-8")
    stale = run("compile", EXAMPLES, "-o", "out", "--check")
    assert (stale.returncode, stale.stdout) == (3, "stale exchange/kamailio.cfg\n")
    run("compile", EXAMPLES, "-o", "out")
    assert "by somebody" not in config.read_text(encoding="utf-8")


def test_compile_with_errors_writes_nothing(run: Run, here: Path) -> None:
    done = run("compile", BROKEN / "RP801", "-o", "out")
    assert (done.returncode, done.stdout) == (1, "")
    assert "RP801" in done.stderr
    assert not (here / "out").exists()


def test_compile_refuses_a_folder_that_is_no_bundle(run: Run, here: Path) -> None:
    (here / "out").mkdir()
    (here / "out" / "mine.txt").write_text("precious", encoding="utf-8")
    done = run("compile", EXAMPLES, "-o", "out")
    assert done.returncode == 2
    assert "is no bundle" in done.stderr
    assert [file.name for file in (here / "out").iterdir()] == ["mine.txt"]


def test_explain(run: Run) -> None:
    assert run("explain", "rp406").stdout.startswith("# RP406")


@pytest.mark.parametrize("kind", ["tenant", "platform"])
def test_schema(run: Run, kind: str) -> None:
    assert json.loads(run("schema", kind).stdout)["$schema"].endswith("2020-12/schema")


def test_print_ir(run: Run) -> None:
    whole = json.loads(run("print-ir", EXAMPLES).stdout)
    one = json.loads(run("print-ir", EXAMPLES, "--tenant", "novak").stdout)
    assert one in whole["tenants"]
    unknown = run("print-ir", EXAMPLES, "--tenant", "nowak")
    assert unknown.returncode == 2
    assert "`novak`" in unknown.stderr


@pytest.mark.parametrize(
    ("address", "line"),
    [
        ("novak/users/novakova", "  novakova:"),
        ("novak/users/novakova/phones/desk", "desk:"),
        ("novak/departments/export", "  export:"),
        ("novak", "tenant: novak"),
        ("novak/reject/busy", "tenant: novak"),
        ("trunks/carrier_b", "  carrier_b:"),
        ("relays/relay_a", "    relay_a:"),
    ],
)
def test_where(run: Run, address: str, line: str) -> None:
    done = run("where", address, EXAMPLES)
    assert done.returncode == 0, done.stderr
    file, number, _ = done.stdout.strip().rsplit(":", 2)
    assert line in Path(file).read_text(encoding="utf-8").split("\n")[int(number) - 1]


@pytest.mark.parametrize("address", ["novak/users/novakowa", "nowak/users/novakova", "trunks/carrier_c"])
def test_where_names_what_is_similar(run: Run, address: str) -> None:
    done = run("where", address, EXAMPLES)
    assert done.returncode == 1
    assert "a similar one exists" in done.stderr


def test_init_gives_a_fleet_that_compiles(run: Run, here: Path) -> None:
    assert run("init", "tenants/lipa").returncode == 0
    assert run("init", "tenants/novak").returncode == 0
    checked = run("check", "tenants")
    assert (checked.returncode, checked.stdout) == (0, "")
    assert run("fmt", "tenants", "--check").returncode == 0
    assert run("compile", "tenants", "-o", "out").returncode == 0
    again = run("init", "tenants/novak")
    assert again.returncode == 2
    assert "exists already" in again.stderr
    assert (here / "tenants" / "platform.yaml").is_file()


def test_fmt(run: Run, here: Path) -> None:
    run("init", "tenants/novak")
    file = here / "tenants" / "novak" / "tenant.yaml"
    sound = file.read_text(encoding="utf-8")
    file.write_text(sound.replace("country: CZ", "country:  CZ   ") + "\n\n\n", encoding="utf-8")
    listed = run("fmt", "tenants", "--check")
    assert (listed.returncode, listed.stdout) == (3, "tenants/novak/tenant.yaml\n")
    shown = run("fmt", "tenants", "--diff")
    assert shown.returncode == 3
    assert "-country:  CZ   " in shown.stdout
    assert run("fmt", "tenants").returncode == 0
    assert run("fmt", "tenants", "--check").returncode == 0


def test_fmt_of_what_cannot_be_read(run: Run, here: Path) -> None:
    run("init", "tenants/novak")
    (here / "tenants" / "novak" / "tenant.yaml").write_text("tenant: [", encoding="utf-8")
    done = run("fmt", "tenants")
    assert done.returncode == 1
    assert "RP101" in done.stderr


def test_an_unexpected_error_is_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def planted(*_: object) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr("ringplan.commands.check.check_fleet", planted)
    done = run("check", EXAMPLES)
    assert done.returncode == 1
    assert "planted" in done.stderr
    assert "please report it" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Traceback" in run("check", EXAMPLES, RINGPLAN_DEBUG="1").stderr


def test_a_reader_who_has_seen_enough_hears_no_complaint(here: Path) -> None:
    program = "from ringplan.cli import main; main()"
    command = f'"{sys.executable}" -c "{program}" explain RP301 | true'
    done = subprocess.run(["bash", "-c", command], cwd=here, capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_the_installed_command(here: Path) -> None:
    command = [sys.executable, "-c", "from ringplan.cli import main; main()", "check", "."]
    done = subprocess.run(command, cwd=here, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ")
