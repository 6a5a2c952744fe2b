"""What menus, announcements, callbacks and prompts become."""

from __future__ import annotations

import pytest
from tests.passes.answered import ATTENDANT, examined, graph, heard, ivr, menus, recording
from tests.passes.builder import HEAD, PLATFORM, Bench, tenant

from ringplan import ir
from ringplan.passes.keypad import spelled
from ringplan.prompts import words
from ringplan.prompts.identity import speech_digest

CALLBACK = "callback: {field: {number: +420222333410, allowed: {+420602111222: users/jana}, otherwise: users/eva%s}}\n"


# -- IVRs


def test_what_an_ivr_is_by_default(bench: Bench) -> None:
    found = menus(bench, "keys: {7: {transfer: users/jana}}")
    made = ivr(found)
    assert (made.name, made.extension, made.number) == ("main", "1300", None)
    assert (made.external_number, made.language, made.max_ms) == ("+420222333400", "cs", 600_000)
    assert (made.hours, made.closed, made.holidays, made.holiday) == (None, None, None, None)
    assert made.plan == "novak/calling_plan"
    menu = made.open
    assert menu.greeting is None
    assert menu.keys == (("7", ir.Transfer("novak/users/jana", None)),)
    assert (menu.dial_extensions, menu.barge_in) == (False, True)
    assert (menu.first_digit_ms, menu.inter_digit_ms) == (10_000, 3_000)
    assert menu.no_input == ir.Retry(2, None, ir.HangUp(None))
    assert (menu.invalid.times, menu.invalid.then) == (2, ir.HangUp(None))
    assert heard(found, menu.invalid.prompt) == words.text("cs", "invalid")
    assert (menu.failed.times, menu.failed.then) == (2, ir.HangUp(None))
    assert heard(found, menu.failed.prompt) == words.text("cs", "failed")


def test_every_field_of_an_ivr(bench: Bench) -> None:
    fields = (
        "name: Central, number: +420222333404, department: sales, language: en, operator: users/eva, holidays: feast, "
        "hours: open, closed: {greeting: {say: Closed.}, then: hang_up}, holiday: {then: operator}, max_time: 1m, "
        "calling_plan: {}"
    )
    found = menus(bench, "greeting: {say: Welcome.}, keys: {7: repeat}", fields=fields)
    made = ivr(found)
    assert (made.name, made.number, made.external_number) == ("Central", "+420222333404", "+420222333404")
    assert (made.language, made.max_ms, made.plan) == ("en", 60_000, "novak/ivr/main/calling_plan")
    assert (made.hours, made.holidays) == ("novak/schedules/open", "novak/schedules/feast")
    assert made.closed is not None
    assert made.holiday is not None
    assert heard(found, made.closed.greeting) == "Closed."
    assert made.closed.no_input == ir.Retry(0, None, ir.HangUp(None))
    assert made.closed.first_digit_ms == 1_000
    assert made.holiday.no_input == ir.Retry(0, None, ir.Transfer("novak/users/eva", None))
    assert heard(found, made.open.invalid.prompt) == words.text("en", "invalid")


@pytest.mark.parametrize(
    ("written", "action"),
    [
        ("repeat", ir.Repeat()),
        ("hang_up", ir.HangUp(None)),
        ("operator", ir.Transfer("novak/users/eva", None)),
        ("{transfer: '2205'}", ir.Transfer("novak/users/petr", None)),
        ("{transfer: 0602123456}", ir.Transfer("novak/outside/+420602123456", None)),
        ("{transfer: announcements/end}", ir.Transfer("novak/announcements/end", None)),
        ("{transfer: ivr/more}", ir.Transfer("novak/ivr/more", None)),
        ("{submenu: ivr/more}", ir.Submenu("novak/ivr/more")),
    ],
)
def test_what_a_key_does(bench: Bench, written: str, action: ir.Action) -> None:
    more = "announcements: {end: {extension: 1400, prompt: {say: End.}}}\n"
    other = "more: {extension: 1301, open: {keys: {7: {transfer: users/jana}}}}"
    found = menus(bench, f"keys: {{7: {written}}}", other, fields="operator: users/eva", more=more)
    assert ivr(found).open.keys == (("7", action),)


def test_actions_with_prompts(bench: Bench) -> None:
    found = menus(
        bench,
        "keys: {1: {transfer: users/jana, prompt: {say: One.}}, 3: {operator: {say: Three.}}, "
        "4: {announce: {say: Four.}}, '#': {hang_up: {say: Hash.}}, '*': {dial_extension: {prompt: {say: Star.}}}}",
        fields="operator: users/eva",
    )
    keys = dict(ivr(found).open.keys)
    assert list(keys) == ["#", "*", "1", "3", "4"]
    said = [heard(found, getattr(keys[key], "prompt", None)) for key in keys]
    assert said == ["Hash.", "Star.", "One.", "Three.", "Four."]
    assert isinstance(keys["3"], ir.Transfer)
    assert keys["3"].to == "novak/users/eva"
    assert isinstance(keys["4"], ir.Play)


