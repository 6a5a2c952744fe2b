"""Announcements and rejections with a prompt: it is played without answering, then the final code is given."""

from __future__ import annotations

from ..answering import Announcement
from ..errands import TREAT
from ..tenants import Reject
from .control import NET_MS, Control
from .events import Expired, Playing
from .session import CALLER
from .states import ANNOUNCING, GONE, REFUSED


def begin(control: Control) -> None:
    """The call reached an announcement, or a rejection with a prompt."""
    match control.node(control.session.node):
        case Announcement(prompt, times, code, reason) if control.text("kind") != TREAT:
            _announce(control, (prompt,) * times, code, reason)
        case Reject(code, reason, prompt):
            _announce(control, (prompt,), code, reason)
        case _:
            control.end(GONE)


def _announce(control: Control, prompts: tuple[str, ...], code: int, reason: str) -> None:
    control.script["final"] = [code, reason]
    if not any(prompts):
        control.end(REFUSED, code, reason)
        return
    control.progress()
    control.play(CALLER, *prompts)
    control.wait(ANNOUNCING, "prompt", NET_MS)


def playing(control: Control, event: Playing) -> None:
    """It is known how long it takes."""
    control.wait(ANNOUNCING, "prompt", event.ms)


def expired(control: Control, _: Expired) -> None:
    """It has been heard."""
    code, reason = control.script["final"]
    control.played(CALLER)
    control.end(REFUSED, code, reason)
