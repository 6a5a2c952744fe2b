"""Hunt groups: who rings, in which order and for how long, and where calls go that nobody takes."""

from __future__ import annotations

import pytest
from tests.interpreter.exchange import ABROAD, Exchange, end, exchange, forwarded, phones, rang

from ringplan.interpreter import Memory

ABC = ("a", "b", "c")


def group(policy: str, members: str = "users/a, users/b, users/c", more: str = "", name: str = "g") -> str:
    """One line of ``hunt_groups``; the first group can be called by 1600 and +420222333416."""
    keys = "extension: 1600, number: +420222333416" if name == "g" else "extension: 1601"
    rest = f", {more}" if more else ""
    return f"  {name}: {{name: {name}, {keys}, policy: {policy}, members: [{members}]{rest}}}\n"


def hunting(*groups: str, **users: str) -> Exchange:
    """An exchange with these groups, and the users a to d and x."""
    everybody = dict.fromkeys((*ABC, "d", "x"), "") | users
    return exchange("hunt_groups:\n" + "".join(groups), **everybody)


def answering(line: Exchange, count: int, **states: str) -> str:
    """Who answers one call after the other."""
    return " ".join(end(line.call(ABROAD, "+420222333416", states)) for _ in range(count))


# -- policies


def test_regular_begins_with_the_first_every_time() -> None:
    line = hunting(group("regular"))
    for _ in range(2):
        outcome = line.call("x", "1600", silent="a b c")
        assert rang(outcome) == ["a 20", "b 20", "c 20"]
        assert end(outcome) == "480 No Answer"
    assert answering(line, 3) == "a a a"
    assert line.memory == {}


def test_circular_goes_on_after_the_last_who_was_rung() -> None:
    line = hunting(group("circular"))
    assert answering(line, 4) == "a b c a"
    assert rang(line.call("x", "1600", silent="b")) == ["b 20", "c 20"]
    assert answering(line, 2) == "a b"


def test_circular_begins_again_where_it_began_when_nobody_answers() -> None:
    line = hunting(group("circular"))
    assert answering(line, 1) == "a"
    for _ in range(2):
        assert rang(line.call("x", "1600", silent="a b c")) == ["b 20", "c 20", "a 20"]


def test_circular_counts_who_was_rung_and_not_who_was_skipped() -> None:
    line = hunting(group("circular"))
    assert answering(line, 1) == "a"
    assert end(line.call("x", "1600", engaged="b")) == "c"
    assert answering(line, 1, unregistered="a") == "b"


def test_circular_is_the_policy_when_none_is_written() -> None:
    line = exchange("hunt_groups:\n  g: {name: G, extension: 1600, members: [users/b, users/a]}\n", a="", b="", x="")
    assert [end(line.call("x", "1600")) for _ in range(3)] == ["b", "a", "b"]


@pytest.mark.parametrize("policy", ["circular", "uniform"])
def test_a_member_who_has_left_is_forgotten(policy: str) -> None:
    line = hunting(group(policy))
    line.memory["acme/hunt_groups/g"] = Memory(last="acme/users/z", answered=("acme/users/z",))
    assert answering(line, 1) == "a"


def test_simultaneous_rings_everybody_at_once() -> None:
    line = hunting(group("simultaneous"), a=phones("desk", "mobile"))
    outcome = line.call("x", "1600")
    assert rang(outcome) == ["a a/mobile b c 20"]
    assert end(outcome) == "a a/mobile b c"
    assert end(line.call("x", "1600", silent="a a/mobile c")) == "b"


def test_uniform_begins_with_the_longest_idle() -> None:
    line = hunting(group("uniform"))
    assert answering(line, 1) == "a"
    assert rang(line.call("x", "1600", silent="b")) == ["b 20", "c 20"]  # those without a call yet come first
    assert rang(line.call("x", "1600", silent="b")) == ["b 20", "a 20"]
    assert rang(line.call("x", "1600", silent="b c")) == ["b 20", "c 20", "a 20"]
    assert answering(line, 3) == "b c a"


def test_uniform_is_moved_by_calls_through_the_group_only() -> None:
    line = hunting(group("uniform"))
    assert answering(line, 3) == "a b c"
    assert end(line.call("x", "1201")) == "a"
    assert answering(line, 2) == "a b"


