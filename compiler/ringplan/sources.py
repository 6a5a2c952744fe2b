"""The files of a fleet as keys: two fleets with equal keys give equal results, whatever their files' dates."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from hashlib import blake2b
from pathlib import Path

from ringplan.frontend.discover import RECORDINGS, SUFFIXES, TENANT_FILE, Layout, discover, display_path
from ringplan.values import dataclass

_SUFFIXES = (*sorted(SUFFIXES), RECORDINGS)


@dataclass(frozen=True, slots=True)
class TenantSource:
    """One tenant's folder."""

    folder: Path
    key: bytes
    """Digest of everything its result depends on."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a path on the command line stands for."""

    layout: Layout
    root: Path
    """The fleet's folder, or the tenant's own when it stands alone."""

    @property
    def is_alone(self) -> bool:
        """Whether one tenant was asked for by itself, so that nothing is known of the others."""
        return self.layout.tenants == (self.root,)


@dataclass(frozen=True, slots=True)
class FleetSource:
    """The files below a path, digested."""

    place: Place
    platform_key: bytes
    """Digest of the compiler and of ``platform.yaml``."""
    tenants: tuple[TenantSource, ...]

    @property
    def key(self) -> bytes:
        """Digest of everything the fleet's result depends on but the day."""
        return _digest(b"fleet", self.platform_key, *(tenant.key for tenant in self.tenants))

    def key_on(self, today: date | None) -> bytes:
        """Digest of everything the fleet's result depends on, on a day."""
        return _digest(self.key, str(today).encode())

    @property
    def claims_key(self) -> bytes:
        """Digest of everything the fleet's claims have in common, whichever of its tenants change."""
        return _digest(b"claims", self.platform_key)


def locate(path: Path) -> Place:
    """Find the manifests below ``path`` without reading them; raises UsageError when there are none."""
    layout = discover(path)
    folder = path if path.is_dir() else Path(os.path.normpath(path.parent))
    alone = (folder / TENANT_FILE).is_file()
    return Place(layout, layout.tenants[0] if alone else folder)


def read_fleet(path: Path, compiler: bytes) -> FleetSource:
    """Read and digest every file below ``path``; raises UsageError when there is nothing to read.

    ``compiler`` becomes part of every key: what one compiler made is not what another would make.
    """
    place = locate(path)
    parts = [compiler, display_path(place.root).encode(), str(place.is_alone).encode()]
    if place.layout.platform is not None:
        parts += [display_path(place.layout.platform).encode(), _content(os.fspath(place.layout.platform))]
    platform_key = _digest(*parts)
    tenants = tuple(TenantSource(folder, tenant_key(folder, platform_key)) for folder in place.layout.tenants)
    return FleetSource(place, platform_key, tenants)


def tenant_key(folder: Path, platform_key: bytes) -> bytes:
    """The key of one tenant; a file that cannot be read has one too, so that the tenant is compiled to say so."""
    base = os.fspath(folder)
    parts = [platform_key, os.fsencode(folder.name)]
    for name in sorted(_manifests(base)):
        parts.append(os.fsencode(name[len(base) :]))
        parts.append(_content(name))
    return _digest(*parts)


def _manifests(folder: str) -> Iterator[str]:
    """Every manifest or recording the front end could read, and perhaps more, without the price of path objects."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    yield from _manifests(entry.path)
                elif entry.name.endswith(_SUFFIXES):
                    yield entry.path
    except OSError:
        yield folder  # cannot be listed: its key is that of an unreadable file


def _content(name: str) -> bytes:
    # Plain descriptors: this runs for every file of ten thousand tenants.
    try:
        descriptor = os.open(name, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        return f"unreadable: {error.errno}".encode()
    try:
        size = os.fstat(descriptor).st_size
        content = os.read(descriptor, size + 1)
        while chunk := os.read(descriptor, 1 << 20):
            content += chunk
    except OSError as error:
        return f"unreadable: {error.errno}".encode()
    else:
        return content
    finally:
        os.close(descriptor)


def _digest(*parts: bytes) -> bytes:
    """A digest in which no two lists of parts are alike."""
    digest = blake2b(digest_size=16)
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.digest()
