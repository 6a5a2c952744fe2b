"""A phone's audio: sends silence and keys, and hears whether something is played."""

from __future__ import annotations

import math
import re
import socket
import struct
import time
from dataclasses import dataclass, field

FRAME_S = 0.02
_KEYS = "0123456789*#"


@dataclass
class Media:
    """One UDP port that speaks RTP (PCMA, telephone-event 101)."""

    host: str
    port: int
    remote: tuple[str, int] = ("", 0)
    seq: int = 0
    stamp: int = 16_000
    loud: int = 0
    quiet: int = 0
    types: set[int] = field(default_factory=set)
    voice: bytes = b"\xd5"
    """What is sent: silence, or something loud."""

    def __enter__(self) -> Media:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((self.host, self.port))
        self.socket.setblocking(False)
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def towards(self, description: str) -> None:
        """Sends to where a description says."""
        address = re.search(r"^c=IN IP4 (\S+)", description, re.MULTILINE)
        port = re.search(r"^m=audio (\d+)", description, re.MULTILINE)
        assert address
        assert port
        self.remote = (address[1], int(port[1]))

    def _send(self, kind: int, payload: bytes, stamp: int, marker: bool = False) -> None:
        head = struct.pack(">BBHII", 0x80, kind | (0x80 if marker else 0), self.seq & 0xFFFF, stamp, 0x1234)
        self.seq += 1
        self.socket.sendto(head + payload, self.remote)

    def run(self, seconds: float, send: bool = True) -> int:
        """Sends silence for a while; how many packets that were not silent came meanwhile."""
        self.loud = self.quiet = 0
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if send:
                self._send(8, self.voice * 160, self.stamp)
            self.stamp += 160
            self._receive()
            time.sleep(FRAME_S)
        return self.loud

    def hears(self, seconds: float = 2.0) -> bool:
        """Waits until something is heard that is not silence, six packets of it."""
        end, found = time.monotonic() + seconds, 0
        while found < 6 and time.monotonic() < end:
            found += self.run(FRAME_S)
        return found >= 6

    def hears_nothing(self, seconds: float = 0.3) -> bool:
        """Whether, what was on its way apart, only silence comes, or nothing at all."""
        self.run(0.1)
        return self.run(seconds) == 0

    def _receive(self) -> None:
        while True:
            try:
                packet = self.socket.recv(2048)
            except BlockingIOError:
                return
            if len(packet) < 20:
                continue
            self.types.add(packet[1] & 0x7F)
            payload = packet[12:]
            if sum(byte not in b"\xd5\x55\x54\xd4" for byte in payload) > len(payload) // 2:
                self.loud += 1
            else:
                self.quiet += 1

    def press(self, keys: str) -> None:
        """Presses keys, 100 ms each (RFC 4733)."""
        for key in keys:
            event, stamp = _KEYS.index(key), self.stamp
            for step in range(5):
                self._send(101, struct.pack(">BBH", event, 10, 160 * (step + 1)), stamp, marker=step == 0)
                time.sleep(FRAME_S)
            for _ in range(3):
                self._send(101, struct.pack(">BBH", event, 0x80 | 10, 960), stamp)
            self.stamp += 960
            self.run(0.06)

    def sing(self, keys: str) -> None:
        """Presses keys as tones (ITU-T Q.23), 160 ms each."""
        for key in keys:
            row, column = divmod("123A456B789C*0#D".index(key), 4)
            low, high = (697, 770, 852, 941)[row], (1209, 1336, 1477, 1633)[column]
            for frame in range(8):
                times = [(frame * 160 + at) / 8000 for at in range(160)]
                wave = [8000 * (math.sin(2 * math.pi * low * t) + math.sin(2 * math.pi * high * t)) for t in times]
                self._send(8, bytes(_a_law(int(sample)) for sample in wave), self.stamp)
                self.stamp += 160
                time.sleep(FRAME_S)
            self.run(0.1)


def _a_law(sample: int) -> int:
    """One sample of 16 bits as A-law (ITU-T G.711)."""
    sign, size = (0x80 if sample >= 0 else 0), min(abs(sample), 32767)
    exponent = max(size.bit_length() - 8, 0)
    mantissa = (size >> (exponent + 3 if exponent else 4)) & 0x0F
    return (sign | exponent << 4 | mantissa) ^ 0x55
