"""Watches the loopback interface: the oracle of the lab.

It sees every message to every phone and trunk, also to those that no SIPp process plays, so a wrong phone that rings
cannot be missed. The kernel filters by lane (classic BPF) and drops the second copy that loopback delivers.
"""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from .errors import LabError
from .wire import Packet, parse_packet

_ETH_P_IP = 0x0800
_ETHERNET_HEADER = 14
_SOURCE_AT, _DESTINATION_AT = _ETHERNET_HEADER + 12, _ETHERNET_HEADER + 16
_LOOPBACK = 127 << 8  # 127.0
_SO_ATTACH_FILTER = 26
_SO_RCVBUFFORCE = 33
_SO_TIMESTAMPNS = 35
_ANCILLARY_BYTES = 128
_SOL_PACKET, _PACKET_STATISTICS = 263, 6
_BUFFER_BYTES = 32 * 1024 * 1024
_PACKET_OUTGOING = 4
_PKTTYPE_OFFSET = 0xFFFFF000 + 4  # SKF_AD_OFF + SKF_AD_PKTTYPE, linux/filter.h
_LD_B, _LD_H, _JEQ, _JGE, _JGT, _RET = 0x30, 0x28, 0x15, 0x35, 0x25, 0x06

_MARK_PORT = 9  # discard (RFC 863)
_MARK_LIMIT_S = 5.0

Listener = Callable[[Packet], None]


def lane_filter(first: int, last: int) -> bytes:
    """Classic BPF: IPv4 from or to 127.0.``first``.0 – 127.0.``last``.255, one copy of each packet.

    Also what a lane sends elsewhere: a process may use 127.0.0.1 for a connection it opens.
    """
    # operation, value, where to if true, where to if false; empty: the next step
    program = [
        ("", _LD_H, 12, "", ""),
        ("", _JEQ, _ETH_P_IP, "", "reject"),
        ("", _LD_B, _PKTTYPE_OFFSET, "", ""),
        ("", _JEQ, _PACKET_OUTGOING, "reject", ""),
        ("", _LD_H, _DESTINATION_AT, "", ""),
        ("", _JEQ, _LOOPBACK, "", "source"),
        ("", _LD_B, _DESTINATION_AT + 2, "", ""),
        ("", _JGE, first, "", "source"),
        ("", _JGT, last, "source", "accept"),
        ("source", _LD_H, _SOURCE_AT, "", ""),
        ("", _JEQ, _LOOPBACK, "", "reject"),
        ("", _LD_B, _SOURCE_AT + 2, "", ""),
        ("", _JGE, first, "", "reject"),
        ("", _JGT, last, "reject", "accept"),
        ("accept", _RET, 0xFFFF, "", ""),
        ("reject", _RET, 0, "", ""),
    ]
    labels = {label: index for index, (label, *_) in enumerate(program) if label}
    code = b""
    for index, (_, operation, value, yes, no) in enumerate(program):
        jumps = (labels[target] - index - 1 if target else 0 for target in (yes, no))
        code += struct.pack("HBBI", operation, *jumps, value)
    return code


@dataclass(frozen=True, slots=True)
class _Mark:
    """A place in the stream of packets."""

    forget: bool
    """Whether the lane's packets before it are dropped."""
    seen: threading.Event = field(default_factory=threading.Event)


