"""Faults in answered calls: in what the compiler emits for a tenant, in the attendant, in the exchange around it.

Each names the scenarios that ought to see it, and what they must say.
"""

from __future__ import annotations

from tests.targets.sipp.planting import RUNTIME, Edit, Fault

DESK = "exchange/tenants/desk.py"
MAIN, SERVICE = r'("desk/ivr/main": .*', r'("desk/ivr/service": .*'
HEARD = "the caller heard"


def _scenarios(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"desk/{name}" for name in names)


def data(pattern: str, text: str, *scenarios: str, says: str) -> Fault:
    """A fault in what the compiler emits for the tenant."""
    return Fault((Edit(DESK, pattern, text),), _scenarios(scenarios), says)


def code(module: str, pattern: str, text: str, *scenarios: str, says: str) -> Fault:
    """A fault in the attendant."""
    return Fault((Edit(f"{RUNTIME}/attendant/{module}.py", pattern, text),), _scenarios(scenarios), says)


def exchange(module: str, pattern: str, text: str, *scenarios: str, says: str) -> Fault:
    """A fault in the exchange."""
    return Fault((Edit(f"{RUNTIME}/{module}.py", pattern, text),), _scenarios(scenarios), says)


def should_get(user: str) -> str:
    """What is said when the phone of a user is not reached."""
    return f"phone desk/users/{user}/phones/desk should get the call, but did not"


MENUS = {
    "key leads to somebody else": data(
        r'\("1", \("transfer", "desk/users/cyril", ""',
        '("1", ("transfer", "desk/users/adam", ""',
        "menu-path/service/open-1",
        says=should_get("cyril"),
    ),
    "key forgotten": data(r'\("3", \("play"', '("8", ("play"', "menu-path/main/open-3", says=HEARD),
    "wrong greeting": data(
        r'("desk/ivr/main": \("desk/holidays/CZ", "desk/schedules/open", \()"desk/\w+"(.*?"play", )("desk/\w+")',
        r"\1\3\2\3",
        "menu-path/main/open-hash",
        says=HEARD,
    ),
    "wrong prompt of a key": data(
        r'("hang-up", )("desk/\w+")(.*?"play", )"desk/\w+"',
        r"\1\2\3\2",
        "menu-path/main/open-3",
        says=HEARD,
    ),
    "greeting cannot be interrupted": data(
        r'(\("9", \("repeat",\)\)\), False, )True',
        r"\1False",
        "menu-path/main/open-hash",
        says=HEARD,
    ),
    "greeting can be interrupted": data(
        f"{SERVICE}False, )False, 2000",
        r"\1True, 2000",
        "menu-path/service/open-1",
        says="was not heard whole",
    ),
    "first digit is waited for twice as long": data(
        r'(\("9", \("repeat",\)\)\), False, True, )2000',
        r"\g<1>4000",
        "menu-silence/main/open",
        says=r"the exchange waited [34]\.. s",
    ),
    "first digit is waited for half as long": data(
        r'(\("9", \("repeat",\)\)\), False, True, )2000',
        r"\g<1>1000",
        "menu-silence/main/open",
        says=r"the exchange waited [01]\.. s",
    ),
    "silent callers are asked once too often": data(
        r'\(1, "", \("transfer", "desk/users/berta"',
        '(2, "", ("transfer", "desk/users/berta"',
        "menu-silence/main/open",
        says=f"{HEARD}|{should_get('berta')}",
    ),
    "silent callers are hung up": data(
        r'\(1, "", \("transfer", "desk/users/berta", ""\)\)',
        '(1, "", ("hang-up", ""))',
        "menu-silence/main/open",
        says=should_get("berta"),
    ),
    "wrong keys are not told": data(
        rf'{MAIN}\("transfer", "desk/users/berta", ""\)\), \(1, )"desk/\w+"(.*"desk/users/adam", ""\)\),\), False)',
        r'\1""\2',
        "menu-invalid/main/open-once",
        says=HEARD,
    ),
    "wrong keys and vain transfers tell the same": data(
        r'(\("transfer", "desk/users/berta", ""\)\), \(1, )("desk/\w+")(, .*?, \(1, )"desk/\w+"',
        r"\1\2\3\2",
        "menu-failed/main/open-1",
        says=HEARD,
    ),
    "a key is forgotten that repeats": data(
        r'\("9", \("repeat",\)\)', '("9", ("hang-up", ""))', "menu-path/main/open-9", says=HEARD
    ),
    "one try too many": code(
        "menus",
        r"count\[what\] < policy\.times",
        "count[what] <= policy.times",
        "menu-invalid/main/open-always",
        says=HEARD,
    ),
    "invalid keys count as silence": code(
        "keying",
        r"^        menus\.retry\(control, \"invalid\"\)\n\n\ndef _heed",
        '        menus.retry(control, "no_input")\n\n\ndef _heed',
        "menu-invalid/main/open-once",
        says=HEARD,
    ),
    "a vain transfer hangs up": code(
        "menus",
        r"^        retry\(control, \"failed\"\)$",
        "        control.end(HUNG_UP)",
        "menu-failed/main/open-1",
        says=HEARD,
    ),
    "a submenu does not know where it came from": code(
        "menus",
        r"^            way\.append\(control\.script\[\"visit\"\]\[\"ivr\"\]\)$",
        "            way.append(ivr_id)",
        "menu-path/main/open-2-star",
        says=HEARD,
    ),
    "return repeats": code(
        "menus",
        r"case \(answering\.RETURN,\) if control\.script\[\"way\"\]:",
        "case (answering.RETURN,) if False:",
        "menu-path/main/open-2-star",
        says=HEARD,
    ),
    "closed while it is open": code(
        "menus",
        r"and not control\.env\.is_open\(tenant, ivr\.hours, moment\)",
        "and control.env.is_open(tenant, ivr.hours, moment)",
        "menu-silence/main/closed",
        says=HEARD,
    ),
    "holidays are no different": code(
        "menus", r'return "holiday"$', 'return "open"', "menu-path/main/holiday-1", says=HEARD
    ),
    "a transfer skips its prompt": code(
        "menus",
        r"^            prompt\(control, name, \[\"dial\", node, last\]\)$",
        "            dial(control, node, last)",
        "menu-failed/main/open-1",
        says=HEARD,
    ),
    "a transfer is no diversion": code(
        "menus",
        r"^        before\.append\(.*\)$",
        "        pass",
        "menu-path/main/open-6",
        says="trunk alpha should get the call, but did not|alpha was told",
    ),
    "a transfer for the wrong reason": code(
        "menus",
        r'\[place\[0\], "unconditional"\]',
        '[place[0], "no-answer"]',
        "menu-path/main/open-6",
        says="alpha was told of the diversions",
    ),
    "prompts are taken for shorter": code(
        "prompts", "^_BYTES_PER_MS = 8$", "_BYTES_PER_MS = 16", "menu-path/main/open-1", says="was not heard whole"
    ),
    "star and hash are taken for each other": code(
        "digits", '^_KEYS = "0123456789\\*#"$', '_KEYS = "0123456789#*"', "menu-path/main/open-hash", says=HEARD
    ),
    "tones are not listened to": code(
        "audio",
        r"^        if not sdp\.has_events\(leg\.sdp\):$",
        "        if False:",
        "menu-in-band/main",
        says=should_get("adam"),
    ),
}

