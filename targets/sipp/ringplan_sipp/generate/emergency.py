"""Emergency calls always go out."""

from __future__ import annotations

from collections.abc import Iterator

from ringplan.interpreter import Call, TrunkState, World

from ..scenario import Scenario
from .cast import Cast

_SOS = "urn:service:sos"


def emergency(cast: Cast) -> Iterator[Scenario]:
    """Every user calls at least one number, every number is called with and without prefix; failover; service URN."""
    named = list(cast.named_users())
    if not named:
        return
    numbers = cast.plan.emergency
    forms = list(numbers) + [cast.plan.outside_prefix + n for n in numbers]
    for index in range(max(len(named), len(forms))):
        slug, user = named[index % len(named)]
        # The shift lets a user who comes round again dial another form of another number.
        dialled = forms[(index + index // len(forms)) % len(forms)]
        yield cast.scenario(f"{slug}/{index}-{dialled}", Call(cast.phone(user, index), dialled))
    for index, service in enumerate(("", ".police")):
        yield cast.scenario(f"service-urn{service}", Call(cast.phone(cast.caller(index)), _SOS + service))
    # Nothing in this request says which tenant it is from; only the phone's registration does.
    yield cast.scenario("service-urn-withheld", Call(cast.phone(cast.caller(2)), _SOS, withheld=True))
    yield from _failover(cast)


def _failover(cast: Cast) -> Iterator[Scenario]:
    """Whatever a trunk says, the next one is tried: even a busy centre."""
    trunks = [trunk.id for trunk in cast.program.platform.trunks if trunk.numbers]
    worlds = {"all-trunks-fail": dict.fromkeys(trunks, TrunkState.FAILS)}
    if len(trunks) > 1:
        worlds["first-trunk-fails"] = {trunks[0]: TrunkState.FAILS}
        worlds["first-trunk-busy"] = {trunks[0]: TrunkState.BUSY}
    for index, (name, states) in enumerate(sorted(worlds.items())):
        number = cast.plan.emergency[index % len(cast.plan.emergency)]
        yield cast.scenario(name, Call(cast.phone(cast.caller(index)), number), World(trunks=states))
