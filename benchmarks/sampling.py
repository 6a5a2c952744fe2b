"""What two Kamailios and their relay hold at a moment: memory, and whatever belongs to calls."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from ringplan_kamailio import site
from ringplan_kamailio.site import Role

from .answering import Running
from .processes import cpu_s, family, private_kib

_TABLES = {"exchange": ("lines", "calls"), "attendant": ("sessions", "legs", "parked", "callbacks")}
"""Of each role, what calls leave in them must go."""


def sample(found: Running) -> dict[str, Any]:
    """Everything at this moment; memory in KiB, CPU in seconds since the start."""
    roles: tuple[Role, Role] = ("exchange", "attendant")
    taken: dict[str, Any] = {role: _kamailio(found, role) for role in roles}
    taken["relay"] = {
        "private": private_kib(found.relay),
        "cpu": round(cpu_s(found.relay), 2),
        "calls": relay_calls(found.lane.host(4)),
    }
    return taken


def _kamailio(found: Running, role: Role) -> dict[str, Any]:
    pid = found.exchange if role == "exchange" else found.attendant
    tables = _rpc(found, role, "htable.stats")
    return {
        "shared": _rpc(found, role, "core.shmmem")["real_used"] // 1024,
        "package": max(process["real_used"] for process in _rpc(found, role, "pkg.stats")) // 1024,
        "packages": sum(process["real_used"] for process in _rpc(found, role, "pkg.stats")) // 1024,
        "private": sum(private_kib(member) for member in family(pid)),
        "largest": max(private_kib(member) for member in family(pid)),
        "cpu": round(cpu_s(pid), 2),
        "transactions": _rpc(found, role, "tm.stats")["current"],
        **{table["name"]: table["all"] for table in tables if table["name"] in _TABLES[role]},
    }


def _rpc(found: Running, role: Role, method: str) -> Any:
    return site.rpc(found.site.folder, method, role=role)


def relay_calls(host: str) -> int:
    """How many calls the relay has."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        channel.settimeout(5.0)
        channel.sendto(f"{uuid4().hex} {json.dumps({'command': 'list', 'limit': 10_000})}".encode(), (host, 2223))
        return len(json.loads(channel.recv(1 << 20).partition(b" ")[2])["calls"])


def empty(taken: dict[str, Any]) -> bool:
    """Whether nothing of any call is left."""
    counts = [taken["relay"]["calls"]]
    for role, tables in _TABLES.items():
        counts += [taken[role][name] for name in ("transactions", *tables)]
    return not any(counts)


def settled(found: Running, seconds: float) -> dict[str, Any]:
    """A sample when nothing is left any more, or after so many seconds."""
    end = time.monotonic() + seconds
    while True:
        taken = sample(found)
        if empty(taken) or time.monotonic() > end:
            return taken
        time.sleep(1)


def lines(log: Path, text: str) -> int:
    """How many lines of a log hold a text."""
    with log.open(encoding="utf-8", errors="replace") as opened:
        return sum(text in line for line in opened)
