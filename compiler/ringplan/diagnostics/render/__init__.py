"""Renderers: pure functions from diagnostics and source texts to text, one format a module."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from ..model import Diagnostic
from ..sources import Sources
from . import github, human, json, sarif

Renderer = Callable[[Sequence[Diagnostic], Sources], str]

RENDERERS: Final[Mapping[str, Renderer]] = {
    "human": human.render,
    "json": json.render,
    "github": github.render,
    "sarif": sarif.render,
}
"""By the name that ``--format`` takes; ``human.render`` also knows colours."""

__all__ = ["RENDERERS", "Renderer", "Sources", "github", "human", "json", "sarif"]
