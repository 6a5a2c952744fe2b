"""What the phones of one user can do at the moment of a call, as far as any walk can tell the difference.

A profile is the set of things that some phone of the user does, and whether the user is engaged. All states of all
phones of a user fall into at most 18 profiles; sets of profiles are bit masks over ``PROFILES``.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

from ringplan.interpreter import PhoneState
from ringplan.ir import User

ANSWERS, SILENT, BUSY, GONE, DECLINES = 1, 2, 4, 8, 16
"""Bits of ``Profile.flags``; none of them: no phone is registered."""

_STATES: Final = {
    DECLINES: PhoneState.DECLINES,
    BUSY: PhoneState.BUSY,
    ANSWERS: PhoneState.ANSWERS,
    SILENT: PhoneState.SILENT,
    GONE: PhoneState.GONE,
}


class Profile(NamedTuple):
    """What some phone of a user does."""

    flags: int
    engaged: bool
    """Whether the user is in a call or being rung, which only hunt groups ask."""


_ONE: Final = (ANSWERS, SILENT, BUSY, 0, GONE)
_MORE: Final = (DECLINES | SILENT, DECLINES | ANSWERS, DECLINES | GONE, BUSY | GONE)
"""What takes two phones: one declines for all when the user is rung alone, but not when others are rung too; a phone
that does not react costs time. A phone that declines by itself differs from a busy one in nothing."""

PROFILES: Final = tuple(Profile(flags, engaged) for engaged in (False, True) for flags in (*_ONE, *_MORE))
"""All profiles, those that people will find most natural first."""


def _mask(chosen: Iterator[int]) -> int:
    return sum(1 << index for index in chosen)


@cache
def _possible(phones: int) -> int:
    flags = {0: {0}, 1: set(_ONE)}.get(phones, {*_ONE, *_MORE})
    return _mask(index for index, profile in enumerate(PROFILES) if profile.flags in flags)


def possible(user: User) -> int:
    """The profiles a user can have, given how many phones there are."""
    return _possible(min(len(user.phones), 2))


def _directly(flags: int) -> str:
    for flag, result in ((DECLINES, "busy"), (ANSWERS, "answered"), (SILENT, "no-answer"), (BUSY, "busy")):
        if flags & flag:
            return result
    return "unreachable"


DIRECT: Final = {
    result: _mask(index for index, profile in enumerate(PROFILES) if _directly(profile.flags) == result)
    for result in ("answered", "busy", "no-answer", "unreachable")
}
"""The profiles with which a user who is called directly gives a result."""


def chosen(mask: int) -> Profile:
    """The most natural of some profiles."""
    return PROFILES[(mask & -mask).bit_length() - 1]


@cache
def states(flags: int) -> tuple[PhoneState, ...]:
    """What some phones do, each thing once."""
    return tuple(state for flag, state in _STATES.items() if flags & flag)


def phone_states(user: User, profile: Profile) -> dict[str, PhoneState]:
    """A state for every phone of a user that together make a profile."""
    wanted = states(profile.flags) or (PhoneState.UNREGISTERED,)
    given = (*wanted, *(wanted[-1:] * len(user.phones)))
    return {phone.id: state for phone, state in zip(user.phones, given, strict=False)}
