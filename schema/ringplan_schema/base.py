"""What every manifest model has in common."""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A mapping of the manifest: frozen, and a field nobody knows is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        """Itself: nothing of it changes, and pydantic would copy every default section for every entry."""
        return self