def test_weighted_begins_by_shares_without_dice() -> None:
    line = hunting(group("weighted", more="weights: {users/a: 50, users/b: 30, users/c: 20}"))
    assert answering(line, 10) == "a b a c a b a c b a"
    assert answering(line, 10) == "a b a c a b a c b a"


def test_weighted_goes_on_with_who_has_the_next_turns() -> None:
    line = hunting(group("weighted", more="weights: {users/a: 50, users/b: 30, users/c: 20}"))
    orders = [rang(line.call("x", "1600", silent="a b c")) for _ in range(4)]
    assert orders == [
        ["a 20", "b 20", "c 20"],
        ["b 20", "a 20", "c 20"],
        ["a 20", "c 20", "b 20"],
        ["c 20", "a 20", "b 20"],
    ]


def test_weighted_without_a_share_comes_last() -> None:
    line = hunting(group("weighted", more="weights: {users/b: 0, users/c: 100}"))
    for _ in range(2):
        assert rang(line.call("x", "1600", silent="a b c")) == ["c 20", "a 20", "b 20"]


def test_a_turn_is_used_up_by_a_hunt_in_which_nobody_is_free() -> None:
    line = hunting(group("weighted", "users/a, users/b", "weights: {users/a: 50, users/b: 50}"))
    assert end(line.call("x", "1600", engaged="a b")) == "486 Busy Here"
    assert answering(line, 2) == "b a"


# -- members who cannot be rung, or do not answer


def test_engaged_and_unregistered_members_are_skipped() -> None:
    line = hunting(group("regular"))
    outcome = line.call("x", "1600", engaged="a", unregistered="b")
    assert rang(outcome) == ["c 20"]
    assert end(outcome) == "c"
    told = [step.text for step in outcome.steps if step.text.startswith("skipped")]
    assert told == ["skipped: busy", "skipped: no phone is registered"]


def test_call_waiting_rings_engaged_members() -> None:
    line = hunting(group("regular", more="call_waiting: true"))
    assert rang(line.call("x", "1600", engaged="a b c", busy="a")) == ["a 20", "b 20"]


@pytest.mark.parametrize("state", ["busy", "declines", "gone"])
def test_the_hunt_goes_on_when_a_member_refuses(state: str) -> None:
    outcome = hunting(group("regular")).call("x", "1600", {state: "a"})
    assert rang(outcome) == ["a 20", "b 20"]
    assert end(outcome) == "b"


def test_a_redirection_by_a_members_phone_is_a_refusal() -> None:
    outcome = hunting(group("regular")).call("x", "1600", redirects={"a": "1204"})
    assert rang(outcome) == ["a 20", "b 20"]
    assert [attempt.result for attempt in outcome.attempts] == ["declined", "answered"]
    assert outcome.attempts[-1].diversions == ()


def test_a_member_who_refuses_on_one_phone_refuses_on_all() -> None:
    line = hunting(group("regular", "users/a, users/b"), a=phones("desk", "mobile"))
    assert end(line.call("x", "1600", declines="a/mobile")) == "b"
    assert end(line.call("x", "1600", redirects={"a": "1204"})) == "b"
    assert end(line.call("x", "1600", busy="a/mobile")) == "a"


def test_a_refusal_ends_one_phone_when_several_members_ring() -> None:
    line = hunting(group("simultaneous", "users/a, users/b"), a=phones("desk", "mobile"))
    assert end(line.call("x", "1600", declines="a", silent="b")) == "a/mobile"
    assert end(line.call("x", "1600", declines="a a/mobile")) == "b"
    assert end(line.call("x", "1600", redirects={"b": "1204"}, silent="a/mobile")) == "a"
    # Only one member is left to ring: as if he rang alone.
    assert end(line.call("x", "1600", declines="a", unregistered="b")) == "486 Busy Here"


