"""Canonical JSON of the graph: what ``print-ir`` prints, and what a digest is made of.

Spans are left out: a graph that means the same is the same, wherever its manifest's lines have moved.
"""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from hashlib import blake2b

from .nodes import Platform, Program, Tenant

_LEFT_OUT = ("audio", "span", "written")
"""Fields that say where something stands, and the sound of a prompt, for which its digest stands."""


def to_data(value: object) -> object:
    """Plain data of a part of the graph; nodes carry their class name as ``kind``."""
    if is_dataclass(value) and not isinstance(value, type):
        names = (field.name for field in fields(value) if field.name not in _LEFT_OUT)
        data = {name: to_data(getattr(value, name)) for name in names}
        return {"kind": type(value).__name__.lower(), **data}
    if isinstance(value, tuple):
        return [to_data(item) for item in value]
    return value


def dump(value: Program | Platform | Tenant) -> str:
    """Canonical JSON text: sorted keys, two spaces, a newline at the end."""
    return json.dumps(to_data(value), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def digest(value: Program | Platform | Tenant) -> str:
    """32 hex digits that differ whenever the meaning differs."""
    canonical = json.dumps(to_data(value), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return blake2b(canonical.encode(), digest_size=16).hexdigest()
