"""Where something stands in the manifests."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of one file. Lines and columns count from 1; columns are code points; the end is exclusive."""

    file: str
    """Path as given on the command line joined with the path below it, always with ``/``."""
    line: int
    column: int
    end_line: int
    end_column: int
