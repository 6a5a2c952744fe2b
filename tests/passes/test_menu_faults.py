"""RP304 and RP442 of menus, RP451 to RP454, RP460 to RP468, RP470 to RP475."""

from __future__ import annotations

import os

import pytest
from tests.passes.answered import USERS, examined, menus, recording
from tests.passes.builder import HEAD, Bench, Examined

JANA = "keys: {7: {transfer: users/jana}}"


# -- prompts


def test_a_mistyped_prompt_is_repaired(bench: Bench) -> None:
    found = menus(bench, f"greeting: prompts/helo, {JANA}", more="prompts: {hello: {say: A}}\n")
    fault = found.claim("RP304")
    assert found.at(fault.primary.span) == "prompts/helo"
    assert fault.fixes[0].edits[0].text == "prompts/hello"


@pytest.mark.parametrize("file", ["prompts/none.wav", "prompts/hello.wav/deeper.wav", "prompts"])
def test_a_missing_recording_is_told_where_it_is_named(bench: Bench, file: str) -> None:
    recording(bench.folder)
    if file == "prompts":
        (bench.folder / "folder.wav").mkdir()
        file = "folder.wav"
    found = examined(bench, f"treatments: {{busy: {{file: {file}}}}}\n")
    fault = found.claim("RP451")
    assert found.at(fault.primary.span) == file


@pytest.mark.parametrize("linked", ["prompts/link.wav", "linked/hello.wav"])
def test_no_link_is_followed(bench: Bench, linked: str) -> None:
    recording(bench.folder)
    link = bench.folder / linked.removesuffix("/hello.wav")
    link.symlink_to(bench.folder / ("prompts" if linked.startswith("linked") else "prompts/hello.wav"))
    assert (bench.folder / linked).is_file()
    found = examined(bench, f"treatments: {{busy: {{file: {linked}}}}}\n")
    assert "is a link" in found.claim("RP451").message


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_recording(bench: Bench) -> None:
    recording(bench.folder)
    (bench.folder / "prompts/hello.wav").chmod(0)
    found = examined(bench, "treatments: {busy: {file: prompts/hello.wav}}\n")
    assert "cannot be read" in found.claim("RP451").message


def test_a_recording_that_is_none_is_told_once(bench: Bench) -> None:
    recording(bench.folder)
    (bench.folder / "prompts/hello.wav").write_bytes(b"ID3 and so on")
    file = "{file: prompts/hello.wav}"
    found = examined(bench, f"treatments: {{busy: {file}, closed: {file}}}\n")
    assert "MP3" in found.claim("RP452").message
    found.claim("RP454")


def test_a_silent_recording(bench: Bench) -> None:
    content = recording(bench.folder)
    (bench.folder / "prompts/hello.wav").write_bytes(content[:44] + bytes(len(content) - 44))
    found = examined(bench, "treatments: {busy: {file: prompts/hello.wav}}\n")
    assert "silent" in found.claim("RP453").message


def test_the_same_words_in_another_voice_are_another_prompt(bench: Bench) -> None:
    examined(bench, "treatments: {busy: {say: A}, closed: {say: A, language: en}, barred: {say: B}}\n")


# -- menus, each by itself


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ("hours: open", "hours"),
        ("holidays: feast", "holidays"),
        ("closed: {then: hang_up}", "closed"),
        ("holiday: {then: hang_up}", "holiday"),
    ],
)
def test_menus_and_schedules_come_in_pairs(bench: Bench, fields: str, where: str) -> None:
    found = menus(bench, JANA, fields=fields)
    fault = found.claim("RP466")
    assert found.at(fault.primary.span) == where


@pytest.mark.parametrize("action", ["operator", "{operator: {say: A}}"])
def test_an_operator_has_to_be_named(bench: Bench, action: str) -> None:
    found = menus(bench, f"keys: {{7: {action}}}")
    assert found.at(found.claim("RP467").primary.span) == "operator"


