"""How evenly a relay plays: the time between the packets of each prompt, by the kernel's own clock."""

from __future__ import annotations

import socket
import struct
import threading
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, Self

_STAMP: Final = 35
"""SO_TIMESTAMPNS, and the kind of the message that carries it (Linux)."""
_TIME: Final = struct.Struct("@qq")
_PACKETS: Final = 20
"""A stream of fewer is no prompt."""


@dataclass(slots=True)
class Ear:
    """Receives RTP on one port while the block runs."""

    host: str
    port: int
    arrivals: dict[bytes, list[float]] = field(default_factory=dict)
    """Milliseconds, by SSRC."""
    _channel: socket.socket | None = None
    _thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._channel = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._channel.setsockopt(socket.SOL_SOCKET, _STAMP, 1)
        self._channel.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self._channel.bind((self.host, self.port))
        self._channel.settimeout(0.2)
        self._thread = threading.Thread(target=self._receive, args=(self._channel,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        channel, self._channel = self._channel, None
        if self._thread is not None:
            self._thread.join()
        if channel is not None:
            channel.close()

    def _receive(self, channel: socket.socket) -> None:
        while self._channel is not None:
            try:
                packet, extra, _, _ = channel.recvmsg(2048, 64)
            except TimeoutError:
                continue
            if len(packet) > 12 and extra:
                seconds, nanoseconds = _TIME.unpack(extra[0][2][: _TIME.size])
                self.arrivals.setdefault(packet[8:12], []).append(seconds * 1e3 + nanoseconds / 1e6)

    def gaps(self) -> list[float]:
        """Milliseconds between two packets of one stream, sorted."""
        streams = [times for times in self.arrivals.values() if len(times) >= _PACKETS]
        return sorted(later - earlier for times in streams for earlier, later in pairwise(times))