def test_a_submenu_returns_to_the_menu_above(bench: Bench) -> None:
    found = menus(bench, "keys: {1: {submenu: ivr/more}}", "more: {open: {keys: {9: return}}}")
    assert ivr(found, "more").open.keys == (("9", ir.Return()),)


def test_what_follows_by_itself(bench: Bench) -> None:
    found = menus(
        bench,
        "first_digit: 5s, inter_digit: 2s, barge_in: false, keys: {1: {transfer: users/jana}}, "
        "no_input: {repeat: 0, prompt: {say: Silence.}, then: {transfer: users/petr, prompt: {say: Petr.}}}, "
        "invalid: {repeat: 9, then: {submenu: ivr/more}}, failed: {prompt: {say: Failed.}, then: operator}",
        "more: {open: {keys: {1: {transfer: users/jana}}}}",
        fields="operator: users/eva",
    )
    menu = ivr(found).open
    assert (menu.first_digit_ms, menu.inter_digit_ms, menu.barge_in) == (5_000, 2_000, False)
    assert (menu.no_input.times, menu.invalid.times, menu.failed.times) == (0, 9, 2)
    assert heard(found, menu.no_input.prompt) == "Silence."
    assert isinstance(menu.no_input.then, ir.Transfer)
    assert heard(found, menu.no_input.then.prompt) == "Petr."
    assert menu.invalid.then == ir.Submenu("novak/ivr/more")
    assert heard(found, menu.failed.prompt) == "Failed."
    assert menu.failed.then == ir.Transfer("novak/users/eva", None)


def test_extensions_and_names_of_a_department_and_those_below(bench: Bench) -> None:
    found = menus(bench, "keys: {1: {dial_extension: {department: sales}}, 3: {dial_name: {department: export}}}")
    extension, name = (action for _, action in ivr(found).open.keys)
    assert isinstance(extension, ir.DialExtension)
    assert (extension.department, extension.extensions) == ("novak/departments/sales", ("2204", "2205"))
    assert heard(found, extension.prompt) == words.text("cs", "extension")
    assert isinstance(name, ir.DialName)
    assert [(digits, node, heard(found, said)) for digits, node, said in name.directory] == [
        ("7387", "novak/users/petr", "petr")
    ]
    assert [heard(found, prompt) for prompt in name.choose[:2]] == [
        words.text("cs", "choose").format(key=key) for key in (1, 2)
    ]
    assert len(name.choose) == 9


def test_extensions_and_names_of_the_tenant(bench: Bench) -> None:
    found = menus(bench, "dial_extensions: true, keys: {1: dial_extension, 3: dial_name}", fields="language: sk")
    extension, name = (action for _, action in ivr(found).open.keys)
    assert extension == ir.DialExtension(extension.prompt, None, ())  # type: ignore[union-attr]
    assert heard(found, extension.prompt) == words.text("sk", "extension")
    assert isinstance(name, ir.DialName)
    assert [digits for digits, _, _ in name.directory] == ["382", "5262", "7387"]


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Jana Nováková", "novakovajana"),
        ("Ing. Tomáš Novák, CSc.", "novaktomas"),
        ("Mgr. Zuzana Hôrecká", "horeckazuzana"),
        ("Łukasz Groß", "grosslukasz"),
        ("Recepce", "recepce"),
        ("Sklad 2", "2sklad"),
        ("Obchod – pult", "pultobchod"),
        ("Анна", ""),
        ("Dr.", ""),
    ],
)
def test_names_are_spelled_surname_first(name: str, letters: str) -> None:
    keys = {
        letter: key
        for key, group in zip("23456789", ["abc", "def", "ghi", "jkl", "mno", "pqrs", "tuv", "wxyz"], strict=True)
        for letter in group
    }
    assert spelled(name) == "".join(keys.get(letter, letter) for letter in letters)


def test_who_has_no_letters_is_not_found_by_name(bench: Bench) -> None:
    found = menus(bench, "keys: {3: {dial_name: {department: sales}}}")
    assert isinstance(ivr(found).open.keys[0][1], ir.DialName)
    other = examined(
        bench,
        "ivr: {main: {extension: 1300, open: {keys: {3: dial_name, 7: {transfer: users/anna}}}}}\n",
        "  anna: {name: Анна, extension: 2201, phones: {desk: {secret: a/b}}}\n",
    )
    other.claim("RP461")


