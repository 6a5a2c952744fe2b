"""Calls that are answered: how fast at a rate, how evenly prompts are played, and what a reload does to them.

    python -m benchmarks.bench_answered --runs 3 --json answered.json

`quiet`: one call a second. `answer`: callers listen to a menu for three seconds. `key`: callers press a key and are
connected, while both Kamailios are reloaded twice. In all of them a caller a second has his prompts' gaps measured.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any, Final

from .answering import Lane, Running, answering, reload
from .gaps import Ear
from .load import SCENARIOS, play, successful
from .processes import cpu_s
from .sampling import settled

_PROBE_PORT: Final = 42_000
_TALK_MS: Final = 1_000
"""How long a connected party waits before it hangs up."""
_KEY_MS: Final = 140
"""Until the relay is told that the key of the recording has been let go: how long the recording is."""


def measure(found: Running, kind: str, rate: int, seconds: int, scratch: Path) -> dict[str, Any]:
    """One run; milliseconds, and microseconds of CPU for each call."""
    scratch.mkdir()
    load, calls = found.load("menu_key" if kind == "key" else "menu", rate, rate * seconds), rate * seconds
    processes = {"exchange": found.exchange, "attendant": found.attendant, "relay": found.relay}
    before = {name: cpu_s(pid) for name, pid in processes.items()}
    with _heard(found, seconds, scratch / "probe") as ear, _reloaded(found, seconds if kind == "key" else 0):
        failed = play(replace(load, timed=True), scratch)
    used = {name: round((cpu_s(pid) - before[name]) / (calls + seconds) * 1e6) for name, pid in processes.items()}
    times = response_times(scratch)
    result = {
        "kind": kind, "rate": rate, "calls": calls, "failed": failed, "load_average": round(os.getloadavg()[0], 1),
        "answered_ms": _spread(times.get("1", [])), "gap_ms": _spread(ear.gaps()), "cpu_us": used,
        "probe_failed": seconds - successful(scratch / "probe")[1],
    }  # fmt: skip
    if kind == "key":
        result["connected_ms"] = _spread([each - _TALK_MS - _KEY_MS for each in times.get("2", [])])
    left = settled(found, 60)
    result["left"] = {role: {key: left[role][key] for key in left[role] if key in _LEFT} for role in left}
    return result


_LEFT: Final = frozenset(("transactions", "sessions", "legs", "lines", "calls"))


@contextmanager
def _heard(found: Running, seconds: int, scratch: Path) -> Iterator[Ear]:
    """A caller a second whose audio is received."""
    scratch.mkdir()
    scenario = scratch / "probe.xml"
    text = (SCENARIOS / "menu.xml").read_text(encoding="utf-8")
    scenario.write_text(text.replace("[media_port]", str(_PROBE_PORT)), encoding="utf-8")
    load = replace(found.load("menu", 1, seconds, source=1), scenario=str(scenario.with_suffix("")))
    with Ear(load.source, _PROBE_PORT) as ear:
        thread = threading.Thread(target=play, args=(load, scratch))
        thread.start()
        try:
            yield ear
        finally:
            thread.join()


@contextmanager
def _reloaded(found: Running, seconds: int) -> Iterator[None]:
    """Two reloads within so many seconds."""
    timers = [threading.Timer(seconds * part / 3, reload, (found,)) for part in (1, 2) if seconds]
    for timer in timers:
        timer.start()
    try:
        yield
    finally:
        for timer in timers:
            timer.join()


def response_times(scratch: Path) -> dict[str, list[float]]:
    """What SIPp measured, by the name of the measurement; milliseconds."""
    times: dict[str, list[float]] = {}
    for path in scratch.glob("*_rtt.csv"):
        for line in path.read_text(encoding="ascii").splitlines()[1:]:
            _, took, name, *_ = line.split(";")
            times.setdefault(name, []).append(float(took))
    return times


def _spread(values: list[float]) -> dict[str, float]:
    """Median, 99th percentile and largest."""
    ordered = sorted(values)
    if not ordered:
        return {}
    return {
        "p50": round(median(ordered), 1),
        "p99": round(ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)], 1),
        "max": round(ordered[-1], 1),
        "n": len(ordered),
    }


def markdown(results: list[dict[str, Any]]) -> str:
    """The results as a table."""
    heads = ("run", "calls", "failed", "answered p50/p99/max ms", "connected p50/p99/max ms", "gaps p50/p99/max ms")
    head = [*heads, "CPU us a call: exchange, attendant, relay", "load average"]
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    for found in results:
        spreads = [_cell(found.get(name, {})) for name in ("answered_ms", "connected_ms", "gap_ms")]
        cpu = ", ".join(f"{value:,}" for value in found["cpu_us"].values())
        cells = (f"{found['kind']} {found['rate']}/s", found["calls"], found["failed"], *spreads, cpu)
        lines.append("| " + " | ".join(map(str, (*cells, found["load_average"]))) + " |")
    return "\n".join(lines)


def _cell(spread: dict[str, float]) -> str:
    return f"{spread['p50']}/{spread['p99']}/{spread['max']}" if spread else "–"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=30, help="of each run")
    parser.add_argument("--answer-rate", type=int, default=50)
    parser.add_argument("--key-rate", type=int, default=30)
    parser.add_argument("--workers", type=int, default=2, help="of the exchange, and of the attendant")
    parser.add_argument("--lane", type=int, default=31, help="third part of all addresses")
    parser.add_argument("--kind", choices=("quiet", "answer", "key"), action="append", help="may be repeated")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    found = parser.parse_args()
    rates = {"quiet": 1, "answer": found.answer_rate, "key": found.key_rate}
    results = []
    with tempfile.TemporaryDirectory() as folder, answering(Lane(found.lane), found.workers, Path(folder)) as started:
        for run in range(found.runs):
            for kind in found.kind or rates:
                scratch = Path(folder) / f"{kind}-{run}"
                results.append(measure(started, kind, rates[kind], found.seconds, scratch))
                print(json.dumps(results[-1]), file=sys.stderr, flush=True)
    print(markdown(results))
    if found.json is not None:
        found.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
