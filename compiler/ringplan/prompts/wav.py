"""Looking at a WAV file: what it is, and what is wrong with it. Nothing is converted here, so it is fast.

RIFF/WAVE: Microsoft, Multiple Channel Audio Data and WAVE Files; format tags as in RFC 2361.
"""

from __future__ import annotations

import struct
import sys
from array import array

from ringplan.values import dataclass

MAX_BYTES = 20_000_000
MAX_SECONDS = 300
"""A longer prompt is a mistake: nobody listens to it."""
_MIN_RATE, _MAX_RATE = 8_000, 192_000
_MAX_CHANNELS = 2
_CLIPPED_SHARE = 0.001
"""Samples at full scale from which on a recording is called clipped."""
_QUIET = 0.01
"""Peak below which a recording is called silent: -40 dB."""

_PCM, _FLOAT, _ALAW, _MULAW, _EXTENSIBLE = 1, 3, 6, 7, 0xFFFE
_OTHERS = {
    b"ID3": "an MP3 file",
    b"\xff\xfb": "an MP3 file",
    b"OggS": "an Ogg file",
    b"fLaC": "a FLAC file",
    b".snd": "an AU file",
    b"FORM": "an AIFF file",
}
_NAMES = {2: "ADPCM", 0x11: "IMA ADPCM", 0x31: "GSM", 0x50: "MPEG", 0x55: "MP3", 0x161: "WMA"}


