"""What ``check`` proves, and that ``trace`` reproduces every counterexample as it is printed."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
EXAMPLES, BROKEN = ROOT / "examples" / "tenants", ROOT / "examples" / "broken"

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.mark.parametrize(
    ("code", "end"),
    [
        ("RP610", "403 Call Barred"),
        ("RP611", "503 No Trunk Available"),
        ("RP612", "480 Too Many Diversions"),
        ("RP613", "480 Too Many Diversions"),
    ],
)
def test_the_command_of_a_counterexample_shows_the_fault(run: Run, code: str, end: str) -> None:
    checked = run("check", BROKEN / code)
    assert checked.returncode == 1
    commands = re.findall(r"to see it: (ringplan trace .*)", checked.stdout)
    assert commands
    for command in commands:
        done = run(*shlex.split(command)[1:])
        assert done.returncode == 0, done.stderr
        assert done.stdout.rstrip().endswith(end)
        again = run(*shlex.split(command)[1:], "--json")
        assert json.loads(again.stdout)["result"]["text"].endswith(end)


def test_prove_prints_every_invariant_of_every_tenant(run: Run) -> None:
    done = run("check", "--prove", EXAMPLES)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    tenants = [folder.name for folder in sorted(EXAMPLES.iterdir()) if (folder / "tenant.yaml").is_file()]
    assert [line.split()[:2] for line in lines] == [
        [tenant, invariant] for tenant in tenants for invariant in (f"I{at}" for at in range(1, 10))
    ]
    assert all(re.search(r"holds for all [0-9 ]+ classes$", line) for line in lines)


def test_prove_says_what_does_not_hold(run: Run) -> None:
    lines = run("check", "--prove", BROKEN / "RP612").stdout.splitlines()
    assert any("I2" in line and "does not hold: 1 counterexample (RP612)" in line for line in lines)
    at = next(at for at, line in enumerate(lines) if " I2 " in line)
    assert lines[at + 1].lstrip().startswith("ringplan trace ")
    assert any(line.endswith("holds: there is nothing it is about") for line in lines if " I8 " in line)
    assert any("I9" in line and "holds for all" in line for line in lines)


TENANT = """\
tenant: here
name: Here
country: CZ
time_zone: Europe/Prague
numbers: [+420222333400..449]
licensed_users: 3
caller_id: {number: +420222333400}
calling_plan: {forwarding: {mobile: deny}}
schedules:
  open: {weekly: [mon-fri 08:00-17:00]}
  night: {weekly: [daily 20:00-06:00]}
number_masks:
  boss: ["602*"]
time_routes:
  main: {number: +420222333400, rules: [{when: open, to: hunt_groups/team}], otherwise: reject/closed}
hunt_groups:
  team:
    name: Team
    extension: 1300
    policy: circular
    members: [users/ada, users/bob]
    no_answer: {rings: 2, advance: false}
    forward: {no_answer: users/ada}
users:
  ada:
    name: Ada
    extension: 1201
    forward: {no_answer: {to: users/bob}}
    phones: {desk: {secret: here/ada/desk}, mobile: {secret: here/ada/mobile}}
  bob:
    name: Bob
    extension: 1202
    number: +420222333402
    forward: {selective: [{from: [boss], when: night, to: hunt_groups/team}], unreachable: 0602123456}
    phones: {desk: {secret: here/bob/desk}}
