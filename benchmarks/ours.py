"""Our exchange for the benchmark: a generated fleet, compiled and activated as in production."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import ringplan_kamailio
import ringplan_rtpengine
from ringplan.diagnostics import Sink
from ringplan.frontend import discover, load_platform, load_tenant
from ringplan.ir import Program
from ringplan.passes import lower_platform, lower_tenant
from ringplan.target import emit
from ringplan_kamailio import site

from .generate import number, platform_yaml, secret, tenant_name, write_fleet

__all__ = ["Site", "build", "caller_row", "number", "registrations", "shuffled"]


@dataclass(frozen=True)
class Site:
    """How to start the exchange and its relay."""

    command: Sequence[str]
    environment: Mapping[str, str]
    relay_command: Sequence[str]


def build(folder: Path, tenants: int, users: int, workers: int, password: str) -> Site:
    """Generate, compile and activate a fleet below ``folder``."""
    fleet, bundle, live = folder / "fleet", folder / "bundle", folder / "site"
    write_fleet(fleet, tenants, users, platform_yaml(workers=workers))
    for artifact in emit((ringplan_kamailio.TARGET, ringplan_rtpengine.TARGET), _program(fleet)):
        path = bundle / artifact.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(artifact.content)
    references = [secret(tenant, user) for tenant in range(tenants) for user in range(users)]
    site.activate(bundle, live, dict.fromkeys(references, password))
    relay = ringplan_rtpengine.command(bundle, "east")
    return Site(site.command(bundle, live), site.environment(bundle, live), relay)


def _program(fleet: Path) -> Program:
    sink = Sink()
    layout = discover(fleet)
    assert layout.platform is not None
    loaded = load_platform(layout.platform, fleet, sink)
    assert loaded is not None
    platform = lower_platform(loaded, sink)
    assert platform is not None
    tenants = []
    for folder in layout.tenants:
        manifest = load_tenant(folder, fleet, sink)
        assert manifest is not None
        tenant = lower_tenant(manifest, platform, sink)
        assert tenant is not None
        tenants.append(tenant)
    return Program(platform, tuple(sorted(tenants, key=lambda tenant: tenant.id)))


def domain(tenant: int) -> str:
    """SIP domain of a tenant."""
    return f"{tenant_name(tenant)}.bench.example"


def registrations(tenants: int, password: str) -> tuple[tuple[str, ...], ...]:
    """Rows that register the first user's phone of every tenant."""
    credentials = f"[authentication username=u000-desk password={password}]"
    return tuple(("u000-desk", "", domain(tenant), credentials) for tenant in range(tenants))


def caller_row(tenant: int, password: str) -> tuple[str, ...]:
    """A call from the second user to the first one's extension."""
    credentials = f"[authentication username=u001-desk password={password}]"
    return ("u001-desk", "2000", domain(tenant), credentials)


def shuffled(tenants: int) -> list[int]:
    """All tenants in a random order that is the same in every run: no locality at all, the worst case."""
    order = list(range(tenants))
    random.Random(1).shuffle(order)  # noqa: S311 - not for secrets
    return order