@dataclass(frozen=True, slots=True)
class Sound:
    """What a WAV file holds."""

    encoding: str
    """``16-bit PCM``, ``A-law``, ``32-bit float`` …"""
    rate: int
    """Samples a second."""
    channels: int
    seconds: float
    peak: float
    """Loudest sample, 0 to 1 of full scale."""
    clipped: float
    """Share of samples at full scale, 0 to 1."""

    def __str__(self) -> str:
        channels = {1: "mono", 2: "stereo"}.get(self.channels, f"{self.channels} channels")
        return f"{self.encoding}, {self.rate / 1000:g} kHz, {channels}, {self.seconds:.1f} s"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a file."""

    message: str
    """Completes "the file …", lower case, no full stop."""
    help: str
    error: bool
    """Whether it cannot be played at all."""


_SAVE_AS = "save it as WAV, 16-bit PCM, mono; any rate from 8 kHz"


def examine(content: bytes) -> tuple[Sound | None, tuple[Fault, ...]]:
    """What the bytes of a file are; without a sound there is at least one error."""
    if len(content) > MAX_BYTES:
        return None, (_error(f"has {len(content) / 1e6:.0f} MB, more than {MAX_BYTES / 1e6:.0f}", "shorten it"),)
    if content[:4] not in (b"RIFF", b"RF64") or content[8:12] != b"WAVE":
        return None, (_error(f"is no WAV file but {_guess(content)}", _SAVE_AS),)
    chunks = _chunks(content)
    form, data = chunks.get(b"fmt "), chunks.get(b"data")
    if form is None or data is None or len(form) < 16:
        return None, (_error("is a damaged WAV file: it has no format or no audio", _SAVE_AS),)
    tag, channels, rate, _, frame, bits = struct.unpack_from("<HHIIHH", form)
    if tag == _EXTENSIBLE and len(form) >= 26:
        tag = struct.unpack_from("<H", form, 24)[0]
    encoding = _encoding(tag, bits)
    if encoding is None:
        return None, (_error(f"is {_NAMES.get(tag, f'of an unknown format ({tag:#x})')} with {bits} bits", _SAVE_AS),)
    faults = _measures(channels, rate)
    if faults or frame != channels * bits // 8:
        return None, faults or (_error("is a damaged WAV file: its frames have a wrong size", _SAVE_AS),)
    data = data[: len(data) // frame * frame]
    seconds = len(data) / frame / rate
    peak, clipped = _levels(tag, bits, data)
    sound = Sound(encoding, rate, channels, seconds, peak, clipped)
    return sound, _remarks(sound)


def _error(message: str, help_: str) -> Fault:
    return Fault(message, help_, error=True)


def _guess(content: bytes) -> str:
    """What a file that is no WAV probably is."""
    for start, name in _OTHERS.items():
        if content.startswith(start):
            return name
    if content.startswith(b"version https://git-lfs"):
        return "a pointer to Git LFS: the file itself was not fetched"
    return "something else" if content else "empty"


def _chunks(content: bytes) -> dict[bytes, bytes]:
    """The chunks of a RIFF file by name, the first of each; a length beyond the end is what is there."""
    found: dict[bytes, bytes] = {}
    at = 12
    while at + 8 <= len(content):
        name, length = content[at : at + 4], struct.unpack_from("<I", content, at + 4)[0]
        found.setdefault(name, content[at + 8 : at + 8 + length])
        at += 8 + length + length % 2
    return found


def _encoding(tag: int, bits: int) -> str | None:
    if tag == _PCM and bits in (8, 16, 24, 32):
        return f"{bits}-bit PCM"
    if tag == _FLOAT and bits in (32, 64):
        return f"{bits}-bit float"
    if bits == 8 and tag in (_ALAW, _MULAW):
        return "A-law" if tag == _ALAW else "µ-law"
    return None


def _measures(channels: int, rate: int) -> tuple[Fault, ...]:
    faults = []
    if not 1 <= channels <= _MAX_CHANNELS:
        faults.append(_error(f"has {channels} channels", "mix it down to mono"))
    if not _MIN_RATE <= rate <= _MAX_RATE:
        faults.append(_error(f"has a rate of {rate} Hz, not {_MIN_RATE} to {_MAX_RATE}", _SAVE_AS))
    return tuple(faults)


def _remarks(sound: Sound) -> tuple[Fault, ...]:
    if sound.seconds == 0:
        return (_error("holds no audio", "record it again"),)
    faults = []
    if sound.seconds > MAX_SECONDS:
        faults.append(_error(f"is {sound.seconds:.0f} s long, more than {MAX_SECONDS} s", "shorten it"))
    if sound.clipped > _CLIPPED_SHARE:
        share = f"{100 * sound.clipped:.1f} % of it is at full scale"
        faults.append(Fault(f"is clipped ({sound}): {share}", "record it again with a lower level", error=False))
    if sound.peak < _QUIET:
        faults.append(Fault(f"is silent ({sound})", "record it again with a higher level", error=False))
    return tuple(faults)


def _levels(tag: int, bits: int, data: bytes) -> tuple[float, float]:
    """Peak and clipped share; by whole arrays, because a minute at 48 kHz has three million samples."""
    if not data:
        return 0.0, 0.0
    if tag in (_ALAW, _MULAW):
        return _companded(tag, data)
    if tag == _FLOAT:
        floats = _array("f" if bits == 32 else "d", data)
        peak = max(max(floats), -min(floats))
        return min(peak, 1.0), sum(abs(sample) >= 1.0 for sample in floats) / len(floats)
    if bits == 8:
        high, low = max(data) - 128, 128 - min(data)
        return max(high, low) / 128, (data.count(0) + data.count(255)) / len(data)
    samples = _array("i", data) if bits == 32 else _array("h", data if bits == 16 else _upper_two(data))
    top = 2 ** (31 if bits == 32 else 15)
    clipped = samples.count(top - 1) + samples.count(-top)
    return max(max(samples), -min(samples)) / top, clipped / len(samples)


def _array(code: str, data: bytes) -> array[float]:
    found: array[float] = array(code, data)
    if sys.byteorder == "big":
        found.byteswap()
    return found


def _upper_two(data: bytes) -> bytes:
    """24-bit samples as 16-bit ones."""
    found = bytearray(len(data) // 3 * 2)
    found[0::2], found[1::2] = data[1::3], data[2::3]
    return bytes(found)


def _companded(tag: int, data: bytes) -> tuple[float, float]:
    """A-law and µ-law (G.711): the segment of the loudest code gives the peak to 6 dB."""
    flip = 0x55 if tag == _ALAW else 0xFF
    loudest = max({code ^ flip & 0x7F for code in {byte & 0x7F for byte in set(data)}})
    extremes = {sign | (0x7F ^ flip & 0x7F) for sign in (0, 0x80)}
    clipped = sum(data.count(code) for code in extremes)
    return 2.0 ** ((loudest >> 4) - 7), clipped / len(data)
