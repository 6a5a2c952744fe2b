"""Prompts: those that are named exist, recordings can be played, and the platform can answer calls at all.

RP304 (prompts), RP450 to RP454.
"""

from __future__ import annotations

from collections.abc import Iterator

from ringplan.diagnostics import Diagnostic, Label, Sink, Span
from ringplan.diagnostics.codes import diagnostic
from ringplan.diagnostics.text import shown
from ringplan.frontend.recordings import written_prompts
from ringplan.prompts import wav
from ringplan_schema import Prompt

from .subject import Subject
from .targets import undefined

_SECTIONS = {
    "ivr": "menus",
    "announcements": "announcements",
    "callback": "callbacks",
    "treatments": "treatments",
}
"""What only an attendant can do."""


def check(subject: Subject, sink: Sink) -> None:
    """RP304, RP450 to RP454."""
    for fault in (*_attendant(subject), *_names(subject), *_recordings(subject), *_repeated(subject)):
        sink.report(fault)


def _attendant(subject: Subject) -> Iterator[Diagnostic]:
    """RP450."""
    if subject.platform is None or subject.platform.attendant is not None:
        return
    for section, what in _SECTIONS.items():
        written = getattr(subject.manifest, section)
        if written if isinstance(written, dict) else written.model_fields_set:
            yield diagnostic(
                "RP450",
                f"{what} need an attendant, and the platform has none",
                subject.key(section),
                label="nobody would answer these calls",
                help="have the operator add `attendant` to platform.yaml",
            )


def _names(subject: Subject) -> Iterator[Diagnostic]:
    """RP304 for prompts."""
    for path, prompt in written_prompts(subject.manifest):
        if isinstance(prompt, str):
            section, _, name = prompt.partition("/")
            if name not in subject.manifest.prompts:
                yield undefined(subject, section, name, subject.value(*path), "prompt")


def _recordings(subject: Subject) -> Iterator[Diagnostic]:
    """RP451 at every place that names a file, RP452 and RP453 at the first."""
    told = set[str]()
    for path, prompt in written_prompts(subject.manifest):
        if not isinstance(prompt, Prompt) or prompt.file is None or prompt.file not in subject.recordings:
            continue
        span, recording = subject.value(*path, "file"), subject.recordings[prompt.file]
        if recording.fault:
            yield diagnostic(
                "RP451",
                f"the recording {shown(prompt.file)} {recording.fault}",
                span,
                label="callers would hear nothing",
                notes=("the path begins in the tenant's folder",),
                help="add the file, or write `say` and the words until it is recorded",
            )
        elif prompt.file not in told:
            told.add(prompt.file)
            yield from _audio(prompt.file, recording.content, span)


def _audio(file: str, content: bytes, span: Span) -> Iterator[Diagnostic]:
    _, faults = wav.examine(content)
    for fault in faults:
        yield diagnostic(
            "RP452" if fault.error else "RP453",
            f"the recording {shown(file)} {fault.message}",
            span,
            label="cannot be played" if fault.error else "played as it is",
            help=fault.help,
        )


def _repeated(subject: Subject) -> Iterator[Diagnostic]:
    """RP454: the same words written several times, where one name would do."""
    first: dict[tuple[str, str | None], tuple[str | int, ...]] = {}
    for path, prompt in written_prompts(subject.manifest):
        if not isinstance(prompt, Prompt):
            continue
        content = (prompt.say or f"\0{prompt.file}", prompt.language)
        earlier = first.setdefault(content, path)
        if earlier is not path:
            yield diagnostic(
                "RP454",
                "the same prompt is written twice",
                subject.value(*path, "say" if prompt.say is not None else "file"),
                label="changes of one would not reach the other",
                secondary=(Label(subject.value(*earlier), "first written here"),),
                help="give it a name in `prompts`, and write the name in both places",
            )
