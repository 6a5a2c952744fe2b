"""The lab: complete exchanges on loopback, started from the production bundle of the relocated program."""

from __future__ import annotations

import contextlib
import os
import secrets as random_source
import shutil
import signal
import socket
import tempfile
import threading
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from types import FrameType, TracebackType

import ringplan_kamailio
import ringplan_rtpengine
from ringplan.interpreter import World
from ringplan.ir import Program, User
from ringplan.target import emit
from ringplan_kamailio import clicking, site

from .capture import Capture
from .errors import LabError
from .media import write_recordings
from .processes import Child, require_free, require_tools, spawn, stop, wait_until
from .registrar import Registrar
from .relocate import Relocated, relocate
from .remembering import commands

FIRST_LANE = 31
"""Lane of a lab that is not told otherwise; 127.0.31.0/24 is used by nothing else on an ordinary machine."""
MAX_LANES = 6
_CALL_TABLES = ("hunts", "lines", "calls")
"""Tables of the exchange that hold what it remembers of calls."""
_CLAIMS = "callbacks"
"""The attendant's: who is called back, or was a moment ago."""
_START_S = 15.0
_PASSWORD_BYTES = 12


def default_lanes() -> int:
    """How many lanes this machine carries: a lane waits more than it works."""
    return min(3 * (os.cpu_count() or 1), MAX_LANES)


