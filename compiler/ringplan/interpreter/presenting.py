"""Who the called party sees: identities on every kind of leg."""

from __future__ import annotations

from ringplan.ir import Tenant, Trunk, User

from .dialling import calling_number
from .outcome import ANONYMOUS, Diversion, Presented


def internal(caller: User, withheld: bool) -> Presented:
    """On a call to a user of the same tenant: extension and name."""
    if withheld or caller.identity.withheld:
        return ANONYMOUS
    return Presented(caller.identity.internal_number, name=caller.identity.internal_name)


def external(tenant: Tenant, number: str | None, withheld: bool) -> Presented:
    """On a call from a trunk: the number only, in E.164 where it can be read (S0:579-587)."""
    if withheld or not number:
        return ANONYMOUS
    return Presented(calling_number(tenant.dial_plan, number))


def to_trunk(caller: User, trunk: Trunk, withheld: bool) -> Presented:
    """On a call out: the presented number, asserted even when withheld (RFC 3325)."""
    number = caller.identity.external_number
    if number is None:
        return ANONYMOUS
    shown = written(number, trunk)
    if withheld or caller.identity.withheld:
        return Presented("anonymous", "Anonymous", asserted=shown, private=True)
    return Presented(shown, asserted=shown)


def diverted(caller: str | None, withheld: bool, diversion: Diversion, trunk: Trunk) -> Presented:
    """On a call that was forwarded out: who forwarded it is asserted, for he is billed; From by the trunk's setting.

    ``caller``: E.164 number of who called, None: unknown or none may be shown; ``withheld``: he withholds it. Privacy
    is asked for when either withholds his number, lest the carrier show the asserted one.
    """
    asserted = written(diversion.number, trunk) if diversion.number is not None else None
    if trunk.diverted_caller == "diverter":
        caller, withheld = diversion.number, diversion.private
    private = asserted is not None and (withheld or diversion.private)
    if withheld or caller is None:
        return Presented("anonymous", "Anonymous", asserted=asserted, private=private)
    return Presented(written(caller, trunk), asserted=asserted, private=private)


def written(number: str, trunk: Trunk) -> str:
    """A number as the trunk wants it; short codes and emergency numbers have no plus to remove."""
    return number if trunk.plus else number.removeprefix("+")
