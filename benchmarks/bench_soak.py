"""Answered calls at a low rate for long: whether anything grows, and whether anything is left at the end.

    python -m benchmarks.bench_soak --minutes 58 --json soak.json

Four kinds of calls at the same time: a menu that is listened to, a key that connects two parties, an announcement, and
a caller who hangs up while it rings. Every minute a line is printed, as JSON; the file is written anew at each.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from .answering import Lane, Running, answering
from .load import calling, successful
from .sampling import lines, sample, settled

KINDS: Final = ("menu", "menu_key", "announcement", "menu_ringing")
_ENDS_S: Final = 90
"""Transactions and cancelled calls may take so long to go."""


def soak(found: Running, minutes: int, every_s: int, scratch: Path, report: Path | None) -> dict[str, Any]:
    """One call of each kind in so many seconds; the samples and the calls."""
    players = [_player(found, kind, minutes * 60 // every_s, every_s, scratch / kind) for kind in KINDS]
    samples: list[dict[str, Any]] = []
    try:
        for minute in range(minutes):
            samples.append({"minute": minute, "load": round(os.getloadavg()[0], 1), **sample(found)})
            print(json.dumps(samples[-1]), file=sys.stderr, flush=True)
            _write(report, {"samples": samples})
            time.sleep(60 - time.time() % 60)
    finally:
        for player in players:
            _end(player)
    result = {"samples": samples, "end": settled(found, _ENDS_S), "calls": _calls(scratch)}
    _write(report, result)
    return result


def _player(found: Running, kind: str, calls: int, every_s: int, scratch: Path) -> subprocess.Popen[bytes]:
    scratch.mkdir()
    command = calling(found.load(kind, 1, calls, KINDS.index(kind)), scratch, calls * every_s + 60)
    rate = ["-rp", str(1000 * every_s)]
    return subprocess.Popen([*command, *rate], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _end(player: subprocess.Popen[bytes]) -> None:
    """Lets the calls that are there end, and no new one begin."""
    player.send_signal(10)  # SIGUSR1: SIPp's soft end
    try:
        player.wait(60)
    except subprocess.TimeoutExpired:
        player.kill()
        player.wait(5)


def _calls(scratch: Path) -> dict[str, Any]:
    """Of each kind: calls, and those that succeeded; and how many accounts the attendant has written."""
    counted: dict[str, Any] = {}
    for kind in KINDS:
        made, good = successful(scratch / kind)
        counted[kind] = {"made": made, "successful": good}
    return {**counted, "accounts": lines(scratch / "attendant.log", "session tenant=")}


def _write(report: Path | None, result: dict[str, Any]) -> None:
    if report is not None:
        report.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=int, default=58, help="at most 58: phones are registered for an hour")
    parser.add_argument("--every", type=int, default=2, help="seconds between two calls of one kind")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--lane", type=int, default=31, help="third part of all addresses")
    parser.add_argument("--json", type=Path, help="also write the figures here")
    found = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        with answering(Lane(found.lane), found.workers, scratch) as started:
            result = soak(started, found.minutes, found.every, scratch, found.json)
    print(json.dumps({"end": result["end"], "calls": result["calls"]}, indent=1))


if __name__ == "__main__":
    main()
