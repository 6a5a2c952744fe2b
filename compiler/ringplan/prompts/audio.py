"""From a WAV file to what a media relay plays without gaps: A-law, 8 kHz, mono, in an AU file.

rtpengine plays WAV in bursts, with gaps of up to 270 ms (measured with 10.5.3.5); AU with A-law has 28 ms at most.
"""

from __future__ import annotations

import struct
import subprocess

RATE = 8_000
FRAME = 160
"""Bytes of 20 ms, one packet."""
_SILENCE = b"\xd5"
"""A-law zero."""
_HEADER = struct.Struct(">4sIIIII8x")
_ALAW = 27
_TIMEOUT_S = 60


class AudioError(Exception):
    """A prompt could not be made; one sentence with what to do."""


def from_wav(content: bytes, *effects: str) -> bytes:
    """The AU file; ``effects`` are sox's. Raises AudioError."""
    to = ("-t", "al", "-r", str(RATE), "-c", "1", "-")
    # -D: no dither, which is random; -G: what a resampler overshoots is turned down, not clipped.
    return au(run(["sox", "-D", "-G", "-V1", "-t", "wav", "-", *to, *effects], content, "sox"))


def au(samples: bytes) -> bytes:
    """An AU file of A-law samples, filled up with silence to whole packets."""
    samples += _SILENCE * (-len(samples) % FRAME)
    return _HEADER.pack(b".snd", _HEADER.size, len(samples), _ALAW, RATE, 1) + samples


def alaw(sample: int) -> int:
    """One 16-bit linear sample (-32768 to 32767) in A-law (ITU-T G.711)."""
    sign = 0x80 if sample >= 0 else 0
    magnitude = min(abs(sample) >> 3, 0x0FFF)
    exponent = max(magnitude.bit_length() - 5, 0)
    mantissa = magnitude >> max(exponent, 1) & 15
    return (sign | exponent << 4 | mantissa) ^ 0x55


def samples(content: bytes) -> bytes:
    """The A-law samples of an AU file `au` wrote."""
    return content[_HEADER.size :]


def run(command: list[str], content: bytes, package: str) -> bytes:
    """What a program makes of its standard input; AudioError when it is missing, fails or hangs."""
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=_TIMEOUT_S, check=False)  # noqa: S603
    except FileNotFoundError as error:
        raise AudioError(f"{command[0]} is not installed: install the package {package}") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise AudioError(f"{command[0]} did not finish: {error}") from error
    if done.returncode != 0 or not done.stdout:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise AudioError(f"{command[0]} failed: {said[-1] if said else f'exit code {done.returncode}'}")
    return done.stdout
