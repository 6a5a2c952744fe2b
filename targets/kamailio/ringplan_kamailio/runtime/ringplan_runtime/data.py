"""Reads the data modules of a generation."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any


def load(path: Path) -> dict[str, Any]:
    """The names a data module assigns; its compiled form is used when there is one beside it."""
    spec = spec_from_file_location("ringplan_data", path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return vars(module)
