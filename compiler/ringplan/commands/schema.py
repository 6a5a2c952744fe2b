"""``ringplan schema``: the JSON Schemas of the manifests, for editors."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from .console import out


class Kind(StrEnum):
    """Which manifest."""

    TENANT = "tenant"
    PLATFORM = "platform"
    TENANT_PART = "tenant-part"


def schema(
    kind: Annotated[
        Kind, typer.Argument(help="Which manifest; tenant-part: a further file of a tenant's folder.")
    ] = Kind.TENANT,
) -> None:
    """Print the JSON Schema of a manifest, for editors.

    \b
    Example:
      ringplan schema tenant > tenant.schema.json
    """
    from ringplan_schema.export import schema_text

    out(schema_text(kind.value))
