"""IPv4 packets made by hand: as if they came from an address and port that another process holds (raw(7))."""

from __future__ import annotations

import socket
import struct

_UDP = 17
_EXPEDITED = 0xB8


def datagram(source: tuple[str, int], destination: tuple[str, int], payload: bytes, tos: int = _EXPEDITED) -> bytes:
    """IPv4 and UDP headers before the payload; the kernel fills in the IP checksum, UDP goes without one."""
    length = 8 + len(payload)
    header = struct.pack(
        "!BBHHHBBH4s4s",
        *(0x45, tos, 20 + length, 0, 0, 64, _UDP, 0),
        socket.inet_aton(source[0]),
        socket.inet_aton(destination[0]),
    )
    return header + struct.pack("!HHHH", source[1], destination[1], length, 0) + payload


def place(text: str) -> tuple[str, int]:
    """``address:port`` taken apart."""
    host, _, port = text.rpartition(":")
    return host, int(port)
