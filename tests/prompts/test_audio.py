"""What becomes of recordings and texts, listened to with numpy."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from ringplan.prompts import tones, words
from ringplan.prompts.audio import FRAME, AudioError, alaw, from_wav, samples
from ringplan.prompts.identity import file_digest, prompt_id, speech_digest, stem
from ringplan.prompts.speech import speak

from .test_wav import sox

Sound = np.ndarray[tuple[int], np.dtype[np.float64]]


def heard(content: bytes) -> Sound:
    """An AU file as numbers from -1 to 1; sox is the judge of what it is."""
    command = ["sox", "-V1", "-t", "au", "-", "-t", "raw", "-e", "signed", "-b", "16", "-"]
    raw = subprocess.run(command, input=content, capture_output=True, check=True).stdout
    return np.frombuffer(raw, "<i2") / 32768


def pitch(sound: Sound) -> float:
    """The strongest frequency, Hz."""
    spectrum = np.abs(np.fft.rfft(sound))
    return float(np.argmax(spectrum)) * 8000 / len(sound)


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 44100, 48000])
def test_a_tone_keeps_its_pitch_length_and_level(rate: int) -> None:
    made = from_wav(sox("-r", str(rate), "-c", "2", "-e", "signed", "-b", "16"))
    sound = heard(made)
    assert len(sound) == 8000
    assert abs(pitch(sound) - 400) <= 1
    assert 0.45 < np.max(np.abs(sound)) < 0.55  # -6 dB


def test_the_last_packet_is_whole() -> None:
    made = samples(from_wav(sox("-e", "signed", "-b", "16", effects=("synth", "0.105", "sine", "400"))))
    assert len(made) % FRAME == 0
    assert len(made) == 960


def test_the_same_recording_gives_the_same_bytes() -> None:
    recording = sox("-r", "44100", "-e", "signed", "-b", "24")
    assert from_wav(recording) == from_wav(recording)


def test_ringback_is_a_second_of_425_hz_in_five() -> None:
    sound = heard(tones.ringback())
    assert len(sound) == 40_000
    assert abs(pitch(sound[:8000]) - 425) <= 1
    assert np.max(np.abs(sound[8000:])) < 0.001


@pytest.mark.parametrize(
    ("sample", "code"), [(0, 0xD5), (-1, 0x55), (32767, 0xAA), (-32768, 0x2A), (256, 0xC5), (8, 0xD5)]
)
def test_alaw(sample: int, code: int) -> None:
    assert alaw(sample) == code


def test_every_a_law_code_is_next_to_that_of_sox() -> None:
    every = range(-32768, 32768, 3)
    raw = b"".join(sample.to_bytes(2, "little", signed=True) for sample in every)
    command = ["sox", "-D", "-t", "raw", "-r", "8000", "-c", "1", "-e", "signed", "-b", "16", "-", "-t", "al", "-"]
    theirs = subprocess.run(command, input=raw, capture_output=True, check=True).stdout
    ours = bytes(alaw(sample) for sample in every)
    assert max(abs(step(o) - step(t)) for o, t in zip(ours, theirs, strict=True)) <= 1


def step(code: int) -> int:
    """The quantisation step of an A-law code, counted from zero; negative ones from -1."""
    magnitude = (code ^ 0x55) & 0x7F
    return magnitude if code & 0x80 else -magnitude - 1


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_sentence_is_spoken_in_every_language(language: str) -> None:
    for name in ("accept", "ask", "directly", "failed", "goodbye", "invalid", "name", "extension", "recording"):
        sound = heard(speak(words.text(language, name), language))
        assert 0.4 < len(sound) / 8000 < 8
        assert 0.6 < np.max(np.abs(sound)) < 0.8  # -3 dB


def test_text_is_no_option_of_the_engine() -> None:
    assert len(samples(speak("--help -w /nonexistent", "en"))) > 4000


def test_any_engine_can_speak() -> None:
    engine = "import sys; t = sys.stdin.read(); sys.exit(3) if sys.argv[1] != 'sk' or t != 'Ahoj' else None; "
    engine += "import wave; w = wave.open(sys.stdout.buffer, 'wb'); w.setparams((1, 2, 16000, 0, 'NONE', '')); "
    engine += "w.writeframes(bytes(16000))"
    assert len(samples(speak("Ahoj", "sk", f'{sys.executable} -c "{engine}" {{language}}'))) == 4000


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("no-such-engine", "no-such-engine is not installed"),
        ("false", "false failed: exit code 1"),
        ("echo hello", "the speech command wrote no WAV"),
    ],
)
def test_an_engine_that_fails_is_named(command: str, message: str) -> None:
    with pytest.raises(AudioError, match=message):
        speak("Ahoj", "sk", command)


def test_a_prompt_is_named_by_its_content() -> None:
    assert speech_digest("cs", "Ano", "") != speech_digest("sk", "Ano", "")
    assert speech_digest("cs", "Ano", "") != speech_digest("cs", "Ano", "piper")
    assert file_digest(b"a") != file_digest(b"b")
    assert stem(prompt_id("novak", file_digest(b"a"))) == f"novak/{file_digest(b'a')[:16]}"
