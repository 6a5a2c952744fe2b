"""The SIP message at hand, as text; KEMI says None, an empty text or raises for what is not there."""

from __future__ import annotations

import KSR

from .session import Leg

_MOST_ROUTES = 20


def text(variable: str) -> str:
    """Value of a pseudo-variable; empty: there is none."""
    return str(KSR.pv.gete(variable))


def header(name: str) -> str:
    """The first header of a name; empty: none."""
    return str(KSR.hdr.gete(name))


def call_id() -> str:
    return str(KSR.kx.get_callid())


def body() -> str:
    """The body, if it is a session description."""
    found = str(KSR.kx.gete_body())
    return found if found.startswith("v=0") else ""


def raw_body() -> str:
    """The body, whatever it is."""
    return str(KSR.kx.gete_body())


def seq() -> int:
    return int(text("$cs") or 0)


def record_routes() -> list[str]:
    """Record-Route headers, first to last; one header holds one route, as the exchange writes them."""
    count = min(KSR.pv.geti("$hdrc(Record-Route)"), _MOST_ROUTES)
    found = [text(f"$(hdr(Record-Route)[{at}])") for at in range(count)]
    return [route.strip() for each in found for route in each.split(",") if route.strip()]


def answered(leg: Leg) -> None:
    """Takes what makes a dialog from the answer at hand to our INVITE."""
    leg.remote_tag, leg.local_tag = text("$tt"), text("$ft")
    leg.invite_seq = text("$cs") or leg.invite_seq
    leg.target = str(KSR.kx.gete_cturi()) or leg.target
    leg.route = record_routes()[::-1]