"""


@pytest.fixture
def alone(here: Path) -> Path:
    """A tenant with its platform."""
    (here / "platform.yaml").write_bytes((BROKEN / "platform.yaml").read_bytes())
    folder = here / "here"
    folder.mkdir()
    (folder / "tenant.yaml").write_text(TENANT, encoding="utf-8")
    return folder


def test_memory_time_and_several_phones_in_one_counterexample(run: Run, alone: Path) -> None:
    checked = run("check", alone)
    codes = set(re.findall(r"\[(RP\d+)\]", checked.stdout))
    assert codes == {"RP610", "RP612"}
    for command in re.findall(r"to see it: (ringplan trace .*)", checked.stdout):
        done = run(*shlex.split(command)[1:])
        assert done.returncode == 0, done.stderr
        assert done.stdout.rstrip().endswith(("403 Call Barred", "480 Too Many Diversions"))


# -- trace


def result_of(run: Run, folder: Path, *arguments: str) -> str:
    done = run("trace", folder, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_time_is_the_tenants(run: Run, alone: Path) -> None:
    arguments = ("--from", "+420777111222", "--to", "+420222333400", "--at")
    assert "answered by" in result_of(run, alone, *arguments, "2026-03-04 16:59")
    assert result_of(run, alone, *arguments, "2026-03-04 17:00").rstrip().endswith("480 Closed")
    assert "answered by" in result_of(run, alone, *arguments, "2026-03-04T15:59+00:00")
    assert result_of(run, alone, *arguments, "2026-03-04 16:00 UTC").rstrip().endswith("480 Closed")
    assert "Wed 2026-03-04 17:00 Europe/Prague" in result_of(run, alone, *arguments, "2026-03-04 16:00 UTC")


def test_switches_and_memory(run: Run, alone: Path) -> None:
    called = ("--from", "+420777111222", "--to", "here/time_routes/main", "--at", "2026-03-07 12:00")
    switched = (*called, "--switch", "here/schedules/open=on")
    assert "answered by here/users/ada" in result_of(run, alone, *switched)
    after = result_of(run, alone, *switched, "--remember", "here/hunt_groups/team=last:users/ada")
    assert "answered by here/users/bob" in after
    assert "last:users/bob, before last:users/ada" in after
    busy = result_of(run, alone, *switched, "--switch", "here/hunt_groups/team=on")
    assert busy.rstrip().endswith("486 Busy Here")


def test_engaged_members_and_redirections(run: Run, alone: Path) -> None:
    to_team = ("--from", "here:1202", "--to", "here/hunt_groups/team")
    assert result_of(run, alone, *to_team, "--engaged", "here/users/ada").rstrip().endswith("486 Busy Here")
    sent = ("--from", "+420777111222", "--to", "here/users/bob", "--redirect", "here/users/bob=1201")
    assert "answered by here/users/ada" in result_of(run, alone, *sent)
    assert result_of(run, alone, *sent, "--diversions", "5").rstrip().endswith("480 Too Many Diversions")


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("--at", "tomorrow"), "2026-12-23 17:00"),
        (("--at", "2026-03-29 02:30"), "does not exist"),
        (("--at", "2026-03-29 02:30 Europe/Nowhere"), "no time zone"),
        (("--switch", "here/schedules/opne=on"), "`here/schedules/open`"),
        (("--switch", "here/schedules/open=yes"), "neither"),
        (("--remember", "here/hunt_groups/team=first:users/ada"), "last:users"),
        (("--remember", "here/hunt_groups/team=last:users/eve"), "member"),
        (("--redirect", "here/users/ada"), "not written like"),
        (("--engaged", "here:1300"), "not a user"),
    ],
)
def test_words_that_mean_nothing_are_one_sentence(run: Run, alone: Path, arguments: tuple[str, ...], hint: str) -> None:
    done = run("trace", alone, "--from", "+420777111222", "--to", "+420222333400", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert hint in done.stderr
    assert "Traceback" not in done.stderr


# -- where


@pytest.mark.parametrize(
    ("address", "line"),
    [
        ("hunt_groups/team", 17),
        ("time_routes/main", 15),
        ("schedules/open", 10),
        ("number_masks/boss", 13),
        ("calling_plan", 8),
        ("users/bob/forward", 34),
        ("outside/+420602123456", 34),
    ],
)
def test_where_services_are_defined(run: Run, alone: Path, address: str, line: int) -> None:
    done = run("where", f"here/{address}", alone)
    assert done.stdout.startswith(f"{alone.name}/tenant.yaml:{line}:"), done.stdout + done.stderr
