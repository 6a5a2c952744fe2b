"""Click-to-dial: the user's own phone, then whom he wants."""

from __future__ import annotations

from collections.abc import Iterator

from ringplan.interpreter import Call, FromClick, PhoneState, World
from ringplan.ir import User

from ..scenario import Scenario
from .cast import Cast, is_playable


def click(cast: Cast) -> Iterator[Scenario]:
    """Every user who can calls a colleague; the first also outside, barred, somebody busy, and while busy himself."""
    if cast.program.platform.attendant is None or cast.program.platform.attendant.clicks_port is None:
        return
    users = [user for user in cast.users if user.click_secret is not None]
    for user in users:
        slug = user.id.rpartition("/")[2]
        colleague = cast.other(user)
        yield from _clicked(cast, f"{slug}/colleague", user, colleague.extension, World())
        if user is users[0]:
            yield from _further(cast, slug, user, colleague)


def _further(cast: Cast, slug: str, user: User, colleague: User) -> Iterator[Scenario]:
    outside = f"{cast.plan.outside_prefix}{cast.plan.national_prefix}602123456"
    busy = World(phones={phone.id: PhoneState.BUSY for phone in colleague.phones})
    own = World(phones={phone.id: PhoneState.BUSY for phone in user.phones})
    yield from _clicked(cast, f"{slug}/outside", user, outside, World())
    yield from _clicked(cast, f"{slug}/premium", user, f"{cast.plan.outside_prefix}900123456", World())
    yield from _clicked(cast, f"{slug}/busy", user, colleague.extension, busy)
    yield from _clicked(cast, f"{slug}/own-phone-busy", user, colleague.extension, own)


def _clicked(cast: Cast, name: str, user: User, number: str, world: World) -> Iterator[Scenario]:
    found = cast.scenario(name, Call(FromClick(user.id), number), world)
    if is_playable(found) and len(user.phones) == 1:  # of several that ring, one would have to stay silent
        yield found


__all__ = ["click"]