class Lane:
    """One running exchange with its media relays, and the parties around it."""

    def __init__(self, place: Relocated, folder: Path, secrets: Mapping[str, str], clock: bool = True) -> None:
        """``secrets``: password by reference, as `ringplan.ir.Phone.secret` names it; ``clock``: it can be set."""
        self.place, self.folder, self.site, self._bundle = place, folder, folder / "site", folder / "bundle"
        self._clock = clock
        self.passwords = {phone: secrets[account.phone.secret] for phone, account in place.accounts.items()}
        """By phone id."""
        self.registrar = Registrar(place, self.passwords)
        self._secrets = secrets
        self._children: list[Child] = []

    @property
    def number(self) -> int:
        return self.place.lane

    @property
    def exchange(self) -> str:
        """``address:port`` of the exchange's first socket."""
        first = self.place.program.platform.sockets[0]
        return f"{first.host}:{first.port}"

    def require_free(self) -> None:
        """Raises LabError when an address the stack needs is in use."""
        platform = self.place.program.platform
        relays = [("udp", relay.control_host, relay.control_port) for relay in platform.relays]
        attendant = [("udp", a.host, port) for a in (platform.attendant,) if a for port in (a.port, a.digits_port)]
        require_free([*relays, *attendant, *((s.transport, s.host, s.port) for s in platform.sockets)])

    def start_relays(self) -> None:
        """Writes the bundle, activates the site and starts the media relays; does not wait for them."""
        write_bundle(self.place.program, self._bundle)
        try:
            site.activate(self._bundle, self.site, self._secrets)
        except site.SiteError as error:
            raise LabError(f"the bundle of lane {self.number} cannot be activated: {error}") from error
        for relay in self.place.program.platform.relays:
            self._spawn(f"rtpengine {relay.id}", ringplan_rtpengine.command(self._bundle, relay.id), {})

    def start_exchange(self) -> None:
        """Starts the exchange once the relays answer; it would leave out one that does not for some seconds."""
        for relay in self.place.program.platform.relays:
            address = (relay.control_host, relay.control_port)
            what = f"media relay {relay.id} of lane {self.number}"
            wait_until(partial(_ping_relay, address), self._children, _START_S, what)
        if self.place.program.platform.attendant is not None:
            self._start("attendant")
        self._start("exchange")

    def _start(self, role: site.Role) -> None:
        """Starts one of the two Kamailios."""
        environment = site.environment(self._bundle, self.site, role, lab=self._clock)
        name = "kamailio" if role == "exchange" else f"kamailio {role}"
        self._spawn(name, site.command(self._bundle, self.site, role), environment)

    def wait(self) -> None:
        """Waits until the exchange answers; raises LabError with its last lines otherwise."""
        attendant = self.place.program.platform.attendant
        if attendant is not None:
            ping = partial(_ping_sip, "udp", attendant.host, attendant.port, self.exchange.rpartition(":")[0])
            wait_until(ping, self._children, _START_S, f"the attendant of lane {self.number}")
        wait_until(self._ping_exchange, self._children, _START_S, f"the exchange of lane {self.number}")

    def check(self) -> None:
        """Raises LabError when a process has died."""
        for child in self._children:
            if not child.running():
                raise LabError(f"{child.name} of lane {self.number} has died:\n{child.tail()}")

    def set_clock(self, moment: datetime | None) -> None:
        """Stops the exchange's clock at ``moment``, which must know its zone; None: the real time again."""
        if moment is not None and moment.tzinfo is None:
            raise ValueError("a moment without time zone is no moment")
        if moment is None:
            self._rpc_both("its clock cannot be set", "htable.delete", "clock", "now")
        else:
            self._rpc_both("its clock cannot be set", "htable.sets", "clock", "now", f"{moment.timestamp():.0f}")

    def set_switch(self, address: str, state: bool | None) -> None:
        """Switches a schedule open or closed, or a hunt group busy or not, by hand; None: no longer."""
        if state is None:
            self._rpc_both("a switch cannot be set", "htable.delete", "switches", address)
        else:
            self._rpc_both("a switch cannot be set", "htable.sets", "switches", address, str(int(state)))

    def forget_calls(self) -> None:
        """Makes the exchange forget all calls: who was rung last, who is in a call."""
        for table in _CALL_TABLES:
            self._rpc("it does not forget", "htable.flush", table)
        if self.place.program.platform.attendant is not None:
            self._rpc("it does not forget", "htable.flush", _CLAIMS, role="attendant")

    def remember(self, world: World) -> None:
        """Makes the exchange, which must have forgotten all calls, remember what a world says of them."""
        for command in commands(world):
            self._rpc("it does not remember", *command)

    def _rpc_both(self, failed: str, method: str, *parameters: str | int) -> None:
        """One command for both Kamailios."""
        self._rpc(failed, method, *parameters)
        if self.place.program.platform.attendant is not None:
            self._rpc(failed, method, *parameters, role="attendant")

    def _rpc(self, failed: str, method: str, *parameters: str | int, role: site.Role = "exchange") -> None:
        try:
            site.rpc(self.site, method, *parameters, role=role)
        except site.SiteError as error:
            raise LabError(f"lane {self.number}: {failed}: {error}") from error

    def click(self, user: User, number: str) -> None:
        """Clicks to dial for a user."""
        try:
            clicking.click(self.site, user.id, self._secrets[user.click_secret or ""], number)
        except site.SiteError as error:
            raise LabError(f"lane {self.number}: a click is refused: {error}") from error

    def last_lines(self) -> str:
        """What the exchange wrote last."""
        return self._children[-1].tail() if self._children else ""

    def children(self) -> tuple[Child, ...]:
        """Its processes."""
        return tuple(self._children)

    def _spawn(self, name: str, command: list[str], environment: Mapping[str, str]) -> None:
        log = self.folder / f"{name.replace(' ', '-')}.log"
        self._children.append(spawn(name, command, log, environment=environment))

    def _ping_exchange(self) -> bool:
        first = self.place.program.platform.sockets[0]
        return _ping_sip(first.transport, first.host, first.port, self.place.stranger.host)


