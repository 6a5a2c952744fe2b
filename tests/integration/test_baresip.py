"""Real phones: two baresips register, call each other by extension through the exchange, and hear each other.

Every phone plays a tone of its own, and baresip writes down what it hears. A wrong callee, one-way audio, echo or
silence each give another set of tones.
"""

from __future__ import annotations

import json
import math
import re
import socket
import struct
import subprocess
import time
import wave
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType

import pytest

from ringplan.ir import Program
from ringplan.program import load_program
from ringplan_sipp.lab import Lab, Lane

ROOT = Path(__file__).resolve().parents[2]
LANE = 83
RATE = 8000
TONES = (440, 880)
MODULES = Path("/usr/lib/baresip/modules")
CONTROL_PORT = 4444
TALK_SECONDS = 3.0


def tone(path: Path, hertz: int, seconds: float = 30.0) -> None:
    """Write a tone as 16-bit mono WAV."""
    frames = (round(9000 * math.sin(2 * math.pi * hertz * n / RATE)) for n in range(int(RATE * seconds)))
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(b"".join(struct.pack("<h", frame) for frame in frames))


def strength(samples: list[int], hertz: int) -> float:
    """Amplitude of one frequency (Goertzel's algorithm), as a share of full scale."""
    if not samples:
        return 0.0
    turn = 2 * math.cos(2 * math.pi * hertz / RATE)
    last = before = 0.0
    for sample in samples:
        last, before = sample + turn * last - before, last
    power = last * last + before * before - turn * last * before
    return 2 * math.sqrt(max(power, 0.0)) / len(samples) / 32768


