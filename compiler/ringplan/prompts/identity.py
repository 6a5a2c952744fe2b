"""A prompt's name is its content: equal words in one voice, or equal files, are one prompt."""

from __future__ import annotations

from hashlib import blake2b

STEM_DIGITS = 16
"""Digits of a digest that name the prompt: 64 bits among the few hundred prompts of one tenant."""


def speech_digest(language: str, text: str, command: str) -> str:
    """The digest of a text in a voice; ``command`` is the speech engine's, empty for the default one."""
    return blake2b("\n".join(("say", language, command, text)).encode(), digest_size=16).hexdigest()


def file_digest(content: bytes) -> str:
    """The digest of a recording."""
    return blake2b(b"file\n" + content, digest_size=16).hexdigest()


def prompt_id(tenant: str, digest: str) -> str:
    """The id of a prompt, ``novak/prompts/<digits>``."""
    return f"{tenant}/prompts/{digest[:STEM_DIGITS]}"


def stem(prompt: str) -> str:
    """Of a prompt's id: the path below the bundle's ``prompts`` folder, without suffix, ``novak/<digits>``."""
    tenant, _, name = prompt.partition("/prompts/")
    return f"{tenant}/{name}"
