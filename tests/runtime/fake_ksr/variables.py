"""Pseudo-variables."""

from __future__ import annotations

from collections.abc import Callable

from .context import Context
from .sip import Uri, parse_name_addr, parse_uri
from .strict import gap

Value = str | int | None


def read(context: Context, name: str) -> Value:
    """The value of a pseudo-variable; one that is unknown to the fake is a gap."""
    reader = _READERS.get(name)
    if reader is None:
        raise gap(f"pseudo-variable {name} is unknown to the fake")
    return reader(context)


def next_hop(context: Context) -> Uri:
    """Where the request goes: destination URI, else request URI."""
    draft = context.request
    return parse_uri(draft.destination_uri or draft.ruri)


def _route_uri(context: Context) -> Value:
    route = context.message.get("Route")
    return parse_name_addr(route).uri if route is not None else None


def _tag(header: str) -> Callable[[Context], Value]:
    return lambda context: context.message.name_addr(header).parameter("tag")


_READERS: dict[str, Callable[[Context], Value]] = {
    "$ft": _tag("From"),
    "$fu": lambda context: context.message.name_addr("From").uri,
    "$tt": _tag("To"),
    "$route_uri": _route_uri,
    "$nh(d)": lambda context: next_hop(context).host or None,
    "$nh(p)": lambda context: next_hop(context).address.port,
}
