"""What the called user's phones do: busy, away, silent, several at once."""

from __future__ import annotations

from collections.abc import Iterator

from ringplan.interpreter import PhoneState, World
from ringplan.ir import User

from ..scenario import Scenario
from .cast import Cast


def busy(cast: Cast) -> Iterator[Scenario]:
    """Every user busy; one declines."""
    for slug, user in cast.named_users():
        yield from _called(cast, user, slug, PhoneState.BUSY)
    for slug, user in list(cast.named_users())[:1]:
        yield from _called(cast, user, f"{slug}/declines", PhoneState.DECLINES)


def unreachable(cast: Cast) -> Iterator[Scenario]:
    """Every user without a registered phone; one whose registered phone does not react."""
    for slug, user in cast.named_users():
        yield from _called(cast, user, slug, PhoneState.UNREGISTERED)
    for slug, user in list(cast.named_users())[:1]:
        yield from _called(cast, user, f"{slug}/gone", PhoneState.GONE)


def no_answer(cast: Cast) -> Iterator[Scenario]:
    """One user lets it ring for the whole ring time."""
    for slug, user in list(cast.named_users())[-1:]:
        yield from _called(cast, user, slug, PhoneState.SILENT)


def several_phones(cast: Cast) -> Iterator[Scenario]:
    """Each phone of a user answers once while the others ring and are cancelled; a busy phone stops nobody."""
    for slug, user in cast.named_users():
        call = cast.to_user(user)
        phones = [phone.id for phone in user.phones]
        if call is None or len(phones) < 2:
            continue
        for answering in phones:
            states = {p: PhoneState.SILENT for p in phones if p != answering}
            name = answering.rsplit("/", 1)[-1]
            yield cast.scenario(f"{slug}/{name}-answers", call, World(phones=states))
        states = {phones[0]: PhoneState.BUSY}
        yield cast.scenario(f"{slug}/{phones[0].rsplit('/', 1)[-1]}-busy", call, World(phones=states))
        states = {phones[0]: PhoneState.UNREGISTERED}
        yield cast.scenario(f"{slug}/{phones[0].rsplit('/', 1)[-1]}-away", call, World(phones=states))


def _called(cast: Cast, user: User, name: str, state: PhoneState) -> Iterator[Scenario]:
    """The user is called while all its phones are in this state."""
    call = cast.to_user(user)
    if call is not None:
        yield cast.scenario(name, call, World(phones={phone.id: state for phone in user.phones}))
