"""What every manifest model has in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A mapping of the manifest: frozen, and a field nobody knows is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")
