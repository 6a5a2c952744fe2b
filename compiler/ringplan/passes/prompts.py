"""Lowering of prompts: whatever is played becomes content with a name made of it."""

from __future__ import annotations

from typing import Final

from ringplan import ir
from ringplan.diagnostics import Span
from ringplan.frontend.recordings import Recordings
from ringplan.frontend.spans import Path, SpanTable
from ringplan.prompts import words
from ringplan.prompts.identity import file_digest, prompt_id, speech_digest
from ringplan_schema import Prompt as Written
from ringplan_schema import Tenant as Manifest

_LANGUAGES: Final = {"CZ": "cs", "SK": "sk"}
"""By country, for tenants that say nothing."""


def language_of(manifest: Manifest) -> str:
    """The tenant's language."""
    return manifest.language or _LANGUAGES.get(manifest.country, "en")


class Prompts:
    """Gives every prompt its id, and collects them; equal content is one prompt."""

    def __init__(self, manifest: Manifest, spans: SpanTable, recordings: Recordings, speech: str) -> None:
        self._manifest, self._spans = manifest, spans
        self._recordings, self._speech = recordings, speech
        self._language = language_of(manifest)
        self._found: dict[str, ir.Prompt] = {}

    def played(self, path: Path, prompt: str | Written | None, language: str | None = None) -> str | None:
        """The id of a prompt; None when none is written. ``language`` is that of what is written at ``path``."""
        return None if prompt is None else self.needed(path, prompt, language)

    def needed(self, path: Path, prompt: str | Written, language: str | None = None) -> str:
        """The id of a prompt; a name nothing has stands for silence, and is reported."""
        if isinstance(prompt, str):
            name = prompt.partition("/")[2]
            found = self._manifest.prompts.get(name)
            return self._kept(("prompts", name), found, None) if found is not None else self.spoken("", path)
        return self._kept(path, prompt, language)

    def words(self, path: Path, name: str, language: str) -> str:
        """The id of one of the exchange's own sentences."""
        return self.spoken(words.text(language, name), path, language)

    def spoken(self, text: str, path: Path, language: str | None = None) -> str:
        """The id of a text, by default in the tenant's language."""
        voice = language or self._language
        digest = speech_digest(voice, text, self._speech)
        return self._keep(ir.Prompt("", voice, text, None, digest, self._span(path)))

    @property
    def all(self) -> tuple[ir.Prompt, ...]:
        """Every prompt that was asked for, sorted by id."""
        return tuple(prompt for _, prompt in sorted(self._found.items()))

    def _kept(self, path: Path, prompt: Written, language: str | None) -> str:
        voice = prompt.language or language or self._language
        if prompt.say is not None:
            return self.spoken(prompt.say, path, voice)
        recording = self._recordings.get(prompt.file or "")
        content = recording.content if recording is not None else b""
        digest = file_digest(content)
        return self._keep(ir.Prompt("", voice, None, prompt.file, digest, self._span(path), content))

    def _keep(self, prompt: ir.Prompt) -> str:
        """The id; of equal prompts the first one stays."""
        name = prompt_id(self._manifest.tenant, prompt.digest)
        if name not in self._found:
            self._found[name] = ir.Prompt(
                name, prompt.language, prompt.say, prompt.file, prompt.digest, prompt.span, prompt.audio
            )
        return name

    def _span(self, path: Path) -> Span:
        return self._spans.key(path)
