"""Who the called party sees, and what nobody may make it believe."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ringplan.interpreter import Call, FromStranger, FromTrunk, route
from ringplan.ir import Tenant, User

from ..scenario import Scenario
from .cast import Cast, notations

_MAX_WITHHELD_USERS = 2

FORGED_BY_PHONES = (
    ("P-Asserted-Identity", '"Prime Minister" <sip:+420900700800@forged.invalid>'),
    ("P-Preferred-Identity", "<sip:+420900700801@forged.invalid>"),
    ("Remote-Party-ID", '"Bank" <sip:+420900700802@forged.invalid>;party=calling;privacy=off;screen=yes'),
    ("Diversion", "<sip:+420900700803@forged.invalid>;reason=unconditional;counter=1"),
    ("History-Info", "<sip:+420900700804@forged.invalid>;index=1"),
    ("Privacy", "none"),
    ("P-Charging-Vector", 'icid-value="forged-icid-4711";orig-ioi=forged.invalid'),
    ("Alert-Info", "<http://forged.invalid/ring.wav>;info=alert-autoanswer"),
    ("Call-Info", "<sip:forged.invalid>;answer-after=0"),
)
"""What a manipulated phone may add to look like somebody else, or to make the other phone answer by itself."""

FORGED_BY_TRUNKS = tuple(
    (name, value)
    for name, value in FORGED_BY_PHONES
    if name not in {"P-Asserted-Identity", "P-Preferred-Identity", "Privacy", "Diversion"}
)
"""A carrier may assert an identity and say how often it has forwarded; the rest is as untrusted as from a phone."""


def privacy(cast: Cast) -> Iterator[Scenario]:
    """Withheld for one call and withheld always, to inside, outside and emergency (which always sees a number)."""
    if not cast.users:
        return
    for name, dialled in _directions(cast, cast.caller(0)).items():
        yield cast.scenario(f"per-call/{name}", Call(cast.phone(cast.caller(0)), dialled, withheld=True))
    withheld = [(slug, user) for slug, user in cast.named_users() if user.identity.withheld]
    for slug, user in withheld[:_MAX_WITHHELD_USERS]:
        for name, dialled in _directions(cast, user).items():
            yield cast.scenario(f"{slug}/{name}", Call(cast.phone(user), dialled))


def _directions(cast: Cast, user: User) -> dict[str, str]:
    """A dial string for each direction."""
    directions = {
        "outside": notations(cast.plan, cast.outsider())["national"],
        "emergency": cast.plan.emergency[0],
    }
    other = cast.other(user)
    return directions if other is user else {"inside": other.extension, **directions}


def caller_identity(cast: Cast) -> Iterator[Scenario]:
    """However a carrier names the caller, the phone shows the number in E.164, no name, or nothing."""
    if not cast.tenant.numbers:
        return
    called = cast.tenant.numbers[0].key
    trunk = cast.program.platform.trunks[0].id
    outsider, plan = cast.outsider(), cast.plan
    significant = outsider.removeprefix(f"+{plan.calling_code}")
    numbers = {
        "international": plan.international_prefix + outsider[1:],
        "without-plus": outsider[1:],
        "national": plan.national_prefix + significant,
        "foreign": cast.foreigner(),
        "none": None,
    }
    for name, number in sorted(numbers.items()):
        yield cast.scenario(name, Call(FromTrunk(trunk, number), called))
    yield cast.scenario("withheld", Call(FromTrunk(trunk, outsider), called, withheld=True))
    named = (("From", f'"Display Name Of A Stranger" <sip:{outsider}@carrier.invalid>'),)
    yield cast.scenario("display-name", Call(FromTrunk(trunk, outsider), called), forged=named)


def forged_headers(cast: Cast) -> Iterator[Scenario]:
    """Headers that only a network may set do not get through from a phone, nor from a carrier to a phone."""
    if cast.users:
        caller = next((user for user in cast.users if user.identity.withheld), cast.caller(0))
        for name, dialled in _directions(cast, caller).items():
            yield cast.scenario(name, Call(cast.phone(caller), dialled), forged=FORGED_BY_PHONES)
        if caller.identity.withheld and caller is not cast.caller(0):
            dialled = _directions(cast, cast.caller(0))["outside"]
            yield cast.scenario("outside-shown", Call(cast.phone(cast.caller(0)), dialled), forged=FORGED_BY_PHONES)
    if cast.tenant.numbers:
        origin = FromTrunk(cast.program.platform.trunks[0].id, cast.outsider())
        call = Call(origin, cast.tenant.numbers[0].key, diversions=1)
        yield cast.scenario("from-trunk", call, forged=FORGED_BY_TRUNKS)


def spoofed_identity(cast: Cast) -> Iterator[Scenario]:
    """A phone that names another user in From still calls as itself; one that names another tenant is a stranger."""
    if not cast.users:
        return
    caller, outside = cast.caller(0), notations(cast.plan, cast.outsider())["national"]
    victim = cast.other(caller)
    if victim is not caller:
        forged = _claims(victim, cast.tenant)
        called = cast.other(victim)
        if called is not caller:
            yield cast.scenario("inside", Call(cast.phone(caller), called.extension), forged=forged)
        yield cast.scenario("outside", Call(cast.phone(caller), outside), forged=forged)
    for tenant in cast.program.tenants:
        foreign = next((node for node in tenant.nodes if isinstance(node, User)), None)
        if tenant is not cast.tenant and foreign is not None:
            scenario = cast.scenario("other-tenant", Call(cast.phone(caller), outside), forged=_claims(foreign, tenant))
            refused = route(cast.program, Call(FromStranger(tenant.domain), outside), scenario.world)
            yield replace(scenario, expected=refused)
            return


def _claims(victim: User, tenant: Tenant) -> tuple[tuple[str, str], ...]:
    """A From that names the victim."""
    return (("From", f'"{victim.extension}" <sip:{victim.phones[0].account}@{tenant.domain}>'),)
