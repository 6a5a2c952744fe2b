"""What a target is: a pure function from the program to files, found by entry point."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from importlib.metadata import entry_points
from typing import Protocol

from ringplan.ir import Platform, Program, Tenant
from ringplan.values import dataclass


class Capability(StrEnum):
    """Something a program may need and a target may or may not do."""

    BASIC_CALLS = "basic-calls"
    SPEED_DIAL = "speed-dial"
    TRANSPORT_UDP = "transport-udp"
    TRANSPORT_TCP = "transport-tcp"
    TRANSPORT_TLS = "transport-tls"
    MEDIA_ANCHORING = "media-anchoring"
    HUNT_GROUPS = "hunt-groups"
    FORWARDING = "forwarding"
    SCHEDULES = "schedules"
    CALLING_PLANS = "calling-plans"
    RECORDING = "recording"
    ANSWERED_CALLS = "answered-calls"


@dataclass(frozen=True, slots=True)
class Artifact:
    """One file of the bundle."""

    path: str
    """Relative to the bundle, with ``/``, made of slugs only."""
    content: bytes
    tenant: str | None = None
    """The tenant it belongs to; None: shared."""


class Target(Protocol):
    """A back end. ``emit_tenant`` may run in another process and its result may be cached."""

    name: str
    version: int
    """Counts up whenever the same program gives other bytes."""
    capabilities: frozenset[Capability]

    def emit_shared(self, platform: Platform) -> tuple[Artifact, ...]:
        """Files that do not depend on any tenant."""

    def emit_tenant(self, platform: Platform, tenant: Tenant) -> tuple[Artifact, ...]:
        """Files of one tenant; must depend on nothing but the arguments."""


ENTRY_POINT_GROUP = "ringplan.targets"


def load_targets() -> tuple[Target, ...]:
    """All installed targets, sorted by name."""
    found: Iterable[Target] = (point.load() for point in entry_points(group=ENTRY_POINT_GROUP))
    return tuple(sorted(found, key=lambda target: target.name))


def emit(targets: Iterable[Target], program: Program) -> tuple[Artifact, ...]:
    """All artifacts of a program, sorted by path."""
    artifacts: list[Artifact] = []
    for target in targets:
        artifacts.extend(target.emit_shared(program.platform))
        for tenant in program.tenants:
            artifacts.extend(target.emit_tenant(program.platform, tenant))
    return tuple(sorted(artifacts, key=lambda artifact: artifact.path))