DIRECTORY = {
    "another extension is called": code(
        "keying",
        r"menus\.dial\(control, known\[digits\]\)",
        'menus.dial(control, known["1203"])',
        "menu-path/main/open-4-1201",
        says="phone desk/users/cyril/phones/desk got the call",
    ),
    "an unknown extension counts as silence": code(
        "keying",
        r"^                menus\.retry\(control, \"invalid\"\)$",
        '                menus.retry(control, "no_input")',
        "menu-path/main/open-4-9990",
        says=HEARD,
    ),
    "the list of names is off by one": code(
        "keying",
        r"listed\[at\]\)",
        "listed[at - 1])",
        "menu-path/main/open-5-3822-2",
        says=should_get("cyril"),
    ),
    "the list of names names no keys": code(
        "keying",
        r"\[\*choose\[at : at \+ 1\], name\]",
        "[name]",
        "menu-path/main/open-5-3822-2",
        says=HEARD,
    ),
    "a name leads to somebody else": data(
        r'"245223782", "desk/users/berta"',
        '"245223782", "desk/users/adam"',
        "menu-path/main/open-5-245223782",
        says=HEARD,
    ),
}

UNANSWERED = {
    "a treatment is missing": data(
        r'(486, "Busy Here", )"desk/\w+"', r'\1""', "treatment/busy-busy", says=f"{HEARD} no prompt"
    ),
    "the treatment of something else": data(
        r'(403, "Call Barred", )("desk/\w+")(\),\n.*486, "Busy Here", )"desk/\w+"',
        r"\1\2\3\2",
        "treatment/busy-busy",
        says=HEARD,
    ),
    "treatments are heard within menus": exchange(
        "attendants",
        r"return not call\.bare and ",
        "return ",
        "menu-failed/main/open-1",
        says=HEARD,
    ),
    "an announcement is played once": data(
        r'2, 480, "Closed"', '1, 480, "Closed"', "announcement/moved-outside", says=HEARD
    ),
    "an announcement ends with another code": data(
        r'2, 480, "Closed"', '2, 404, "Closed"', "announcement/moved-inside", says="the caller got 404"
    ),
    "an announcement is charged": code(
        "announcing",
        r"^    control\.progress\(\)$",
        "    control.answer()",
        "announcement/moved-outside",
        says="the caller got 200 OK, not 480",
    ),
}

