"""SIPp as load generator."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SCENARIOS = Path(__file__).parent / "sipp"


@dataclass(frozen=True)
class Load:
    """A scenario played many times."""

    scenario: str
    """File name without suffix, in ``sipp/``."""
    rows: tuple[tuple[str, ...], ...]
    """What each call fills in; used in turn."""
    source: str
    """Address it comes from."""
    exchange: str
    """Address it goes to."""
    rate: int
    """Calls each second."""
    calls: int
    sdp: bool = True
    """Whether messages carry SDP; without it no media relay has a part in the call."""
    timed: bool = False
    """Whether every measured time is kept, in a file ``*_rtt.csv``."""


def scenario_file(name: str, sdp: bool, scratch: Path) -> Path:
    """The scenario, without its SDP if there shall be none."""
    original = SCENARIOS / f"{name}.xml"
    if sdp:
        return original
    bare = scratch / f"{name}-without-sdp.xml"
    text = _BODY.sub("Content-Length: 0\n\n]]>", original.read_text(encoding="utf-8"))
    bare.write_text(text, encoding="utf-8")
    return bare


_BODY = re.compile(r"Content-Type: application/sdp\n.*?\]\]>", re.DOTALL)


def play(load: Load, scratch: Path) -> int:
    """Play a load to its end; the number of failed calls."""
    bound_s = 60 + 3 * load.calls // load.rate
    command = calling(load, scratch, bound_s)
    quiet = subprocess.DEVNULL
    subprocess.run(command, stdout=quiet, stderr=quiet, timeout=bound_s + 30, check=False, cwd=scratch)
    return load.calls - successful(scratch)[1]


def successful(scratch: Path) -> tuple[int, int]:
    """Calls that were begun, and those that succeeded, of what was played with its figures in ``scratch``."""
    statistics = scratch / "statistics.csv"
    return _column(statistics, "TotalCallCreated"), _column(statistics, "SuccessfulCall(C)")


def calling(load: Load, scratch: Path, bound_s: int) -> list[str]:
    """The command that plays a load, for at most so many seconds, and leaves its figures in ``scratch``."""
    rows = scratch / "rows.csv"
    lines = ("SEQUENTIAL", *(";".join((*row, "", "")) for row in load.rows))
    rows.write_text("\n".join(lines) + "\n", encoding="utf-8")
    statistics = scratch / "statistics.csv"
    statistics.unlink(missing_ok=True)
    timed = ["-trace_rtt", "-rtt_freq", "1"] if load.timed else []
    return [
        *(
            "sipp",
            f"{load.exchange}:5060",
            "-sf",
            str(scenario_file(load.scenario, load.sdp, scratch)),
            "-inf",
            str(rows),
        ),
        *("-i", load.source, "-p", "5060", "-r", str(load.rate), "-m", str(load.calls), "-l", "5000"),
        *("-nostdin", "-recv_timeout", "8000", "-trace_stat", "-stf", str(statistics), "-fd", "1"),
        *("-trace_err", "-error_file", str(scratch / "errors.log"), "-timeout", f"{bound_s}s"),
        *timed,
    ]


def called(scenario_name: str, address: str, sdp: bool, scratch: Path) -> Sequence[str]:
    """The command of a party that does the same with every call."""
    scenario = str(scenario_file(scenario_name, sdp, scratch))
    return ["sipp", "-sf", scenario, "-i", address, "-p", "5060", "-nostdin", "-l", "5000", address]


def _column(statistics: Path, name: str) -> int:
    lines = statistics.read_text(encoding="ascii").splitlines()
    header, last = lines[0].split(";"), lines[-1].split(";")
    return int(last[header.index(name)])
