"""Both versions of a fleet as manifests, and the review of what differs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ringplan.diagnostics import Diagnostic, Severity, Sink
from ringplan.frontend.discover import PLATFORM_FILE, UsageError, display_path
from ringplan.frontend.load import load_platform, load_tenant
from ringplan.program import load_program
from ringplan.sources import Place, locate
from ringplan_schema import Platform, Tenant

from .changes import Change, platform_changes, tenant_changes
from .judging import Administration, Review, administration, judge
from .recordings import with_content
from .repository import Repository, open_repository


class BrokenError(Exception):
    """The new version has errors; with what was said about it."""

    def __init__(self, message: str, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__(message)
        self.diagnostics = tuple(diagnostics)


@dataclass(frozen=True, slots=True)
class Manifests:
    """One version: the platform and the tenants that differ, by the names of their folders."""

    platform: Platform | None
    tenants: dict[str, Tenant]


@dataclass(frozen=True, slots=True)
class Versions:
    """Both versions of what differs."""

    base: Manifests
    head: Manifests

    def changes(self) -> Iterator[Change]:
        """Everything that differs by meaning, the platform first."""
        yield from platform_changes(self.base.platform, self.head.platform)
        for name in sorted(self.base.tenants.keys() | self.head.tenants.keys()):
            yield from tenant_changes(name, self.base.tenants.get(name), self.head.tenants.get(name))

    def roles(self) -> Administration:
        """Who may change what: those of the base version only."""
        return administration(self.base.platform, self.base.tenants)


@contextmanager
def opened(path: Path, reference: str) -> Iterator[tuple[Repository, Versions]]:
    """The files below ``path`` and what they were at a git reference; raises UsageError or BrokenError."""
    place = _place(path)
    folder = place.root if not place.is_alone else place.root.resolve().parent
    repository = open_repository(folder, reference)
    names = repository.differing(place.root.resolve().name if place.is_alone else None)
    with repository.written(names) as base:
        yield repository, Versions(_base(base, names), _head(path, place, names))


def review(versions: Versions, author: str, approved_by: Collection[str] = ()) -> Review:
    """What an author changes, judged."""
    return judge(versions.changes(), versions.roles(), author, approved_by)


def _place(path: Path) -> Place:
    try:
        return locate(path)
    except UsageError:
        raise UsageError(f"{path} holds no fleet any more; only the operator removes all of it") from None


def _base(root: Path, names: frozenset[str]) -> Manifests:
    """What was there; a tenant that could not be read then is as good as new, and so the operator's."""
    platform = load_platform(root / PLATFORM_FILE, root, Sink())
    found = {name: load_tenant(root / name, root, Sink()) for name in names if (root / name).is_dir()}
    tenants = {name: with_content(one) for name, one in found.items() if one is not None}
    return Manifests(platform.manifest if platform else None, tenants)


def _head(path: Path, place: Place, names: frozenset[str]) -> Manifests:
    """What is there now; raises BrokenError."""
    here = {folder.resolve().name: folder for folder in place.layout.tenants}
    loaded = load_program(path, lambda folder: folder.resolve().name in names)
    errors = [one for one in loaded.diagnostics if one.severity is Severity.ERROR]
    if errors:
        raise BrokenError("the new version has errors, so nothing is judged", errors)
    sink = Sink()
    found = {name: load_tenant(here[name], place.root, sink) for name in names if name in here}
    file = place.layout.platform
    platform = load_platform(file, place.root, sink) if file is not None else None
    missing = [name for name, one in found.items() if one is None]
    if missing or sink.has_errors:
        raise BrokenError(f"{display_path(path)} changed while it was read", sink.sorted())
    tenants = {name: with_content(one) for name, one in found.items() if one is not None}
    return Manifests(platform.manifest if platform else None, tenants)
