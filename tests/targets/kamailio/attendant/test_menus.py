"""Menus, key by key."""

from __future__ import annotations

import pytest
from tests.targets.kamailio.attendant.office import (
    ANN,
    BOB,
    BUSY,
    CLOSED,
    CLOSED_MOMENT,
    CYR,
    DIRECT,
    MAIN,
    SUB,
    heard,
    runtime_office,
)
from tests.targets.kamailio.attendant.stage import PROMPT_MS, Stage

from ringplan_kamailio.runtime.ringplan_runtime.attendant.commands import Answer, Cancel, Dial, HangUp, Play, Stop
from ringplan_kamailio.runtime.ringplan_runtime.attendant.session import CALLER, TARGET


def main() -> Stage:
    """A caller in the main menu, whose greeting has begun."""
    return Stage(MAIN).invite()


def test_answers_and_greets_at_once() -> None:
    stage = main()
    assert [type(one) for one in stage.done[:2]] == [Answer, Play]
    assert stage.heard == heard("greeting")
    assert stage.state == "greeting"
    assert stage.wait().state == "choosing"
    assert stage.timer is not None
    assert stage.timer[2] - stage.world.now == 5_000


@pytest.mark.parametrize(
    ("moment", "holiday", "greeting"),
    [(1, False, "greeting"), (CLOSED_MOMENT, False, "night"), (1, True, "holiday"), (CLOSED_MOMENT, True, "holiday")],
)
def test_the_menu_of_the_moment_the_call_began(moment: int, holiday: bool, greeting: str) -> None:
    assert Stage(MAIN, errand={"moment": moment}, holiday=holiday).invite().heard == heard(greeting)


def test_a_key_stops_the_greeting_and_dials() -> None:
    stage = main().press("1")
    assert stage.of(Stop) == [Stop(CALLER)]
    assert stage.state == "dialling"
    assert stage.plays == {CALLER: ("ringback",)}
    assert (stage.dialled["kind"], stage.dialled["node"]) == ("enter", ANN)
    assert stage.dialled["diversions"] == [[MAIN, "unconditional"]]
    assert stage.dialled["number"] == "+420602111222"
    assert stage.answers().state == "bridged"


def test_a_transfer_with_prompt_plays_it_to_its_end() -> None:
    stage = main().press("2")
    assert stage.state == "prompting"
    assert stage.press("1").state == "prompting"
    assert stage.wait().dialled["node"] == BOB


def test_a_greeting_without_barge_in_ignores_digits() -> None:
    stage = Stage(SUB).invite().press("9")
    assert stage.state == "greeting"
    assert not stage.of(Stop)
    assert stage.wait().press("1").dialled["node"] == BOB


def test_silence_is_asked_again_and_then_hung_up() -> None:
    stage = main().until("over")
    assert stage.heard == heard("greeting", "no-input", "greeting", "no-input", "bye")
    assert stage.results == [("hung-up", 200)]
    assert stage.of(HangUp) == [HangUp(CALLER)]


def test_invalid_keys_and_silence_are_counted_apart() -> None:
    stage = main().press("#").until("choosing").press("#").until("choosing").until("prompting").until("choosing")
    assert stage.heard == heard("greeting", "invalid", "greeting", "invalid", "greeting", "no-input", "greeting")
    assert stage.press("#").until("over").heard[-2:] == heard("invalid", "bye")


def test_a_failed_transfer_comes_back_and_in_the_end_goes_elsewhere() -> None:
    stage = main().press("1").fails(486)
    assert stage.state == "prompting"
    stage.until("choosing").press("1").fails(480).wait()
    assert stage.heard == heard("greeting", "failed", "greeting", "failed")
    assert (stage.state, stage.dialled["node"]) == ("dialling", CYR)
    assert stage.dialled["diversions"] == [[MAIN, "unconditional"]], "failed transfers give their diversions back"
    assert stage.fails(486).results == [("hung-up", 200)]


def test_a_visit_has_counters_of_its_own() -> None:
    stage = main().press("#").until("choosing").press("#").until("choosing").press("3").until("choosing").press("9")
    assert stage.heard[-2:] == heard("sub", "greeting")
    stage.until("choosing").press("#").until("choosing").press("#").until("choosing")
    assert stage.press("#").until("over").heard[-1:] == heard("bye")


def test_failed_transfers_are_counted_for_each_visit() -> None:
    stage = main().press("1").fails().until("choosing").press("3").until("choosing").press("9").press("1").fails()
    assert stage.until("choosing").heard[-2:] == heard("failed", "greeting")
    assert stage.press("1").fails().until("dialling").dialled["node"] == CYR


def test_a_key_that_is_a_whole_extension_is_the_extension() -> None:
    """The compiler warns of it."""
    office = runtime_office()
    stage = Stage(DIRECT, office=office._replace(extensions={"1": ANN, "22": CYR})).invite()
    assert stage.press("1").dialled["node"] == ANN


def test_return_in_the_first_menu_repeats_it() -> None:
    assert main().press("9").heard == heard("greeting", "greeting")
    assert main().press("8").heard == heard("greeting", "greeting")


def test_who_forwards_is_the_ivr_whose_menu_it_is() -> None:
    stage = main().press("3").until("choosing").press("1")
    assert stage.dialled["diversions"] == [[SUB, "unconditional"]]


