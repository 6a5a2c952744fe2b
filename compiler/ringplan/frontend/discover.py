"""Which manifests a path on the command line stands for. Nothing is read here but the names of files."""

from __future__ import annotations

import os
from operator import attrgetter
from pathlib import Path
from typing import Final

from ringplan.values import dataclass

TENANT_FILE: Final = "tenant.yaml"
PLATFORM_FILE: Final = "platform.yaml"
SUFFIXES: Final = frozenset({".yaml", ".yml"})
RECORDINGS: Final = ".wav"
"""How the files end that prompts may name."""


class UsageError(Exception):
    """The command line asks for something that cannot be done; one clear sentence, exit code 2."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The manifests below a path."""

    platform: Path | None
    """``platform.yaml``; None: there is none, which is a fault only for commands that need it."""
    tenants: tuple[Path, ...]
    """Tenants' folders, sorted; one without ``tenant.yaml`` is among them if it holds others."""


def discover(path: Path) -> Layout:
    """Tenants' folders, sorted; one without ``tenant.yaml`` is among them if it holds other files."""
    try:
        if path.is_file() and path.name in (TENANT_FILE, PLATFORM_FILE):
            path = Path(os.path.normpath(path.parent))
        if not path.exists():
            raise UsageError(f"{printable(path)} does not exist")
        if not path.is_dir():
            raise UsageError(f"{printable(path)} is neither a folder nor a {TENANT_FILE}")
        return _folder(path)
    except OSError as error:
        raise UsageError(f"cannot read {printable(path)}: {error.strerror or error}") from error
    except ValueError as error:  # a path with a NUL byte
        raise UsageError(f"{printable(path)} is not a path") from error


def manifest_files(folder: Path) -> tuple[Path, ...]:
    """All manifests of a tenant, ``tenant.yaml`` first, then by path; nothing hidden, no linked folders."""
    found = []
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [
            Path(here, name)
            for name in names
            if Path(name).suffix in SUFFIXES and not name.startswith(".") and name != PLATFORM_FILE
        ]
    main = folder / TENANT_FILE
    return tuple(sorted(found, key=lambda file: (file != main, file.as_posix())))


def display_path(path: Path) -> str:
    """How diagnostics write a path: relative to the current directory when it is below it, always with ``/``."""
    name = Path(os.path.normpath(path))
    if name.is_absolute() and name.is_relative_to(Path.cwd()):
        name = name.relative_to(Path.cwd())
    return os.fsencode(name).decode("utf-8", "backslashreplace").replace(os.sep, "/")


def printable(path: Path) -> str:
    """A path inside a sentence."""
    return repr(os.fsencode(path).decode("utf-8", "backslashreplace"))


def _folder(path: Path) -> Layout:
    if (path / TENANT_FILE).is_file():
        platform = _platform_above(path)
        return Layout(platform, (path,))
    platform = path / PLATFORM_FILE if (path / PLATFORM_FILE).is_file() else None
    tenants = tuple(child for child in sorted(path.iterdir(), key=attrgetter("name")) if _is_tenant(child))
    if platform is None and not tenants:
        raise UsageError(f"{printable(path)} holds neither a {PLATFORM_FILE} nor a folder with a {TENANT_FILE}")
    return Layout(platform, tenants)


def _platform_above(folder: Path) -> Path | None:
    # ``.`` and ``..`` have no useful parent as text, hence the detour over the real path.
    parent = folder.parent if folder.name not in ("", "..") else folder.resolve().parent
    platform = parent / PLATFORM_FILE
    return platform if platform.is_file() else None


def _is_tenant(folder: Path) -> bool:
    """A tenant's folder, even if its ``tenant.yaml`` is misspelt: nobody's phones are left out in silence."""
    if folder.name.startswith(".") or not folder.is_dir() or (folder / PLATFORM_FILE).is_file():
        return False
    if (folder / TENANT_FILE).is_file():
        return True
    return any(child.suffix in SUFFIXES and child.is_file() for child in folder.iterdir())
