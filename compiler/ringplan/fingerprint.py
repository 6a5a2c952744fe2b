"""What a cached result depends on besides the manifests: the bytes of the compiler and of its targets.

Versions would not do: between two releases the compiler changes with every edit.
"""

from __future__ import annotations

import sys
from functools import cache
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, entry_points, version
from importlib.util import find_spec
from pathlib import Path

from ringplan.target import ENTRY_POINT_GROUP

_LIBRARIES = ("jinja2", "phonenumbers", "pydantic", "ruamel.yaml")
"""Libraries whose behaviour shows in results."""


@cache
def compiler_digest() -> bytes:
    """Changes with every byte of our packages and of installed targets; read once per process."""
    digest = blake2b(digest_size=16)
    digest.update(sys.version.encode())
    for library in _LIBRARIES:
        digest.update(f"{library} {_version(library)}\n".encode())
    targets = {point.module.partition(".")[0] for point in entry_points(group=ENTRY_POINT_GROUP)}
    for package in sorted({"ringplan", "ringplan_schema", *targets}):
        digest.update(f"{package}\n".encode())
        for file in _sources(package):
            content = file.read_bytes()
            digest.update(f"{file.name} {len(content)}\n".encode())
            digest.update(content)
    return digest.digest()


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "none"


def _sources(package: str) -> list[Path]:
    """Every file of a package that is not compiled from another, in a fixed order; the package is not imported."""
    spec = find_spec(package)
    found: list[Path] = []
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        root = Path(folder)
        found.extend(sorted(file for file in root.rglob("*") if _is_source(file)))
    return found


def _is_source(file: Path) -> bool:
    return file.suffix != ".pyc" and file.is_file()
