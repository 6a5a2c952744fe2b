"""Calls through trunks, in both directions."""

from __future__ import annotations

from collections.abc import Iterator

from ringplan.interpreter import Call, FromTrunk, TrunkState, World

from ..scenario import Scenario
from .cast import Cast, notations
from .inside import unassigned

_SHORT_CODE = "1188"
"""A national short code (directory enquiries); never an emergency number in CZ or SK."""


def number_in(cast: Cast) -> Iterator[Scenario]:
    """Every assigned number is called from every carrier; carriers write ``+cc``, ``00cc`` and ``cc``."""
    trunks = [trunk for trunk in cast.program.platform.trunks if trunk.numbers]
    for row, entry in enumerate(cast.tenant.numbers):
        for column, trunk in enumerate(trunks):
            origin = FromTrunk(trunk.id, cast.outsider(row))
            yield cast.scenario(f"{entry.key}/{trunk.id}", Call(origin, carrier_form(entry.key, row + column)))
    spare = unassigned(cast)
    if spare:
        yield cast.scenario(f"{spare}/unassigned", Call(FromTrunk(trunks[0].id, cast.outsider()), spare))


def carrier_form(number: str, turn: int) -> str:
    """One of the three ways in which carriers write an E.164 number."""
    digits = number.removeprefix("+")
    return (number, f"00{digits}", digits)[turn % 3]


def call_out(cast: Cast) -> Iterator[Scenario]:
    """Every user calls out, and every notation is used; each call shows who the user is outside."""
    home, abroad = (notations(cast.plan, number) for number in (cast.outsider(), cast.foreigner()))
    forms = {
        "national": home["national"],
        "international": abroad["international"],
        "plus": abroad["plus"],
        "short-code": cast.plan.outside_prefix + _SHORT_CODE,
        "international-home": home["international"],
        "plus-home": home["plus"],
    }
    named = list(cast.named_users())
    for index in range(max(len(named), len(forms)) if named else 0):
        slug, user = named[index % len(named)]
        form = list(forms)[index % len(forms)]
        yield cast.scenario(f"{slug}/{index // len(named)}-{form}", Call(cast.phone(user, index), forms[form]))


def speed_dial(cast: Cast) -> Iterator[Scenario]:
    """Every speed-dial code of every user."""
    for slug, user in cast.named_users():
        for code, _ in user.speed_dial:
            yield cast.scenario(f"{slug}/{code.rstrip('#*')}", Call(cast.phone(user), code))


def trunk_failover(cast: Cast) -> Iterator[Scenario]:
    """The next trunk is tried when one fails or is silent; what a carrier says about the called party is passed on."""
    trunks = cast.tenant.trunks
    if not cast.users or not trunks:
        return
    dialled = notations(cast.plan, cast.outsider())["national"]
    worlds = {
        f"first-{state.value}": {trunks[0]: state}
        for state in (TrunkState.BUSY, TrunkState.DECLINES, TrunkState.UNKNOWN)
    }
    if len(trunks) > 1:
        worlds |= {f"first-{s.value}": {trunks[0]: s} for s in (TrunkState.FAILS, TrunkState.SILENT)}
    worlds["all-fail"] = dict.fromkeys(trunks, TrunkState.FAILS)
    for index, (name, states) in enumerate(sorted(worlds.items())):
        call = Call(cast.phone(cast.caller(index)), dialled)
        yield cast.scenario(name, call, World(trunks=states))
