"""The one place the runtime takes the time from."""

from __future__ import annotations

import os
import time

import KSR

_SETTABLE = os.environ.get("RINGPLAN_LAB") == "1"
"""Only a verification stack may set the time (htable ``clock``, key ``now``, seconds since 1970)."""


def now() -> float:
    """Seconds since 1970-01-01 UTC."""
    if _SETTABLE:
        given = KSR.htable.sht_get("clock", "now")
        if given is not None:
            return float(given)
    return time.time()
