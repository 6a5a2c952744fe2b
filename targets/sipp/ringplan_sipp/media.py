"""The recordings the parties play: raw A-law, every frame different from every frame of the other party.

The media relay does not change the bytes when both sides speak A-law, so a frame that arrives says whose it was.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

from ringplan.prompts.audio import alaw

FRAME_BYTES = 160
"""20 ms at 8 kHz, one byte a sample."""
FRAMES = 25
"""Half a second, then from the beginning."""
SAMPLE_RATE = 8000
CALLER, CALLEE = "caller", "callee"
_TONES = {CALLER: 425, CALLEE: 1000}
"""Hertz; apart enough to tell them by ear when a call is debugged."""


def frames(party: str) -> tuple[bytes, ...]:
    """The frames of ``caller`` or ``callee``; the loudness changes from frame to frame, so no two are equal."""
    step = 2 * math.pi * _TONES[party] / SAMPLE_RATE
    return tuple(
        bytes(
            alaw(round((6000 + 400 * index) * math.sin(step * (index * FRAME_BYTES + n)))) for n in range(FRAME_BYTES)
        )
        for index in range(FRAMES)
    )


def recordings() -> Mapping[str, frozenset[bytes]]:
    """All frames by party."""
    return {party: frozenset(frames(party)) for party in _TONES}


def write_recordings(folder: Path) -> Mapping[str, Path]:
    """Writes one raw A-law file for each party; returns where they are."""
    files = {party: folder / f"{party}.al" for party in _TONES}
    for party, file in files.items():
        file.write_bytes(b"".join(frames(party)))
    return files