class Lab:
    """Some lanes, watched by one capture. A context manager; leaves nothing behind but the folder if ``keep``.

    While it is open, SIGTERM raises KeyboardInterrupt in the main thread, so that it ends as Ctrl-C does.
    """

    def __init__(
        self,
        program: Program,
        *,
        lanes: int | None = None,
        first_lane: int = FIRST_LANE,
        workdir: Path | None = None,
        keep: bool = False,
        listen: str | None = None,
        watch: bool = True,
        other: Program | None = None,
    ) -> None:
        """``lanes``: how many (default by the machine). ``workdir``: where its folder is made; ``keep``: stays.

        ``listen``: address for real phones, one lane only (see `relocate`). ``watch``: capture the wire, which
        playing scenarios needs. ``other``: another version, whose further phones take part as guests.
        """
        count = 1 if listen else lanes or default_lanes()
        if not 1 <= first_lane <= first_lane + count - 1 <= 255:
            raise LabError(f"lanes are numbered 1 to 255; {first_lane} to {first_lane + count - 1} are not")
        self._numbers = range(first_lane, first_lane + count)
        self._program, self._listen, self._watch, self._other = program, listen, watch, other
        self._workdir, self._keep = workdir, keep
        self._stack = contextlib.ExitStack()
        self.lanes: tuple[Lane, ...] = ()
        self.capture = Capture(self._numbers)
        self.folder = Path()
        self.sounds: Mapping[str, Path] = {}

    def __enter__(self) -> Lab:
        require_tools()
        with contextlib.ExitStack() as stack:
            stack.enter_context(_termination_interrupts())
            self.folder = stack.enter_context(_folder(self._workdir, self._keep))
            if self._watch:
                stack.enter_context(self.capture)
            self.sounds = write_recordings(self.folder)
            self.lanes = tuple(self._lane(number) for number in self._numbers)
            for lane in self.lanes:
                lane.require_free()
            stack.callback(self._stop)
            for step in (Lane.start_relays, Lane.start_exchange, Lane.wait):
                for lane in self.lanes:
                    step(lane)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    def _lane(self, number: int) -> Lane:
        place = relocate(self._program, number, self._listen, self._other)
        secrets = {
            account.phone.secret: random_source.token_hex(_PASSWORD_BYTES) for account in place.accounts.values()
        }
        for user in {account.user.id: account.user for account in place.accounts.values()}.values():
            if user.click_secret is not None:
                secrets[user.click_secret] = random_source.token_hex(_PASSWORD_BYTES)
        return Lane(place, self.folder / f"lane-{number}", secrets, clock=self._watch)

    def _stop(self) -> None:
        stop([child for lane in self.lanes for child in lane.children()])


def write_bundle(program: Program, folder: Path) -> None:
    """The production bundle of a program, as ``ringplan compile`` writes it but for its list of files."""
    for artifact in emit((ringplan_kamailio.TARGET, ringplan_rtpengine.TARGET), program):
        file = folder / artifact.path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(artifact.content)


@contextlib.contextmanager
def _folder(parent: Path | None, keep: bool) -> Iterator[Path]:
    """A new folder for the run: sites hold secrets, so nobody else may read it."""
    folder = Path(tempfile.mkdtemp(prefix="ringplan-lab-", dir=parent))
    try:
        yield folder
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _termination_interrupts() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _ping_relay(address: tuple[str, int]) -> bool:
    """Whether an rtpengine answers ``ping`` on its ng control port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(0.2)
        sock.sendto(b"lab d7:command4:pinge", address)
        with contextlib.suppress(OSError):
            return b"pong" in sock.recv(2048)
    return False


def _ping_sip(transport: str, host: str, port: int, source: str) -> bool:
    """Whether the exchange answers OPTIONS, with whatever code."""
    kind = socket.SOCK_DGRAM if transport == "udp" else socket.SOCK_STREAM
    branch = random_source.token_hex(8)
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.settimeout(0.2)
        with contextlib.suppress(OSError):
            sock.bind((source, 0))
            sock.connect((host, port))
            here = f"{source}:{sock.getsockname()[1]}"
            lines = [
                f"OPTIONS sip:{host}:{port} SIP/2.0",
                f"Via: SIP/2.0/{transport.upper()} {here};rport;branch=z9hG4bK{branch}",
                f"From: <sip:lab@{here}>;tag={branch}",
                f"To: <sip:{host}:{port}>",
                f"Call-ID: {branch}",
                "CSeq: 1 OPTIONS",
                "Max-Forwards: 70",
                "Content-Length: 0",
            ]
            sock.sendall("\r\n".join([*lines, "", ""]).encode())
            return sock.recv(4096).startswith(b"SIP/2.0 ")
    return False
