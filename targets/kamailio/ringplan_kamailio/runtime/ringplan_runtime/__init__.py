"""The exchange's call routing, run by Kamailio's app_python3 (KEMI).

One idea a module: ``requests`` is the way in; ``registration``, ``calls``, ``phones``, ``trunks`` and ``dialogs``
speak SIP through KSR; ``numbering``, ``identity``, ``tenants``, ``settings`` and ``tokens`` know nothing of it. Calls
that are answered go to the attendant (``attendants``), which calls back with ``errands`` (``serving``); its own side is
the package ``attendant``.
Data comes from the generation directory the bundle was activated into. Standard library only.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .attendant.attendant import Attendant
    from .exchange import Exchange

__all__ = ["start"]


def start(exchange: Path, role: str = "exchange") -> Exchange | Attendant:
    """The handler for the generation whose ``exchange`` folder this is, ``role`` being which of the two Kamailios runs
    it; raises when the generation is not whole."""
    from .core import Core

    core = Core.open(exchange)
    core.check()
    if role == "attendant":
        from .attendant.attendant import Attendant
        from .attendant.desk import Desk

        return Attendant(Desk(core, exchange.parent / "prompts"))
    from .exchange import Exchange

    return Exchange(core)
