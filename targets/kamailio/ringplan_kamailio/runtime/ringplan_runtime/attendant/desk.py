"""What every event of a worker needs at hand."""

from __future__ import annotations

import os
from pathlib import Path

from .. import clock, schedules
from ..core import Core
from ..settings import Settings
from ..tenants import Tenant
from .audio import Audio
from .prompts import Prompts
from .relay import Relays


class Desk:
    """Data of one generation, the media relays, and the answers scripts ask for (`environment.Environment`)."""

    __slots__ = ("audio", "clicks_port", "core", "host", "prompts", "relays", "rpc", "sources", "tag", "uri")

    def __init__(self, core: Core, prompts: Path) -> None:
        attendant = core.settings.attendant
        if attendant is None:
            raise ValueError("the platform has no attendant")
        self.core = core
        self.uri = f"sip:attendant@{attendant.host}:{attendant.port}"
        """Our own address, as Contact and From."""
        self.relays = Relays(core.settings.relays)
        self.prompts = Prompts(prompts)
        self.audio = Audio(self.relays, self.prompts)
        self.rpc = os.environ["RINGPLAN_RPC"]
        """Path of the socket on which this Kamailio takes commands."""
        self.sources = _digit_sources(core.settings, attendant.host)
        """Addresses from which pressed keys are reported."""
        self.host, self.clicks_port = attendant.host, attendant.clicks_port
        """Our own address, and the port at which clicks arrive."""
        self.tag = ""
        """To tag of the last answer this worker sent."""

    @property
    def key(self) -> bytes:
        """The site's secret."""
        return self.core.key

    @property
    def exchange(self) -> str:
        """URI of the exchange."""
        return f"sip:{self.core.settings.exchange}"

    # -- what scripts ask for

    def tenant(self, tenant_id: str) -> Tenant | None:
        """The tenant; None when it is no longer there."""
        try:
            return self.core.directory.tenant(tenant_id)
        except OSError:
            return None

    def is_open(self, tenant: Tenant, schedule: str, moment: int) -> bool:
        """Whether a schedule is open at a moment."""
        return schedules.is_open(tenant, schedule, moment)

    def now_ms(self) -> int:
        """Milliseconds of the machine's own clock."""
        return clock.monotonic_ms()


def _digit_sources(settings: Settings, host: str) -> frozenset[str]:
    """A relay on this machine sends from the address it sends to, or from 127.0.0.1 to any loopback address."""
    here = "127.0.0.1" if host.startswith("127.") else host
    return frozenset({here, *(relay.host for relay in settings.relays), *(relay.address for relay in settings.relays)})