class Capture:
    """All packets to the addresses of some lanes, kept by lane. A context manager."""

    def __init__(self, lanes: range) -> None:
        """``lanes``: numbers of the lanes, contiguous."""
        self._lanes = lanes
        self._packets: dict[int, list[Packet]] = {lane: [] for lane in lanes}
        self._listeners: dict[int, Listener] = {}
        self._last: dict[int, float] = dict.fromkeys(lanes, 0.0)
        self._stopping = threading.Event()
        self._failure: Exception | None = None
        self._marks: dict[bytes, _Mark] = {}
        self._thread = threading.Thread(target=self._run, name="capture", daemon=True)

    def __enter__(self) -> Capture:
        try:
            # Protocol 0 receives nothing until it is bound, so not one packet slips past the filter.
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        except PermissionError:
            raise LabError(
                "watching the loopback interface needs the capability CAP_NET_RAW: run as root, or give it to a "
                "Python of your own with `sudo setcap cap_net_raw+ep /path/to/python3`"
            ) from None
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        _attach(self._socket, lane_filter(self._lanes[0], self._lanes[-1]))
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER_BYTES)
        except PermissionError:  # CAP_NET_ADMIN; the ordinary limit will do, losses are reported
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
        self._socket.bind(("lo", _ETH_P_IP))
        self._socket.settimeout(0.2)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join(timeout=2)
        self._socket.close()

    def listen(self, lane: int, listener: Listener | None) -> None:
        """Calls ``listener`` from the capture's thread with every packet of the lane; None: no longer."""
        if listener is None:
            self._listeners.pop(lane, None)
        else:
            self._listeners[lane] = listener

    def begin(self, lane: int) -> float:
        """Forgets what the lane has seen so far; the present time."""
        self._mark(lane, forget=True)
        return time.monotonic()

    def taken(self, lane: int) -> tuple[Packet, ...]:
        """What the lane has seen since `begin`, up to now. Raises LabError when that may not be all."""
        self._mark(lane, forget=False)
        statistics = self._socket.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8)
        dropped = struct.unpack("II", statistics)[1]
        if dropped:
            raise LabError(
                f"the capture lost {dropped} packets, so the calls just played prove nothing: use fewer lanes"
            )
        return tuple(self._packets[lane])

    def _mark(self, lane: int, forget: bool) -> None:
        """Sends a packet to the lane and waits until it is captured: then so is everything that was sent before."""
        token = b"mark" + os.urandom(8)
        mark = self._marks[token] = _Mark(forget)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.sendto(token, (f"127.0.{lane}.1", _MARK_PORT))
        seen = mark.seen.wait(_MARK_LIMIT_S)
        del self._marks[token]
        if self._failure is not None:
            raise LabError(f"the capture has failed: {self._failure}") from self._failure
        if not seen:
            raise LabError(f"the capture does not keep up: nothing seen for {_MARK_LIMIT_S:g} s; use fewer lanes")

    def settle(self, lane: int, quiet: float, limit: float) -> None:
        """Waits until the lane has been quiet for so many seconds, at most ``limit`` seconds."""
        end = time.monotonic() + limit
        start = time.monotonic()
        while (now := time.monotonic()) < end and now - max(self._last[lane], start) < quiet:
            time.sleep(quiet / 4)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                frame, ancillary, _, _ = self._socket.recvmsg(0x10000, _ANCILLARY_BYTES)
                self._take(frame, _arrived(ancillary))
            except TimeoutError:
                continue
            except Exception as error:  # kept for `taken`: a capture that stops silently would hide everything
                self._failure = error
                return

    def _take(self, frame: bytes, arrived: float) -> None:
        packet = parse_packet(arrived, frame[_ETHERNET_HEADER:])
        if packet is None:
            return
        lane = frame[_DESTINATION_AT + 2]
        if lane not in self._packets or frame[_DESTINATION_AT : _DESTINATION_AT + 2] != b"\x7f\x00":
            lane = frame[_SOURCE_AT + 2]
        mark = self._marks.get(packet.payload)
        if mark is not None:
            if mark.forget:
                self._packets[lane] = []
            mark.seen.set()
            return
        self._last[lane] = time.monotonic()
        self._packets[lane].append(packet)
        if listener := self._listeners.get(lane):
            listener(packet)


def _arrived(ancillary: Iterable[tuple[int, int, bytes]]) -> float:
    """When the kernel saw a packet, on the monotonic clock: this thread may come to it much later."""
    for level, kind, content in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, _SO_TIMESTAMPNS):
            seconds, nanoseconds = struct.unpack("ll", content[: struct.calcsize("ll")])
            return float(seconds + nanoseconds / 1e9 - (time.time() - time.monotonic()))
    return time.monotonic()


def _attach(sock: socket.socket, code: bytes) -> None:
    """Attaches a BPF program; the kernel copies it, so the buffer may go afterwards."""
    buffer = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("HL", len(code) // 8, ctypes.addressof(buffer))
    sock.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)
