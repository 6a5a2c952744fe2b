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

__all__ = ["Site", "activated", "build", "number", "phone_row", "shuffled"]


@dataclass(frozen=True)
class Site:
    """How to start the exchange and its relay."""

    command: Sequence[str]
    environment: Mapping[str, str]
    relay_command: Sequence[str]
    bundle: Path
    folder: Path
    """The site directory."""


def build(folder: Path, tenants: int, users: int, workers: int, password: str) -> Site:
    """Generate, compile and activate a fleet below ``folder``."""
    fleet = folder / "fleet"
    write_fleet(fleet, tenants, users, platform_yaml(workers=workers))
    references = [secret(tenant, user) for tenant in range(tenants) for user in range(users)]
    return activated(folder, fleet, dict.fromkeys(references, password))


def activated(folder: Path, fleet: Path, secrets: Mapping[str, str]) -> Site:
    """Compile and activate the manifests in ``fleet`` below ``folder``; ``secrets`` are passwords by reference."""
    bundle, live = folder / "bundle", folder / "site"
    for artifact in emit((ringplan_kamailio.TARGET, ringplan_rtpengine.TARGET), _program(fleet)):
        path = bundle / artifact.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(artifact.content)
    site.activate(bundle, live, secrets)
    relay = ringplan_rtpengine.command(bundle, "east")
    return Site(site.command(bundle, live), site.environment(bundle, live), relay, bundle, live)


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


def phone_row(tenant: int, user: int, called: str, password: str) -> tuple[str, ...]:
    """A request of a user's phone, with digest; ``called`` is what it dials, empty when it registers."""
    account = f"u{user:03d}-desk"
    return (account, called, domain(tenant), f"[authentication username={account} password={password}]")


def shuffled(tenants: int) -> list[int]:
    """All tenants in a random order that is the same in every run: no locality at all, the worst case."""
    order = list(range(tenants))
    random.Random(1).shuffle(order)  # noqa: S311 - not for secrets
    return order
