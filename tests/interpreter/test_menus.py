"""Menus: what is heard, what keys mean, and where an answered call goes on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.interpreter.answering import (
    HANG_UP,
    announcement,
    dial,
    ends,
    heard,
    into,
    ivr,
    menu,
    retry,
    say,
    to,
    with_ivrs,
    with_menus,
    with_nodes,
)
from tests.interpreter.exchange import ABROAD, Exchange, exchange, forwarded, rang

from ringplan import ir
from ringplan.interpreter import Diversion, Presented, Waiting

MAIN = "1800"
"""The first IVR of an exchange."""
BACK = ir.Return()
NOBODY = {"unregistered": "a"}


def office(more: str = "", **users: str) -> Exchange:
    """Users a, b, c and x."""
    return exchange(more, **(dict.fromkeys("abcx", "") | users))


def one(keys: dict[str, ir.Action] | None = None, **more: Any) -> Exchange:
    """One IVR, `main`, with these keys."""
    return with_menus(office(), main=menu("hello", keys, **more))


def tree(**menus: ir.Menu) -> Exchange:
    """IVRs by name; the first one is called by `MAIN`."""
    return with_ivrs(
        office(), *(ivr(name, one, extension=f"{1800 + at}") for at, (name, one) in enumerate(menus.items()))
    )


# -- keys and actions


def test_a_key_transfers_and_that_is_a_diversion() -> None:
    outcome = dial(one({"1": to("users/a", "wait")}), "x", MAIN, "1")
    assert (ends(outcome), heard(outcome), rang(outcome)) == ("a", ["hello", "wait"], ["a 60"])
    assert forwarded(outcome) == ["ivr/main unconditional"]
    assert outcome.attempts[0].presented == Presented("1204", name="X")


@pytest.mark.parametrize("key", list(ir.KEYS))
def test_every_key_can_mean_something(key: str) -> None:
    assert ends(dial(one({key: to("users/a")}), "x", MAIN, key)) == "a"


def test_where_no_extension_is_dialled_the_first_key_decides() -> None:
    line = one({"1": to("users/a")})
    assert ends(dial(line, "x", MAIN, "1202")) == "a"


def test_a_menu_hangs_up_with_a_prompt() -> None:
    outcome = dial(one({"9": ir.HangUp(say("bye"))}), "x", MAIN, "9")
    assert (outcome.code, ends(outcome), heard(outcome)) == (200, "ivr/main", ["hello", "bye"])


def test_repeat_and_play_bring_the_greeting_again() -> None:
    line = one({"1": to("users/a"), "5": ir.Repeat(), "6": ir.Play(say("hours"))})
    outcome = dial(line, "x", MAIN, "5", "6", "1")
    assert (ends(outcome), heard(outcome)) == ("a", ["hello", "hello", "hours", "hello"])


def test_a_submenu_is_no_diversion_and_its_own_number_forwards() -> None:
    line = tree(main=menu("hello", {"2": into("sales")}), sales=menu("sales", {"1": to("users/a")}))
    outcome = dial(line, "x", MAIN, "2", "1")
    assert (ends(outcome), heard(outcome), forwarded(outcome)) == (
        "a",
        ["hello", "sales"],
        ["ivr/sales unconditional"],
    )


def test_return_goes_back_one_menu_after_the_other_and_repeats_the_first() -> None:
    line = tree(
        first=menu("one", {"1": into("second"), "*": BACK, "9": to("users/a")}),
        second=menu("two", {"1": into("third"), "*": BACK}),
        third=menu("three", {"*": BACK}),
    )
    outcome = dial(line, "x", MAIN, "1", "1", "*", "*", "*", "9")
    assert (ends(outcome), heard(outcome)) == ("a", ["one", "two", "three", "two", "one", "one"])


def test_who_returns_may_take_the_same_way_again() -> None:
    line = tree(main=menu("one", {"1": into("sub"), "*": BACK}), sub=menu("two", {"1": into("main"), "*": BACK}))
    outcome = dial(line, "x", MAIN, "1", "1", "*", "*", "*")
    assert heard(outcome) == ["one", "two", "one", "two", "one", "one"]


@pytest.mark.parametrize(("submenus", "returns"), [(19, 19), (20, 20), (21, 20), (25, 20)])
def test_a_call_remembers_twenty_menus_to_return_to(submenus: int, returns: int) -> None:
    names = [f"m{level:02}" for level in range(submenus + 1)]
    menus = {
        name: menu(name, {"*": BACK, **({"1": into(following)} if following else {})})
        for name, following in zip(names, [*names[1:], ""], strict=True)
    }
    outcome = dial(tree(**menus), "x", MAIN, *["1"] * submenus, *["*"] * 40)
    upwards = heard(outcome)[submenus + 1 :]
    last = names[submenus - returns]
    assert upwards[:returns] == list(reversed(names[submenus - returns : submenus]))
    assert set(upwards[returns:]) == {last}  # nothing is left to return to: the menu again


# -- what the caller does not do


@pytest.mark.parametrize("times", [0, 1, 2, 9])
def test_silence_repeats_the_menu_so_often_and_then(times: int) -> None:
    line = one({"1": to("users/b")}, no_input=retry(times, "well?", to("users/a")))
    outcome = dial(line, "x", MAIN)
    assert ends(outcome) == "a"
    assert heard(outcome) == ["hello", "well?"] * (times + 1)
    assert ends(dial(line, "x", MAIN, *[""] * times, "1")) == "b"
    assert ends(dial(line, "x", MAIN, *[""] * times, "", "1")) == "a"


@pytest.mark.parametrize("times", [0, 1, 3])
def test_keys_without_meaning_have_their_own_policy(times: int) -> None:
    line = one({"1": to("users/b")}, invalid=retry(times, "what?", ir.HangUp(say("bye"))))
    outcome = dial(line, "x", MAIN, *"7" * (times + 1))
    assert (ends(outcome), heard(outcome)) == ("ivr/main", ["hello", "what?"] * (times + 1) + ["bye"])
    assert ends(dial(line, "x", MAIN, *"7" * times, "1")) == "b"


def test_silence_and_wrong_keys_are_counted_apart_and_nothing_within_a_visit_forgets_them() -> None:
    line = one(
        {"5": ir.Repeat(), "6": ir.Play(say("news"))},
        no_input=retry(1, None, to("users/a")),
        invalid=retry(1, None, to("users/b")),
    )
    assert ends(dial(line, "x", MAIN, "", "7", "5", "6", "")) == "a"
    assert ends(dial(line, "x", MAIN, "", "7", "5", "6", "8")) == "b"


@pytest.mark.parametrize("way", [["1", "*"], ["1", "1"]])
def test_reaching_a_menu_anew_forgets_what_was_counted(way: list[str]) -> None:
    line = tree(
        main=menu("one", {"1": into("sub")}, no_input=retry(1)),
        sub=menu("two", {"*": BACK, "1": into("main")}),
    )
    outcome = dial(line, "x", MAIN, "", *way)
    assert heard(outcome) == ["one", "one", "two", "one", "one"]


def test_what_follows_may_be_another_menu_or_the_one_before() -> None:
    line = tree(
        main=menu("one", {"1": into("sub")}, no_input=retry(0, None, into("help"))),
        sub=menu("two", no_input=retry(0, None, BACK)),
        help=menu("three"),
    )
    assert heard(dial(line, "x", MAIN, "1")) == ["one", "two", "one", "three"]


@pytest.mark.parametrize(
    "then", [into("other"), BACK], ids=["two menus that lead to each other", "back where nothing is"]
)
def test_a_menu_that_comes_round_without_a_key_ends(then: ir.Action) -> None:
    line = tree(
        main=menu("one", no_input=retry(0, None, then)),
        other=menu("two", no_input=retry(0, None, into("main"))),
    )
    outcome = dial(line, "x", MAIN)
    assert ends(outcome) == "ivr/main"
    assert "comes round without a key" in outcome.steps[-1].text


# -- transfers nobody takes


@pytest.mark.parametrize("times", [0, 1, 2])
def test_a_transfer_nobody_takes_comes_back(times: int) -> None:
    line = one({"1": to("users/a", "wait")}, failed=retry(times, "sorry", to("users/b")))
    outcome = dial(line, "x", MAIN, *"1" * (times + 1), states=NOBODY)
    assert ends(outcome) == "b"
    assert heard(outcome) == ["hello", "wait", "sorry"] * (times + 1)
    assert forwarded(outcome) == ["ivr/main unconditional"]


def test_a_failed_transfer_forgets_nothing_that_was_counted() -> None:
    line = one(
        {"1": to("users/a")}, failed=retry(9), no_input=retry(1, None, to("users/b")), invalid=retry(1, None, HANG_UP)
    )
    assert ends(dial(line, "x", MAIN, "", "1", "", states=NOBODY)) == "b"
    assert ends(dial(line, "x", MAIN, "7", "1", "8", states=NOBODY)) == "ivr/main"


def test_where_nothing_else_is_left_a_transfer_nobody_takes_ends_the_call() -> None:
    line = one(no_input=retry(0, None, to("users/a", "wait")), failed=retry(9, "sorry", to("users/b")))
    outcome = dial(line, "x", MAIN, states=NOBODY)
    assert (outcome.code, ends(outcome), heard(outcome)) == (200, "ivr/main", ["hello", "wait"])


@pytest.mark.parametrize("trunk", ["busy", "declines", "unknown", "fails", "silent"])
def test_a_carrier_that_takes_no_call_brings_it_back(trunk: str) -> None:
    line = office("calling_plan: {forwarding: {mobile: allow}}\n", a="forward: {always: 0602123456}")
    line = with_menus(line, main=menu("hello", {"1": to("outside/+420602123456")}, failed=retry(1, "sorry")))
    assert ends(dial(line, "x", MAIN, "1")) == "carrier"
    outcome = dial(line, "x", MAIN, "1", trunks={"carrier": trunk})
    assert (ends(outcome), heard(outcome)) == ("ivr/main", ["hello", "sorry", "hello"])


def test_a_failed_transfer_gives_the_diversions_back() -> None:
    line = office(a="forward: {unreachable: users/b}", b="forward: {unreachable: users/c}")
    line = with_menus(line, main=menu("hello", {"1": to("users/a"), "2": to("users/x")}, failed=retry(9)))
    states = {"unregistered": "a b c"}
    outcome = dial(line, "c", MAIN, "1", "1", "2", states=states)
    assert (ends(outcome), forwarded(outcome)) == ("x", ["ivr/main unconditional"])


# -- diversions


def test_many_menus_one_after_the_other_are_diversions_when_they_are_transfers() -> None:
    names = [f"m{level}" for level in range(7)]
    menus = {
        name: menu(name, {"1": to(f"ivr/{following}") if following else to("users/a")}, failed=retry(0, "no way"))
        for name, following in zip(names, [*names[1:], ""], strict=True)
    }
    outcome = dial(tree(**menus), "x", MAIN, *"1" * 7)
    assert (ends(outcome), heard(outcome)) == ("ivr/m5", [*names[:6], "no way"])
    outcome = dial(tree(**menus), "x", "1802", *"1" * 7)
    assert (ends(outcome), len(outcome.attempts[-1].diversions)) == ("a", 5)


def test_a_nested_menu_takes_the_keys_and_ends_the_call() -> None:
    line = tree(
        main=menu("one", {"1": to("ivr/inner"), "2": to("users/b")}, failed=retry(9)),
        inner=menu("two", {"1": to("users/a")}, failed=retry(1)),
    )
    assert ends(dial(line, "x", MAIN, "1", "1")) == "a"
    outcome = dial(line, "x", MAIN, "1", "1", "2", states=NOBODY)
    assert (ends(outcome), heard(outcome)) == ("ivr/inner", ["one", "two", "two"])


def test_a_user_forwards_to_a_menu_and_a_menu_to_him() -> None:
    line = with_menus(office(), main=menu("hello", {"1": to("users/a")}))
    user = line.program.tenants[0].node("acme/users/a")
    assert isinstance(user, ir.User)
    line = with_nodes(line, replace(user, no_answer="acme/ivr/main"))
    assert heard(dial(line, "x", "1201", "", states={"silent": "a"})) == ["hello"]
    outcome = dial(line, "x", "1201", *"1" * 9, states={"silent": "a"})
    assert forwarded(outcome) == [
        "users/a no-answer",
        "ivr/main unconditional",
        "users/a no-answer",
        "ivr/main unconditional",
    ]
    assert (ends(outcome), heard(outcome)) == ("ivr/main", ["hello"] * 3)


def test_calls_other_networks_forwarded_count() -> None:
    line = with_ivrs(office(), ivr("main", menu("hello", {"1": to("users/a")}), number="+420222333448"))
    assert ends(dial(line, ABROAD, "+420222333448", "1", diversions=4)) == "a"
    outcome = dial(line, ABROAD, "+420222333448", "1", diversions=5)
    assert (ends(outcome), rang(outcome)) == ("ivr/main", [])


@pytest.mark.parametrize(("allowed", "ending"), [("allow", "carrier"), ("deny", "ivr/main")])
def test_its_calling_plan_decides_what_it_transfers_outside(allowed: str, ending: str) -> None:
    line = office("calling_plan: {forwarding: {mobile: " + allowed + "}}\n")
    outside = ir.Outside("acme/outside/+420602123456", "+420602123456", line.program.tenants[0].span)
    line = with_nodes(line, outside)
    line = with_menus(line, number="+420222333448", main=menu("hello", {"1": to("outside/+420602123456")}))
    outcome = dial(line, "x", MAIN, "1")
    assert ends(outcome) == ending
    if ending == "carrier":
        attempt = outcome.attempts[-1]
        assert attempt.diversions == (Diversion("acme/ivr/main", "unconditional", "+420222333448", private=False),)
        assert attempt.presented == Presented("+420222333404", asserted="+420222333448")


# -- extensions


def dialling(keys: dict[str, ir.Action] | None = None, *extensions: str, **more: Any) -> Exchange:
    """One IVR at which extensions are dialled at once; further users have these extensions."""
    users = {f"u{extension}": "" for extension in extensions}
    line = exchange(**(dict.fromkeys("abcx", "") | users))
    (tenant,) = line.program.tenants
    moved = {f"acme/users/u{extension}": extension for extension in extensions}
    entries = tuple(
        sorted((replace(e, key=moved.get(e.node, e.key)) for e in tenant.extensions), key=lambda entry: entry.key)
    )
    line = Exchange(replace(line.program, tenants=(replace(tenant, extensions=entries),)))
    return with_menus(line, main=menu("hello", keys, dial_extensions=True, invalid=retry(0, "what?"), **more))


def test_an_extension_is_dialled_at_once() -> None:
    outcome = dial(dialling(), "x", MAIN, "1202")
    assert (ends(outcome), heard(outcome), forwarded(outcome)) == ("b", ["hello"], ["ivr/main unconditional"])


@pytest.mark.parametrize(
    ("pressed", "ending"),
    [
        ("1", "c"),  # begins extensions, but nothing more came
        ("1201", "a"),
        ("12015", "a"),  # complete, and nothing longer begins so: the rest is not looked at
        ("12", "ivr/main"),
        ("1299", "ivr/main"),
        ("2", "b"),  # begins no extension
        ("23", "b"),
        ("3", "ivr/main"),
        ("#", "x"),
        ("1#", "c"),
        ("1800", "ivr/main"),  # the IVR itself
    ],
)
def test_a_key_that_also_begins_extensions_waits(pressed: str, ending: str) -> None:
    line = dialling({"1": to("users/c"), "2": to("users/b"), "#": to("users/x")})
    assert ends(dial(line, "a" if ending != "a" else "b", MAIN, pressed)) == ending


@pytest.mark.parametrize(
    ("pressed", "ending"),
    [("5", "u5"), ("51", "u51"), ("511", "u511"), ("5112", "u511"), ("52", "ivr/main"), ("5*", "ivr/main")],
)
def test_extensions_that_begin_others(pressed: str, ending: str) -> None:
    assert ends(dial(dialling(None, "5", "51", "511"), "x", MAIN, pressed)) == ending


def test_a_key_that_is_an_extension_is_the_key_only_while_longer_ones_begin_with_it() -> None:
    keys: dict[str, ir.Action] = {"5": to("users/a")}
    assert ends(dial(dialling(keys, "5", "51"), "x", MAIN, "5")) == "a"
    assert ends(dial(dialling(keys, "5"), "x", MAIN, "5")) == "u5"


def test_an_extension_is_dialled_after_a_key() -> None:
    line = with_menus(
        office(),
        main=menu(
            "hello",
            {"0": ir.DialExtension(say("dial"), None)},
            invalid=retry(1, "what?"),
            no_input=retry(0, "well?"),
            failed=retry(1, "sorry"),
        ),
    )
    assert ends(dial(line, "x", MAIN, "0", "1202")) == "b"
    outcome = dial(line, "x", MAIN, "0", "1299", "0", "1201")
    assert (ends(outcome), heard(outcome)) == ("a", ["hello", "dial", "what?", "hello", "dial"])
    assert heard(dial(line, "x", MAIN, "0")) == ["hello", "dial", "well?"]
    assert heard(dial(line, "x", MAIN, "0", "#")) == ["hello", "dial", "what?", "hello", "well?"]
    assert heard(dial(line, "x", MAIN, "0", "1800")) == ["hello", "dial", "what?", "hello", "well?"]
    outcome = dial(line, "x", MAIN, "0", "1201", states=NOBODY)
    assert heard(outcome) == ["hello", "dial", "sorry", "hello", "well?"]


def test_only_extensions_of_a_department() -> None:
    action = ir.DialExtension(None, "sales", ("1202", "1203"))
    line = with_menus(office(), main=menu("hello", {"0": action}, invalid=retry(0, "what?")))
    assert [ends(dial(line, "x", MAIN, "0", number)) for number in ("1201", "1202", "1203")] == ["ivr/main", "b", "c"]
    nobody = ir.DialExtension(None, "empty")
    line = with_menus(office(), main=menu("hello", {"0": nobody}))
    assert ends(dial(line, "x", MAIN, "0", "1202")) == "ivr/main"


# -- names

NAMES = (
    ("6682", "acme/users/a", say("Nova")),
    ("66825682", "acme/users/b", say("Novakova")),
    ("782", "acme/users/c", say("Sta")),
)
CHOOSE = tuple(say(f"press {key}") for key in range(1, 10))


def directory(names: tuple[tuple[str, str, str], ...] = NAMES, choose: tuple[str, ...] = CHOOSE) -> Exchange:
    """A menu in which 1 is the directory."""
    action = ir.DialName(say("spell"), names, choose)
    policies = {"invalid": retry(0, "what?"), "no_input": retry(0, "well?"), "failed": retry(0, "sorry")}
    return with_menus(office(), main=menu("hello", {"1": action}, **policies))


@pytest.mark.parametrize(
    ("pressed", "ending"), [("782", "c"), ("7", "c"), ("66825", "b"), ("7829", "ivr/main"), ("9", "ivr/main")]
)
def test_a_name_that_only_one_has_is_called(pressed: str, ending: str) -> None:
    assert ends(dial(directory(), "x", MAIN, "1", pressed)) == ending


def test_names_that_begin_alike_are_read_out() -> None:
    outcome = dial(directory(), "x", MAIN, "1", "6682", "2")
    assert ends(outcome) == "b"
    assert heard(outcome) == ["hello", "spell", "press 1", "Nova", "press 2", "Novakova"]
    assert ends(dial(directory(), "x", MAIN, "1", "66", "1")) == "a"
    assert heard(dial(directory(), "x", MAIN, "1", "66", "3"))[-1] == "what?"
    assert heard(dial(directory(), "x", MAIN, "1", "66", "#"))[-1] == "what?"
    assert heard(dial(directory(), "x", MAIN, "1", "66"))[-1] == "well?"
    assert heard(dial(directory(), "x", MAIN, "1"))[-1] == "well?"
    assert heard(dial(directory(), "x", MAIN, "1", "#"))[-1] == "what?"
    assert heard(dial(directory(), "x", MAIN, "1", "66", "1", states=NOBODY))[-1] == "sorry"


def test_no_more_than_nine_names_are_read_out() -> None:
    names = tuple((f"2{last}", f"acme/users/{'abc'[last % 3]}", say(f"name {last}")) for last in range(10))
    outcome = dial(directory(names), "x", MAIN, "1", "2", "9")
    assert heard(outcome)[-2:] == ["press 9", "name 8"]
    assert ends(outcome) == "c"


# -- times


@pytest.mark.parametrize(
    ("switches", "greeting"),
    [
        ({"schedules/office": True, "schedules/feast": False}, "open"),
        ({"schedules/office": False, "schedules/feast": False}, "closed"),
        ({"schedules/office": True, "schedules/feast": True}, "holiday"),
        ({"schedules/office": False, "schedules/feast": True}, "holiday"),
    ],
)
def test_the_time_chooses_the_menu(switches: dict[str, bool], greeting: str) -> None:
    line = office("schedules: {office: {override: open}, feast: {override: closed}}\n")
    main = ivr(
        "main",
        menu("open"),
        extension="1800",
        hours="acme/schedules/office",
        holidays="acme/schedules/feast",
        closed=menu("closed"),
        holiday=menu("holiday"),
    )
    assert heard(dial(with_ivrs(line, main), "x", MAIN, switches=switches)) == [greeting]


# -- announcements and treatments


@pytest.mark.parametrize("times", [1, 5])
def test_an_announcement_is_no_answer(times: int) -> None:
    line = with_nodes(office(), replace(announcement("shut", "closed for good", times), extension="1900"))
    outcome = dial(line, "x", "1900")
    assert (ends(outcome), heard(outcome)) == ("480 Closed", ["closed for good"] * times)


def test_an_announcement_ends_the_call_and_is_no_diversion() -> None:
    line = office(a="forward: {always: users/b}")
    line = with_nodes(line, announcement("shut", "closed for good"))
    user = line.program.tenants[0].node("acme/users/b")
    assert isinstance(user, ir.User)
    line = with_nodes(line, replace(user, busy="acme/announcements/shut"))
    outcome = dial(line, ABROAD, "+420222333401", states={"busy": "b"}, diversions=4)
    assert (ends(outcome), heard(outcome)) == ("480 Closed", ["closed for good"])


def test_an_announcement_a_menu_leads_to_is_heard_and_comes_back() -> None:
    line = with_nodes(office(), announcement("shut", "closed for good"))
    line = with_menus(line, main=menu("hello", {"1": to("announcements/shut")}, failed=retry(0, "sorry")))
    outcome = dial(line, "x", MAIN, "1")
    assert (ends(outcome), heard(outcome)) == ("ivr/main", ["hello", "closed for good", "sorry"])


def treated(name: str, code: int, reason: str, more: str = "", **users: str) -> Exchange:
    """An exchange in which one rejection has a prompt, called as the rejection."""
    line = office(more, **users)
    node = ir.Reject(f"acme/reject/{name}", code, reason, line.program.tenants[0].span, say(name))
    return with_nodes(line, node)


def test_a_rejection_is_explained_to_who_calls() -> None:
    line = treated("unknown-number", 404, "Not Found")
    for by, number in (("x", "1999"), (ABROAD, "+420222333447")):
        outcome = dial(line, by, number)
        assert (outcome.code, heard(outcome)) == (404, ["unknown-number"])


def test_an_emergency_call_is_never_explained() -> None:
    line = treated("no-trunk", 503, "No Trunk Available")
    assert heard(dial(line, "x", "112", trunks={"carrier": "fails"})) == []
    assert heard(dial(line, "x", "0602123456", trunks={"carrier": "fails"})) == ["no-trunk"]


def test_in_a_menu_a_rejection_is_only_a_code() -> None:
    line = treated("busy", 486, "Busy Here")
    assert heard(dial(line, "x", "1201", states={"busy": "a"})) == ["busy"]
    line = with_menus(line, main=menu("hello", {"1": to("users/a"), "2": to("reject/busy")}, failed=retry(1)))
    assert heard(dial(line, "x", MAIN, "1", "2", states={"busy": "a"})) == ["hello", "hello"]


def test_a_stranger_hears_nothing() -> None:
    from ringplan.interpreter import Call, FromStranger, World, route

    line = treated("unknown-number", 404, "Not Found")
    assert route(line.program, Call(FromStranger("nobody.example"), "1201"), World()).heard == ()


# -- waiting


def test_every_time_the_call_waits_is_told() -> None:
    line = with_menus(
        office(),
        main=menu(
            "hello",
            {"0": ir.DialExtension(say("dial"), None), "5": ir.DialExtension(None, None)},
            dial_extensions=True,
            inter_digit_ms=4_000,
            no_input=retry(1, "well?"),
        ),
    )
    outcome = dial(line, "x", MAIN, "0", "", "5", "1201")
    assert outcome.waits == (
        Waiting(1, 10_000, True, "0"),
        Waiting(2, 10_000, True, ""),
        Waiting(4, 10_000, True, "5"),
        Waiting(4, 4_000, False, "1201"),
    )
    outcome = dial(line, "x", MAIN, "12")
    assert outcome.waits == (Waiting(1, 4_000, True, "12"),)
    line = with_menus(office(), main=menu("hello", {"1": to("users/a")}, barge_in=False, first_digit_ms=2_000))
    assert dial(line, "x", MAIN).waits == (Waiting(1, 2_000, False, ""),)
