"""Docstrings of fields as text for people: schemas, messages."""

from __future__ import annotations

import re
from typing import Final

# References to the documents a field was derived from; they help who changes the models, not who writes manifests.
_REFERENCE: Final = re.compile(r"\s*\((?:S\d|OCI|services|BroadWorks)\b[^()]*\)")


def without_references(text: str) -> str:
    """The description on one line, without the places of its sources."""
    return " ".join(_REFERENCE.sub("", text).replace("``", "`").split())