# -- announcements


def test_an_announcement(bench: Bench) -> None:
    found = examined(bench, "announcements: {shut: {extension: 1400, number: +420222333411, prompt: {say: Shut.}}}\n")
    made = graph(found).node("novak/announcements/shut")
    assert isinstance(made, ir.Announcement)
    assert (made.name, made.extension, made.number) == ("shut", "1400", "+420222333411")
    assert (made.times, made.code, made.reason) == (1, 480, "Closed")
    assert heard(found, made.prompt) == "Shut."
    assert [entry.node for entry in graph(found).extensions if entry.key == "1400"] == [made.id]


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("barred", 403),
        ("busy", 486),
        ("closed", 480),
        ("no_answer", 480),
        ("unknown_number", 404),
        ("unreachable", 480),
    ],
)
def test_how_an_announcement_ends(bench: Bench, word: str, code: int) -> None:
    found = examined(bench, f"announcements: {{a: {{extension: 1400, prompt: {{say: A}}, times: 5, code: {word}}}}}\n")
    made = graph(found).node("novak/announcements/a")
    rejection = graph(found).node(f"novak/reject/{word.replace('_', '-')}")
    assert isinstance(made, ir.Announcement)
    assert isinstance(rejection, ir.Reject)
    assert (made.code, made.reason, made.times) == (rejection.code, rejection.reason, 5)
    assert made.code == code


def test_treatments_are_what_is_heard_at_an_end(bench: Bench) -> None:
    found = examined(bench, "treatments: {busy: {say: Busy.}, unknown_number: {say: Unknown.}}\n")
    said = {node.id: heard(found, node.prompt) for node in graph(found).nodes if isinstance(node, ir.Reject)}
    assert {node: text for node, text in said.items() if text} == {
        "novak/reject/busy": "Busy.",
        "novak/reject/unknown-number": "Unknown.",
    }
    assert len(said) == 9


# -- callbacks


def test_what_a_callback_is_by_default(bench: Bench) -> None:
    found = examined(bench, CALLBACK % "")
    made = graph(found).node("novak/callback/field")
    assert isinstance(made, ir.Callback)
    assert (made.name, made.number, made.otherwise) == ("field", "+420222333410", "novak/users/eva")
    assert made.allowed == (("+420602111222", "novak/users/jana"),)
    assert (made.delay_ms, made.interval_ms, made.keep_days, made.record) == (3_000, 60_000, 30, False)
    assert [heard(found, getattr(made, field)) for field in ("accept", "ask", "directly", "failed")] == [
        words.text("cs", field) for field in ("accept", "ask", "directly", "failed")
    ]
    assert (made.announced, made.plan) == (None, "novak/calling_plan")
    assert ("+420222333410", made.id) in [(entry.key, entry.node) for entry in graph(found).numbers]


def test_every_field_of_a_callback(bench: Bench) -> None:
    fields = (
        ", name: Field, department: sales, delay: 2s, interval: 10s, language: en, prompts: {ask: {say: Number?}}, "
        "record: true, announced: {say: Recorded.}, keep_days: 7, calling_plan: {}"
    )
    found = examined(bench, CALLBACK % fields)
    made = graph(found).node("novak/callback/field")
    assert isinstance(made, ir.Callback)
    assert (made.name, made.delay_ms, made.interval_ms, made.keep_days) == ("Field", 2_000, 10_000, 7)
    assert (heard(found, made.ask), heard(found, made.accept)) == ("Number?", words.text("en", "accept"))
    assert (made.record, heard(found, made.announced)) == (True, "Recorded.")
    assert made.plan == "novak/callback/field/calling_plan"


# -- prompts


def test_equal_prompts_are_one(bench: Bench) -> None:
    more = "prompts: {hello: {say: Hello.}}\nannouncements: {a: {extension: 1400, prompt: prompts/hello}}\n"
    found = menus(bench, "greeting: {say: '  Hello. '}, keys: {7: {announce: prompts/hello}, 8: hang_up}", more=more)
    greeting = ivr(found).open.greeting
    assert ivr(found).open.keys[0][1] == ir.Play(str(greeting))
    assert graph(found).node("novak/announcements/a").prompt == greeting  # type: ignore[union-attr]
    assert [one.say for one in graph(found).prompts].count("Hello.") == 1
    assert [one.id for one in graph(found).prompts] == sorted(one.id for one in graph(found).prompts)
    found.claim("RP454")


