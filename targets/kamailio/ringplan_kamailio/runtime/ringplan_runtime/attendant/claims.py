"""Names that only one session can have at a time."""

from __future__ import annotations

import KSR

TABLE = "callbacks"
LONGEST_S = 4 * 3600
"""After how long a name is free again though nobody has given it back."""


def take(name: str, session_id: str) -> bool:
    """Takes a name; False: another session has it, or has had it a moment ago."""
    KSR.htable.sht_lock(TABLE, name)
    try:
        owner = KSR.htable.sht_get(TABLE, name)
        if owner is not None and owner != session_id:
            return False
        KSR.htable.sht_setxs(TABLE, name, session_id, LONGEST_S)
        return True
    finally:
        KSR.htable.sht_unlock(TABLE, name)


def release(name: str, ms: int) -> None:
    """Gives it back; others can have it after so long."""
    if ms > 0:
        KSR.htable.sht_setxs(TABLE, name, "-", -(-ms // 1000))
    else:
        KSR.htable.sht_rm(TABLE, name)
