"""One call as it is played: the SIPp processes of its parties, from their start to their end."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from .casting import Cast
from .errors import LabError
from .party import Party, release
from .processes import Child, is_bound, spawn, stop, wait_for
from .render import render

_GRACE_S = 1.5
"""How long called parties may go on after the caller has ended."""
_BIND_LIMIT_S = 4.0


@dataclass(frozen=True, slots=True)
class Ended:
    """How the processes of a call ended."""

    exits: dict[str, int]
    """SIPp exit code by party."""
    remarks: tuple[str, ...]
    """What SIPp complained about, for whoever looks for the cause of a failure."""


class PlayedCall:
    """The parties of one call; used by one thread, but for `kill`."""

    def __init__(self, players: Cast, folder: Path, exchange: str, limit: float, go_on: Callable[[], bool]) -> None:
        """``limit``: seconds a party lives at most; ``go_on``: whether nobody has interrupted the playing."""
        self._players, self._folder, self._exchange = players, folder, exchange
        self._limit, self._go_on = limit, go_on
        self._children: list[Child] = []

    def begin(self) -> None:
        """Starts everybody, the caller last: an INVITE must not come before somebody listens."""
        *others, caller = self._players.parties
        waiting = [*others, caller] if caller.template == "called" else others
        for party in waiting:
            self._start(party)
        self._wait_bound(waiting)
        if caller not in waiting:
            self._start(caller)

    def caller_runs(self) -> bool:
        """Whether the caller's process has not ended."""
        return self._children[-1].running()

    def wait(self, limit: float) -> None:
        """Waits for the caller, then for the others a little longer."""
        wait_for(self._children[-1:], limit)
        wait_for(self._children, _GRACE_S)

    def end(self) -> Ended:
        """Ends and reaps what still runs."""
        over = [not child.running() for child in self._children]
        self.kill()  # asked politely, SIPp would end with 0 as if it had had its call
        stop(self._children)
        parties = self._players.parties[: len(self._children)]
        codes = [child.process.returncode for child in self._children]
        return Ended(
            {party.endpoint.id: code for party, code in zip(parties, codes, strict=True)},
            tuple(
                f"{party.endpoint.id}: {'' if ended else 'did not end by itself; '}{complaint(self._folder, party)}"
                for party, code, ended in zip(parties, codes, over, strict=True)
                if code != 0
            ),
        )

    def kill(self) -> None:
        """Ends everybody at once; callable from another thread."""
        for child in list(self._children):
            child.kill()

    def _start(self, party: Party) -> None:
        file = self._folder / f"{party.token}.xml"
        file.write_text(render(party), encoding="ascii")
        command = sipp_command(party, file, self._exchange, self._limit)
        child = spawn(f"sipp {party.endpoint.id}", command, Path("/dev/null"), death_signal="KILL", folder=self._folder)
        self._children.append(child)
        if not self._go_on():  # after the list was complete, so that no child is missed
            raise LabError("interrupted")

    def _wait_bound(self, waiting: Sequence[Party]) -> None:
        end = time.monotonic() + _BIND_LIMIT_S
        for party, child in zip(waiting, self._children, strict=True):
            while not is_bound(party.transport, party.endpoint.host, party.endpoint.port):
                if not child.running() or time.monotonic() > end:
                    why = complaint(self._folder, party)
                    raise LabError(f"SIPp does not listen on {party.endpoint.sip} for {party.endpoint.id}: {why}")
                time.sleep(0.002)


def tell(party: Party, source: str, call_id: str = "") -> None:
    """Tells a party that waits for it to go on; ``source``: an address on which nobody of the lane lives."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((source, 0))
        sock.sendto(release(party.token, call_id), (party.endpoint.host, party.endpoint.port))


def sipp_command(party: Party, file: Path, exchange: str, limit: float) -> list[str]:
    """Arguments of the SIPp process that plays a party."""
    endpoint = party.endpoint
    command = [
        *("sipp", "-sf", str(file), "-m", str(party.calls), "-nostdin"),
        *("-r", "1000"),  # calls a second: the first one comes after 1/r s
        *("-i", endpoint.host, "-p", str(endpoint.port), "-t", "u1" if party.transport == "udp" else "t1"),
        *("-mi", endpoint.host, "-mp", str(endpoint.media_port), "-ci", endpoint.host),
        *("-timeout", f"{limit + 2:.0f}s", "-timeout_error", "-max_retrans", "4"),
        *("-trace_err", "-error_file", str(file.with_suffix(".err"))),
    ]
    if party.template == "called":
        return command
    # SIPp puts `sip:` before the digest URI, which a service URN cannot have; the domain is as good.
    uri = party.request_uri.removeprefix("sip:") if party.request_uri.startswith("sip:") else party.domain
    uri = party.domain if party.template == "register" else uri
    return [*command, "-cid_str", f"{party.token}@lab", "-auth_uri", uri, exchange]


def complaint(folder: Path, party: Party) -> str:
    """What a SIPp process wrote about its failure, shortened."""
    file = folder / f"{party.token}.err"
    text = file.read_text(errors="replace").strip() if file.exists() else ""
    return text[-600:] or "SIPp gave no reason"


def require_different(casts: Sequence[Cast]) -> None:
    """Raises LabError when somebody would have to take part twice: a process holds its address."""
    places = [party.endpoint.sip for cast in casts for party in cast.parties]
    twice = sorted({place for place in places if places.count(place) > 1})
    if twice:
        raise LabError(f"{', '.join(twice)} would have to take part twice; the lab cannot play that")
