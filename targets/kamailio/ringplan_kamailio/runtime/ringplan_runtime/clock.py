"""The one place the runtime takes the time from."""

from __future__ import annotations

import os
import time

import KSR

_SETTABLE = os.environ.get("RINGPLAN_LAB") == "1"
"""Only a verification stack may set the time (htable ``clock``, key ``now``, seconds since 1970)."""


def now() -> float:
    """Seconds since 1970-01-01 UTC: what schedules are read by."""
    if _SETTABLE:
        given = KSR.htable.sht_get("clock", "now")
        if given is not None:
            return float(given)
    return time.time()


def monotonic_ms() -> int:
    """Milliseconds of the machine's own clock, the same for all workers: how long something takes; nobody sets it."""
    return time.monotonic_ns() // 1_000_000
