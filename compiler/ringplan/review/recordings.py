"""Recordings as part of a manifest: who puts other words into a file changes what callers hear."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from ringplan.frontend.load import LoadedTenant
from ringplan.frontend.recordings import SECTIONS, Recordings
from ringplan.prompts.identity import STEM_DIGITS, file_digest
from ringplan_schema import Prompt, Tenant


def with_content(loaded: LoadedTenant) -> Tenant:
    """The manifest; every file that prompts name has a digest of its content behind its name."""
    if not loaded.recordings:
        return loaded.manifest
    changed = {name: _rewritten(getattr(loaded.manifest, name), loaded.recordings) for name in SECTIONS}
    return loaded.manifest.model_copy(update=changed)


def _rewritten(value: Any, recordings: Recordings) -> Any:
    if isinstance(value, Prompt):
        if value.file is None or value.file not in recordings:
            return value
        digest = file_digest(recordings[value.file].content)[:STEM_DIGITS]
        return value.model_copy(update={"file": f"{value.file} ({digest})"})
    if isinstance(value, BaseModel):
        fields = {name: _rewritten(getattr(value, name), recordings) for name in value.model_fields_set}
        return value.model_copy(update=fields)
    if isinstance(value, dict):
        return {key: _rewritten(item, recordings) for key, item in value.items()}
    return value
