"""Reads the data modules of a generation."""

from __future__ import annotations

import marshal
from importlib.util import MAGIC_NUMBER, cache_from_source
from pathlib import Path
from types import CodeType
from typing import Any

_TRUSTED = MAGIC_NUMBER + b"\x01\x00\x00\x00"
"""First bytes of a module compiled by this Python that need not be compared with its source (PEP 552)."""
_HEADER = 16


def load(path: Path) -> dict[str, Any]:
    """The names a data module assigns; its compiled form is used when there is one beside it.

    Import machinery would look at the disk four times more and keep what nobody asks for; a tenant that is not in
    memory is read while a caller waits.
    """
    names: dict[str, Any] = {}
    exec(_code(str(path)), names)  # noqa: S102 - written by the compiler as literals only, and checked to be that
    return names


def _code(path: str) -> CodeType:
    try:
        compiled = Path(cache_from_source(path)).read_bytes()
    except FileNotFoundError:
        compiled = b""
    if compiled.startswith(_TRUSTED):
        code: CodeType = marshal.loads(memoryview(compiled)[_HEADER:])  # noqa: S302 - our own generation, like its source
        return code
    return compile(Path(path).read_bytes(), path, "exec", dont_inherit=True)