def test_what_follows_silence_is_said_once(bench: Bench) -> None:
    found = menus(bench, f"{JANA}, then: hang_up, no_input: {{repeat: 1}}")
    fault = found.claim("RP468")
    assert found.at(fault.primary.span) == "then"
    assert found.at(fault.secondary[0].span) == "no_input"


def test_a_mistyped_submenu_is_repaired(bench: Bench) -> None:
    found = menus(bench, "keys: {1: {submenu: ivr/mor}}", f"more: {{number: +420222333405, open: {{{JANA}}}}}")
    fault = found.claim("RP304")
    assert (found.at(fault.primary.span), fault.fixes[0].edits[0].text) == ("ivr/mor", "ivr/more")


@pytest.mark.parametrize("target", ["users/nobody", "ivr/nobody", "announcements/nobody", "112", "0112", "9999"])
@pytest.mark.parametrize(
    "action",
    [
        "keys: {{7: {{transfer: '{}'}}}}",
        "then: {{transfer: '{}'}}",
        "failed: {{then: {{transfer: '{}'}}}}, " + JANA.replace("{", "{{").replace("}", "}}"),
    ],
)
def test_targets_of_transfers_are_targets(bench: Bench, action: str, target: str) -> None:
    found = menus(bench, action.format(target))
    code = "RP304" if "/" in target else "RP411" if target == "9999" else "RP601"
    assert target in found.at(found.claim(code).primary.span)


def test_an_operator_is_a_target_too(bench: Bench) -> None:
    menus(bench, JANA, fields="operator: '112'").claim("RP601")


def test_a_schedule_nobody_defined(bench: Bench) -> None:
    menus(bench, JANA, fields="hours: opne, closed: {then: hang_up}").claim("RP501")


def test_a_department_nobody_defined(bench: Bench) -> None:
    found = menus(bench, "keys: {7: {dial_extension: {department: sale}}}", fields="department: sals")
    first, second = found.claim("RP301"), found.claim("RP301")
    assert {found.at(first.primary.span), found.at(second.primary.span)} == {"sale", "sals"}
    found.claim("RP461")


def test_an_ivr_with_an_extension_only_needs_a_number_above(bench: Bench) -> None:
    main = f"ivr: {{main: {{extension: 1300, open: {{{JANA}}}}}}}\n"
    found = examined(bench, main, head=HEAD)
    assert found.at(found.claim("RP442").primary.span) == "1300"
    examined(bench, main.replace("extension: 1300", "number: +420222333400"), head=HEAD)


@pytest.mark.parametrize(
    ("menu", "where"),
    [
        ("keys: {7: {transfer: users/jana}, 9: return}", "9"),
        ("keys: {7: {transfer: users/jana}, 9: {submenu: ivr/main}}", "9"),
        ("keys: {7: {transfer: users/jana}, 9: {transfer: ivr/main}}", "9"),
        ("keys: {7: {transfer: users/jana}, 9: {dial_extension: {department: store}}}", "9"),
        ("keys: {7: {transfer: users/jana}, 9: {dial_name: {department: store}}}", "9"),
        ("keys: {7: {announce: {say: A}}}, failed: {repeat: 1}", "failed"),
    ],
)
def test_keys_that_do_nothing(bench: Bench, menu: str, where: str) -> None:
    found = menus(bench, menu)
    assert found.at(found.claim("RP461").primary.span) == where


@pytest.mark.parametrize(
    "menu", ["dial_extensions: true, keys: {2: hang_up}", "dial_extensions: true, keys: {1: hang_up}"]
)
def test_a_key_that_begins_an_extension(bench: Bench, menu: str) -> None:
    found = menus(bench, menu)  # extensions 2204 to 2206; 1300 is the IVR's own
    if "2: hang_up" in menu:
        fault = found.claim("RP464")
        assert "2204" in fault.message
        assert "2 more" in fault.notes[0]


def test_without_dialling_at_once_no_key_is_ambiguous(bench: Bench) -> None:
    menus(bench, "keys: {2: hang_up}")


# -- ways between menus


