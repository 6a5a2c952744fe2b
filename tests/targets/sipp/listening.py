"""Prompts whose frames all differ, and the packets that bring them to a party."""

from __future__ import annotations

import struct

from ringplan_sipp.dtmf import FRAME_S
from ringplan_sipp.media import FRAME_BYTES
from ringplan_sipp.prompts import Prompts
from ringplan_sipp.wire import Packet

EAR = "127.0.40.30:20000"
RELAY = "127.0.40.11:30000"
SILENCE = bytes([0xD5]) * FRAME_BYTES


def frame(prompt: str, index: int) -> bytes:
    return f"{prompt} {index} ".encode().ljust(FRAME_BYTES, b".")


def sound(prompt: str, frames: int, leading: int = 0, trailing: int = 0) -> bytes:
    """The samples of a prompt, between silence."""
    return SILENCE * leading + b"".join(frame(prompt, n) for n in range(frames)) + SILENCE * trailing


PROMPTS = Prompts.of({"hello": sound("hello", 50), "menu": sound("menu", 60, leading=3, trailing=10)})


def rtp(audio: bytes, time: float, destination: str = EAR) -> Packet:
    head = struct.pack("!BBHII", 0x80, 8, round(time * 50) & 0xFFFF, round(time * 8000), 7)
    return Packet(time, RELAY, destination, "udp", 0, 0, head + audio)


def playing(prompt: str, begin: float, frames: range) -> list[Packet]:
    """The packets of a prompt that begins at a moment."""
    return [rtp(frame(prompt, n), begin + n * FRAME_S) for n in frames]
