"""Small tenants with menus for the tests of the passes."""

from __future__ import annotations

import wave
from pathlib import Path

from tests.passes.builder import HEAD, PLATFORM, Bench, Examined, tenant, user

from ringplan import ir

NUMBER = "caller_id: {number: +420222333400}\n"
ATTENDANT = PLATFORM + 'attendant: {listen: "127.0.0.9:5080", digits: 5081}\n'
USERS = (
    user("jana", "2204", "department: sales"),
    user("petr", "2205", "department: export"),
    user("eva", "2206"),
)
DEPARTMENTS = "departments: {sales: {}, export: {parent: sales}, store: {}}\n"
SCHEDULES = "schedules: {open: {weekly: [mon-fri 08:00-17:00]}, feast: {dates: [12-24]}}\n"


def examined(bench: Bench, more: str, *users: str, head: str = HEAD + NUMBER, platform: str = ATTENDANT) -> Examined:
    """A tenant with these sections, three users in departments and two schedules."""
    return bench.tenant(tenant(*(users or USERS), head=head, more=DEPARTMENTS + SCHEDULES + more), platform)


def menus(bench: Bench, main: str, *others: str, fields: str = "", more: str = "") -> Examined:
    """IVR ``main``, extension 1300, with this ``open`` menu, further IVRs, and further sections."""
    lines = [f"  main: {{extension: 1300, open: {{{main}}}{fields and ', '}{fields}}}\n"]
    return examined(bench, "ivr:\n" + "".join([*lines, *(f"  {line}\n" for line in others)]) + more)


def graph(found: Examined) -> ir.Tenant:
    """The tenant's graph."""
    assert isinstance(found.graph, ir.Tenant)
    return found.graph


def ivr(found: Examined, name: str = "main") -> ir.Ivr:
    """One IVR of it."""
    node = graph(found).node(f"novak/ivr/{name}")
    assert isinstance(node, ir.Ivr)
    return node


def heard(found: Examined, prompt: str | None) -> str:
    """What is said in a prompt, or the name of its file; empty: nothing is played."""
    if prompt is None:
        return ""
    (one,) = [one for one in graph(found).prompts if one.id == prompt]
    return one.say if one.say is not None else str(one.file)


def recording(folder: Path, name: str = "hello.wav") -> bytes:
    """A short tone in the tenant's folder; its bytes."""
    file = folder / "prompts" / name
    file.parent.mkdir(exist_ok=True)
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"".join((at % 16 * 1000 - 8000).to_bytes(2, "little", signed=True) for at in range(4000)))
    return file.read_bytes()
