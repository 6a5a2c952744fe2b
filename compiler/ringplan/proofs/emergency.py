"""I3: emergency calls go out, from every user, however they are dialled, whatever plans and speed dials say."""

from __future__ import annotations

from collections.abc import Iterator

from ringplan.countries import COUNTRIES
from ringplan.diagnostics import Label
from ringplan.interpreter import Call, FromPhone, World, route
from ringplan.interpreter.dialling import SOS, Emergency, analyse
from ringplan.ir import DialPlan, Platform, Program, Tenant, User

from .result import Counterexample

_SERVICES = (SOS, f"{SOS}.ambulance", f"{SOS}.fire", f"{SOS}.police", f"{SOS}.mountain")


def spellings(plan: DialPlan) -> tuple[str, ...]:
    """Everything that must reach an emergency centre: the country's numbers with and without prefix, and RFC 5031."""
    numbers = COUNTRIES[plan.country].emergency
    return (*numbers, *(plan.outside_prefix + number for number in numbers), *_SERVICES)


def counterexamples(tenant: Tenant, platform: Platform) -> Iterator[Counterexample]:
    """What keeps emergency calls from going out; time plays no part in them."""
    users = [node for node in tenant.nodes if isinstance(node, User)]
    if not any(trunk.numbers for trunk in platform.trunks):
        if users:
            yield _no_trunk(tenant)
        return
    for dialled in spellings(tenant.dial_plan):
        astray = [user for user in users if not isinstance(analyse(tenant, user, dialled)[0], Emergency)]
        if astray:
            yield _astray(astray, dialled)
    program = Program(platform, (tenant,))
    for user in (user for user in users if user.phones):
        outcome = route(program, Call(FromPhone(user.phones[0].id), tenant.dial_plan.emergency[0]), World())
        if not outcome.emergency or outcome.code != 200:
            yield _astray([user], tenant.dial_plan.emergency[0])


def _no_trunk(tenant: Tenant) -> Counterexample:
    return Counterexample(
        "RP617",
        f"emergency calls of tenant `{tenant.id}` cannot leave the exchange",
        Label(tenant.span, "no trunk of the platform carries numbers"),
        help="give the platform a trunk that carries numbers",
    )


def _astray(users: list[User], dialled: str) -> Counterexample:
    return Counterexample(
        "RP617",
        f"{dialled} does not reach an emergency centre",
        Label(users[0].span, "when this user dials it"),
        notes=(f"it concerns {len(users)} of the users",),
    )
