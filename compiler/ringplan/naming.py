"""Sentences about names that do not exist, for commands that take names."""

from __future__ import annotations

from collections.abc import Iterable

from ringplan.diagnostics.near_miss import near_miss
from ringplan.diagnostics.text import listed, shown


def unknown(kind: str, name: str, names: Iterable[str]) -> str:
    """That nothing of this kind has the name, and what there is instead."""
    existing = sorted(names)
    near = near_miss(name, existing)
    if near is not None:
        return f"no {kind} is called {shown(name)}; a similar one exists: {shown(near.name)}"
    known = f"; there are {listed(existing)}" if existing else ""
    return f"no {kind} is called {shown(name)}{known}"