@pytest.mark.parametrize(
    ("tenant_language", "of_ivr", "of_prompt", "language"),
    [
        ("", "", "", "cs"),
        ("language: sk\n", "", "", "sk"),
        ("language: sk\n", "language: en", "", "en"),
        ("language: sk\n", "language: en", ", language: cs", "cs"),
    ],
)
def test_the_nearest_language_counts(
    bench: Bench, tenant_language: str, of_ivr: str, of_prompt: str, language: str
) -> None:
    main = f"main: {{extension: 1300, open: {{greeting: {{say: A{of_prompt}}}, then: hang_up}}, {of_ivr}}}"
    found = examined(bench, f"{tenant_language}ivr: {{{main}}}\n")
    greeting = ivr(found).open.greeting
    (prompt,) = [one for one in graph(found).prompts if one.id == greeting]
    assert (prompt.language, prompt.digest) == (language, speech_digest(language, "A", ""))


def test_a_named_prompt_has_the_tenant_s_language(bench: Bench) -> None:
    main = "main: {extension: 1300, language: en, open: {greeting: prompts/a, then: hang_up}}"
    found = examined(bench, f"ivr: {{{main}}}\nprompts: {{a: {{say: A}}}}\n")
    assert [one.language for one in graph(found).prompts if one.say == "A"] == ["cs"]


def test_a_slovak_tenant_speaks_slovak(bench: Bench) -> None:
    head = HEAD.replace("CZ", "SK").replace("+420222333400..449", "+421445521500..519")
    main = "main: {number: +421445521500, open: {greeting: {say: A}, then: hang_up}}"
    found = bench.tenant(tenant(head=head, more=f"ivr: {{{main}}}\n"), ATTENDANT)
    assert {one.language for one in graph(found).prompts} == {"sk"}


def test_the_speech_command_changes_what_is_heard(bench: Bench) -> None:
    more = "treatments: {busy: {say: Busy.}}\n"
    plain = graph(examined(bench, more)).prompts[0]
    other = graph(examined(bench, more, platform=ATTENDANT + "speech: {command: 'say {language}'}\n")).prompts[0]
    assert plain.say == other.say
    assert plain.id != other.id
    assert other.digest == speech_digest("cs", "Busy.", "say {language}")


def test_a_recording_is_named_by_its_content(bench: Bench) -> None:
    content = recording(bench.folder)
    more = "treatments: {busy: {file: prompts/hello.wav}}\n"
    (first,) = graph(examined(bench, more)).prompts
    assert (first.file, first.say, first.audio) == ("prompts/hello.wav", None, content)
    (bench.folder / "prompts/hello.wav").write_bytes(content + b"\0\0")
    (second,) = graph(examined(bench, more)).prompts
    assert second.id != first.id


def test_words_over_several_lines_are_one_sentence(bench: Bench) -> None:
    found = examined(bench, "treatments:\n  busy:\n    say: >\n      We are\n      busy.\n")
    assert [one.say for one in graph(found).prompts] == ["We are busy."]


# -- the platform


def test_the_attendant_of_the_platform(bench: Bench) -> None:
    made = bench.platform(ATTENDANT).graph
    assert isinstance(made, ir.Platform)
    assert made.attendant is not None
    assert (made.attendant.host, made.attendant.port, made.attendant.digits_port, made.attendant.workers) == (
        "127.0.0.9",
        5080,
        5081,
        4,
    )
    assert made.speech == ""


@pytest.mark.parametrize(
    ("attendant", "code"),
    [
        ('{listen: "127.0.0.10:5060", digits: 5081}', "RP807"),
        ('{listen: "127.0.0.9:5080", digits: 5080}', "RP807"),
        ('{listen: "127.0.0.11:5080", digits: 30001}', "RP807"),
        ('{listen: "127.0.0.9:70000", digits: 5081}', "RP205"),
    ],
)
def test_addresses_of_the_attendant_collide_with_nothing(bench: Bench, attendant: str, code: str) -> None:
    bench.platform(f"{PLATFORM}attendant: {attendant}\n").claim(code)


def test_the_attendant_is_no_trunk(bench: Bench) -> None:
    fault = bench.platform(f'{PLATFORM}attendant: {{listen: "127.0.0.20:5080", digits: 5081}}\n').claim("RP805")
    assert "attendant" in fault.message


@pytest.mark.parametrize("section", ["ivr", "announcements", "callback", "treatments"])
def test_without_attendant_nobody_answers(bench: Bench, section: str) -> None:
    written = {
        "ivr": "ivr: {main: {extension: 1300, open: {then: hang_up}}}\n",
        "announcements": "announcements: {a: {extension: 1300, prompt: {say: A}}}\n",
        "callback": CALLBACK % "",
        "treatments": "treatments: {busy: {say: A}}\n",
    }
    found = examined(bench, written[section], platform=PLATFORM)
    fault = found.claim("RP450")
    assert found.at(fault.primary.span) == section
