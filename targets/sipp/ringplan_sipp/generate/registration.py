"""Every phone registers with its secret and does not with another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ringplan.interpreter import Call, FromPhone, Outcome, World

from ..scenario import Scenario, Shape
from .cast import Cast, origin_name
from .conduct import listens


def registration(cast: Cast) -> Iterator[Scenario]:
    """Right and wrong secret for every phone, and one phone over TCP and behind a NAT."""
    phones = [FromPhone(phone.id) for user in cast.users for phone in user.phones]
    for phone in phones:
        yield _register(cast, phone, origin_name(phone))
        wrong = _register(cast, phone, f"{origin_name(phone)}/wrong-secret")
        refused = Outcome(cast.tenant.id, (), (), 401, "Unauthorized")
        yield replace(wrong, shape=Shape.REGISTER_WRONG_SECRET, expected=refused)
    for phone in phones[:1]:
        if listens(cast.program, "tcp"):
            yield replace(_register(cast, phone, f"{origin_name(phone)}/tcp"), transport="tcp")
        yield replace(_register(cast, phone, f"{origin_name(phone)}/nat"), nat=True)


def _register(cast: Cast, phone: FromPhone, name: str) -> Scenario:
    expected = Outcome(cast.tenant.id, (), (), 200, "OK")
    call = Call(phone, "")
    id_ = f"{cast.tenant.id}/{cast.kind}/{name}"
    return Scenario(id_, cast.kind, cast.tenant.id, call, World(), expected, Shape.REGISTER)
