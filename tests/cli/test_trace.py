"""What ``trace`` says of a call."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parent.parent.parent / "examples" / "tenants"

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def last_line(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout.rstrip("\n").split("\n")[-1]


@pytest.mark.parametrize(
    ("arguments", "end"),
    [
        ("--from novak:1204 --to 0602111222", "answered by carrier_a"),
        ("--from novak/users/novakova --to 0602111222 --trunk-down carrier_a", "answered by carrier_b"),
        ("--from novak/users/novakova/phones/desk --to 112", "emergency call answered by leased"),
        ("--from novak:novakova --to 602111222", "404 Dial The Outside Prefix First"),
        ("--from novak:1204 --to novak:1205 --busy novak:1205", "486 Busy Here"),
        ("--from novak:1204 --to novak:1205 --silent novak/users/svoboda", "480 No Answer"),
        ("--from novak:1204 --to novak:1205 --unreachable novak:1205", "480 Temporarily Unavailable"),
        ("--from novak:1204 --to novak:1205 --declines novak:1205", "486 Busy Here"),
        ("--from +420602111222 --to +420222333404", "answered by novak/users/novakova/phones/desk"),
        ("--from anonymous --to novak:1204", "answered by novak/users/novakova/phones/desk"),
        ("--from +420602111222 --to +420222333449 --trunk carrier_b", "404 Not Found"),
        ("--from +420602111222 --to +420999999999", "404 Not Found"),
    ],
)
def test_how_a_call_ends(run: Run, arguments: str, end: str) -> None:
    assert last_line(run("trace", EXAMPLES, *arguments.split())).endswith(end)


def test_every_step_names_its_address_and_its_line(run: Run) -> None:
    done = run("trace", EXAMPLES, "--from", "+420602111222", "--to", "+420222333404")
    steps = [line for line in done.stdout.split("\n") if line.startswith(("├─", "└─"))]
    assert "trunks/" in steps[0]
    assert any("novak/users/novakova" in step and "sales.yaml:" in step for step in steps)


def test_json_holds_everything(run: Run) -> None:
    done = run("trace", EXAMPLES, "--from", "novak:1204", "--to", "0602111222", "--withheld", "--json")
    made = json.loads(done.stdout)
    assert made["result"]["code"] == 200
    assert made["attempts"][0]["presented"]["number"] == "anonymous"
    assert made["attempts"][0]["presented"]["private"] is True
    assert made["steps"][0]["place"]["line"] > 1
    assert made["call"]["origin"]["phone"] == "novak/users/novakova/phones/desk"


def test_a_user_of_another_tenant_is_called_outside(run: Run) -> None:
    done = run("trace", EXAMPLES, "--from", "novak:1204", "--to", "lipa:10", "--json")
    assert json.loads(done.stdout)["call"]["dialled"].startswith("000420")


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        ("--from nowak:1204 --to 112", "`novak`"),
        ("--from novak/users/novakowa --to 112", "`novak/users/novakova`"),
        ("--from novak/users/novakova/phones/desc --to 112", "`desk`"),
        ("--from novak:1204 --to 112 --trunk-down carier_a", "`carrier_a`"),
        ("--from novak:1204 --to novak:1205 --busy novak:svobota", "`svoboda`"),
        ("--from 1204 --to 112", "could be in any tenant"),
    ],
)
def test_unknown_names_are_one_sentence_with_what_is_similar(run: Run, arguments: str, hint: str) -> None:
    done = run("trace", EXAMPLES, *arguments.split())
    assert (done.returncode, done.stdout) == (2, "")
    assert hint in done.stderr
    assert "Traceback" not in done.stderr


def test_trace_of_one_tenant_s_folder(run: Run) -> None:
    assert last_line(run("trace", EXAMPLES / "lipa", "--from", "10", "--to", "112")).startswith("emergency call")


def test_trace_of_a_broken_manifest_shows_its_faults(run: Run) -> None:
    done = run("trace", EXAMPLES.parent / "broken" / "RP301", "--from", "1201", "--to", "112")
    assert done.returncode == 1
    assert "RP301" in done.stderr
