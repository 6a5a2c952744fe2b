"""Writing a bundle: only what changed, never what is not ours, and the list of owned files last.

``bundle.json`` names every owned file with its digest. While a bundle is being written it names the files of both
the old and the new state, so that an interrupted run leaves nothing that the next one would not recognise.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from hashlib import blake2b
from pathlib import Path, PurePosixPath

from ringplan.files import replace_file
from ringplan.values import dataclass

MANIFEST = "bundle.json"
"""The list of files in a bundle's folder."""
RESERVED = frozenset({MANIFEST, "report.json"})
"""Names that no file of a bundle may have."""
_FORMAT = 1
_SAFE_PATH = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")


class OutputError(Exception):
    """The folder cannot be used as a bundle; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """The files a bundle shall hold."""

    digests: Mapping[str, str]
    """Digest by path."""
    content: Callable[[str], bytes]
    """The bytes of one of them; asked for only when the file must be written."""
    manifest: str = MANIFEST
    """The file that lists them; two kinds of folders that list their files differently never take each other's."""


@dataclass(frozen=True, slots=True)
class Differences:
    """What distinguishes a folder from the bundle it should be; paths, sorted."""

    missing: tuple[str, ...]
    stale: tuple[str, ...]
    extra: tuple[str, ...]
    """Owned by the bundle that is there, and no longer part of it."""

    def __bool__(self) -> bool:
        return bool(self.missing or self.stale or self.extra)


def digest_of(content: bytes) -> str:
    """The digest of a file, as ``bundle.json`` has it."""
    return blake2b(content, digest_size=32).hexdigest()


def compare(bundle: Bundle, folder: Path) -> Differences:
    """What would have to be written or removed; changes nothing. Raises OutputError."""
    owned = _owned(folder, bundle.manifest)
    missing, stale = [], []
    for path, digest in sorted(bundle.digests.items()):
        found = _digest_on_disk(folder, path)
        if found is None:
            missing.append(path)
        elif found != digest:
            stale.append(path)
    extra = [path for path in sorted(owned) if path not in bundle.digests and _digest_on_disk(folder, path)]
    if owned != bundle.digests and not (missing or stale or extra):
        stale.append(bundle.manifest)
    return Differences(tuple(missing), tuple(stale), tuple(extra))


def write(bundle: Bundle, folder: Path) -> Differences:
    """Make ``folder`` hold the bundle; answers what was different. Raises OutputError or OSError."""
    differences = compare(bundle, folder)
    owned = _owned(folder, bundle.manifest)
    changed = (*differences.missing, *(path for path in differences.stale if path != bundle.manifest))
    for path in changed:
        _require_ours(folder, path, owned)
    if not differences:
        return differences
    folder.mkdir(parents=True, exist_ok=True)
    if changed or differences.extra:
        replace_file(folder / bundle.manifest, _manifest({**owned, **bundle.digests}))
    for path in changed:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        replace_file(target, bundle.content(path))
    for path in differences.extra:
        (folder / path).unlink(missing_ok=True)
        _remove_empty(folder, (folder / path).parent)
    replace_file(folder / bundle.manifest, _manifest(bundle.digests))
    return differences


def _manifest(digests: Mapping[str, str]) -> bytes:
    data = {"format": _FORMAT, "files": dict(sorted(digests.items()))}
    return (json.dumps(data, indent=1) + "\n").encode()


def _owned(folder: Path, name: str) -> dict[str, str]:
    """The files the folder's list of files claims; a folder without one must be empty or absent."""
    if folder.is_symlink() and not folder.exists():
        raise OutputError(f"{folder} is a link that leads nowhere")
    if not folder.exists():
        return {}
    if not folder.is_dir():
        raise OutputError(f"{folder} is not a folder")
    manifest = folder / name
    if not manifest.exists():
        if any(folder.iterdir()):
            raise OutputError(
                f"{folder} is not empty and is no {name.removesuffix('.json')}; choose an empty or new folder"
            )
        return {}
    return _read_manifest(manifest)


def _read_manifest(manifest: Path) -> dict[str, str]:
    try:
        data = json.loads(manifest.read_bytes())
        files = {str(path): str(digest) for path, digest in data["files"].items()}
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise OutputError(f"{manifest} is damaged; remove the folder and compile again") from error
    for path in files:
        _require_safe(path)
    return files


def _require_safe(path: str) -> None:
    """A path from a target or from a ``bundle.json`` must stay within the bundle."""
    if not _SAFE_PATH.fullmatch(path) or path in RESERVED:
        raise OutputError(f"a bundle cannot hold a file called {path!r}")


def _inside(folder: Path, path: str) -> Path:
    """The file of a path; refuses a way through symbolic links, which could lead out of the bundle."""
    _require_safe(path)
    current = folder
    for part in PurePosixPath(path).parts[:-1]:
        current /= part
        if current.is_symlink():
            raise OutputError(f"{current} is a symbolic link; a bundle is made of plain folders")
    return folder / path


def _digest_on_disk(folder: Path, path: str) -> str | None:
    """The digest of a file of the folder; None when it is absent; of a link or folder in its place, an odd one."""
    file = _inside(folder, path)
    if file.is_symlink() or file.is_dir():
        return "not a file"
    try:
        return digest_of(file.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None


def _require_ours(folder: Path, path: str, owned: Mapping[str, str]) -> None:
    """Refuse to replace something that no compilation has written."""
    file = _inside(folder, path)
    if file.is_dir() and not file.is_symlink():
        raise OutputError(f"{file} is a folder where the bundle has a file; remove it")
    if path not in owned and (file.exists() or file.is_symlink()):
        raise OutputError(f"{file} was not written by ringplan; move it away")


def _remove_empty(root: Path, folder: Path) -> None:
    """Remove folders that hold nothing any more, up to the bundle itself."""
    while folder != root:
        try:
            folder.rmdir()
        except OSError:
            return
        folder = folder.parent
