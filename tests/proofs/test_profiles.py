"""A profile stands for all combinations of phone states that look alike, to direct calls and to every kind of turn."""

from __future__ import annotations

from itertools import combinations_with_replacement

import pytest
from tests.proofs.small import platform, tenant, trunk, user

from ringplan.interpreter import Call, FromTrunk, PhoneState, World, hunting, route
from ringplan.ir import Program, User
from ringplan.proofs.profiles import DIRECT, PROFILES, phone_states, possible, states

STATES = [state for state in PhoneState if state is not PhoneState.REDIRECTS]
REASONS = {"OK": "answered", "busy": "busy", "no-answer": "no-answer", "unreachable": "unreachable"}


def seen_in_turns(found: set[PhoneState]) -> tuple[object, ...]:
    """What any turn can tell of a user's phones: alone, or with another user who does one of all things."""
    registered = found - {PhoneState.UNREGISTERED}
    if not registered:
        return ("nobody",)
    turns = [(1, registered), *((2, registered | {other}) for other in STATES[:5])]
    met = [(users, {str(state): state for state in together}) for users, together in turns]
    results = [(hunting.ring_result(users, mine), mine) for users, mine in met]
    return tuple(
        # To a hunt a member who declines is a busy one, and when somebody answers it is over.
        "answered" if result == "answered" else (_MEANT.get(result, result), hunting.duration_ms(result, mine, 20_000))
        for result, mine in results
    )


_MEANT = {"declined": "busy"}


def directly(one: User, given: dict[str, PhoneState]) -> str:
    program = Program(platform(trunk()), (tenant((one,)),))
    called = Call(FromTrunk("carrier", "+420602123456"), str(one.number))
    return REASONS[route(program, called, World(given)).reason]


@pytest.mark.parametrize("phones", [1, 2, 3])
def test_every_combination_has_its_profile(phones: int) -> None:
    one = user("a", 0, phones)
    looks = {}
    for index, profile in enumerate(PROFILES):
        if possible(one) >> index & 1 and not profile.engaged:
            given = phone_states(one, profile)
            assert len(given) == phones
            looks[directly(one, given), seen_in_turns(set(given.values()))] = index
    combined = list(combinations_with_replacement(STATES, phones))
    for chosen in combined:
        given = {phone.id: state for phone, state in zip(one.phones, chosen, strict=True)}
        direct = directly(one, given)
        index = looks[direct, seen_in_turns(set(chosen))]
        assert DIRECT[direct] >> index & 1
    assert combined


def test_results_part_the_profiles() -> None:
    masks = list(DIRECT.values())
    assert sum(masks) == (1 << len(PROFILES)) - 1
    assert all(one & other == 0 for one in masks for other in masks if one is not other)


def test_a_user_without_phones_is_never_there() -> None:
    one = user("a", 0, 0)
    assert possible(one) & ~DIRECT["unreachable"] == 0
    assert directly(one, {}) == "unreachable"


def test_every_state_is_what_it_is() -> None:
    assert {state for profile in PROFILES for state in states(profile.flags)} == set(STATES) - {PhoneState.UNREGISTERED}


def test_engaged_matters_to_hunts_only() -> None:
    half = len(PROFILES) // 2
    assert all(PROFILES[at].flags == PROFILES[at + half].flags for at in range(half))
    assert all(mask >> half == mask & ((1 << half) - 1) for mask in DIRECT.values())
