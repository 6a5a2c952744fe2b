"""Reads the recordings that a tenant's prompts name: files below the tenant's folder, to which no link leads."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from ringplan.prompts.wav import MAX_BYTES
from ringplan.values import dataclass
from ringplan_schema import Prompt, Tenant

from .spans import Path as ManifestPath

SECTIONS: Final = ("treatments", "ivr", "announcements", "callback", "prompts")
"""Fields of a tenant in which prompts stand."""
_NAMED: Final = "prompts/"


@dataclass(frozen=True, slots=True)
class Recording:
    """A file of audio, or why there is none."""

    content: bytes
    fault: str = ""
    """Completes "the file …"; empty: the file was read."""


Recordings = Mapping[str, Recording]
"""By path below the tenant's folder, as prompts name them."""


def written_prompts(manifest: Tenant) -> Iterator[tuple[ManifestPath, str | Prompt]]:
    """Every prompt with its place: written there, or the name of one in the section ``prompts``."""
    for section in SECTIONS:
        if section in manifest.model_fields_set:
            yield from _prompts((section,), getattr(manifest, section))


def read_recordings(folder: Path, manifest: Tenant) -> Recordings:
    """The files that prompts name, as far as they can be read."""
    files = {prompt.file for _, prompt in written_prompts(manifest) if isinstance(prompt, Prompt) and prompt.file}
    return {file: _read(folder, file) for file in sorted(files)}


def _prompts(path: ManifestPath, value: Any) -> Iterator[tuple[ManifestPath, str | Prompt]]:
    if isinstance(value, Prompt) or (isinstance(value, str) and value.startswith(_NAMED)):
        yield path, value
    elif isinstance(value, BaseModel):
        for name in value.model_fields_set - {"name"}:  # a name for people may look like anything
            yield from _prompts((*path, type(value).model_fields[name].alias or name), getattr(value, name))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _prompts((*path, key), item)


def _read(folder: Path, file: str) -> Recording:
    here = folder
    for part in file.split("/"):
        here /= part
        if here.is_symlink():
            return Recording(b"", "is a link; the recording itself has to stand there")
    try:
        descriptor = os.open(here, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as stream:
            return Recording(stream.read(MAX_BYTES + 1))
    except FileNotFoundError:
        return Recording(b"", "does not exist")
    except OSError as error:
        return Recording(b"", f"cannot be read: {error.strerror or error}")
