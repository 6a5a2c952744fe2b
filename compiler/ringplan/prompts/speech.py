"""From text to speech: espeak-ng, or any program that reads text and writes WAV."""

from __future__ import annotations

import shlex

from .audio import AudioError, from_wav, run

DEFAULT_COMMAND = "espeak-ng -v {language} -s 150 --stdin --stdout"
"""Reads the text, UTF-8, from standard input: so that no text is taken for an option."""
_LEVEL_DB = "-3"
"""Peak of everything that is spoken, so that prompts are equally loud and never clip."""


def speak(text: str, language: str, command: str = "") -> bytes:
    """The AU file of a text; raises AudioError.

    ``command``: as `DEFAULT_COMMAND`, ``{language}`` is replaced; empty: that one.
    """
    words = [word.replace("{language}", language) for word in shlex.split(command or DEFAULT_COMMAND)]
    if not words:
        raise AudioError("the speech command is empty")
    wav = run(words, text.encode(), words[0])
    return from_wav(_finished(wav), "gain", "-n", _LEVEL_DB)


def _finished(wav: bytes) -> bytes:
    """Writes the lengths a program leaves out that writes to a pipe."""
    at = wav.find(b"data")
    if wav[:4] != b"RIFF" or at < 0:
        raise AudioError("the speech command wrote no WAV")
    size = len(wav) - at - 8
    return wav[:4] + (len(wav) - 8).to_bytes(4, "little") + wav[8 : at + 4] + size.to_bytes(4, "little") + wav[at + 8 :]
