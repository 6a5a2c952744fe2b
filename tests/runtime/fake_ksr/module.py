"""The module ``KSR`` the runtime imports."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from .core_functions import Core, Hdr, Kx, Maxfwd, Pike, Pv, Pvx, Sanity, Sdpops, Siputils, Sl, unknown
from .kamailio import Kamailio
from .routing_functions import Auth, Htable, Nathelper, Registrar, Rr, Rtpengine, Tm, Tmx, Uac
from .strict import Namespace, gap

MODULES: tuple[type[Namespace], ...] = (
    *(Auth, Hdr, Htable, Kx, Maxfwd, Nathelper, Pike, Pv, Pvx, Registrar, Rr, Rtpengine),
    *(Sanity, Sdpops, Siputils, Sl, Tm, Tmx, Uac),
)


class FakeKsr(ModuleType):
    """Every call goes to the Kamailio that is plugged in."""

    def __init__(self) -> None:
        super().__init__("KSR")
        self.plugged: Kamailio | None = None
        self._core = Core(self._active)
        for module in MODULES:
            setattr(self, module.__name__.lower(), module(self._active))

    def _active(self) -> Kamailio:
        if self.plugged is None:
            raise gap("KSR was used while no Kamailio runs")
        return self.plugged

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._core, name) if name in vars(Core) else unknown(name)


def install() -> FakeKsr:
    """Make ``import KSR`` give the fake."""
    found = sys.modules.get("KSR")
    if isinstance(found, FakeKsr):
        return found
    fake = FakeKsr()
    sys.modules["KSR"] = fake
    return fake
