"""Who calls, and who is seen calling."""

from __future__ import annotations

from ringplan.ir import Tenant, User
from ringplan.values import dataclass

from .dialling import calling_number
from .outcome import Presented
from .presenting import external, internal
from .screening import canonical


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, as far as the walk needs it."""

    user: User | None
    """The calling user; None: the call comes from a trunk."""
    number: str | None
    """E.164 number a trunk may be shown when the call is forwarded; None: unknown, or none may be shown."""
    canonical: str | None
    """Canonical dial string that forwarding rules compare; None: unknown."""
    withheld: bool
    presented: Presented
    """What phones of the tenant are shown."""


def calling_user(user: User, withheld: bool) -> Caller:
    """A user of the tenant; ``withheld``: he withholds his number on this call."""
    number, extension = user.identity.external_number, user.extension
    return Caller(user, number, extension, withheld or user.identity.withheld, internal(user, withheld))


def calling_outsider(tenant: Tenant, number: str | None, withheld: bool) -> Caller:
    """A caller from a trunk; what cannot be read as a number is only shown."""
    read = calling_number(tenant.dial_plan, number) if number else None
    known = read if read is not None and read.startswith("+") else None
    compared = canonical(tenant.dial_plan, read) if read is not None else None
    return Caller(None, known, compared, withheld, external(tenant, number, withheld))