@pytest.mark.parametrize(
    ("states", "ending"),
    [
        ({"silent": "a", "busy": "b", "gone": "c"}, "480 No Answer"),
        ({"unregistered": "a c", "busy": "b"}, "486 Busy Here"),
        ({"gone": "a c", "declines": "b"}, "486 Busy Here"),
        ({"gone": "a", "unregistered": "b", "engaged": "c"}, "486 Busy Here"),
        ({"gone": "a", "unregistered": "b c"}, "480 Temporarily Unavailable"),
        ({"unregistered": "a b c"}, "480 Temporarily Unavailable"),
        ({"engaged": "a b c"}, "486 Busy Here"),
        ({"busy": "a", "declines": "b c"}, "486 Busy Here"),
    ],
)
@pytest.mark.parametrize("policy", ["regular", "circular", "simultaneous", "uniform"])
def test_who_rang_outweighs_a_busy_one_and_he_one_who_is_gone(policy: str, states: dict[str, str], ending: str) -> None:
    outcome = hunting(group(policy)).call("x", "1600", states)
    assert end(outcome) == ending


def test_the_edges_are_forwards_of_the_group() -> None:
    edges = "forward: {busy: users/d, no_answer: '1204', unreachable: +420602123456}"
    line = hunting(group("regular", more=edges))
    busy = line.call("x", "1600", engaged="a b c")
    assert (end(busy), forwarded(busy)) == ("d", ["hunt_groups/g user-busy"])
    silent = line.call("x", "1600", silent="a b c")
    assert (end(silent), forwarded(silent)) == ("d", ["hunt_groups/g no-answer"])
    gone = line.call("x", "1600", unregistered="a b c")
    assert (end(gone), forwarded(gone)) == ("carrier", ["hunt_groups/g unavailable"])


def test_forwarding_of_members_does_not_apply() -> None:
    line = hunting(
        group("regular", "users/a, users/b, users/c"),
        a="forward: {always: users/d}",
        b="forward: {unreachable: users/d, busy: users/d}",
        c="forward: {no_answer: {rings: 1, to: users/d}}",
    )
    outcome = line.call("x", "1600", busy="a", unregistered="b", silent="c")
    assert rang(outcome) == ["a 20", "c 20"]
    assert end(outcome) == "480 No Answer"
    assert forwarded(line.call("x", "1600")) == []


# -- who calls, and groups in which nobody is


@pytest.mark.parametrize("policy", ["regular", "circular", "uniform"])
def test_a_member_who_calls_his_own_group_is_skipped(policy: str) -> None:
    assert rang(hunting(group(policy)).call("a", "1600", silent="b")) == ["b 20", "c 20"]


def test_a_member_who_calls_is_not_rung_with_the_others() -> None:
    assert rang(hunting(group("simultaneous"), a=phones("desk", "mobile")).call("a", "1600")) == ["b c 20"]


def test_the_only_member_reaches_nobody() -> None:
    outcome = hunting(group("regular", "users/a")).call("a", "1600")
    assert (end(outcome), rang(outcome)) == ("480 Temporarily Unavailable", [])
    assert "skipped: he is the caller" in [step.text for step in outcome.steps]


@pytest.mark.parametrize("policy", ["regular", "circular", "simultaneous", "uniform"])
def test_an_empty_group_is_unreachable(policy: str) -> None:
    line = hunting(group(policy, ""))
    assert (end(line.call("x", "1600")), line.memory) == ("480 Temporarily Unavailable", {})
    elsewhere = hunting(group(policy, "", "forward: {unreachable: users/d}"))
    assert end(elsewhere.call(ABROAD, "+420222333416")) == "d"


# -- times


def test_members_ring_for_four_rings_by_default() -> None:
    assert rang(hunting(group("regular", "users/a")).call("x", "1600")) == ["a 20"]


@pytest.mark.parametrize(("written", "seconds"), [("rings: 1", "5"), ("rings: 20", "100"), ("after: 2500ms", "2.5")])
def test_how_long_members_ring(written: str, seconds: str) -> None:
    line = hunting(group("regular", "users/a", f"no_answer: {{{written}}}"))
    assert rang(line.call("x", "1600")) == [f"a {seconds}"]


def overflowing(after: str, ring: str = "20s", policy: str = "regular") -> Exchange:
    """The group goes on to `d` after some time."""
    times = f"no_answer: {{after: {ring}}}, overflow: {{after: {after}, to: users/d}}"
    return hunting(group(policy, more=times))


