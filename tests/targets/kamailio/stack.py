"""Kamailio and rtpengine for the tests; stops exactly what it started."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

from tests.targets.kamailio.program import secrets

from ringplan.ir import Program
from ringplan.target import emit
from ringplan_kamailio import TARGET, site


def write_bundle(program: Program, folder: Path) -> Path:
    """The bundle of the Kamailio target alone."""
    for artifact in emit([TARGET], program):
        path = folder / artifact.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(artifact.content)
    return folder


class Stack:
    """A running exchange."""

    def __init__(self, program: Program, folder: Path) -> None:
        self.program, self.folder = program, folder
        self.bundle, self.site = folder / "bundle", folder / "site"
        self.log = folder / "kamailio.log"
        self.processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Stack:
        write_bundle(self.program, self.bundle)
        site.activate(self.bundle, self.site, secrets(self.program.tenants))
        try:
            self.start_relay()
            self.start_exchange()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start_exchange(self) -> None:
        """Starts Kamailio and waits until it answers."""
        command = site.command(self.bundle, self.site)
        self._start(command, self.log, os.environ | site.environment(self.bundle, self.site))
        self._wait()

    def restart(self, kill: bool = False) -> None:
        """Ends Kamailio, or kills all of it, and starts it again."""
        exchange = self.processes[-1]
        if kill:
            os.killpg(exchange.pid, signal.SIGKILL)
        self.stop_process(exchange)
        self.start_exchange()

    def start_relay(self) -> subprocess.Popen[bytes]:
        relay = self.program.platform.relays[0]
        command = [
            *("rtpengine", "--config-file=none", "--foreground", "--log-stderr", "--log-level=4", "--table=-1"),
            *(f"--interface={relay.address}", f"--listen-ng={relay.control_host}:{relay.control_port}"),
            *(f"--port-min={relay.port_min}", f"--port-max={relay.port_max}"),
        ]
        return self._start(command, self.folder / "rtpengine.log", dict(os.environ))

    def _start(self, command: list[str], log: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
        with log.open("ab") as output:
            process = subprocess.Popen(command, stdout=output, stderr=output, env=environment, start_new_session=True)
        self.processes.append(process)
        return process

    def _wait(self) -> None:
        for _ in range(100):
            try:
                site.rpc(self.site, "core.version", timeout=0.5)
                return
            except site.SiteError:
                if self.processes[-1].poll() is not None:
                    break
                time.sleep(0.1)
        raise AssertionError(self.log.read_text("utf-8", "replace"))

    @property
    def alive(self) -> bool:
        return all(process.poll() is None for process in self.processes)

    def stop_process(self, process: subprocess.Popen[bytes]) -> None:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)
        self.processes.remove(process)

    def stop(self) -> None:
        for process in reversed(self.processes[:]):
            self.stop_process(process)
