"""A whole exchange whose attendant looks often whether the relay and everybody else are still there."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self, cast
from uuid import uuid4

from tests.targets.kamailio.answering import AnsweringStack
from tests.targets.kamailio.attendant.media import Media
from tests.targets.kamailio.sip_client import Dialog, Endpoint, Message, sdp

from ringplan_kamailio import site

ALIVE_MS = 400
"""In place of 10 s; a party is silent after six looks, a relay that does not answer is given up after three."""


class FailingStack(AnsweringStack):
    """Parts of it are killed, frozen and started again."""

    def __enter__(self) -> Self:
        super().__enter__()
        return self

    def start_relay(self) -> subprocess.Popen[bytes]:
        """Before the Kamailios start, the files of the site are made to look more often."""
        folder = self.site / "current" / "exchange" / "ringplan_runtime" / "attendant"
        path = folder / "shell.py"
        text = path.read_text("utf-8").replace("ALIVE_MS = 10_000", f"ALIVE_MS = {ALIVE_MS}")
        assert f"\nALIVE_MS = {ALIVE_MS}\n" in text
        for old in (path, *folder.glob("__pycache__/shell.*")):
            old.unlink()
        path.write_text(text, "utf-8")
        return self.start_relay_again()

    def start_relay_again(self) -> subprocess.Popen[bytes]:
        """As a new process, which knows of no call; the exchange looks for it every two seconds."""
        self.relay = super().start_relay()
        self.wait(lambda: self.ask_relay("ping", "") == "pong", 5)
        if hasattr(self, "second"):
            time.sleep(2.2)
        return cast("subprocess.Popen[bytes]", self.relay)

    @property
    def relay_host(self) -> str:
        """Where the relay's keys come from."""
        return self.program.platform.relays[0].control_host

    def ask_relay(self, command: str, call_id: str) -> str:
        """Gives the relay a command; its result."""
        relay = self.program.platform.relays[0]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
            channel.settimeout(1.0)
            channel.connect((relay.control_host, relay.control_port))
            asked = {"command": command, "call-id": call_id, "delete-delay": 0}
            try:
                channel.send(f"{uuid4().hex} {json.dumps(asked)}".encode())
                return str(json.loads(channel.recv(65535).partition(b" ")[2])["result"])
            except OSError:
                return ""

    def forget_at_relay(self) -> None:
        """The relay ends by itself, a minute later, what nobody could tell it to end; nobody waits for that here."""
        for call_id in self.relay_calls():
            self.ask_relay("delete", call_id)

    def restart_exchange(self) -> None:
        """It is killed, and started again."""
        self.kill(self.first)
        self._start_exchange()

    def _start_exchange(self) -> None:
        command = site.command(self.bundle, self.site)
        environment = os.environ | site.environment(self.bundle, self.site)
        self.first = self._start(command, self.exchange_log, environment)
        self.wait(self._exchange_answers, 10)

    def _exchange_answers(self) -> bool:
        try:
            return bool(site.rpc(self.site, "core.version", timeout=0.5))
        except site.SiteError:
            return False

    def start_attendant(self) -> None:
        """Both Kamailios."""
        self._start_exchange()
        self.start_attendant_alone()

    def start_attendant_alone(self) -> None:
        """Keeps its process."""
        super().start_attendant_alone()
        self.second = self.processes[-1]

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """At once, and all of it."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(5)
        self.processes.remove(process)

    @contextmanager
    def frozen(self, process: subprocess.Popen[bytes]) -> Iterator[None]:
        """It does nothing while the block runs."""
        os.killpg(process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(process.pid, signal.SIGCONT)

    def results(self) -> list[tuple[str, str, int]]:
        """The accounts of sessions so far: node, result and code."""
        return _accounts(self.log, r"session tenant=\S+ node=(\S+) from=\S+ result=(\S+) code=(\d+)")

    def calls(self) -> list[tuple[str, str, int]]:
        """The accounts of the exchange so far: who was called, result and code."""
        return _accounts(self.exchange_log, r"call id=\S+ tenant=\S+ from=\S+ to=(\S+) result=(\S+) code=(\d+)")

    def all_over(self, seconds: float = 3.0) -> None:
        """Waits until the exchange too has nothing of any call."""
        self.nothing_left(seconds)
        self.wait(lambda: not self.exchange_table("lines") and not self.exchange_table("calls"), seconds)

    @staticmethod
    def wait(true: Callable[[], Any], seconds: float = 3.0) -> None:
        """Waits until something holds."""
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end
            time.sleep(0.05)


def _accounts(log: Path, pattern: str) -> list[tuple[str, str, int]]:
    found = re.findall(pattern, log.read_text("utf-8", "replace"))
    return [(first, result, int(code)) for first, result, code in found]


class Calling:
    """A caller, whom he is connected with, and the sound of both."""

    def __init__(self, caller: Endpoint, target: Endpoint) -> None:
        self.caller, self.target = caller, target
        self.call: Dialog
        self.invite: Message

    def in_a_menu(self, menu: str, ear: Media) -> None:
        """The caller hears the greeting."""
        self.call = self.caller.invite(menu)
        ear.towards(self.call.established().body)
        assert ear.hears()

    def rings(self, menu: str, ear: Media) -> None:
        """The caller has pressed 2, and the target rings."""
        self.in_a_menu(menu, ear)
        ear.press("2")
        self.invite = self.target.expect("INVITE", seconds=5)
        self.target.reply(self.invite, 180, "Ringing")

    def talks(self, menu: str, ear: Media, other: Media) -> None:
        """The target has answered, and both send audio."""
        self.rings(menu, ear)
        self.target.reply(self.invite, 200, "OK", sdp(self.target.host, 41000))
        self.target.expect("ACK", call_id=self.invite.header("Call-ID"))
        other.towards(self.invite.body)
        assert _hear_each_other(ear, other)

    def is_hung_up(self, *, target: bool, seconds: float = 5.0, talking: tuple[Media, ...] = ()) -> float:
        """The exchange ends the call of the caller, and of the target; after how many seconds."""
        began = time.monotonic()
        self.caller.reply(_awaited(self.caller, self.call.id, seconds, talking), 200, "OK")
        if target:
            call_id = self.invite.header("Call-ID")
            self.target.reply(_awaited(self.target, call_id, seconds, talking), 200, "OK")
        return time.monotonic() - began


def _awaited(party: Endpoint, call_id: str, seconds: float, talking: tuple[Media, ...]) -> Message:
    """A BYE, while others keep talking."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for media in talking:
            media.run(0.02)
        try:
            return party.expect("BYE", seconds=0.01, call_id=call_id)
        except AssertionError:
            continue
    return party.expect("BYE", seconds=0.01, call_id=call_id)


def _hear_each_other(ear: Media, other: Media, seconds: float = 3.0) -> bool:
    ear.voice = other.voice = b"\x2a"
    heard, end = [0, 0], time.monotonic() + seconds
    while min(heard) < 6 and time.monotonic() < end:
        heard = [heard[0] + ear.run(0.02), heard[1] + other.run(0.02)]
    return min(heard) >= 6