@pytest.mark.parametrize(
    ("after", "states", "expected"),
    [
        ("50s", {"silent": "a b c"}, ["a 20", "b 20", "c 10", "d 60"]),
        ("40s", {"silent": "a b c"}, ["a 20", "b 20", "d 60"]),
        ("39s", {"silent": "a b c"}, ["a 20", "b 19", "d 60"]),
        ("41s", {"silent": "a b c"}, ["a 20", "b 20", "c 1", "d 60"]),
        ("10s", {"silent": "a b c"}, ["a 10", "d 60"]),
        ("60s", {"silent": "a b c"}, ["a 20", "b 20", "c 20", "d 60"]),
        # a phone that does not react at all takes four seconds, one that refuses none
        ("20s", {"gone": "a b", "silent": "c"}, ["a 20", "b 16", "c 12", "d 60"]),
        ("30s", {"declines": "a", "silent": "b c"}, ["a 20", "b 20", "c 10", "d 60"]),
        ("30s", {"busy": "a", "silent": "b c"}, ["a 20", "b 20", "c 10", "d 60"]),
        ("8s", {"gone": "a b c"}, ["a 8", "b 4", "d 60"]),
        ("3s", {"gone": "a b c"}, ["a 3", "d 60"]),
        # nobody whom it could wait for
        ("20s", {"engaged": "a b", "silent": "c"}, ["c 20", "d 60"]),
    ],
)
def test_overflow_bounds_the_hunt(after: str, states: dict[str, str], expected: list[str]) -> None:
    outcome = overflowing(after).call("x", "1600", states)
    assert rang(outcome) == expected
    assert forwarded(outcome) == ["hunt_groups/g no-answer"]


@pytest.mark.parametrize(
    ("states", "ending"),
    [
        ({"silent": "a b c"}, "480 No Answer"),
        ({"engaged": "a b c"}, "486 Busy Here"),
        ({"gone": "a b c"}, "480 Temporarily Unavailable"),
        ({"declines": "a b c"}, "486 Busy Here"),
    ],
)
def test_when_all_have_been_tried_in_time_the_other_edges_decide(states: dict[str, str], ending: str) -> None:
    assert end(overflowing("61s").call("x", "1600", states)) == ending


def test_a_gone_phone_never_takes_longer_than_it_rings() -> None:
    outcome = overflowing("5s", ring="2s").call("x", "1600", gone="a b", silent="c")
    assert rang(outcome) == ["a 2", "b 2", "c 1", "d 60"]


def test_overflow_of_a_group_that_rings_everybody() -> None:
    line = overflowing("12s", policy="simultaneous")
    assert rang(line.call("x", "1600", silent="a b c")) == ["a b c 12", "d 60"]
    assert end(line.call("x", "1600", busy="a", declines="b c")) == "486 Busy Here"
    assert rang(overflowing("30s", policy="simultaneous").call("x", "1600", silent="a b c")) == ["a b c 20"]


def test_a_gone_phone_among_ringing_ones_takes_no_time_of_its_own() -> None:
    times = "no_answer: {after: 20s}, overflow: {after: 30s, to: users/d}"
    line = hunting(group("regular", "users/a, users/b", times), a=phones("desk", "mobile"))
    assert rang(line.call("x", "1600", gone="a", silent="a/mobile b")) == ["a a/mobile 20", "b 10", "d 60"]
    assert rang(line.call("x", "1600", gone="a", busy="a/mobile", silent="b")) == ["a a/mobile 20", "b 20"]


def test_overflow_to_a_rejection_is_no_diversion() -> None:
    line = hunting(group("regular", more="overflow: {after: 30s, to: reject/closed}"))
    outcome = line.call("x", "1600", silent="a b c")
    assert (rang(outcome), end(outcome)) == (["a 20", "b 10"], "480 Closed")
    assert forwarded(outcome) == []


# -- not going on


def test_without_advance_the_first_who_is_free_rings_alone() -> None:
    line = hunting(group("regular", more="no_answer: {advance: false}"))
    outcome = line.call("x", "1600", silent="a b c")
    assert (rang(outcome), end(outcome)) == (["a 20"], "480 No Answer")
    assert rang(line.call("x", "1600", engaged="a", silent="b c")) == ["b 20"]


@pytest.mark.parametrize("state", ["busy", "declines", "gone"])
def test_without_advance_a_refusal_still_ends_no_hunt(state: str) -> None:
    line = hunting(group("regular", more="no_answer: {advance: false}"))
    outcome = line.call("x", "1600", {"silent": "b c", state: "a"})
    assert (rang(outcome), end(outcome)) == (["a 20", "b 20"], "480 No Answer")