def heard(recording: Path) -> set[int]:
    """Which of the tones a recording holds; the first half second is left out."""
    with wave.open(str(recording), "rb") as source:
        assert (source.getframerate(), source.getnchannels(), source.getsampwidth()) == (RATE, 1, 2)
        raw = source.readframes(source.getnframes())
    samples = [value for (value,) in struct.iter_unpack("<h", raw)][RATE // 2 :]
    return {hertz for hertz in TONES if strength(samples, hertz) > 0.05}


@dataclass(frozen=True)
class Line:
    """The account of a phone and where the phone lives."""

    user: str
    domain: str
    secret: str
    exchange: str
    """``address:port`` to register at."""
    host: str
    """Loopback address of the phone."""
    rtp_port: int
    """First of the UDP ports for audio; baresip binds them on every address."""


@dataclass
class Baresip:
    """One baresip, controlled over TCP."""

    line: Line
    folder: Path
    hertz: int
    transport: str = "udp"
    events: list[dict[str, object]] = field(default_factory=list)
    unread: bytes = b""

    def __enter__(self) -> Baresip:
        self._configure()
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", "--", "baresip", "-f", str(self.folder)],
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
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _configure(self) -> None:
        self.recordings = self.folder / "heard"
        self.recordings.mkdir(parents=True)
        tone(self.folder / "speaks.wav", self.hertz)
        line = self.line
        settings = [
            f"module_path {MODULES}",
            f"sip_listen {line.host}:5060",
            f"net_interface {line.host}",
            f"ctrl_tcp_listen {line.host}:{CONTROL_PORT}",
            f"rtp_ports {line.rtp_port}-{line.rtp_port + 20}",
            f"audio_source aufile,{self.folder / 'speaks.wav'}",
            f"snd_path {self.recordings}",
            *(f"{what} {RATE}" for what in ("ausrc_srate", "auplay_srate")),
            *(f"{what} 1" for what in ("ausrc_channels", "auplay_channels")),
            *(f"module {name}.so" for name in ("g711", "aufile", "sndfile")),
            *(f"module_app {name}.so" for name in ("account", "menu", "ctrl_tcp")),
        ]
        (self.folder / "config").write_text("\n".join(settings) + "\n", encoding="utf-8")
        (self.folder / "contacts").touch()
        account = (
            f"<sip:{line.user}@{line.domain};transport={self.transport}>;auth_user={line.user};auth_pass={line.secret}"
            f';outbound="sip:{line.exchange};transport={self.transport}";regint=60;answermode=auto;audio_codecs=PCMA\n'
        )
        (self.folder / "accounts").write_text(account, encoding="utf-8")

    def _connect(self) -> socket.socket:
        end = time.monotonic() + 10
        while True:
            try:
                return socket.create_connection((self.line.host, CONTROL_PORT), timeout=1)
            except OSError:
                if self.process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError(f"baresip did not start:\n{(self.folder / 'log').read_text()}") from None
                time.sleep(0.05)

    def command(self, name: str, argument: str = "") -> None:
        """Send one command as a netstring; the answer comes with the events."""
        text = json.dumps({"command": name, "params": argument, "token": name})
        self.control.sendall(f"{len(text)}:{text},".encode())

    def wait_for(self, kind: str, seconds: float = 8.0) -> dict[str, object]:
        """The first event of this kind since the last one that was waited for."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            while self.events:
                event = self.events.pop(0)
                if event.get("type") == kind:
                    return event
            self._read()
        raise AssertionError(f"{self.line.user}: no {kind} within {seconds:g} s\n{self._log()}")

    def _log(self) -> str:
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
        raise AssertionError(f"{self.line.user} is not registered\n{self._log()}")

    def hears_from(self) -> set[str]:
        """Addresses its audio came from."""
        return set(re.findall(r"receiving from ([0-9.]+):", self._log()))

    def hears(self) -> set[int]:
        """The tones in the only recording of what came in."""
        (recording,) = self.recordings.glob("*-dec.wav")
        return heard(recording)


@pytest.fixture(scope="module")
def program() -> Program:
    """One example tenant on the examples' platform."""
    loaded = load_program(ROOT / "examples/tenants/lipa")
    assert loaded.program is not None, loaded.diagnostics
    return loaded.program


@pytest.fixture(scope="module")
def lane(program: Program) -> Iterator[Lane]:
    """A running exchange."""
    with Lab(program, lanes=1, first_lane=LANE, watch=False) as lab:
        yield lab.lanes[0]


def line_of(lane: Lane, phone: str, host: int) -> Line:
    """What the phone with this id needs; ``host`` is the last part of its address."""
    account = lane.place.accounts[phone]
    return Line(
        user=account.phone.account,
        domain=account.tenant.domain,
        secret=lane.passwords[phone],
        exchange=lane.exchange,
        host=f"127.0.{LANE}.{host}",
        rtp_port=20_000 + 100 * host,
    )


@pytest.mark.integration
@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_two_phones_hear_each_other(lane: Lane, tmp_path: Path, transport: str) -> None:
    lines = [line_of(lane, "lipa/users/zizka/phones/desk", 201), line_of(lane, "lipa/users/meeting/phones/table", 202)]
    folders = [tmp_path / "caller", tmp_path / "called"]
    for folder in folders:
        folder.mkdir()
    with (
        Baresip(lines[0], folders[0], TONES[0], transport) as caller,
        Baresip(lines[1], folders[1], TONES[1], transport) as called,
    ):
        caller.wait_registered()
        called.wait_registered()
        caller.command("dial", "14")
        caller.wait_for("CALL_ESTABLISHED")
        assert called.wait_for("CALL_ESTABLISHED")["peeruri"] == "sip:13@lipa.ringplan.example"
        time.sleep(TALK_SECONDS)
        caller.command("hangup")
        called.wait_for("CALL_CLOSED")
    relays = {relay.address for relay in lane.place.program.platform.relays}
    for phone in (caller, called):
        assert phone.hears_from()
        assert phone.hears_from() <= relays
    assert caller.hears() == {TONES[1]}
    assert called.hears() == {TONES[0]}


@pytest.mark.integration
def test_a_wrong_password_does_not_register(lane: Lane, tmp_path: Path) -> None:
    right = line_of(lane, "lipa/users/zizka/phones/desk", 203)
    with (
        Baresip(replace(right, secret="not-" + right.secret), tmp_path, TONES[0]) as phone,
        pytest.raises(AssertionError),
    ):
        phone.wait_registered(3.0)


def test_the_ear_tells_the_tones_apart(tmp_path: Path) -> None:
    for hertz in TONES:
        tone(tmp_path / "tone.wav", hertz, 2.0)
        assert heard(tmp_path / "tone.wav") == {hertz}
    tone(tmp_path / "silence.wav", 0, 2.0)
    assert heard(tmp_path / "silence.wav") == set()
