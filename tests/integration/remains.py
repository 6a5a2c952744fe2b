"""What a lane still holds although no call is: it must be nothing."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from functools import partial
from uuid import uuid4

from ringplan_kamailio import site
from ringplan_sipp.lab import Lane

_LINGERS_S = 15.0
"""Longer than a transaction lingers after its end."""


def remains(lane: Lane, *, transactions: bool = True, seconds: float = _LINGERS_S) -> list[str]:
    """Transactions, media sessions, engaged users and answered calls that are still there after ``seconds``."""
    end = time.monotonic() + seconds
    return [
        f"lane {lane.number}: {count} {what}"
        for what, counted in _counters(lane, transactions)
        for count in _settled(counted, end)
    ]


def _counters(lane: Lane, transactions: bool) -> Iterator[tuple[str, Callable[[], int]]]:
    platform = lane.place.program.platform
    tables: dict[site.Role, tuple[str, ...]] = {"exchange": ("lines", "calls")}
    if platform.attendant is not None:
        tables["attendant"] = ("sessions", "legs")
    for role, names in tables.items():
        if transactions:
            yield f"transactions of the {role}", partial(_transactions, lane, role)
        for name in names:
            yield f"{name} of the {role}", partial(_entries, lane, role, name)
    for relay in platform.relays:
        yield f"calls of {relay.id}", partial(_calls, (relay.control_host, relay.control_port))


def _settled(count: Callable[[], int], end: float) -> list[int]:
    """Nothing when the count falls to zero in time, else the count."""
    while (last := count()) and time.monotonic() < end:
        time.sleep(0.2)
    return [last] if last else []


def _transactions(lane: Lane, role: site.Role) -> int:
    found = site.rpc(lane.site, "tm.stats", role=role)
    assert isinstance(found, dict)
    return int(found["current"])


def _entries(lane: Lane, role: site.Role, table: str) -> int:
    found = site.rpc(lane.site, "htable.dump", table, role=role)
    assert isinstance(found, list)
    return sum(len(slot["slot"]) for slot in found)


def _calls(control: tuple[str, int]) -> int:
    """Calls a media relay holds."""
    cookie = uuid4().hex.encode()  # the same cookie gets the same answer
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(2)
        sock.sendto(cookie + b" " + json.dumps({"command": "list"}).encode(), control)
        echoed, _, answer = sock.recv(65535).partition(b" ")
    assert echoed == cookie
    return len(json.loads(answer)["calls"])
