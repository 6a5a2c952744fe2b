"""What a command imports: most of the time of a small check was importing what it never used.

Modules are counted and not seconds, which depend on the machine (benchmarks/README.md has those).
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

TENANT = Path(__file__).resolve().parents[2] / "examples/tenants/novak"
HEAVY = (
    "concurrent.futures",
    "dateutil",
    "holidays",
    "icalendar",
    "jinja2",
    "multiprocessing",
    "phonenumbers",
    "rich",
    "ringplan.formatting",
    "ringplan.ics",
    "ringplan.plan",
    "ringplan.report",
    "ringplan.review",
    "ringplan.trace",
    "ringplan_kamailio.emit_config",
    "ringplan_rtpengine.prompts",
    "ringplan_sipp",
)
"""What a check has no use for; all of them together take longer than the check."""
COMPILER = ("ringplan.compile", "ringplan.passes", "ringplan.proofs", "ringplan_schema", "ruamel")
PROGRAM = """
import json, sys
from ringplan.cli import main
try:
    main()
finally:
    classes = [
        f"{module.__name__}.{name}"
        for module in list(sys.modules.values()) if module.__name__.startswith("ringplan")
        for name, found in vars(module).items()
        if isinstance(found, type) and found.__module__ == module.__name__ and "__slots__" in vars(found)
        and (made := vars(found).get("__dataclass_params__")) is not None and made.frozen and not made.order
    ]
    print(json.dumps([sorted(sys.modules), classes]), file=sys.stderr)
"""


def run(cache: Path, *arguments: str) -> tuple[set[str], list[str]]:
    """The modules a command has imported when it ends, and the slow dataclasses in ours."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        env={"XDG_CACHE_HOME": str(cache), "PATH": "", "COLUMNS": "100"},
        capture_output=True,
        text=True,
        check=True,
    )
    modules, classes = json.loads(done.stderr.splitlines()[-1])
    return set(modules), classes


def among(modules: set[str], names: tuple[str, ...]) -> list[str]:
    return [module for module in sorted(modules) if any(f"{module}.".startswith(f"{name}.") for name in names)]


def commands(modules: set[str]) -> set[str]:
    prefix = "ringplan.commands."
    return {module.removeprefix(prefix) for module in modules if module.startswith(prefix)}


def test_a_check_imports_what_it_uses(tmp_path: Path) -> None:
    modules, slow = run(tmp_path, "check", "--no-cache", str(TENANT))
    assert among(modules, COMPILER)  # else this test would look at a check that did nothing
    assert among(modules, HEAVY) == []
    assert commands(modules) == {"check", "console"}
    assert slow == []  # take `dataclass` from ringplan.values


def test_a_check_of_what_is_known_needs_no_compiler(tmp_path: Path) -> None:
    run(tmp_path, "check", str(TENANT))
    modules, _ = run(tmp_path, "check", str(TENANT))
    assert among(modules, (*COMPILER, *HEAVY)) == []


@pytest.mark.parametrize("arguments", [("--version",), ("explain", "RP301"), ("plan", "--help")])
def test_small_commands_leave_the_pipeline_alone(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    modules, _ = run(tmp_path, *arguments)
    assert among(modules, ("ringplan.pipeline", "ringplan.ir", *COMPILER, *HEAVY)) == []
    assert commands(modules) <= {arguments[0], "console"}
