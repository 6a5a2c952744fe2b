"""The SIP message at hand, as text.

KEMI says None or an empty text for what is not there, and raises for what is no UTF-8, which is as good as not there: a
party's strange header must not end its call.
"""

from __future__ import annotations

from collections.abc import Callable

import KSR

from .session import Leg

_MOST_ROUTES = 20


def _read(get: Callable[..., object], *arguments: object) -> str:
    try:
        found = get(*arguments)
    except UnicodeDecodeError:
        return ""
    return "" if found is None else str(found)


def text(variable: str) -> str:
    """Value of a pseudo-variable; empty: there is none."""
    return _read(KSR.pv.gete, variable)


def header(name: str) -> str:
    """The first header of a name; empty: none."""
    return _read(KSR.hdr.gete, name)


def call_id() -> str:
    """Call-ID."""
    return _read(KSR.kx.get_callid)


def contact() -> str:
    """URI of the Contact; empty: none."""
    return _read(KSR.kx.gete_cturi)


def raw_body() -> str:
    """The body, whatever it is."""
    return _read(KSR.kx.gete_body)


def body() -> str:
    """The body, if it is a session description."""
    found = raw_body()
    return found if found.startswith("v=0") else ""


def seq() -> int:
    """Number of CSeq."""
    found = text("$cs")
    return int(found) if found.isdecimal() else 0


def record_routes() -> list[str]:
    """Record-Route headers, first to last."""
    count = min(KSR.pv.geti("$hdrc(Record-Route)"), _MOST_ROUTES)
    found = [text(f"$(hdr(Record-Route)[{at}])") for at in range(count)]
    return [route.strip() for each in found for route in each.split(",") if route.strip()]


def answered(leg: Leg) -> None:
    """Takes what makes a dialog from the answer at hand to our INVITE."""
    leg.remote_tag, leg.local_tag = text("$tt"), text("$ft")
    leg.invite_seq = text("$cs") or leg.invite_seq
    leg.target = contact() or leg.target
    leg.route = record_routes()[::-1]
