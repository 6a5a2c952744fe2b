"""``ringplan trace`` of answered calls: what is heard and pressed, who is called back, and clicks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Run, here, run  # noqa: F401 - fixtures

PLATFORM = """\
platform: test
domain: pbx.example
exchange: {listen: ["udp:127.0.0.10:5060"]}
attendant: {listen: "127.0.0.9:5080", digits: 5081, workers: 1}
media: {rtpengines: {relay: {control: "127.0.0.11:2223", address: 127.0.0.11}}}
trunks:
  carrier: {address: "127.0.0.20:5060"}
"""
TENANT = """\
tenant: acme
name: Acme
country: CZ
time_zone: Europe/Prague
numbers: [+420222333400..449]
licensed_users: 9
language: en
caller_id: {number: +420222333400}
calling_plan: {forwarding: {mobile: allow}}
treatments: {busy: {say: "The line is busy."}}
users:
  a: {name: A, extension: 1201, phones: {desk: {secret: acme/a}}}
  b: {name: B, extension: 1202, phones: {desk: {secret: acme/b}}}
ivr:
  main:
    number: +420222333448
    extension: 1800
    open:
      greeting: {say: "Welcome to Acme."}
      keys: {"5": {transfer: users/a}, "6": {submenu: ivr/more}}
      failed: {repeat: 1, prompt: {say: "Nobody is there."}}
  more: {open: {greeting: {say: "More."}, keys: {"7": {transfer: users/b}}}}
callback:
  field: {number: +420222333449, allowed: {"+420602111222": users/a}, otherwise: users/b}
"""
MOBILE = "+420602111222"


@pytest.fixture
def tenants(here: Path) -> str:  # noqa: F811 - a fixture
    """A tenant with a menu and a callback."""
    (here / "acme").mkdir()
    (here / "platform.yaml").write_text(PLATFORM, encoding="utf-8")
    (here / "acme" / "tenant.yaml").write_text(TENANT, encoding="utf-8")
    return "."


def test_a_menu_with_what_is_heard_and_pressed(run: Run, tenants: str) -> None:  # noqa: F811
    pressing = ("--press", "5", "--press", "6", "--press", "7", "--busy", "acme/users/a")
    done = run("trace", tenants, "--from", MOBILE, "--to", "acme/ivr/main", *pressing)
    assert done.stdout.startswith(f"{MOBILE} on trunk carrier calls +420222333448, and presses 5, 6, 7\n")
    heard = [line.partition(" plays ")[2].partition("  ")[0] for line in done.stdout.split("\n") if " plays " in line]
    assert heard == ["“Welcome to Acme.”", "“Nobody is there.”", "“Welcome to Acme.”", "“More.”"]
    assert done.stdout.endswith("\n\nanswered by acme/users/b/phones/desk\n")
    found = json.loads(run("trace", tenants, "--from", MOBILE, "--to", "acme/ivr/main", *pressing, "--json").stdout)
    assert found["call"]["presses"] == ["5", "6", "7"]
    assert len(found["heard"]) == 4
    assert found["waits"][0] == {"heard": 1, "ms": 10_000, "barge_in": True, "pressed": "5"}


def test_silence_ends_the_call(run: Run, tenants: str) -> None:  # noqa: F811
    done = run("trace", tenants, "--from", "acme:1201", "--to", "1800", "--press", "")
    assert "and presses nothing\n" in done.stdout
    assert done.stdout.endswith("answered by acme/ivr/main, which hangs up\n")


def test_a_treatment(run: Run, tenants: str) -> None:  # noqa: F811
    done = run("trace", tenants, "--from", "acme:1201", "--to", "1202", "--busy", "acme:1202")
    assert "plays “The line is busy.”" in done.stdout
    assert done.stdout.endswith("not answered: the caller gets 486 Busy Here\n")


def test_who_calls_a_callback_is_told_so_and_the_call_back_is_another_trace(run: Run, tenants: str) -> None:  # noqa: F811
    calling = ("trace", tenants, "--from", MOBILE, "--to", "acme/callback/field")
    ending = "not answered: the caller gets 486 Busy Here"
    assert run(*calling).stdout.endswith(f"\n{ending}, and acme/callback/field calls {MOBILE} back\n")
    assert run(*calling, "--called-back", "+420 602 111 222").stdout.endswith(f"\n{ending}\n")
    back = ("trace", tenants, "--from", "602111222", "--callback", "acme/callback/field")
    done = run(*back, "--press", "1", "--press", "1202")
    assert done.stdout.startswith(f"acme/callback/field calls {MOBILE} back, and presses 1, 1202\n")
    assert done.stdout.endswith("answered by acme/users/b/phones/desk\n")
    assert run(*back).stdout.endswith("answered by acme/callback/field, which hangs up\n")


def test_a_click(run: Run, tenants: str) -> None:  # noqa: F811
    done = run("trace", tenants, "--from", "acme:1201", "--to", "acme/users/b", "--click")
    assert done.stdout.startswith("acme/users/a, by click-to-dial, calls 1202\n")
    assert done.stdout.endswith("answered by acme/users/b/phones/desk\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--from", MOBILE), "`--to` is missing"),
        (
            ("--from", "+420602111223", "--callback", "acme/callback/field"),
            "number that acme/callback/field calls back",
        ),
        (("--from", MOBILE, "--callback", "acme/callback/feild"), "field"),
        (("--from", "acme/ivr/main", "--to", "1202", "--click"), "user"),
    ],
)
def test_what_cannot_be_traced(run: Run, tenants: str, words: tuple[str, ...], message: str) -> None:  # noqa: F811
    done = run("trace", tenants, *words)
    assert done.returncode == 2
    assert message in done.stderr


def test_both_versions_part_where_something_else_is_heard(run: Run, tenants: str, tmp_path: Path) -> None:  # noqa: F811
    other = tmp_path / "other" / "acme"
    other.mkdir(parents=True)
    (other.parent / "platform.yaml").write_text(PLATFORM, encoding="utf-8")
    (other / "tenant.yaml").write_text(TENANT.replace("Welcome to", "Good day,"), encoding="utf-8")
    calling = ("trace", tenants, "--from", "acme:1201", "--to", "1800", "--against", str(other.parent))
    assert "they part at step" in run(*calling).stdout
