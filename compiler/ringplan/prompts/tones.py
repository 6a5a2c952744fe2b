"""Tones the exchange plays itself, made here so that no recording has to be shipped."""

from __future__ import annotations

from math import pi, sin

from .audio import RATE, alaw, au

_RINGBACK_HZ = 425
"""Ringback of Czechia and Slovakia (ITU-T E.180): one second of tone, four of silence."""
_HOLD = ((523, 0.4), (659, 0.4), (784, 0.4), (659, 0.4), (0, 2.4))
"""Held callers hear three notes and a pause; nobody's copyright. Frequency in Hz and seconds."""
_LEVEL = 0.15


def ringback() -> bytes:
    """One period of the ringback tone, as an AU file."""
    return au(_alaw(((_RINGBACK_HZ, 1.0), (0, 4.0))))


def hold() -> bytes:
    """One period of the music on hold, as an AU file."""
    return au(_alaw(_HOLD))


def _alaw(notes: tuple[tuple[int, float], ...]) -> bytes:
    found = bytearray()
    for frequency, seconds in notes:
        count = int(seconds * RATE)
        for at in range(count):
            fade = min(1.0, at / 80, (count - at) / 80)  # 10 ms, so that it does not click
            found.append(alaw(int(32767 * _LEVEL * fade * sin(2 * pi * frequency * at / RATE))))
    return bytes(found)
