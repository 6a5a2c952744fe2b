"""What a cached result depends on besides the manifests: the bytes of the compiler and of its targets.

Versions would not do: between two releases the compiler changes with every edit.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import cache
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, distribution, entry_points
from importlib.util import find_spec

from ringplan.target import ENTRY_POINT_GROUP

_LIBRARIES = ("jinja2", "phonenumbers", "pydantic", "ruamel.yaml")
"""Libraries whose behaviour shows in results."""


@cache
def compiler_digest() -> bytes:
    """Changes with every byte of our packages and of installed targets; read once per process."""
    digest = blake2b(digest_size=16)
    digest.update(sys.version.encode())
    for library in _LIBRARIES:
        digest.update(f"{library} {_metadata(library)}\n".encode())
    targets = {point.module.partition(".")[0] for point in entry_points(group=ENTRY_POINT_GROUP)}
    for package in sorted({"ringplan", "ringplan_schema", *targets}):
        digest.update(f"{package}\n".encode())
        for name, file in _sources(package):
            with open(file, "rb") as stream:  # noqa: PTH123 - with path objects all of this takes twice as long
                content = stream.read()
            digest.update(f"{name} {len(content)}\n".encode())
            digest.update(content)
    return digest.digest()


def _metadata(library: str) -> str:
    """What is known of an installed library, its version among it; parsing that takes longer than reading it."""
    try:
        return distribution(library).read_text("METADATA") or ""
    except PackageNotFoundError:
        return ""


def _sources(package: str) -> Iterator[tuple[str, str]]:
    """Every file of a package that is not compiled from another: its name in the package, and its path.

    The order is fixed, and the package is not imported.
    """
    spec = find_spec(package)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for file in sorted(_files(folder)):
            yield file.removeprefix(folder), file


def _files(folder: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _files(entry.path)
            elif not entry.name.endswith(".pyc"):
                yield entry.path
