"""Looking at WAV files that sox and a hex editor made."""

from __future__ import annotations

import struct
import subprocess

import pytest

from ringplan.prompts.wav import MAX_SECONDS, examine


def sox(*to: str, effects: tuple[str, ...] = ("synth", "1", "sine", "400", "gain", "-6")) -> bytes:
    """A tone of one second as a WAV file."""
    command = ["sox", "-D", "-V1", "-n", "-r", "8000", "-c", "1", *to, "-t", "wav", "-", *effects]
    return subprocess.run(command, capture_output=True, check=True).stdout


def wav(samples: bytes, tag: int = 1, channels: int = 1, rate: int = 8000, bits: int = 16) -> bytes:
    """A WAV file around samples."""
    frame = channels * bits // 8
    form = struct.pack("<HHIIHH", tag, channels, rate, rate * frame, frame, bits)
    body = b"WAVE" + b"fmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", len(samples)) + samples
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize(
    ("to", "encoding"),
    [
        (("-e", "signed", "-b", "16"), "16-bit PCM"),
        (("-e", "signed", "-b", "24"), "24-bit PCM"),
        (("-e", "signed", "-b", "32"), "32-bit PCM"),
        (("-e", "unsigned", "-b", "8"), "8-bit PCM"),
        (("-e", "floating-point", "-b", "32"), "32-bit float"),
        (("-e", "floating-point", "-b", "64"), "64-bit float"),
        (("-e", "a-law"), "A-law"),
        (("-e", "mu-law"), "µ-law"),
    ],
)
def test_usual_formats_are_accepted(to: tuple[str, ...], encoding: str) -> None:
    sound, faults = examine(sox(*to))
    assert faults == ()
    assert sound is not None
    assert (sound.encoding, sound.rate, sound.channels, sound.seconds) == (encoding, 8000, 1, 1.0)
    assert 0.49 <= sound.peak <= 1.0


def test_rate_and_channels_are_told() -> None:
    sound, faults = examine(sox("-r", "44100", "-c", "2", "-e", "signed", "-b", "16"))
    assert faults == ()
    assert str(sound) == "16-bit PCM, 44.1 kHz, stereo, 1.0 s"


@pytest.mark.parametrize("bits", [16, 24, 32])
def test_clipping_is_found_by_samples_at_full_scale(bits: int) -> None:
    top = (2 ** (bits - 1) - 1).to_bytes(bits // 8, "little")
    low = bytes(bits // 8 - 1) + b"\x10"
    clean, _ = examine(wav(low * 9_991 + top * 9, bits=bits))
    sound, faults = examine(wav(low * 9_980 + top * 20, bits=bits))
    assert clean is not None
    assert clean.clipped == 0.0009
    assert sound is not None
    assert sound.clipped == 0.002
    assert [fault.message for fault in faults] == [f"is clipped ({sound}): 0.2 % of it is at full scale"]
    assert not faults[0].error


def test_silence_is_remarked() -> None:
    _, faults = examine(wav(bytes(16_000)))
    assert [(fault.message, fault.error) for fault in faults] == [("is silent (16-bit PCM, 8 kHz, mono, 1.0 s)", False)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is no WAV file but empty"),
        (b"ID3\x04 and so on", "is no WAV file but an MP3 file"),
        (b"OggS\0\x02 and so on", "is no WAV file but an Ogg file"),
        (b"fLaC and so on", "is no WAV file but a FLAC file"),
        (b"version https://git-lfs.github.com/spec/v1\n", "is no WAV file but a pointer to Git LFS"),
        (b"RIFF\x04\0\0\0WAVE", "is a damaged WAV file: it has no format or no audio"),
        (wav(b"\0\0" * 80, tag=0x55), "is MP3 with 16 bits"),
        (wav(b"\0\0" * 80, tag=0x1234), "is of an unknown format (0x1234) with 16 bits"),
        (wav(b"\0\0" * 600, channels=6), "has 6 channels"),
        (wav(b"\0\0" * 80, rate=4000), "has a rate of 4000 Hz"),
        (wav(b""), "holds no audio"),
        (wav(b"\x10\0" * 8000 * (MAX_SECONDS + 1)), "is 301 s long, more than 300 s"),
    ],
)
def test_what_cannot_be_played_says_why(content: bytes, message: str) -> None:
    _, faults = examine(content)
    assert message in faults[0].message
    assert faults[0].error
    assert faults[0].help


def test_a_chunk_may_be_cut_off_anywhere() -> None:
    whole = sox("-e", "signed", "-b", "16")[:300]
    for length in range(len(whole)):
        sound, faults = examine(whole[:length])
        assert sound is not None or faults[0].error