def test_without_advance_the_next_call_begins_with_the_next_member() -> None:
    line = hunting(group("circular", more="no_answer: {advance: false}"))
    assert [rang(line.call("x", "1600", silent="a b c")) for _ in range(4)] == [["a 20"], ["b 20"], ["c 20"], ["a 20"]]


def test_an_inner_group_that_does_not_advance_is_left_for_the_next_member() -> None:
    line = hunting(
        group("regular", "hunt_groups/i, users/c"),
        group("regular", "users/a, users/b", "no_answer: {advance: false}", name="i"),
    )
    assert rang(line.call("x", "1600", silent="a b c")) == ["a 20", "c 20"]
    assert rang(line.call("x", "1600", busy="a", silent="b c")) == ["a 20", "b 20", "c 20"]


def test_a_group_that_does_not_advance_stays_with_the_whole_inner_group() -> None:
    line = hunting(
        group("regular", "hunt_groups/i, users/c", "no_answer: {advance: false}"),
        group("regular", "users/a, users/b", name="i"),
    )
    assert rang(line.call("x", "1600", silent="a b c")) == ["a 20", "b 20"]
    assert rang(line.call("x", "1600", engaged="a b", silent="c")) == ["c 20"]
    assert rang(line.call("x", "1600", declines="a b", silent="c")) == ["a 20", "b 20", "c 20"]


def test_a_group_that_does_not_advance_stays_with_an_inner_one_that_rings_everybody() -> None:
    line = hunting(
        group("regular", "hunt_groups/i, users/c", "no_answer: {advance: false}"),
        group("simultaneous", "users/a, users/b", name="i"),
    )
    assert rang(line.call("x", "1600", silent="a b c")) == ["a b 20"]
    assert rang(line.call("x", "1600", busy="a b", silent="c")) == ["a b 20", "c 20"]


# -- busy groups


def test_a_busy_group_rings_nobody() -> None:
    line = hunting(group("regular", more="group_busy: true"))
    outcome = line.call("x", "1600")
    assert (end(outcome), rang(outcome)) == ("486 Busy Here", [])
    assert rang(line.call("x", "1600", switches={"hunt_groups/g": False})) == ["a 20"]


def test_a_group_is_switched_to_busy_while_the_exchange_runs() -> None:
    line = hunting(group("circular", more="forward: {busy: users/d}"))
    outcome = line.call("x", "1600", switches={"hunt_groups/g": True})
    assert (rang(outcome), forwarded(outcome)) == (["d 60"], ["hunt_groups/g user-busy"])
    assert answering(line, 1) == "a"  # nobody was rung, so nobody is the last


# -- groups within groups


def nested(outer: str, inner: str, more: str = "", inner_more: str = "") -> Exchange:
    """Group `g` with group `i` of a and b in it, and c."""
    return hunting(group(outer, "hunt_groups/i, users/c", more), group(inner, "users/a, users/b", inner_more, name="i"))


def test_an_inner_group_takes_its_place_with_its_own_policy_and_time() -> None:
    line = nested("regular", "circular", inner_more="no_answer: {after: 7s}")
    assert rang(line.call("x", "1600", silent="a b c")) == ["a 7", "b 7", "c 20"]
    assert answering(line, 3) == "a b a"
    assert rang(line.call("x", "1601")) == ["b 7"]  # one memory, however the group is reached


def test_an_inner_group_that_rings_everybody_is_one_turn() -> None:
    line = nested("regular", "simultaneous", inner_more="no_answer: {after: 7s}")
    assert rang(line.call("x", "1600", silent="a b c")) == ["a b 7", "c 20"]


def test_a_group_that_rings_everybody_rings_inner_members_too() -> None:
    line = nested("simultaneous", "regular", inner_more="no_answer: {after: 7s}")
    assert rang(line.call("x", "1600", silent="a b c")) == ["a b c 20"]


def test_edges_and_overflow_of_inner_groups_do_not_count() -> None:
    inner = "overflow: {after: 2s, to: users/d}, forward: {busy: users/d, no_answer: users/d, unreachable: users/d}"
    line = nested("regular", "regular", inner_more=inner)
    assert rang(line.call("x", "1600", silent="a b c")) == ["a 20", "b 20", "c 20"]
    assert end(line.call("x", "1600", engaged="a b c")) == "486 Busy Here"
    assert end(line.call("x", "1600", unregistered="a b c")) == "480 Temporarily Unavailable"


