"""What surrounds the parties of a call: idle phones and carriers, deaf ones, and a network that repeats packets."""

from __future__ import annotations

import errno
import re
import socket
import threading
import time
from collections.abc import Iterable, Mapping
from types import TracebackType

from .errors import LabError
from .raw import datagram, place
from .relocate import Endpoint
from .wire import Packet

_BIND_LIMIT_S = 2.0
_COPIED = ("via", "from", "to", "call-id", "cseq")
_COMPACT = {"v": "via", "f": "from", "t": "to", "i": "call-id"}


class Bystanders:
    """Listens to one lane while a scenario plays; a context manager.

    Idle phones and carriers answer an INVITE with 486 at once. That they are called at all is a fault which the
    capture has seen; the answer only keeps the fault from costing a timeout. Their sockets are not kept bound: the
    capture sees the INVITE, and the answer is sent from a socket that lives for one packet. Idle carriers on TCP
    listen, since without a connection there would be no INVITE to see.
    """

    def __init__(self, idle: Mapping[str, str], listening: Iterable[Endpoint], deaf: Iterable[Endpoint]) -> None:
        """``idle``: ``address:port`` of idle parties; ``listening``: idle parties on TCP; ``deaf``: never answer."""
        self._idle = idle
        self._endpoints = (*listening, *deaf)
        self._sockets: list[socket.socket] = []

    def __enter__(self) -> Bystanders:
        try:
            for endpoint in self._endpoints:
                self._sockets.append(_bind(endpoint))
        except OSError as error:
            self._close()
            raise LabError(f"{endpoint.transport}:{endpoint.sip} of {endpoint.id} cannot be used: {error}") from error
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._close()

    def _close(self) -> None:
        for sock in self._sockets:
            sock.close()
        self._sockets.clear()

    def __call__(self, packet: Packet) -> None:
        """Looks at a captured packet; called by the capture's thread."""
        if packet.destination in self._idle and packet.payload.startswith(b"INVITE "):
            _send_from(packet.destination, packet.source, busy(packet.payload.decode("utf-8", "replace")))


class Repeater:
    """A network that delivers the caller's INVITE and BYE twice (over UDP).

    An INVITE that will only be challenged is left alone: the exchange keeps no state for it, answers it twice with two
    challenges, and SIPp has no transaction layer that would drop the second.
    """

    def __init__(self, source: str, with_credentials: bool) -> None:
        """``source``: ``address:port`` of the caller; ``with_credentials``: its calls are challenged first."""
        self._source = source
        self._required = b"\nProxy-Authorization:" if with_credentials else b""
        self._seen: set[bytes] = set()
        self._lock = threading.Lock()
        self._raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)

    def close(self) -> None:
        self._raw.close()

    def __call__(self, packet: Packet) -> None:
        """Sends a captured packet again, bytes for bytes, if it is the caller's and has not been repeated yet."""
        if packet.source != self._source or packet.transport != "udp":
            return
        wanted = packet.payload.startswith(b"INVITE ") and self._required in packet.payload
        if not wanted and not packet.payload.startswith(b"BYE "):
            return
        with self._lock:
            if packet.payload in self._seen:
                return
            self._seen.add(packet.payload)
        _send_raw(self._raw, packet)


class SecondCall:
    """A phone that is in a call of its own and is called again.

    SIPp plays one call a process, and that process holds the phone's address: so the answers are sent past it, as
    packets that only look as if they came from there.
    """

    def __init__(self, phone: str, code: int, reason: str) -> None:
        """``phone``: its ``address:port``; ``code``: its final answer, 0: it rings until the call is taken away."""
        self._phone, self._code, self._reason = phone, code, reason
        self._invite = ""
        self._raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)

    def close(self) -> None:
        self._raw.close()

    def __call__(self, packet: Packet) -> None:
        """Looks at a captured packet; called by the capture's thread."""
        if packet.destination != self._phone or packet.transport != "udp":
            return
        text = packet.payload.decode("utf-8", "replace")
        if text.startswith("INVITE ") and text != self._invite:
            self._invite = text
            if self._code != 486:
                self._say(packet, text, 180, "Ringing")
            if self._code:
                self._say(packet, text, self._code, self._reason)
        elif text.startswith("CANCEL ") and self._invite:
            self._say(packet, text, 200, "OK")
            if not self._code:
                self._say(packet, self._invite, 487, "Request Terminated")

    def _say(self, packet: Packet, request: str, code: int, reason: str) -> None:
        sent = answer(request, code, reason, "second-call").encode()
        back = Packet(packet.time, packet.destination, packet.source, "udp", 0, 0, sent)
        _send_raw(self._raw, back)


def answer(request: str, code: int, reason: str, tag: str) -> str:
    """An answer to a request, with the headers that RFC 3261 section 8.2.6 wants copied."""
    lines = [f"SIP/2.0 {code} {reason}"]
    for line in request.split("\r\n\r\n", 1)[0].split("\r\n")[1:]:
        name = line.partition(":")[0].strip().lower()
        if _COMPACT.get(name, name) in _COPIED:
            is_to = _COMPACT.get(name, name) == "to" and not re.search(r";\s*tag=", line)
            lines.append(f"{line};tag={tag}" if is_to else line)
    return "\r\n".join([*lines, "Content-Length: 0", "", ""])


def busy(invite: str) -> str:
    """486 for an INVITE."""
    return answer(invite, 486, "Busy Here", "bystander")


def _bind(endpoint: Endpoint) -> socket.socket:
    """A socket at the endpoint's address.

    Between fork and exec a process that another lane starts has a copy of every socket, so that one that was closed
    just now may still listen for some milliseconds.
    """
    udp = endpoint.transport == "udp"
    end = time.monotonic() + _BIND_LIMIT_S
    while True:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if udp else socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((endpoint.host, endpoint.port))
        except OSError as error:
            sock.close()
            if error.errno != errno.EADDRINUSE or time.monotonic() > end:
                raise
            time.sleep(0.005)
            continue
        if not udp:
            sock.listen()
        return sock


def _send_raw(raw: socket.socket, packet: Packet) -> None:
    to = place(packet.destination)
    raw.sendto(datagram(place(packet.source), to, packet.payload, packet.tos), (to[0], 0))


def _send_from(source: str, destination: str, text: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(place(source))
            sock.sendto(text.encode(), place(destination))
        except OSError:  # somebody lives there after all, and will answer
            return