CALLBACKS = {
    "another number is called back": code(
        "calling_back",
        r"user=user, dialled=number\)",
        "user=user, dialled=max(found[1].allowed))",
        "callback/field/420602111222-declines",
        says="trunk alpha was asked for",
    ),
    "whoever answers is taken for the employee": code(
        "calling_back",
        r"^    _ask\(control, ACCEPTING\)$",
        '    control.script["round"] = 1\n    _ask(control, ASKING)',
        "callback/field/420602111222-mailbox",
        says=HEARD,
    ),
    "any key accepts": code(
        "calling_back",
        r'if event\.key == "1":',
        'if event.key != "0":',
        "callback/field/420602111222-declines",
        says=HEARD,
    ),
    "emergency numbers are let through": Fault(
        (
            Edit(
                f"{RUNTIME}/attendant/calling_back.py",
                r"^    if isinstance\(destination, numbering\.Emergency\):$",
                "    if False:",
            ),
            Edit(f"{RUNTIME}/serving.py", r"^    if isinstance\(destination, Emergency\):$", "    if False:"),
        ),
        ("desk/callback/field/420602111222-emergency",),
        HEARD + "|got the call",
    ),
    "the attendant leaves emergency numbers to the exchange": code(
        "calling_back",
        r"^    if isinstance\(destination, numbering\.Emergency\):$",
        "    if False:",
        "callback/field/420602111222-emergency",
        says=HEARD,
    ),
    "another number is presented": exchange(
        "serving",
        r'"", node\.number, False, \[\], 0',
        '"", "+420234500100", False, [], 0',
        "callback/field/420602111222-declines",
        says=r"was shown number|P-Asserted-Identity",
    ),
    "everybody is called back": exchange(
        "attendants",
        r"return calling_number\(call\.tenant\.plan, call\.number\) in node\.allowed",
        "return True",
        "callback-others/field/stranger",
        says="the caller got 486|should get the call",
    ),
    "who hides his number is called back": exchange(
        "attendants",
        r"call\.errand or call\.private or call\.diversions",
        "call.errand or call.diversions",
        "callback-others/field/withheld",
        says="the caller got 486|should get the call",
    ),
    "an employee dials as another": code(
        "calling_back",
        r"^    user = callback\.allowed\.get\(.*\)$",
        "    user = min(callback.allowed.values())",
        "callback/field/420602111333-connected",
        says="was shown",
    ),
    "employees are refused otherwise": code(
        "calling_back",
        r'^BUSY = \(486, "Busy Here"\)$',
        'BUSY = (480, "Busy Here")',
        "callback/field/420602111222-declines",
        says="call 1: phone desk/users/berta/phones/desk got the call",
    ),
    "vain calls tell the wrong thing": code(
        "calling_back",
        r"_advise\(control, found\[1\]\.failed\)",
        "_advise(control, found[1].directly)",
        "callback/field/420602111222-busy",
        says=HEARD,
    ),
    "three tries are two": code(
        "calling_back", "^ROUNDS = 3$", "ROUNDS = 2", "callback/field/420602111222-tries", says=HEARD
    ),
    "three tries are four": code(
        "calling_back", "^ROUNDS = 3$", "ROUNDS = 4", "callback/field/420602111222-tries", says=HEARD
    ),
}

CLICKS = {
    "calls of the attendant are not screened": exchange(
        "calls",
        r"^            if not _may_call\(core, call, number, False\):$",
        "            if not call.errand and not _may_call(core, call, number, False):",
        "click/adam/premium",
        "callback/field/420602111222-premium",
        says="trunk alpha got the call",
    ),
    "a click calls as somebody else": code(
        "clicking",
        r"control\.order\(DIAL, user=user, dialled=number\)",
        'control.order(DIAL, user="desk/users/cyril", dialled=number)',
        "click/adam/outside",
        says="was shown",
    ),
    "a click rings another phone": code(
        "clicking",
        r"control\.order\(OWN_PHONES, user=user, dialled=number\)",
        'control.order(OWN_PHONES, user="desk/users/cyril", dialled=number)',
        "click/adam/colleague",
        says=should_get("adam"),
    ),
    "a click needs no token": code(
        "clicks",
        r"^    if not hmac\.compare_digest\(known, digest\):$",
        "    if False:",
        "click/adam/colleague",
        says="call",
    ),
    "callers hear no ringback": code(
        "bridging",
        r"^    control\.repeat\(CALLER, RINGBACK\)\n    control\.dial\(TARGET, errand\)",
        "    control.dial(TARGET, errand)",
        "menu-path/main/open-1",
        says=HEARD,
    ),
}

FAULTS = MENUS | DIRECTORY | UNANSWERED | CALLBACKS | CLICKS
SURVIVORS = {
    "a click needs no token": "a click with a wrong token is no call: test_attacks_on_answered_calls.py sends them",
    "callers hear no ringback": "ringback is a tone, whose packets are alike: the attendant's own tests listen to it",
}
"""Faults that no scenario finds, and why."""
