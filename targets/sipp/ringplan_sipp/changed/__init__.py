"""Verification of a change: for every sentence of a plan one call that the old version fails and the new one passes.

``trials`` makes the calls, ``affected`` chooses the generated scenarios that a plan says something about, ``playing``
plays both versions and adds to each result what the old version made of the call.
"""

from __future__ import annotations

from .affected import affected
from .playing import Confirmed, play
from .text import lines
from .trials import KIND, Trial, Trials, Untried, trials

__all__ = ["KIND", "Confirmed", "Trial", "Trials", "Untried", "affected", "lines", "play", "trials"]
