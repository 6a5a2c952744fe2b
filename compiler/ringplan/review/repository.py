"""The fleet at a git reference and on disk, read for a review.

Stricter than other readers, for what is read decides about rights: blobs are taken as they are stored, so no attribute
(``export-ignore``) hides a file; tenants are compared by content and not by what git says has changed; nothing is
followed that leads out of the fleet's folder, where nobody would review it.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from ringplan.frontend.discover import PLATFORM_FILE, RECORDINGS, SUFFIXES, UsageError, printable

_SUFFIXES = (*sorted(SUFFIXES), RECORDINGS)
_FILE_MODES = frozenset({b"100644", b"100755"})
_LINK_MODE, _SUBMODULE_MODE = b"120000", b"160000"
_SAFE: Final = (
    "--no-pager",
    "--no-optional-locks",
    "--no-replace-objects",
    "--literal-pathspecs",
    *("-c", "core.fsmonitor="),
    *("-c", "safe.bareRepository=explicit"),
    *("-c", "log.showSignature=false"),
)
"""Options of every git command."""


@dataclass(frozen=True, slots=True)
class Repository:
    """The folder of a fleet in a git checkout, and a commit of it."""

    folder: Path
    commit: str
    blobs: Mapping[str, str]
    """The manifests of the commit by path below the folder, with the ids of their content."""

    def differing(self, only: str | None = None) -> frozenset[str]:
        """Tenants' folders, or ``only`` one, whose manifests differ between the commit and the disk; PLATFORM_FILE
        for the platform."""
        now = dict(_on_disk(self.folder, only, _hasher(self.blobs)))
        paths = {path for path in self.blobs.keys() | now.keys() if self.blobs.get(path) != now.get(path)}
        names = frozenset(path.split("/", 1)[0] for path in paths)
        return names if only is None else names & {only, PLATFORM_FILE}

    @contextmanager
    def written(self, names: frozenset[str]) -> Iterator[Path]:
        """A temporary folder with the platform and some tenants as they were at the commit."""
        with TemporaryDirectory(prefix="ringplan-") as temporary:
            root = Path(temporary) / self.folder.name
            root.mkdir()
            for path, blob in self.blobs.items():
                if path == PLATFORM_FILE or path.split("/", 1)[0] in names:
                    file = root / path
                    file.parent.mkdir(parents=True, exist_ok=True)
                    file.write_bytes(git(self.folder, "cat-file", "blob", blob))
            yield root

    def author(self) -> str:
        """The e-mail address of the author of HEAD, as the commit has it."""
        return git(self.folder, "log", "-1", "--format=%ae", "HEAD").decode("utf-8", "replace").strip()

    def authors(self) -> frozenset[str]:
        """Those of all commits since the base."""
        text = git(self.folder, "log", "--format=%ae", f"{self.commit}..HEAD").decode("utf-8", "replace")
        return frozenset(text.split("\n")) - {""}


def open_repository(folder: Path, reference: str) -> Repository:
    """The folder of a fleet with what it was at a git reference; raises UsageError."""
    real = Path(os.path.realpath(folder))
    commit = commit_of(real, reference)
    top = Path(os.fsdecode(git(real, "rev-parse", "--show-toplevel").rstrip(b"\n")))
    prefix = os.fsdecode(git(real, "rev-parse", "--show-prefix").rstrip(b"\n")).rstrip("/")
    return Repository(real, commit, dict(_at_commit(top, commit, prefix)))


def git(folder: Path, *arguments: str, timeout: float | None = None, offline: bool = False) -> bytes:
    """What a git command prints; raises UsageError, or TimeoutError after ``timeout`` seconds.

    Nothing is run that a repository's configuration names: no monitor, no signature checker, no pager, and no
    repository is found that lies among the files of another. ``offline``: nothing that is missing is fetched either.
    """
    environment = os.environ | ({"GIT_ALLOW_PROTOCOL": "none"} if offline else {})
    try:
        # No shell, and what comes from the command line stands behind options or is a commit's hash.
        command = ["git", "-C", os.fspath(folder), *_SAFE, *arguments]
        done = subprocess.run(  # noqa: S603
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=None if timeout is None else max(timeout, 0.0),
            env=environment,
        )
    except FileNotFoundError:
        raise UsageError("git is not installed") from None
    except subprocess.TimeoutExpired:
        raise TimeoutError("git takes too long") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise UsageError(f"git: {said[-1].removeprefix('fatal: ') if said else 'failed'}")
    return done.stdout


def commit_of(folder: Path, reference: str) -> str:
    """The full name of the commit a reference stands for; raises UsageError."""
    git(folder, "rev-parse", "--git-dir")  # says so when this is no repository
    try:
        if reference.startswith("-"):
            raise UsageError(reference)
        return git(folder, "rev-parse", "--verify", "--quiet", f"{reference}^{{commit}}").decode().strip()
    except UsageError:
        raise UsageError(f"{reference!r} is no commit of this repository") from None


def _at_commit(top: Path, commit: str, prefix: str) -> Iterator[tuple[str, str]]:
    """Path and blob of every manifest of a commit."""
    listed = git(top, "ls-tree", "-r", "-z", "--full-tree", commit, "--", *([prefix] if prefix else []))
    for line in listed.split(b"\0"):
        if not line:
            continue
        about, _, raw = line.partition(b"\t")
        mode, _, blob = about.split(b" ")
        path = os.fsdecode(raw).removeprefix(f"{prefix}/")
        if mode in _FILE_MODES and _is_manifest(path):
            yield path, blob.decode()
        elif (mode == _LINK_MODE and _is_manifest(path)) or (mode == _SUBMODULE_MODE and "/" in path):
            # Without its entries a tenant would look as if they were new now, and so anybody's to write.
            raise UsageError(f"{path!r} is a link in the base version; a review follows none")


def _on_disk(folder: Path, only: str | None, hashed: Callable[[bytes], str]) -> Iterator[tuple[str, str]]:
    """Path and content of every manifest; raises UsageError for what leads out of the folder."""
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        if only is not None and Path(here) == folder:
            folders[:] = [name for name in folders if name == only]
        for name in (*folders, *names):
            file = Path(here, name)
            path = file.relative_to(folder).as_posix()
            is_folder = name in folders
            if file.is_symlink() and (is_folder or _is_manifest(path)):
                raise UsageError(f"{printable(file)} is a link; a review follows none, write the manifest itself there")
            if is_folder and (file / ".git").exists():
                raise UsageError(f"{printable(file)} is a repository of its own, whose changes nobody would review")
            if not is_folder and _is_manifest(path):
                yield path, hashed(file.read_bytes())


def _is_manifest(path: str) -> bool:
    """Whether the front end would read a file of a fleet, as a manifest or as a recording."""
    *folders, name = path.split("/")  # as text: this is asked for every file of ten thousand tenants
    hidden = any(part.startswith(".") for part in (*folders, name))
    inside = path == PLATFORM_FILE or (bool(folders) and name != PLATFORM_FILE)
    return inside and name.endswith(_SUFFIXES) and not hidden


def _hasher(blobs: Mapping[str, str]) -> Callable[[bytes], str]:
    """How git names content; the length of an id says by which digest."""
    is_long = any(len(blob) == 64 for blob in blobs.values())

    def hashed(content: bytes) -> str:
        digest = hashlib.sha256() if is_long else hashlib.sha1(usedforsecurity=False)
        digest.update(b"blob %d\0" % len(content) + content)
        return digest.hexdigest()

    return hashed
