"""One line per call, for accounting and for looking up what happened."""

from __future__ import annotations

import KSR


def call(tenant: str, caller: str, called: str, result: str, code: int) -> None:
    """How a call ended or was answered; ``called`` is what was dialled or the node or number that was reached."""
    KSR.notice(
        f"call id={_field(KSR.kx.get_callid())} tenant={tenant or '-'} from={_field(caller)}"
        f" to={_field(called)} result={result} code={code}\n"
    )


def session(tenant: str, node: str, caller: str, result: str, code: int, final: bool = True) -> None:
    """How an answered call went; ``node`` is what it was for. Every session has one line that is ``final``, the others
    are steps on its way."""
    KSR.notice(
        f"{'session' if final else 'session-step'} tenant={_field(tenant)} node={_field(node)} from={_field(caller)}"
        f" result={_field(result)} code={code}\n"
    )


def event(text: str) -> None:
    """Something an operator should see."""
    KSR.warn(f"{_field(text, ' ')}\n")


def _field(value: object, allowed: str = "") -> str:
    """Text from outside as one word of printable ASCII: it can neither end the line nor add a field."""
    text = str(value) if value else "-"
    if text.isascii() and text.isprintable() and (allowed or " " not in text):
        return text
    return ascii(text).replace(" ", "\\x20") if not allowed else ascii(text)
