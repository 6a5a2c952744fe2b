"""What every request of a worker needs at hand."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from . import settings as platform
from .index import Index
from .settings import Settings
from .state import Call
from .tenants import Directory


class Dress(NamedTuple):
    """What the branches that are being opened wear."""

    display: str
    """Quoted display name of From; empty: none."""
    uri: str
    """From URI."""
    headers: str
    """Further headers, each with its line end."""
    token: str
    """Record-Route parameter."""
    veiled: bool
    """Whether everything that tells who the caller is must go."""


class Core:
    """Data of one generation, and what the branches that are being opened wear."""

    __slots__ = ("_folder", "call", "directory", "dress", "index", "key", "opening", "settings")

    def __init__(self, folder: Path, settings: Settings, key: bytes) -> None:
        self._folder = folder
        self.settings = settings
        self.key = key
        """The site's secret for tokens."""
        self.index = Index(folder.parent, settings.tenant_cache)
        self.directory = Directory(folder / "tenants", settings.tenant_cache)
        self.call: Call | None = None
        """The call the event at hand is about, so that nobody stays engaged when something fails."""
        self.dress: Dress | None = None
        """Of the branches that are being opened; set only while ``t_relay`` runs."""
        self.opening: Call | None = None
        """Their call until the first of them has been opened: it has to know the number of that branch."""

    @classmethod
    def open(cls, folder: Path) -> Core:
        """The core for the ``exchange`` folder of a generation."""
        key = bytes.fromhex((folder.parent / "token.key").read_text("ascii"))
        return cls(folder, platform.read(folder / "platform.py"), key)

    def check(self) -> None:
        """Raises ValueError when a tenant of the index has no data module; leaves no file open."""
        present = {path.stem for path in (self._folder / "tenants").glob("*.py")}
        missing = sorted(self.index.tenants() - present)
        self.index.account("", "")
        self.index.close()
        if missing:
            raise ValueError(f"no data for {len(missing)} tenants, the first is {missing[0]}")