def test_overflow_bounds_inner_groups() -> None:
    line = nested("regular", "regular", "overflow: {after: 30s, to: users/d}")
    assert rang(line.call("x", "1600", silent="a b c")) == ["a 20", "b 10", "d 60"]


def test_an_inner_group_that_is_busy_is_skipped() -> None:
    line = nested("regular", "regular", inner_more="group_busy: true")
    assert rang(line.call("x", "1600", silent="c")) == ["c 20"]
    assert end(line.call("x", "1600", engaged="c")) == "486 Busy Here"
    assert end(line.call("x", "1600", unregistered="a b c")) == "486 Busy Here"
    switched = {"hunt_groups/i": False}
    assert rang(line.call("x", "1600", switches=switched, silent="a b")) == ["a 20", "b 20", "c 20"]
    assert end(line.call("x", "1600", switches={"hunt_groups/i": True}, unregistered="c")) == "486 Busy Here"


def test_call_waiting_is_that_of_the_innermost_group() -> None:
    line = nested("regular", "regular", inner_more="call_waiting: true")
    assert rang(line.call("x", "1600", engaged="a b c", silent="a b c")) == ["a 20", "b 20"]
    line = nested("regular", "regular", "call_waiting: true")
    assert rang(line.call("x", "1600", engaged="a b c", silent="a b c")) == ["c 20"]


def test_a_user_in_two_groups_is_rung_once() -> None:
    line = hunting(
        group("regular", "users/a, hunt_groups/i, hunt_groups/k, users/b"),
        group("regular", "users/a, users/b", name="i"),
        group("simultaneous", "users/b, users/c, users/a", name="k").replace("1601", "1602"),
    )
    assert rang(line.call("x", "1600", silent="a b c")) == ["a 20", "b 20", "c 20"]


def test_a_user_in_a_busy_group_and_another_one_is_rung() -> None:
    line = hunting(
        group("simultaneous", "hunt_groups/i, users/a"),
        group("regular", "users/a, users/b", "group_busy: true", name="i"),
    )
    assert rang(line.call("x", "1600")) == ["a 20"]


def test_memories_of_all_groups_on_the_way_move_on() -> None:
    line = nested("circular", "uniform")
    assert answering(line, 1) == "a"
    assert answering(line, 1) == "c"  # the outer group goes on after the inner one
    assert answering(line, 1) == "b"
    assert line.memory["acme/hunt_groups/g"].last == "acme/hunt_groups/i"
    assert line.memory["acme/hunt_groups/i"].answered == ("acme/users/a", "acme/users/b")


def test_uniform_takes_an_inner_group_as_one_member() -> None:
    line = nested("uniform", "regular")
    assert answering(line, 4) == "a c a c"


def test_a_weighted_inner_group_uses_a_turn_whoever_answers() -> None:
    weights = "weights: {users/a: 50, users/b: 50}"
    line = hunting(group("regular", "users/c, hunt_groups/i"), group("weighted", "users/a, users/b", weights, name="i"))
    assert answering(line, 1) == "c"
    assert rang(line.call("x", "1601")) == ["b 20"]


# -- more than one hunt in a call


def test_a_second_hunt_of_one_call_begins_anew() -> None:
    line = hunting(
        group("circular", "users/a, users/b", "forward: {no_answer: users/d}"),
        d="forward: {no_answer: {rings: 1, to: hunt_groups/g}}",
    )
    outcome = line.call("x", "1600", silent="a b d")
    assert rang(outcome) == [*["a 20", "b 20", "d 5"] * 3]
    assert end(outcome) == "480 Too Many Diversions"


def test_one_group_overflows_to_another_with_the_same_members() -> None:
    line = hunting(
        group("regular", "users/a, users/b", "overflow: {after: 30s, to: hunt_groups/i}"),
        group("simultaneous", "users/a, users/b, users/c", name="i"),
    )
    outcome = line.call("x", "1600", silent="a b")
    assert (rang(outcome), end(outcome)) == (["a 20", "b 10", "a b c 20"], "c")
    assert forwarded(outcome) == ["hunt_groups/g no-answer"]
