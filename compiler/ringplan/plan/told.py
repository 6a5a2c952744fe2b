"""Changes that are found by comparing definitions, and the calls that show them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ringplan.interpreter import Call, FromPhone, FromTrunk, PhoneState, TrunkState, World

from .model import Covers, Risk, covers_nothing
from .versions import Pair
from .worlds import Shown, compare, first_phone, observed

_FEW: Final = 4
"""Users who are tried before it is said that no call shows a change."""
_OUTSIDER: Final = "+4930901820"


@dataclass(frozen=True, slots=True)
class Told:
    """A change of calls out, without its witness."""

    risk: Risk
    subject: str
    before: str
    after: str
    addresses: tuple[str, ...]
    """What was edited."""
    users: tuple[str, ...]
    dialled: str | None
    """One number of it that the first of the users can dial; None: it is about no single call."""
    covers: Covers = covers_nothing
    classes: int = 1
    trunks_down: tuple[str, ...] = ()
    """Trunks that must fail for the change to show."""
    is_certain: bool = True
    """Whether the call must show the change; else only most do."""
    redirected: str | None = None
    """Where a phone of the first user sends a call (302); None: it sends none elsewhere."""
    phones: tuple[str, ...] = ()
    """Phones that can register in one of the versions only, or with another password; by id."""


def show(pair: Pair, told: Told) -> Shown | None:
    """The call that shows a change; None: it is about no single call, or none was found."""
    calls = _redirected(pair, told) if told.redirected is not None else _made(pair, told)
    for call, world in calls:
        shown = compare(pair, call, world)
        old, new = observed(shown.old, pair.old, identity=True), observed(shown.new, pair.new, identity=True)
        if old != new:
            return shown
    return None


def _made(pair: Pair, told: Told) -> Iterator[tuple[Call, World]]:
    """What the first user dials."""
    if told.dialled is not None and told.users:
        world = World(trunks=dict.fromkeys(told.trunks_down, TrunkState.FAILS))
        yield Call(FromPhone(first_phone(pair, told.users[0])), told.dialled), world


def _redirected(pair: Pair, told: Told) -> Iterator[tuple[Call, World]]:
    """Calls by colleagues, or from outside, to a user whose phones send them elsewhere."""
    for user in told.users[:_FEW]:
        phones = [phone.id for version in (pair.old, pair.new) for phone in version.users[user].phones]
        states = dict.fromkeys(phones, PhoneState.REDIRECTS)
        world = World(states, redirects=dict.fromkeys(phones, told.redirected or ""))
        keys = [key for key, node in pair.new.entries.items() if node == user and pair.old.entries.get(key) == user]
        others = [other for other in pair.shared_users if other != user][:_FEW]
        for key in keys:
            yield from ((Call(FromPhone(first_phone(pair, other)), key), world) for other in others)
        for key in (key for key in keys if key.startswith("+")):
            yield from ((Call(FromTrunk(t, _OUTSIDER), key), world) for t in pair.new.trunks if t in pair.old.trunks)
