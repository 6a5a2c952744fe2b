"""CPU of the compiler: start of the command line, one tenant of 100 users stage by stage, fleets and the cache.

python -m benchmarks.bench_frontend --json frontend.json
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final, TypeVar

from ringplan.compile import installed_targets
from ringplan.diagnostics import Sink
from ringplan.frontend import collector_paused, load_platform, load_tenant
from ringplan.passes import lower_platform, lower_tenant
from ringplan.proofs import prove

from .generate import tenant_name, tenant_yaml, write_fleet

RUNS: Final = 5
"""Runs of a command; the best is given, for whatever else the machine does only adds to it."""
_EXAMPLES: Final = Path(__file__).resolve().parent.parent / "examples" / "tenants"
_T = TypeVar("_T")


def milliseconds(work: Callable[[], object], runs: int) -> float:
    """Median CPU time of one call, milliseconds."""
    times = []
    for _ in range(runs):
        gc.collect()
        with collector_paused():  # as every command does while it loads
            before = time.process_time()
            work()
            times.append((time.process_time() - before) * 1000)
    return median(times)


def one_tenant(scratch: Path, users: int, *, services: bool) -> dict[str, float]:
    """CPU ms of loading (YAML, spans, validation), lowering (with all passes), proving and emitting one tenant."""
    write_fleet(scratch, 1, users, services=services)
    sink = Sink()
    platform = lower_platform(existing(load_platform(scratch / "platform.yaml", scratch, sink)), sink)
    folder = scratch / tenant_name(0)
    loaded = existing(load_tenant(folder, scratch, sink))

    def everything() -> None:
        manifest = existing(load_tenant(folder, scratch, Sink()))
        assert platform is not None
        assert lower_tenant(manifest, platform, Sink()) is not None

    assert platform is not None
    assert not sink.sorted(), sink.sorted()
    graph = existing(lower_tenant(loaded, platform, Sink()))
    targets = installed_targets()
    return {
        "load_ms": round(milliseconds(lambda: load_tenant(folder, scratch, Sink()), 30), 2),
        "lower_ms": round(milliseconds(lambda: lower_tenant(loaded, platform, Sink()), 30), 2),
        "load_and_lower_ms": round(milliseconds(everything, 30), 2),
        "prove_ms": round(milliseconds(lambda: prove(graph, platform), 30), 2),
        "emit_ms": round(milliseconds(lambda: [t.emit_tenant(platform, graph) for t in targets], 30), 2),
    }


def existing(value: _T | None) -> _T:
    assert value is not None
    return value


@dataclass(frozen=True, slots=True)
class Run:
    """What one command took."""

    wall_s: float
    cpu_s: float
    """Of all its processes."""


def run(cache: Path, *arguments: str) -> Run:
    """Run ``ringplan`` in a process of its own with the given cache; it must succeed."""
    ringplan = Path(sys.executable).with_name("ringplan")
    # Without bytecode every start would compile the whole program again.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        [str(ringplan), *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=kept | {"XDG_CACHE_HOME": str(cache)},
    )
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Run(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def start_up(scratch: Path, users: int) -> dict[str, dict[str, float]]:
    """Small commands, the best of five: wall seconds, which somebody at a keyboard waits for, and CPU seconds."""
    tenant = str(min(folder for folder in _EXAMPLES.iterdir() if folder.is_dir()))
    write_fleet(scratch / "fleet", 1, users, services=True)
    large = str(scratch / "fleet" / tenant_name(0))
    commands = {
        "help": ("--help",),
        "check_tenant": ("check", "--no-cache", tenant),
        "check_tenant_known": ("check", tenant),
        "check_large_tenant": ("check", "--no-cache", large),
        "check_large_tenant_known": ("check", large),
        "check_examples": ("check", "--no-cache", str(_EXAMPLES)),
        "compile_examples": ("compile", "--no-cache", str(_EXAMPLES), "-o", str(scratch / "bundle")),
    }
    return {name: _best(scratch, arguments) for name, arguments in commands.items()}


def _best(scratch: Path, arguments: tuple[str, ...]) -> dict[str, float]:
    runs = [run(scratch, *arguments) for _ in range(RUNS)]
    return {"wall": round(min(one.wall_s for one in runs), 2), "cpu": round(min(one.cpu_s for one in runs), 2)}


def fleet(scratch: Path, tenants: int, users: int) -> dict[str, float]:
    """``check`` and ``compile`` of a fleet: cold, unchanged, and with one tenant changed; wall seconds."""
    source = scratch / "fleet"
    write_fleet(source, tenants, users)
    changed = source / tenant_name(0) / "tenant.yaml"

    def one_changed(cache: Path, arguments: tuple[str, ...], name: str) -> float:
        text = tenant_yaml(0, users).replace("Zákazník 0 s.r.o.", f"Zákazník {name} {cache.name}")
        changed.write_text(text, encoding="utf-8")
        return run(cache, *arguments).wall_s

    results: dict[str, float] = {"tenants": tenants, "users": users}
    for command, more in (("check", ()), ("compile", ("-o", str(scratch / "bundle")))):
        cache, arguments = scratch / f"cache-{command}", (command, str(source), *more)
        cold = run(cache, *arguments)
        results |= {
            f"{command}_cold_s": round(cold.wall_s, 2),
            f"{command}_cold_processors": round(cold.cpu_s / cold.wall_s, 2),
            f"{command}_unchanged_s": round(min(run(cache, *arguments).wall_s for _ in range(3)), 2),
            f"{command}_one_changed_s": round(min(one_changed(cache, arguments, name) for name in "abc"), 2),
        }
    shutil.rmtree(scratch)
    return results


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=100, help="users of a tenant")
    parser.add_argument("--fleet", type=int, action="append", help="tenants of a fleet; several are possible")
    parser.add_argument("--scratch", type=Path, help="where the fleets are written; 10,000 tenants need about 1 GB")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.scratch) as folder:
        results: dict[str, object] = {
            "start_up_s": start_up(Path(folder) / "start", arguments.users),
            "tenant": one_tenant(Path(folder) / "one", arguments.users, services=False),
            "tenant_with_services": one_tenant(Path(folder) / "services", arguments.users, services=True),
        }
        for tenants in arguments.fleet or (200,):
            results[f"fleet_{tenants}"] = fleet(Path(folder) / "many", tenants, arguments.users)
    print(json.dumps(results, indent=2))
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
