"""Prompts as files a media relay plays: one for each prompt of a tenant, and the tones all tenants share."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from ringplan.cache import default_cache_file
from ringplan.ir import Platform, Prompt, Tenant
from ringplan.prompts import tones
from ringplan.prompts.audio import from_wav
from ringplan.prompts.identity import stem
from ringplan.prompts.speech import speak
from ringplan.target import Artifact

_FORMAT = 1
"""Counts up whenever the same prompt gives another file."""


def shared(platform: Platform) -> tuple[Artifact, ...]:
    """Ringback and music on hold."""
    if platform.attendant is None:
        return ()
    tones_by_name = (("hold", tones.hold()), ("ringback", tones.ringback()))
    return tuple(Artifact(f"prompts/{name}.au", content) for name, content in tones_by_name)


def of_tenant(platform: Platform, tenant: Tenant) -> tuple[Artifact, ...]:
    """Every prompt of a tenant; raises AudioError when one cannot be made."""
    store = default_cache_file().parent / f"prompts-{_FORMAT}"
    return tuple(
        Artifact(f"prompts/{stem(prompt.id)}.au", _remembered(store, prompt, platform.speech), tenant.id)
        for prompt in tenant.prompts
    )


def _remembered(store: Path, prompt: Prompt, command: str) -> bytes:
    """The prompt's audio, made only once on a machine: a digest says all that it depends on."""
    file = store / f"{prompt.digest}.au"
    with suppress(OSError):
        return file.read_bytes()
    made = from_wav(prompt.audio) if prompt.say is None else speak(prompt.say, prompt.language, command)
    with suppress(OSError):
        store.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=store)
        with os.fdopen(descriptor, "wb") as output:
            output.write(made)
        Path(name).replace(file)
    return made
