"""What becomes of an answered call that one of the two parties transfers (REFER)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from ringplan.interpreter import (
    Call,
    FromCallback,
    FromClick,
    FromPhone,
    FromStranger,
    FromTrunk,
    Outcome,
    Step,
    Transfer,
    World,
    phone_owner,
    route,
    transfer,
)
from ringplan.ir import Program, Tenant, User

from .parties import dialled
from .side import Side

_SCHEMES: Final = ("sip", "sips", "tel")
_SEPARATORS: Final = str.maketrans("", "", "-.() ")
"""What may stand between the digits of a ``tel`` URI (RFC 3966)."""


@dataclass(frozen=True, slots=True)
class Transferred:
    """A wish to transfer, and what follows."""

    by: str | None
    """The phone, or who outside, that transfers; None: nobody does, for the call was not answered."""
    target: str
    answer: Transfer | None
    """What the exchange says to it; None: it is not asked."""
    step: Step | None
    """The decision; None: nobody decides."""
    other: str | None
    """The phone, or who outside, that is asked to call the target."""
    call: Call | None = None
    """The call of the other party's phone that follows; None: none does through this exchange."""
    outcome: Outcome | None = None
    """How that one ends."""


def transferred(program: Program, call: Call, outcome: Outcome, met: World, target: str, side: Side) -> Transferred:
    """A call and its outcome, transferred by a party to ``target`` as soon as it is answered.

    Raises UnknownPartyError when the target is the address of nobody.
    """
    if not outcome.answered_by:
        return Transferred(None, target, None, None, None)
    by, other = outcome.answered_by[0], _caller(program, call)
    if side is Side.CALLING:
        by, other = other, by
    if not _is_phone(by):
        why = "a party outside may not transfer: the phone would place the call"
        return Transferred(by, target, Transfer(403, "Forbidden", why), _outside(program, by, why), other)
    tenant, user = phone_owner(program, by)
    target = _written(program, by, target)
    answer = transfer(program, tenant, user, target)
    if answer.code == 404:
        step = Step(user.id, answer.why, user.span)
    else:
        step = Step(user.plan, answer.why, tenant.plan(user.plan).span)
    found = Transferred(by, target, answer, step, other)
    text = _dialled(tenant, target)
    if answer.code >= 300 or not _is_phone(other) or text is None:
        return found
    following = Call(FromPhone(other), text)
    world = replace(met, memory={**met.memory, **outcome.memory})
    return replace(found, call=following, outcome=route(program, following, world))


def _caller(program: Program, call: Call) -> str:
    """The phone or trunk that calls, or whoever else does."""
    match call.origin:
        case FromPhone(phone):
            return phone
        case FromTrunk(trunk):
            return trunk
        case FromClick(user):
            clicked = program.tenant(user.partition("/")[0]).node(user)
            assert isinstance(clicked, User)
            return clicked.phones[0].id
        case FromCallback(number=number):
            return number
        case FromStranger(domain):
            return domain


def _outside(program: Program, party: str, why: str) -> Step:
    trunk = next((trunk for trunk in program.platform.trunks if trunk.id == party), None)
    if trunk is None:
        return Step("platform", why, program.platform.span)
    return Step(f"trunks/{party}", why, trunk.span)


def _is_phone(party: str) -> bool:
    return "/phones/" in party


def _written(program: Program, by: str, target: str) -> str:
    """A target as the phone writes it, which may also be given by its address."""
    return target if target.partition(":")[0] in _SCHEMES else dialled(program, FromPhone(by), target)


def _dialled(tenant: Tenant, target: str) -> str | None:
    """What a phone of the tenant dials that is asked to call a target; None: it is elsewhere."""
    scheme, is_uri, rest = target.partition(":")
    if scheme == "tel":
        return rest.partition(";")[0].translate(_SEPARATORS)
    if not is_uri or scheme not in _SCHEMES:
        return target
    name, _, host = rest.rpartition("@")
    return name if host == tenant.domain else None
