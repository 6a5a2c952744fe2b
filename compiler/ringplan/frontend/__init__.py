"""From files to frozen manifests with spans; every fault of every file is reported in one run."""

from typing import TYPE_CHECKING

from .discover import Layout, UsageError, discover
from .spans import SpanTable

if TYPE_CHECKING:
    from .load import LoadedPlatform, LoadedTenant, collector_paused, load_platform, load_tenant

__all__ = [
    "Layout",
    "LoadedPlatform",
    "LoadedTenant",
    "SpanTable",
    "UsageError",
    "collector_paused",
    "discover",
    "load_platform",
    "load_tenant",
]


def __getattr__(name: str) -> object:
    """The loader's names, when first asked for: a run that finds everything in the cache needs no pydantic (150 ms)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import load

    value: object = getattr(load, name)
    return value
