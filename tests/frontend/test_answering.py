"""Menus, prompts and callbacks of a wrong form: where it is, and what was expected."""

from __future__ import annotations

import pytest
from tests.frontend.test_load import GOOD, check, marked, only

MENU = "ivr:\n  main: {extension: '1300', open: {%s}}\n"


@pytest.mark.parametrize(
    "menu",
    [
        "greeting: {say: Good day.}",
        "greeting: {file: prompts/hello-2.wav, language: en}",
        "greeting: prompts/hello",
        "keys: {1: repeat, '*': return, '#': {hang_up: prompts/bye}}",
        "keys: {0: {transfer: +420 602 123 456, prompt: {say: A}}}",
        "keys: {0: {transfer: ivr/main}, 1: {transfer: announcements/closed}}",
        "keys: {3: {dial_extension: {}}, 4: {dial_name: {department: sales, prompt: prompts/name}}}",
        "no_input: {repeat: 0, then: {submenu: ivr/main}}",
        "then: operator",
    ],
)
def test_what_is_of_the_right_form(menu: str) -> None:
    assert check(GOOD + MENU % menu)[1] == ()


@pytest.mark.parametrize(
    ("menu", "underlined", "message"),
    [
        ("greeting: Good day.", "Good day.", "`Good day.` is not a prompt: `{say: …}`, `{file: …}`, or a name such as"),
        ("greeting: {}", "greeting", "`greeting` has none of `say` and `file`"),
        ("greeting: {language: en}", "greeting", "`greeting` has none of `say` and `file`"),
        ("greeting: {say: A, file: a.wav}", "file", "`greeting` has `say` and `file` at once"),
        ("greeting: {say: ''}", "''", "`say` must not be empty"),
        ("greeting: {says: A}", "says", "`says` is not a field of `greeting`"),
        ("greeting: {say: A, language: de}", "de", "`de` is not a choice for `language`"),
        ("greeting: {file: ../a.wav}", "../a.wav", "`../a.wav` is not a WAV file below the tenant's folder"),
        ("greeting: {file: /a.wav}", "/a.wav", "`/a.wav` is not a WAV file below the tenant's folder"),
        ("greeting: {file: .hidden/a.wav}", ".hidden/a.wav", "`.hidden/a.wav` is not a WAV file"),
        ("greeting: {file: a.mp3}", "a.mp3", "`a.mp3` is not a WAV file below the tenant's folder"),
        ("greeting: [prompts/a]", "greeting", "`greeting` must be"),
        ("keys: {10: repeat}", "10", "`10` is not a key of the phone: 0 to 9, `*` or `#`"),
        ("keys: {1: users/novak}", "users/novak", "`users/novak` is not a choice for `1`"),
        ("keys: {1: hangup}", "hangup", "`hangup` is not a choice for `1`"),
        ("keys: {1: {}}", "1", "`1` has none of `transfer`"),
        ("keys: {1: {transfer: '1204', hang_up: prompts/a}}", "hang_up", "`1` has `transfer` and `hang_up` at once"),
        ("keys: {1: {announce: prompts/a, prompt: prompts/b}}", "prompt", "`1` has a prompt beside `announce`"),
        ("keys: {1: {prompt: prompts/b}}", "1", "`1` has none of `transfer`"),
        ("keys: {1: {transfer: nobody}}", "nobody", "`nobody` is not a target such as"),
        ("keys: {1: {submenu: main}}", "main", "`main` is not an IVR such as ivr/main"),
        ("keys: {1: }", "keys", "`keys` has no `1`"),
        ("then: repeat", "repeat", "`repeat` is not a choice for `then`"),
        ("then: {announce: prompts/a}", "announce", "`announce` is not a field of `then`"),
        ("no_input: {repeat: 10}", "10", "`repeat` must be from 0 to 9, not `10`"),
        ("first_digit: 61s", "61s", "`first_digit` must be from 1s to 60s, not `61s`"),
        ("inter_digit: 500ms", "500ms", "`inter_digit` must be from 1s to 10s, not `500ms`"),
    ],
)
def test_what_is_of_no_form(menu: str, underlined: str, message: str) -> None:
    text = GOOD + MENU % menu
    fault = next(iter(check(text)[1]))
    assert fault.message.startswith(message)
    assert marked(text, fault) == underlined


@pytest.mark.parametrize(
    ("written", "meant"),
    [("main", "ivr/main"), ("ivrs/main", "ivr/main"), ("ivr/main", None)],
)
def test_what_a_submenu_was_meant_to_be(written: str, meant: str | None) -> None:
    text = GOOD + MENU % f"keys: {{1: {{submenu: {written}}}}}"
    if meant is None:
        assert check(text)[1] == ()
    else:
        assert only(text).fixes[0].edits[0].text == meant


@pytest.mark.parametrize(("written", "meant"), [("welcome", "prompts/welcome"), ("prompt/welcome", "prompts/welcome")])
def test_what_a_prompt_was_meant_to_be(written: str, meant: str) -> None:
    text = f"{GOOD}{MENU % f'greeting: {written}'}prompts: {{welcome: {{say: A}}}}\n"
    assert only(text).fixes[0].edits[0].text == meant


@pytest.mark.parametrize(
    ("fields", "underlined"),
    [
        ("number: +420222333404, allowed: {}, otherwise: '1204'", "allowed"),
        ("number: +420222333404, allowed: {602111222: users/novak}, otherwise: '1204'", "602111222"),
        ("number: +420222333404, allowed: {+420602111222: hunt_groups/sales}, otherwise: '1204'", "hunt_groups/sales"),
        ("number: +420222333404, allowed: {+420602111222: users/novak}, otherwise: '1204', delay: 1s", "1s"),
        ("number: +420222333404, allowed: {+420602111222: users/novak}, otherwise: callback/c", "callback/c"),
    ],
)
def test_wrong_callbacks(fields: str, underlined: str) -> None:
    text = f"{GOOD}callback: {{c: {{{fields}}}}}\n"
    assert marked(text, only(text)) == underlined
