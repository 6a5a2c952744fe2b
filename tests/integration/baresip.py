"""A real phone: baresip, controlled over TCP, which plays a tone of its own and writes down what it hears."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import time
import wave
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Literal

from tests.integration.hearing import RATE, Samples, recorded, write_tone

from ringplan_sipp.lab import Lane

_MODULES = Path("/usr/lib/baresip/modules")
_CONTROL_PORT = 4444
_RTP_PORTS = 20
_START_S = 10.0
_STOP_S = 5.0


@dataclass(frozen=True)
class Line:
    """The account of a phone and where the phone lives."""

    user: str
    domain: str
    host: str
    """Loopback address of the phone."""
    rtp_port: int
    """First of the UDP ports for audio; baresip binds them on every address."""
    exchange: str = ""
    """``address:port`` to register at; empty: it does not register, as a carrier does not."""
    secret: str = ""
    answers: Literal["auto", "manual"] = "auto"

    @property
    def rtp_ports(self) -> range:
        """UDP ports of its audio."""
        return range(self.rtp_port, self.rtp_port + _RTP_PORTS)


def line_of(lane: Lane, phone: str, host: int, answers: Literal["auto", "manual"] = "auto") -> Line:
    """What the phone with this id needs; ``host`` is the last part of its address."""
    account = lane.place.accounts[phone]
    return Line(
        user=account.phone.account,
        domain=account.tenant.domain,
        host=f"127.0.{lane.number}.{host}",
        rtp_port=_rtp_port(host),
        exchange=lane.exchange,
        secret=lane.passwords[phone],
        answers=answers,
    )


def carrier_line(lane: Lane, trunk: str, number: str) -> Line:
    """A carrier with one customer: calls to that number are answered by hand, calls come from that number."""
    host = lane.place.trunks[trunk].host
    return Line(number, host, host, _rtp_port(int(host.rpartition(".")[2])), answers="manual")


def _rtp_port(host: int) -> int:
    return 20_000 + 100 * host


@dataclass
class Baresip:
    """One baresip."""

    line: Line
    folder: Path
    """Its own; made here."""
    hertz: int
    """The tone it plays in every call."""
    transport: str = "udp"
    events: list[dict[str, object]] = field(default_factory=list)
    unread: bytes = b""

    def __enter__(self) -> Baresip:
        self._configure()
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", "--", "baresip", "-s", "-f", str(self.folder)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            self.control = self._connect()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self.control.close()
        self._end()

    def _end(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=_STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _configure(self) -> None:
        self.recordings = self.folder / "heard"
        self.recordings.mkdir(parents=True)
        write_tone(self.folder / "speaks.wav", self.hertz)
        line = self.line
        settings = [
            f"module_path {_MODULES}",
            f"sip_listen {line.host}:5060",
            f"net_interface {line.host}",
            f"ctrl_tcp_listen {line.host}:{_CONTROL_PORT}",
            f"rtp_ports {line.rtp_ports.start}-{line.rtp_ports.stop}",
            f"audio_source aufile,{self.folder / 'speaks.wav'}",
            f"snd_path {self.recordings}",
            *(f"{what} {RATE}" for what in ("ausrc_srate", "auplay_srate")),
            *(f"{what} 1" for what in ("ausrc_channels", "auplay_channels")),
            *(f"module {name}.so" for name in ("g711", "aufile", "sndfile")),
            *(f"module_app {name}.so" for name in ("account", "menu", "ctrl_tcp")),
        ]
        (self.folder / "config").write_text("\n".join(settings) + "\n", encoding="utf-8")
        (self.folder / "contacts").touch()
        (self.folder / "accounts").write_text(self._account() + "\n", encoding="utf-8")

    def _account(self) -> str:
        line, transport = self.line, self.transport
        account = f"<sip:{line.user}@{line.domain};transport={transport}>;answermode={line.answers};audio_codecs=PCMA"
        if not line.exchange:
            return f"{account};regint=0"
        outbound = f'outbound="sip:{line.exchange};transport={transport}"'
        return f"{account};auth_user={line.user};auth_pass={line.secret};{outbound};regint=60"

    def _connect(self) -> socket.socket:
        end = time.monotonic() + _START_S
        while True:
            try:
                return socket.create_connection((self.line.host, _CONTROL_PORT), timeout=1)
            except OSError:
                if self.process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError(f"baresip did not start:\n{self.log()}") from None
                time.sleep(0.05)

    def command(self, name: str, argument: str = "") -> None:
        """Send one command as a netstring; the answer comes with the events."""
        text = json.dumps({"command": name, "params": argument, "token": name})
        self.control.sendall(f"{len(text)}:{text},".encode())

    def press(self, keys: str) -> None:
        """Press keys, one after another, as fast fingers do; each goes out as telephone events (RFC 4733)."""
        for key in keys:
            self.command("sndcode", key)
            time.sleep(0.3)

    def wait_for(self, kind: str, seconds: float = 8.0) -> dict[str, object]:
        """The first event of this kind since the last one that was waited for."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            while self.events:
                event = self.events.pop(0)
                if event.get("type") == kind:
                    return event
            self._read()
        raise AssertionError(f"{self.line.user}: no {kind} within {seconds:g} s\n{self.log()}")

    def log(self) -> str:
        """What it says, but for its meter of bit rates."""
        lines = (self.folder / "log").read_text(errors="replace").replace("\r", "\n").splitlines()
        return "\n".join(line for line in lines if line.strip() and "(bit/s)" not in line)

    def _read(self) -> None:
        """Read the netstrings that are there; wait at most a second."""
        self.control.settimeout(1)
        try:
            self.unread += self.control.recv(65536)
        except TimeoutError:
            return
        while b":" in self.unread:
            length, _, rest = self.unread.partition(b":")
            if len(rest) <= int(length):
                return
            self.events.append(json.loads(rest[: int(length)]))
            self.unread = rest[int(length) + 1 :]

    def wait_registered(self, seconds: float = 8.0) -> None:
        """Wait until the exchange has accepted the registration; it may be older than the control connection."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.command("reginfo")
            self._read()
            if any("OK" in str(event.get("data")) for event in self.events if event.get("token") == "reginfo"):
                self.events.clear()
                return
            time.sleep(0.1)
        raise AssertionError(f"{self.line.user} is not registered\n{self.log()}")

    def replaces(self, call_id: str) -> str:
        """A call it made, as Replaces names it to the one it called (RFC 3891)."""
        blocks = (self.folder / "log").read_text(errors="replace").replace("\r", "").split("\n\n")
        accepted = [b for b in blocks if "SIP/2.0 200 " in b and f"Call-ID: {call_id}\n" in b and " INVITE\n" in b]
        assert accepted, self.log()
        mine, its = (re.search(rf"^{name}:.*;tag=([^;\s]+)", accepted[-1], re.MULTILINE) for name in ("From", "To"))
        assert mine
        assert its
        return f"{call_id};to-tag={its[1]};from-tag={mine[1]}"

    def hears_from(self) -> set[str]:
        """Addresses its audio came from."""
        return set(re.findall(r"receiving from ([0-9.]+):", self.log()))

    def heard(self) -> Samples:
        """All it has heard, in all calls, which are over; the frames that came, without the time in which none came."""
        end = time.monotonic() + _STOP_S
        while True:
            files = sorted(self.recordings.glob("*-dec.wav"), key=lambda file: file.stat().st_mtime_ns)
            try:
                return recorded(files)
            except (wave.Error, EOFError):  # not yet closed
                if time.monotonic() > end:
                    raise
            time.sleep(0.05)
