"""What running processes use, read from /proc; starting and stopping exactly our own ones."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """A process and its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [pid, *(int(child) for child in children)]


def cpu_s(pid: int) -> float:
    """User and system CPU time of a process and its children so far, seconds (10 ms resolution each)."""
    return sum(_ticks(member) for member in family(pid)) / _TICKS_PER_S


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(") ")[2].split()
    return int(fields[11]) + int(fields[12])


def largest_private_kib(pid: int) -> int:
    """Private memory of the largest process of the family, KiB: what a worker has that it does not share."""
    return max(private_kib(member) for member in family(pid))


def private_kib(pid: int) -> int:
    """Private memory of one process, KiB."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1])
    return 0


@contextmanager
def running(
    command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A process while the block runs; its output goes to ``log``. Raises RuntimeError if it ends at once."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=None if environment is None else {**os.environ, **environment},
        )
        try:
            time.sleep(1.5)
            if process.poll() is not None:
                raise RuntimeError(f"{command[0]} ended at once: {log.read_text(errors='replace')[-2000:]}")
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)
