"""Tenants whose text is meant to hurt: it must end in diagnostics, soon, and never in what the exchange reads."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from tests.passes.builder import HEAD, PLATFORM, user

from ringplan.compile import Job, Result, compile_one
from ringplan.diagnostics import Severity, Sink
from ringplan.frontend.load import load_platform
from ringplan.passes import lower_platform

CALLER = "caller_id: {number: +420222333400}\n"
EVIL = "Evil-Header"


def compiled(folder: Path, text: str) -> Result:
    """A tenant with this manifest, as far as it comes."""
    file = folder / "platform.yaml"
    file.write_text(PLATFORM.replace('20:5060"}', '20:5060", domains: [partner.example]}'), encoding="utf-8")
    sink = Sink()
    loaded = load_platform(file, folder, sink)
    assert loaded is not None
    tenant = folder / "novak"
    tenant.mkdir()
    (tenant / "tenant.yaml").write_text(text, encoding="utf-8")
    return compile_one(Job(tenant, folder, lower_platform(loaded, sink), True))


def errors(result: Result) -> list[str]:
    return [found.code for found in result.diagnostics if found.severity is Severity.ERROR]


@pytest.mark.parametrize(
    "target",
    [
        f"sip:x\\r\\n{EVIL}: 1@partner.example",
        f"sip:x%0d%0a{EVIL}:%201@partner.example",
        f"sip:x@partner.example\\r\\n{EVIL}: 1",
        "sip:x@partner.example;maddr=127.0.0.20",
        "sip:x@partner.example;transport=tcp",
        "sip:x@partner.example?Route=%3csip:127.0.0.20%3e",
        "sip:x@partner.example:5070",
        "sip:x:secret@partner.example",
        "sip:x@127.0.0.20",
        "sip:x@y@partner.example",
        "sip:@partner.example",
        "sips:x@partner.example",
        "tel:+420900111222",
        "urn:service:sos",
        f"+420602123456\\r\\n{EVIL}: 1",
        "+420602123456;phone-context=x",
        "\\u0661\\u0661\\u0662",
        "112",
        "0112",
        "users/../../svoboda/users/zoe",
        "svoboda/users/zoe",
        "x" * 5_000,
    ],
)
def test_hostile_forward_targets_are_refused(tmp_path: Path, target: str) -> None:
    result = compiled(tmp_path, HEAD + "users:\n" + user("jana", more=f'forward: {{always: "{target}"}}'))
    assert errors(result)
    assert result.artifacts is None


@pytest.mark.parametrize("name", [f"x\\r\\n{EVIL}: 1", "a\\u2028b", "\\u202e", "\\0", '\\"', "{{7*7}}", "${x}", "'''"])
def test_names_become_neither_code_nor_headers(tmp_path: Path, name: str) -> None:
    """Names of groups and schedules are for people; the exchange reads literals, of which each is on its line."""
    text = (
        HEAD + CALLER + "users:\n" + user("jana") + f'hunt_groups:\n  g: {{name: "{name}", extension: 4000, '
        f'members: [users/jana]}}\nschedules:\n  s: {{name: "{name}", weekly: [daily]}}\n'
    )
    result = compiled(tmp_path, text)
    if result.artifacts is None:
        assert errors(result)
        return
    (data,) = [artifact.content.decode() for artifact in result.artifacts if "tenants/" in str(artifact.path)]
    assert not [line for line in data.splitlines() if line.startswith(EVIL)]
    assert "\r" not in data
    names: dict[str, object] = {}
    exec(data, {"__builtins__": {}}, names)  # noqa: S102 - nothing but literals
    assert "HUNT_GROUPS" in names


def tower(levels: int) -> str:
    """Groups of two groups each, which have the same two members: twice as many ways with every level."""
    lines = ["hunt_groups:"]
    for level in range(levels):
        below = f"[hunt_groups/g{level + 1}a, hunt_groups/g{level + 1}b]"
        lines += [f"  g{level}{one}: {{name: g, extension: {4000 + 2 * level + at}, members: {below}}}"
                  for at, one in enumerate("ab")]  # fmt: skip
    lines += [f"  g{levels}{one}: {{name: g, extension: {4900 + at}, members: [users/jana]}}"
              for at, one in enumerate("ab")]  # fmt: skip
    return "\n".join(lines) + "\n"


def chain(groups: int) -> str:
    """A group in a group in a group."""
    lines = [f"  g{at}: {{name: g, extension: {4000 + at}, members: [hunt_groups/g{at + 1}]}}" for at in range(groups)]
    return "\n".join(["hunt_groups:", *lines, f"  g{groups}: {{name: g, extension: 9999, members: [users/jana]}}", ""])


def crowd(members: int) -> str:
    """Many members, and groups that have them all."""
    listed = ", ".join(["users/jana"] * members)
    return "hunt_groups:\n" + "".join(
        f"  g{at}: {{name: g, extension: {4000 + at}, members: [{listed}]}}\n" for at in range(20)
    )


def dates(schedules: int) -> str:
    """Schedules as long as they may be, each except the one before."""
    days = ", ".join(f"20{26 + at // 336}-{1 + at // 28 % 12:02}-{1 + at % 28:02}" for at in range(2_000))
    lines = [f"  s{at}: {{weekly: [daily 08:00-17:00], dates: [{days}]{f', except: [s{at - 1}]' if at else ''}}}"
             for at in range(schedules)]  # fmt: skip
    return "\n".join(["schedules:", *lines, ""])


def masks(count: int) -> str:
    """Masks as long as they may be, in one plan."""
    lines = [
        f"  m{at}: [{', '.join(f'{at:03}{other:02}' + '?' * 150 + '*' for other in range(100))}]" for at in range(count)
    ]
    named = ", ".join(f"m{at}: {'deny' if at % 2 else 'allow'}" for at in range(count))
    return "\n".join(["number_masks:", *lines, f"calling_plan: {{outgoing: {{masks: {{{named}}}}}}}", ""])


@pytest.mark.parametrize(
    ("text", "most_s"),
    [
        (tower(25), 5),
        (chain(400), 10),
        (crowd(1_000), 10),
        (dates(60), 30),
        (dates(120), 10),
        (masks(40), 30),
        ("schedules:\n  s: {dates: [" + ", ".join(["2026-12-31"] * 20_000) + "]}\n", 5),
        ("number_masks:\n  m: ['" + "[" + "0-9," * 39 + "']\n", 5),
        ("number_masks:\n  m: ['" + "?" * 100_000 + "']\n", 5),
        ("schedules:\n  s: {weekly: ['" + "mon-sun, " * 10_000 + "x']}\n", 5),
        (
            "schedules:\n"
            + "".join(f"  s{at}: {{except: [s{(at + 1) % 190}], weekly: [daily]}}\n" for at in range(190)),
            10,
        ),
    ],
    ids=lambda item: str(item)[:30] if isinstance(item, str) else "",
)
@pytest.mark.timeout(90)
def test_large_manifests_end_in_time(tmp_path: Path, text: str, most_s: int) -> None:
    began = time.process_time()
    compiled(tmp_path, HEAD + CALLER + text + "users:\n" + user("jana"))
    assert time.process_time() - began < most_s
