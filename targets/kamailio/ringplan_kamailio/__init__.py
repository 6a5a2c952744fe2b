"""The Kamailio target: tenant data modules, kamailio.cfg and the KEMI runtime."""

from __future__ import annotations

from ringplan.ir import Platform, Tenant
from ringplan.target import Artifact, Capability

__all__ = ["TARGET", "KamailioTarget"]


class KamailioTarget:
    """Kamailio 5.6 as registrar and router of all tenants (the *exchange*)."""

    name = "kamailio"
    version = 3
    capabilities = frozenset(Capability) - {Capability.RECORDING, Capability.TRANSPORT_TLS}

    def emit_shared(self, platform: Platform) -> tuple[Artifact, ...]:
        """kamailio.cfg, platform data and the runtime."""
        from . import emit_config  # a check asks only what the target can do

        return emit_config.emit(platform)

    def emit_tenant(self, platform: Platform, tenant: Tenant) -> tuple[Artifact, ...]:
        """The tenant's data module."""
        from . import emit_tenant

        return (emit_tenant.emit(tenant),)


TARGET = KamailioTarget()