@pytest.mark.parametrize(
    ("more", "what"),
    [
        (f"ivr: {{lost: {{open: {{{JANA}}}}}}}\n", "lost"),
        ("announcements: {lost: {prompt: {say: A}}}\n", "lost"),
        (
            "hunt_groups: {g: {name: G, members: [users/jana], forward: {busy: announcements/lost}}}\n"
            "announcements: {lost: {prompt: {say: A}}}\n",
            "lost",
        ),
    ],
)
def test_nothing_leads_there(bench: Bench, more: str, what: str) -> None:
    found = examined(bench, more)
    assert found.at(found.claim("RP460").primary.span) == what


@pytest.mark.parametrize(
    "forward",
    [
        "always: announcements/a",
        "busy: announcements/a",
        "no_answer: {to: announcements/a}",
        "selective: [{when: open, to: announcements/a}]",
    ],
)
def test_forwarding_leads_there(bench: Bench, forward: str) -> None:
    users = (USERS[0].replace("phones", f"forward: {{{forward}}}, phones"), *USERS[1:])
    examined(bench, "announcements: {a: {prompt: {say: A}}}\n", *users)


def test_menus_that_lead_to_each_other_only_are_lost(bench: Bench) -> None:
    found = menus(
        bench,
        JANA,
        "a: {open: {keys: {1: {submenu: ivr/b}, 8: hang_up}}}",
        "b: {open: {keys: {9: return, 8: hang_up}}}",
    )
    found.claim("RP460")
    found.claim("RP460")


def loop(found: Examined) -> str:
    """The place of the one loop that is reported."""
    return found.at(found.claim("RP462").primary.span)


def test_silence_goes_round_over_submenus(bench: Bench) -> None:
    found = menus(
        bench, f"then: {{submenu: ivr/more}}, {JANA}", f"more: {{open: {{no_input: {{then: return}}, {JANA}}}}}"
    )
    assert loop(found) == "then"


def test_silence_goes_round_over_a_transfer_to_itself(bench: Bench) -> None:
    assert loop(menus(bench, f"no_input: {{then: {{transfer: ivr/main}}}}, {JANA}")) == "then"


def test_returning_from_the_first_menu_is_repeating_it(bench: Bench) -> None:
    found = menus(bench, f"then: return, {JANA}")
    assert loop(found) == "then"
    found.claim("RP461")


def test_a_submenu_that_returns_ends_where_the_caller_pressed(bench: Bench) -> None:
    menus(bench, "keys: {1: {submenu: ivr/more}}", f"more: {{open: {{then: return, {JANA}}}}}")


def test_a_submenu_with_a_number_of_its_own_is_a_first_menu_too(bench: Bench) -> None:
    other = f"more: {{number: +420222333405, open: {{then: return, {JANA}}}}}"
    assert loop(menus(bench, "keys: {1: {submenu: ivr/more}}", other)) == "then"


@pytest.mark.parametrize("policy", ["invalid", "failed"])
def test_wrong_keys_and_failed_transfers_go_round(bench: Bench, policy: str) -> None:
    found = menus(
        bench,
        f"{policy}: {{then: {{submenu: ivr/more}}}}, {JANA}",
        f"more: {{open: {{then: {{submenu: ivr/main}}, {JANA}}}}}",
    )
    assert loop(found) == "then"


def test_forwarding_and_hours_lead_back(bench: Bench) -> None:
    more = (
        "time_routes: {r: {rules: [{when: open, to: hunt_groups/g}], otherwise: reject/closed}}\n"
        "hunt_groups: {g: {name: G, members: [users/jana], overflow: {after: 60s, to: ivr/main}}}\n"
    )
    found = menus(bench, f"then: {{transfer: time_routes/r}}, {JANA}", more=more)
    fault = found.claim("RP462")
    assert "`ivr/main` → `time_routes/r` → `hunt_groups/g` → `ivr/main`" in fault.notes[0]


def test_ways_that_take_a_key_may_go_round(bench: Bench) -> None:
    menus(
        bench, "keys: {1: {submenu: ivr/more}, 8: hang_up}", "more: {open: {keys: {1: {submenu: ivr/main}, 9: return}}}"
    )


