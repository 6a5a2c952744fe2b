"""Pressed keys as RTP: telephone events (RFC 4733), and the same as audible tones."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from ringplan.prompts.audio import alaw

from .media import FRAME_BYTES, SAMPLE_RATE

EVENTS = "0123456789*#"
"""The event code of a key is its place (RFC 4733 section 3.2)."""
PAYLOAD_TYPE = 101
FRAME_S = 0.02
_FRAMES = 5
"""A key is held 100 ms."""
_ENDS = 3
"""How often its end is said (RFC 4733 section 2.5.1.4)."""
PAUSE_S = 0.08
"""Between two keys."""
_VOLUME = 10
_PCMA = 8
_SILENT_FRAMES = 10
_SILENCE = bytes([0xD5]) * FRAME_BYTES
_ROWS, _COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477)
"""Hertz (ITU-T Q.23)."""
_LAYOUT = "123456789*0#"


@dataclass(slots=True)
class Stream:
    """The RTP stream of one pressing party: numbers go on from key to key."""

    source: int
    """SSRC."""
    sequence: int = 0
    timestamp: int = 16_000
    """Not 0: rtpengine would take the first key for one that has already ended."""

    def events(self, key: str) -> Iterator[tuple[float, bytes]]:
        """The packets of one key, each with the seconds after which it is sent."""
        code = EVENTS.index(key)
        for frame in range(1, _FRAMES + _ENDS):
            ends = frame >= _FRAMES
            duration = min(frame, _FRAMES) * FRAME_BYTES
            body = struct.pack("!BBH", code, ends << 7 | _VOLUME, duration)
            yield min(frame - 1, _FRAMES - 1) * FRAME_S, self._packet(PAYLOAD_TYPE, body, marker=frame == 1)
        self.timestamp += _FRAMES * FRAME_BYTES + round(PAUSE_S * SAMPLE_RATE)

    def tones(self, key: str) -> Iterator[tuple[float, bytes]]:
        """The same key as audible A-law, for callers whose phones know no telephone events."""
        for frame in range(_FRAMES):
            yield frame * FRAME_S, self._packet(_PCMA, _tone(key, frame), marker=frame == 0)
            self.timestamp += FRAME_BYTES
        for frame in range(_FRAMES, _FRAMES + _SILENT_FRAMES):  # only what follows a tone tells that it has ended
            yield frame * FRAME_S, self._packet(_PCMA, _SILENCE, marker=False)
            self.timestamp += FRAME_BYTES
        self.timestamp += round(PAUSE_S * SAMPLE_RATE)

    def _packet(self, payload_type: int, body: bytes, marker: bool) -> bytes:
        header = struct.pack(
            "!BBHII", 0x80, marker << 7 | payload_type, self.sequence & 0xFFFF, self.timestamp & 0xFFFFFFFF, self.source
        )
        self.sequence += 1
        return header + body


def _tone(key: str, frame: int) -> bytes:
    row, column = divmod(_LAYOUT.index(key), 3)
    pair = (_ROWS[row], _COLUMNS[column])
    first = frame * FRAME_BYTES
    return bytes(
        alaw(round(sum(7000 * math.sin(2 * math.pi * hertz * (first + n) / SAMPLE_RATE) for hertz in pair)))
        for n in range(FRAME_BYTES)
    )
