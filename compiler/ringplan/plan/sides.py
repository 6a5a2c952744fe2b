"""Where the two versions come from: a git reference and the files on disk, or two folders. No checkout is touched."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NamedTuple

from ringplan.diagnostics import Diagnostic, Severity
from ringplan.frontend.discover import PLATFORM_FILE, UsageError, display_path
from ringplan.ir import Program
from ringplan.program import Loaded, load_place
from ringplan.review.repository import git, open_repository
from ringplan.sources import Place, locate, tenant_key

from .differ import Names
from .fleet import Sides
from .model import Plan


class BrokenError(Exception):
    """One of the versions has errors; with what was said about it."""

    def __init__(self, message: str, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__(message)
        self.diagnostics = tuple(diagnostics)


@dataclass(frozen=True, slots=True)
class Opened:
    """Both versions, read."""

    sides: Sides
    prefix: str
    """Beginning of the places in a temporary copy of the old version."""
    shown_prefix: str
    """What stands for it where people read it."""

    def relocated(self, plan: Plan) -> Plan:
        """The plan with places of the old version as they are called in git."""
        if not self.prefix:
            return plan
        tenants = []
        for tenant in plan.tenants:
            changes = []
            for change in tenant.changes:
                causes = tuple(replace(one, file=self._named(one.file)) for one in change.causes)
                changes.append(replace(change, causes=causes))
            tenants.append(replace(tenant, changes=tuple(changes)))
        return replace(plan, tenants=tuple(tenants))

    def _named(self, file: str) -> str:
        return self.shown_prefix + file.removeprefix(self.prefix) if file.startswith(self.prefix) else file


@contextmanager
def against_reference(path: Path, reference: str) -> Iterator[Opened]:
    """The files below ``path`` and what they were at a git reference; raises UsageError or BrokenError."""
    place = locate(path)
    with _base(place, reference, ()) as base:
        names = Names(display_path(path), reference)
        sides = _sides(place, _located(base.folder), base.changed, names)
        if base.is_without_platform:
            sides = replace(sides, notes=(_BORROWED.format(reference),))
        yield Opened(sides, display_path(base.folder), display_path(place.root))


_BORROWED: Final = "platform.yaml is new: {} has none, and its tenants are compared as if they had had this one"


@contextmanager
def base_folder(place: Place, reference: str, also: Collection[str] = ()) -> Iterator[tuple[Path, set[str]]]:
    """A temporary folder with what a fleet was at a git reference: the tenants that have changed since, by the names
    of their folders, and some others."""
    with _base(place, reference, also) as base:
        yield base.folder, base.changed


class _Base(NamedTuple):
    """What a fleet was at a git reference."""

    folder: Path
    changed: set[str]
    """Tenants that have changed since, by the names of their folders."""
    is_without_platform: bool
    """Whether it had tenants and no ``platform.yaml``; the one of the new version is there instead.

    Tenants cannot be compared without any, and a reviewer of the first platform wants to read what changes for them.
    """


@contextmanager
def _base(place: Place, reference: str, also: Collection[str]) -> Iterator[_Base]:
    root = Path(os.path.realpath(place.root))
    folder = root.parent if place.is_alone else root
    repository = open_repository(folder, reference)
    changed = _changed(place, folder, repository.commit) | set(also)
    with repository.written(frozenset(changed)) as base:
        is_without = not (base / PLATFORM_FILE).exists()
        if is_without and place.layout.platform is not None:
            shutil.copyfile(place.layout.platform, base / PLATFORM_FILE)
        has_tenants = any("/" in file for file in repository.blobs)
        yield _Base(base / root.name if place.is_alone else base, changed, is_without and has_tenants)


def between_folders(old: Path, new: Path) -> Opened:
    """Two folders; raises UsageError or BrokenError."""
    places = locate(old), locate(new)
    if places[0].is_alone is not places[1].is_alone:
        raise UsageError("one of the folders is a fleet's and the other one a tenant's")
    keys = [{folder.name: tenant_key(folder, b"") for folder in place.layout.tenants} for place in places]
    if places[0].is_alone:
        changed = {old.name, new.name}
    else:
        changed = {name for name in keys[0].keys() | keys[1].keys() if keys[0].get(name) != keys[1].get(name)}
    return Opened(_sides(places[1], places[0], changed, Names(display_path(new), display_path(old))), "", "")


def _sides(new: Place, old: Place | None, changed: set[str], names: Names) -> Sides:
    now = _program(load_place(new, lambda folder: folder.name in changed), "the new version")
    if old is None:
        before = Program(now.platform, ())
    else:
        before = _program(load_place(old, lambda folder: folder.name in changed), "the old version")
    return Sides(before, now, len(new.layout.tenants), names)


def _located(folder: Path) -> Place | None:
    """What is in the folder of the old version; None: nothing."""
    try:
        return locate(folder)
    except UsageError:
        return None


def _program(loaded: Loaded, which: str) -> Program:
    if loaded.program is None:
        errors = [one for one in loaded.diagnostics if one.severity is Severity.ERROR]
        raise BrokenError(f"{which} has errors, so there is nothing to compare", errors)
    return loaded.program


# -- git


def _changed(place: Place, folder: Path, commit: str) -> set[str]:
    """Tenants' folders in which a file differs from a commit; files that git does not know yet are new."""
    names = git(folder, "diff", "--name-only", "--no-renames", "--relative", "-z", commit, "--", ".")
    names += git(folder, "ls-files", "--others", "--exclude-standard", "-z", "--", ".")
    found = {os.fsdecode(name).split("/", 1)[0] for name in names.split(b"\0") if b"/" in name}
    return found & {place.root.resolve().name} if place.is_alone else found