def test_no_way_out(bench: Bench) -> None:
    back = "no_input: {then: {submenu: ivr/more}}, invalid: {then: {submenu: ivr/more}}, keys: {1: {submenu: ivr/more}}"
    found = menus(bench, back, f"more: {{open: {{{back.replace('more', 'main')}}}}}")
    assert {found.at(found.claim("RP463").primary.span) for _ in range(2)} == {"open"}


def test_a_way_out_over_a_submenu(bench: Bench) -> None:
    back = "no_input: {repeat: 0, then: {submenu: ivr/more}}, invalid: {then: {submenu: ivr/more}}"
    menus(bench, back, f"more: {{open: {{{JANA}}}}}")


@pytest.mark.parametrize("levels", [5, 6])
def test_five_levels_are_enough(bench: Bench, levels: int) -> None:
    others = [f"l{at}: {{open: {{keys: {{1: {{submenu: ivr/l{at + 1}}}}}}}}}" for at in range(2, levels)]
    found = menus(bench, "keys: {1: {submenu: ivr/l2}}", *others, f"l{levels}: {{open: {{{JANA}}}}}")
    if levels > 5:
        assert found.at(found.claim("RP465").primary.span) == "l6"


# -- callbacks


def callback(bench: Bench, allowed: str, more: str = "", otherwise: str = "users/eva") -> Examined:
    line = f"field: {{number: +420222333410, allowed: {{{allowed}}}, otherwise: {otherwise}{more}}}"
    return examined(bench, f"callback: {{{line}}}\n")


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("+420222333410", "RP470"),
        ("+420 222 333 449", "RP470"),
        ("+420906123456", "RP471"),
        ("+436641234567", "RP475"),
        ("+420602111222", None),
        ("+420 602 111 222", None),
        ("+420222444555", None),
    ],
)
def test_whom_a_callback_may_call(bench: Bench, number: str, code: str | None) -> None:
    found = callback(bench, f"{number}: users/jana")
    if code is not None:
        assert found.at(found.claim(code).primary.span) == number


def test_an_unknown_user_of_a_callback(bench: Bench) -> None:
    found = callback(bench, "+420 602 111 222: users/jna")
    fault = found.claim("RP304")
    assert (found.at(fault.primary.span), fault.fixes[0].edits[0].text) == ("users/jna", "users/jana")


def test_a_number_allowed_twice(bench: Bench) -> None:
    found = callback(bench, "+420 602 111 222: users/jana, +420602111222: users/petr")
    assert found.at(found.claim("RP473").primary.span) == "+420602111222"


def test_a_callback_within_its_plan(bench: Bench) -> None:
    plan = ", calling_plan: {forwarding: {international: allow}}"
    callback(bench, "+436641234567: users/jana", plan)
    callback(bench, "+420602111222: users/jana", ", calling_plan: {forwarding: {mobile: deny}}").claim("RP475")


def test_recordings_are_announced(bench: Bench) -> None:
    found = callback(bench, "+420602111222: users/jana", ", record: true")
    assert found.at(found.claim("RP472").primary.span) == "record"
    callback(bench, "+420602111222: users/jana", ", record: true, announced: {say: A}")


@pytest.mark.parametrize("target", ["0602333444", "reject/busy", "ivr/main"])
def test_other_callers_stay_within(bench: Bench, target: str) -> None:
    if target == "ivr/main":
        line = "field: {number: +420222333410, allowed: {+420602111222: users/jana}, otherwise: ivr/main}"
        examined(bench, f"ivr: {{main: {{open: {{{JANA}}}}}}}\ncallback: {{{line}}}\n")
        return
    found = callback(bench, "+420602111222: users/jana", otherwise=target)
    if target.startswith("0"):
        assert found.at(found.claim("RP474").primary.span) == target


def test_a_number_belongs_to_one(bench: Bench) -> None:
    line = "field: {number: +420222333410, allowed: {+420602111222: users/jana}, otherwise: users/eva}"
    found = examined(bench, f"ivr: {{main: {{number: +420222333410, open: {{{JANA}}}}}}}\ncallback: {{{line}}}\n")
    found.claim("RP402")
