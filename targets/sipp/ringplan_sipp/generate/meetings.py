"""Hunt groups when several calls are up at the same moment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from ringplan.interpreter import Call, PhoneState, World
from ringplan.ir import HuntGroup, User

from ..scenario import Scenario, Shape
from .cast import Cast, is_playable
from .hunts import first_rung, groups, members

_ANSWERED, _BARRED, _CANCELLED = 200, 403, 487


def hunt_meets(cast: Cast) -> Iterator[Scenario]:
    """Calls that meet: who talks or is being rung is passed over, or rung where the group has call waiting."""
    for slug, group, call in groups(cast):
        first = first_rung(cast, call)
        if first is None or len(members(cast, group)) < 2:
            continue
        yield from _through_the_group(cast, slug, group, call)
        yield from _besides_the_group(cast, slug, group, call, first)


def _through_the_group(cast: Cast, slug: str, group: HuntGroup, call: Call) -> Iterator[Scenario]:
    """Two calls to the same group: the first is talking, or still ringing."""
    for name, shape in (("talking", Shape.TALK), ("ringing", Shape.CANCEL)):
        first = cast.scenario(f"{slug}/{name}#up", call, shape=shape)
        if first.expected.code in (_ANSWERED, _CANCELLED):
            others = cast.calls_to(group.id, members(cast, group))
            yield from _first_playable(cast.meeting(f"{slug}/{name}", first, other) for other in others)


def _besides_the_group(cast: Cast, slug: str, group: HuntGroup, call: Call, member: str) -> Iterator[Scenario]:
    """A member is in a call that did not come through the group: one he made, or one to his own number."""
    user = cast.tenant.node(member)
    assert isinstance(user, User)
    yield from _first_playable(_member_calls(cast, slug, group, call, user))
    yield from _first_playable(_member_called(cast, slug, call, user))


def _member_calls(cast: Cast, slug: str, group: HuntGroup, call: Call, user: User) -> Iterator[Scenario]:
    """With call waiting he is rung, and declines: a phone that has made a call cannot take another one here."""
    own = cast.phone(user)
    world = World(phones={own.phone: PhoneState.DECLINES} if group.call_waiting else {})
    for other in cast.users:
        up = cast.scenario(f"{slug}/member-calls#up", Call(own, other.extension))
        if other is not user and up.expected.code == _ANSWERED:
            yield cast.meeting(f"{slug}/member-calls", up, call, world)


def _member_called(cast: Cast, slug: str, call: Call, user: User) -> Iterator[Scenario]:
    for other in cast.users:
        up = cast.scenario(f"{slug}/member-called#up", Call(cast.phone(other), user.extension))
        if other is not user and any(phone.startswith(f"{user.id}/") for phone in up.expected.answered_by):
            yield cast.meeting(f"{slug}/member-called", up, call)


def _first_playable(scenarios: Iterable[Scenario]) -> Iterator[Scenario]:
    """The first whose parties each take part once, and whose caller may call."""
    found = (scenario for scenario in scenarios if is_playable(scenario) and scenario.expected.code != _BARRED)
    yield from islice(found, 1)