def test_only_twenty_menus_are_returned_through() -> None:
    stage = main().press("3")
    for _ in range(25):
        stage.until("choosing").press("3")
    for _ in range(20):
        stage.until("choosing").press("9")
    assert stage.heard[-1:] == heard("sub")
    assert stage.session.script["way"] == []


@pytest.mark.parametrize(("key", "node"), [("0", CLOSED), ("*", BUSY)])
def test_what_ends_a_call_is_no_diversion(key: str, node: str) -> None:
    stage = Stage(MAIN, errand={"carried": 5}).invite().press(key)
    assert (stage.dialled["node"], stage.dialled["diversions"]) == (node, [])


def test_nobody_is_dialled_after_too_many_diversions() -> None:
    stage = Stage(MAIN, errand={"carried": 3, "diversions": [[ANN, "user-busy"], [BOB, "no-answer"]]}).invite()
    stage.press("1")
    assert not stage.of(Dial)
    assert stage.heard[-1:] == heard("failed")
    assert not any("ringback" in one.prompts for one in stage.of(Play))


def test_an_announcement_in_a_menu() -> None:
    assert main().press("6").until("choosing").heard == heard("greeting", "office", "greeting")


def test_hang_up_with_its_prompt() -> None:
    stage = main().press("7").wait()
    assert (stage.heard[-1:], stage.results) == (heard("bye"), [("hung-up", 200)])


# -- extensions


def test_an_extension_dials_at_its_last_digit() -> None:
    stage = main().press("4").press("120")
    assert stage.state == "collecting"
    assert stage.press("2").dialled["node"] == BOB


@pytest.mark.parametrize("keys", ["4#", "4120#", "49999", "41000"])
def test_no_extension(keys: str) -> None:
    """Too few digits, none, unknown, and the IVR's own."""
    assert main().press(keys).heard[-1:] == heard("invalid")


def test_too_few_digits_and_silence() -> None:
    stage = main().press("4").press("12")
    assert stage.timer is not None
    assert stage.timer[2] - stage.world.now == 2_000
    assert stage.wait().heard[-1:] == heard("invalid")
    assert main().press("4").wait().heard[-1:] == heard("no-input")


def test_wrong_digits_are_collected_to_the_end() -> None:
    assert main().press("4").press("999").state == "collecting"


def test_a_key_that_begins_an_extension_waits() -> None:
    stage = Stage(DIRECT).invite().press("1")
    assert stage.state == "collecting"
    assert stage.wait().dialled["node"] == BOB
    assert Stage(DIRECT).invite().press("1203").dialled["node"] == CYR
    assert Stage(DIRECT).invite().press("1#").dialled["node"] == BOB
    assert Stage(DIRECT).invite().press("12#").heard[-1:] == heard("invalid")
    assert Stage(DIRECT).invite().press("2").heard[-1:] == heard("invalid")
    assert Stage(DIRECT).invite().press("1000").dialled["node"] == MAIN


# -- names


def test_one_name_is_called() -> None:
    stage = main().press("5").press("29#")
    assert stage.dialled["node"] == CYR


def test_several_names_are_read_out() -> None:
    stage = main().press("5").press("26").wait()
    assert stage.state == "listing"
    assert stage.heard[-4:] == heard("choose1", "name-ann", "choose2", "name-bob")
    assert stage.timer is not None
    assert stage.timer[2] - stage.world.now == 4 * PROMPT_MS + 5_000
    assert stage.press("2").dialled["node"] == BOB


@pytest.mark.parametrize("key", ["3", "0", "*"])
def test_a_list_has_no_such_key(key: str) -> None:
    assert main().press("5").press("26#").press(key).heard[-1:] == heard("invalid")


def test_a_name_nobody_has_and_silence() -> None:
    assert main().press("5").press("9#").heard[-1:] == heard("invalid")
    assert main().press("5").press("#").heard[-1:] == heard("invalid")
    assert main().press("5").wait().heard[-1:] == heard("no-input")
    assert main().press("5").press("2662").wait().heard[-1:] == heard("no-input")


# -- what ends a menu from outside


def test_menus_take_only_so_long() -> None:
    stage = main()
    for _ in range(200):
        if stage.state == "over":
            break
        stage.wait(3_000).press("8")
    assert stage.results == [("too-long", 200)]
    assert stage.world.now - 1_000_000 == 600_000


def test_ringing_does_not_count_as_a_menu() -> None:
    stage = main()
    for _ in range(199):
        stage.wait(3_000).press("8")
    stage.press("1").wait(30_000)
    assert stage.state == "dialling"
    assert stage.answers().wait(900_000).state == "bridged"


def test_the_exchange_that_rings_for_ever() -> None:
    stage = main().press("1").wait()
    assert stage.of(Cancel) == [Cancel(TARGET)]
    assert stage.heard[-1:] == heard("failed")


def test_an_ivr_that_is_no_longer_there() -> None:
    stage = main()
    stage.world.office = None
    assert stage.press("1").results == [("gone", 200)]


def test_prompts_that_cannot_be_reported() -> None:
    """Nothing stands still when the relay does not say how long a prompt is."""
    assert Stage(MAIN, reports=False).invite().until("over").results == [("hung-up", 200)]
