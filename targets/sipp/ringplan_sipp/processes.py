"""Starts and stops the lab's own processes, and nothing else.

Every child leads a process group of its own, and `setpriv --pdeathsig` makes the kernel end it when the driver dies,
even by SIGKILL. (A ``preexec_fn`` that calls prctl would not be safe here: the driver has threads.)
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .errors import LabError

PACKAGES = {
    "kamailio": "kamailio",
    "rtpengine": "rtpengine-daemon",
    "sipp": "sip-tester",
    "setpriv": "util-linux",
}
"""Programs the lab starts, and the Debian package each comes from."""

_TAIL_LINES = 12


def require_tools(names: Iterable[str] = tuple(PACKAGES)) -> None:
    """Raises LabError that names the first missing program and its Debian package."""
    for name in names:
        if shutil.which(name) is None:
            package = PACKAGES[name]
            raise LabError(f"`{name}` is not installed; on Debian: `sudo apt install {package}`")


def require_free(places: Iterable[tuple[str, str, int]]) -> None:
    """Raises LabError when a (transport, address, port) cannot be bound; the message says by whom if known."""
    for transport, host, port in places:
        kind = socket.SOCK_DGRAM if transport == "udp" else socket.SOCK_STREAM
        with socket.socket(socket.AF_INET, kind) as probe:
            if kind == socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                raise LabError(_occupied(transport, host, port, error)) from None


def _occupied(transport: str, host: str, port: int, error: OSError) -> str:
    owner = _owner(transport, host, port)
    who = f" by process {owner}" if owner else ""
    return (
        f"{transport}:{host}:{port} cannot be used ({error.strerror}{who}): end the other process, or choose other "
        "lanes"
    )


def is_bound(transport: str, host: str, port: int) -> bool:
    """Whether some process has bound exactly this address (TCP: listens on it)."""
    return _inode(transport, host, port) is not None


def _inode(transport: str, host: str, port: int) -> str | None:
    wanted = f"{int.from_bytes(socket.inet_aton(host), 'little'):08X}:{port:04X}"
    for line in Path(f"/proc/net/{transport}").read_text().splitlines()[1:]:
        columns = line.split()
        if columns[1] == wanted and (transport == "udp" or columns[3] == "0A"):
            return columns[9]
    return None


def _owner(transport: str, host: str, port: int) -> str | None:
    """``pid (name)`` of the process that has bound an address, if this user may know."""
    inode = _inode(transport, host, port)
    if inode is None:
        return None
    for process in Path("/proc").glob("[0-9]*"):
        if _holds(process, f"socket:[{inode}]"):
            return f"{process.name} ({(process / 'comm').read_text().strip()})"
    return None


def _holds(process: Path, link: str) -> bool:
    """Whether a process has this open; False for another user's process, or one that has just ended."""
    with contextlib.suppress(OSError):
        for entry in (process / "fd").iterdir():
            with contextlib.suppress(OSError):
                if str(entry.readlink()) == link:
                    return True
    return False


@dataclass(slots=True)
class Child:
    """One process of ours, with everything it starts in turn."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def running(self) -> bool:
        """Whether it runs. Does not reap it: until `stop` does, nobody else can get its process or group id."""
        if self.process.returncode is not None:
            return False
        return os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None

    def tail(self) -> str:
        """The last lines it wrote."""
        lines = self.log.read_text(errors="replace").splitlines()
        return "\n".join(lines[-_TAIL_LINES:])

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal to its whole group, unless it has been reaped and its id may be another's."""
        if self.process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, number)

    def kill(self) -> None:
        """Ends it at once, with its group."""
        self.signal(signal.SIGKILL)


def spawn(
    name: str,
    command: Sequence[str],
    log: Path,
    *,
    environment: Mapping[str, str] | None = None,
    death_signal: str = "TERM",
    folder: Path | None = None,
) -> Child:
    """Starts ``command`` with output to ``log``. The calling thread must live at least as long as the child.

    ``death_signal``: what the kernel sends it when the driver dies; TERM for a process that has children to end.
    """
    with log.open("ab") as output:
        process = subprocess.Popen(
            ["setpriv", "--pdeathsig", death_signal, "--", *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
            cwd=folder,
            start_new_session=True,
        )
    return Child(name, process, log)


def wait_for(children: Sequence[Child], seconds: float, any_of: bool = False) -> bool:
    """Waits until all children (``any_of``: one of them) have ended; False when time was up first."""
    end = time.monotonic() + seconds
    poll = select.poll()
    handles = {os.pidfd_open(child.process.pid): child for child in children if child.running()}
    try:
        for handle in handles:
            poll.register(handle, select.POLLIN)
        left = set(handles)
        while left and not (any_of and len(left) < len(children)):
            ready = poll.poll(max(end - time.monotonic(), 0) * 1000)
            if not ready:
                return False
            for handle, _ in ready:
                poll.unregister(handle)
                left.discard(handle)
        return True
    finally:
        for handle in handles:
            os.close(handle)


def stop(children: Sequence[Child], patience: float = 4.0) -> None:
    """Ends these processes and their groups: asks all, waits up to ``patience`` seconds, then kills, and reaps."""
    left = [child for child in children if child.process.returncode is None]
    for child in left:
        if child.running():
            child.signal(signal.SIGTERM)
    wait_for(left, patience)
    for child in left:
        child.signal(signal.SIGKILL)  # also what a member of the group has left behind
        child.process.wait()


def wait_until(ready: Callable[[], bool], children: Sequence[Child], seconds: float, what: str) -> None:
    """Waits for ``ready``; raises LabError with the children's last lines if one ends first or time is up."""
    end = time.monotonic() + seconds
    while not ready():
        for child in children:
            if not child.running():
                raise LabError(f"{child.name} ended at its start:\n{child.tail()}")
        if time.monotonic() > end:
            lines = "\n".join(child.tail() for child in children)
            raise LabError(f"{what} did not answer within {seconds:g} s:\n{lines}")
        time.sleep(0.02)
