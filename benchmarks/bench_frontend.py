"""CPU of the front end: load, validate and lower tenants of 100 users, and what the cache saves.

python -m benchmarks.bench_frontend --json frontend.json
"""

from __future__ import annotations

import argparse
import gc
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import TypeVar

from ringplan.diagnostics import Sink
from ringplan.frontend import collector_paused, load_platform, load_tenant
from ringplan.passes import lower_platform, lower_tenant

from .generate import tenant_name, tenant_yaml, write_fleet

FLEET = 10_000
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


def one_tenant(scratch: Path, users: int) -> dict[str, float]:
    """CPU ms of loading (YAML, spans, validation) and lowering one tenant."""
    write_fleet(scratch, 1, users)
    sink = Sink()
    platform = lower_platform(_loaded(load_platform(scratch / "platform.yaml", scratch, sink)), sink)
    folder = scratch / tenant_name(0)
    loaded = _loaded(load_tenant(folder, scratch, sink))

    def everything() -> None:
        manifest = _loaded(load_tenant(folder, scratch, Sink()))
        assert platform is not None
        assert lower_tenant(manifest, platform, Sink()) is not None

    assert platform is not None
    assert not sink.sorted(), sink.sorted()
    return {
        "load_ms": round(milliseconds(lambda: load_tenant(folder, scratch, Sink()), 30), 2),
        "lower_ms": round(milliseconds(lambda: lower_tenant(loaded, platform, Sink()), 30), 2),
        "total_ms": round(milliseconds(everything, 30), 2),
    }


def _loaded(value: _T | None) -> _T:
    assert value is not None
    return value


def fleet(scratch: Path, tenants: int, users: int) -> dict[str, float]:
    """Wall seconds of ``ringplan compile`` for a fleet: cold, unchanged, and with one tenant changed."""
    source, bundle, cache = scratch / "fleet", scratch / "bundle", scratch / "cache"
    write_fleet(source, tenants, users)
    ringplan = Path(sys.executable).with_name("ringplan")

    def compile_s() -> float:
        start = time.perf_counter()
        command = [str(ringplan), "compile", str(source), "-o", str(bundle)]
        subprocess.run(
            command,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"XDG_CACHE_HOME": str(cache)},
        )
        return time.perf_counter() - start

    cold, unchanged = compile_s(), min(compile_s() for _ in range(3))
    changed = source / tenant_name(0) / "tenant.yaml"
    changed.write_text(tenant_yaml(0, users).replace("Zákazník 0 s.r.o.", "Zákazník nula"), encoding="utf-8")
    one = compile_s()
    shutil.rmtree(scratch)
    return {
        "tenants": tenants,
        "cold_s": round(cold, 2),
        "unchanged_s": round(unchanged, 2),
        "one_changed_s": round(one, 2),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--users", type=int, default=100)
    parser.add_argument("--fleet", type=int, default=500, help="tenants compiled; 0: none")
    parser.add_argument("--full", action="store_true", help=f"compile all of {FLEET:,} tenants")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        results: dict[str, object] = {"tenant": one_tenant(Path(folder) / "one", arguments.users)}
        tenants = FLEET if arguments.full else arguments.fleet
        if tenants:
            results["fleet"] = fleet(Path(folder) / "many", tenants, arguments.users)
    print(json.dumps(results, indent=2))
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
