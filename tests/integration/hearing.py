"""What a phone that writes down its audio has heard: tones, and prompts by cross-correlation."""

from __future__ import annotations

import math
import struct
import wave
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ringplan.prompts import audio
from ringplan_sipp.wire import Packet, is_rtp, rtp_audio

RATE = audio.RATE
TONES = (440, 880, 1320)
"""One for every phone, in hertz. No two of them are a key of a keypad."""
_TONE_AMPLITUDE = 9_000
_PCMA = 8
_JITTER_S = 0.1
_HEARD = 0.05
"""Amplitude from which a tone is heard, as a share of full scale; the phones play 0.27."""

Samples = npt.NDArray[np.float64]
"""16-bit samples, as a share of full scale."""


@dataclass(frozen=True, slots=True)
class Match:
    """Where a recording is most like a prompt."""

    likeness: float
    """Normalised cross-correlation: 1 is the prompt itself, however loud."""
    at_s: float
    """Where the prompt begins, in seconds of the recording."""
    level: float
    """How loud it is there: 1 is as loud as the prompt."""


def write_tone(path: Path, hertz: int, seconds: float = 30.0) -> None:
    """Write a tone as 16-bit mono WAV."""
    frames = (round(_TONE_AMPLITUDE * math.sin(2 * math.pi * hertz * n / RATE)) for n in range(int(RATE * seconds)))
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(b"".join(struct.pack("<h", frame) for frame in frames))


def recorded(files: Iterable[Path]) -> Samples:
    """The sound of recordings, one after another."""
    parts = [np.zeros(0)]
    for file in files:
        with wave.open(str(file), "rb") as source:
            assert (source.getframerate(), source.getnchannels(), source.getsampwidth()) == (RATE, 1, 2)
            parts.append(np.frombuffer(source.readframes(source.getnframes()), "<i2") / 32_768)
    return np.concatenate(parts)


def delivered(packets: Iterable[Packet], ports: range, begin: float) -> Samples:
    """The A-law audio sent to one phone, whose UDP ports these are, in its time from ``begin`` on; else silence.

    baresip 1.0 writes nothing down any more after a re-INVITE, though it counts what it gets.
    """
    frames = [
        (packet.time - begin, _ALAW[np.frombuffer(rtp_audio(packet.payload), np.uint8)])
        for packet in packets
        if packet.transport == "udp" and int(packet.destination.rpartition(":")[2]) in ports
        if packet.time >= begin and is_rtp(packet.payload) and packet.payload[1] & 0x7F == _PCMA
    ]
    sound = np.zeros(round((max((time for time, _ in frames), default=0.0) + 1) * RATE))
    at = 0
    for time, frame in frames:
        if time * RATE > at + _JITTER_S * RATE:  # a pause; otherwise the frame follows the one before it
            at = round(time * RATE)
        at = min(at, len(sound) - len(frame))
        sound[at : at + len(frame)] = frame
        at += len(frame)
    return sound


def prompt(file: Path, seconds: float | None = None) -> Samples:
    """The sound of a prompt file of a bundle, or its beginning."""
    sound = _ALAW[np.frombuffer(audio.samples(file.read_bytes()), np.uint8)]
    return sound if seconds is None else sound[: round(seconds * RATE)]


def find(sound: Samples, wanted: Samples) -> Match:
    """Where ``sound`` is most like ``wanted``, which is shorter; likeness 0 when it is not."""
    places = len(sound) - len(wanted) + 1
    energy = float(wanted @ wanted)
    if places < 1 or energy == 0:
        return Match(0.0, 0.0, 0.0)
    size = 1 << (len(sound) + len(wanted)).bit_length()
    products = np.fft.irfft(np.fft.rfft(sound, size) * np.conj(np.fft.rfft(wanted, size)), size)[:places]
    until = np.concatenate([[0.0], np.cumsum(sound**2)])
    power = np.maximum(until[len(wanted) :][:places] - until[:places], energy * 1e-3)
    likeness = products / np.sqrt(power * energy)
    best = int(np.argmax(likeness))
    return Match(float(likeness[best]), best / RATE, math.sqrt(power[best] / energy))


def strength(sound: Samples, hertz: int) -> float:
    """Amplitude of one frequency, as a share of full scale."""
    if not len(sound):
        return 0.0
    turns = np.exp(-2j * np.pi * hertz * np.arange(len(sound)) / RATE)
    return float(2 * abs(sound @ turns) / len(sound))


def tones(sound: Samples) -> set[int]:
    """Which of the phones' tones are heard for half a second; pauses may have shifted their phase between."""
    step = RATE // 2
    blocks = [sound[at : at + step] for at in range(0, max(len(sound) - step, 0) + 1, step)]
    return {hertz for hertz in TONES if any(strength(block, hertz) > _HEARD for block in blocks)}


def spoken(sound: Samples, hertz: int) -> list[tuple[float, float]]:
    """When a tone is heard: begin and end in seconds of the recording, by tenths of a second."""
    step = RATE // 10
    heard = [strength(sound[at : at + step], hertz) > _HEARD for at in range(0, len(sound) - step + 1, step)]
    edges = [n for n, (last, now) in enumerate(zip([False, *heard], [*heard, False], strict=True)) if last != now]
    return [(a / 10, b / 10) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _alaw(code: int) -> int:
    """The sample of an A-law code (ITU-T G.711)."""
    code ^= 0x55
    exponent, step = code >> 4 & 7, code & 15
    size = (step << 4) + 8 if exponent == 0 else (step << 4) + 264 << exponent - 1
    return size if code & 0x80 else -size


_ALAW: Samples = np.array([_alaw(code) for code in range(256)]) / 32_768
