"""How calls are conducted: who hangs up when, holds, repeats, and over which transport."""

from __future__ import annotations

from collections.abc import Iterator

from ringplan.interpreter import Call, FromTrunk, World, route
from ringplan.ir import Program

from ..scenario import Scenario, Shape
from .cast import Cast, notations

_SHAPES = {
    "inside": (Shape.CANCEL, Shape.CALLEE_HANGS_UP, Shape.HOLD, Shape.RETRANSMIT),
    "outside": (Shape.CALLEE_HANGS_UP, Shape.HOLD, Shape.RETRANSMIT),
    "from-trunk": (Shape.CANCEL, Shape.CALLEE_HANGS_UP),
}
"""Which shapes are played in which direction; a carrier answers at once, so nobody can give up on it."""

_ANSWERED = 200


def conduct(cast: Cast) -> Iterator[Scenario]:
    """Cancel, callee hangs up, hold, retransmission; inside, out and in."""
    for direction, call in sorted(_calls(cast).items()):
        for shape in _SHAPES[direction]:
            yield cast.scenario(f"{direction}/{shape.value}", call, shape=shape)


def transport(cast: Cast) -> Iterator[Scenario]:
    """A caller over TCP, where the exchange listens for it, and one behind a NAT, inside and outside."""
    for direction, call in sorted(_calls(cast).items()):
        if direction != "from-trunk":
            if listens(cast.program, "tcp"):
                yield cast.scenario(f"{direction}/tcp", call, transport="tcp")
            yield cast.scenario(f"{direction}/nat", call, nat=True)


def listens(program: Program, transport: str) -> bool:
    """Whether phones can speak to the exchange over a transport."""
    return any(socket.transport == transport for socket in program.platform.sockets)


def _calls(cast: Cast) -> dict[str, Call]:
    """One call that is answered for each direction the tenant has."""
    calls = {}
    outside = notations(cast.plan, cast.outsider())["national"]
    for caller in cast.users:
        inside = cast.other(caller).extension
        for direction, dialled in (("outside", outside), ("inside", inside)):
            call = Call(cast.phone(caller), dialled)
            if route(cast.program, call, World()).code == _ANSWERED:
                calls[direction] = call
    if cast.tenant.numbers:
        origin = FromTrunk(cast.program.platform.trunks[-1].id, cast.outsider())
        calls["from-trunk"] = Call(origin, cast.tenant.numbers[-1].key)
    return calls
