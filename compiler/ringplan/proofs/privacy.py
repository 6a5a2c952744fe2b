"""I7: who withholds his number is shown to nobody, whichever way his call leaves or is forwarded.

Emergency centres are shown every number; all other identities are made in `ringplan.interpreter.presenting`, which is
asked here for every user, forwarder and trunk. A contradiction is a fault of the compiler itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from ringplan.interpreter import ANONYMOUS, Diversion, Presented
from ringplan.interpreter.caller import Caller, calling_outsider, calling_user
from ringplan.interpreter.presenting import diverted, to_trunk, written
from ringplan.ir import HuntGroup, Ivr, Platform, Tenant, TimeRoute, Trunk, User

_OUTSIDER = "+4930901820"


def contradictions(tenant: Tenant, platform: Platform) -> tuple[str, ...]:
    """Every way on which a number is shown that is withheld, one sentence each."""
    return tuple(said for said, is_hidden in _ways(tenant, platform) if not is_hidden)


def examined(tenant: Tenant, platform: Platform) -> int:
    """How many ways were looked at."""
    return sum(1 for _ in _ways(tenant, platform))


def _ways(tenant: Tenant, platform: Platform) -> Iterator[tuple[str, bool]]:
    """Every way a call can go whose caller, or whose forwarder, withholds his number: what it is, and if it hides."""
    users = [node for node in tenant.nodes if isinstance(node, User)]
    for user in users:
        for withheld in (True, False) if user.identity.withheld else (True,):
            caller = calling_user(user, withheld)
            yield f"{user.id} is shown to phones", caller.presented == ANONYMOUS and caller.withheld
            for trunk in platform.trunks:
                seen = to_trunk(user, trunk, withheld)
                yield f"{user.id} is shown to trunk {trunk.id}", _hides(seen, user.identity.external_number, trunk)
    outsider = calling_outsider(tenant, _OUTSIDER, withheld=True)
    yield "callers from outside are shown to phones", outsider.presented == ANONYMOUS and outsider.withheld
    for node in tenant.nodes:
        if isinstance(node, User | HuntGroup | TimeRoute | Ivr):
            yield from _forwarded(_diversion(node), outsider, platform)


def _forwarded(diversion: Diversion, caller: Caller, platform: Platform) -> Iterator[tuple[str, bool]]:
    """Calls that leave by a forward: the caller's number is nowhere, a private forwarder's not to be read."""
    for trunk in platform.trunks:
        seen = diverted(caller.number, caller.withheld, diversion, trunk)
        hidden = written(_OUTSIDER, trunk) not in (seen.number, seen.asserted)
        yield f"callers whom {diversion.node} forwards are shown to trunk {trunk.id}", hidden
        if diversion.private:
            openly = diverted(caller.number, False, diversion, trunk)
            yield f"{diversion.node} is shown to trunk {trunk.id}", _hides(openly, diversion.number, trunk)


def _hides(seen: Presented, number: str | None, trunk: Trunk) -> bool:
    """Whether a number is not shown: at most asserted to the carrier, with the wish that it goes no further."""
    if number is None:
        return True
    own = written(number, trunk)
    return seen.number != own and (seen.asserted != own or seen.private)


def _diversion(node: User | HuntGroup | TimeRoute | Ivr) -> Diversion:
    if isinstance(node, User):
        return Diversion(node.id, "unconditional", node.identity.external_number, node.identity.withheld)
    return Diversion(node.id, "unconditional", node.external_number, private=False)
