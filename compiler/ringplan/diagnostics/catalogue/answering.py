"""RP45x to RP47x: prompts, menus and callbacks."""

from typing import Final

from ..code import Code
from ..model import Severity

_MAIN = "ivr:\n  main:\n    extension: 1300\n    open:\n"

ANSWERING: Final = (
    Code(
        "RP450",
        "nobody to answer calls",
        what="Reported when a tenant has menus, announcements, callbacks or treatments, and the platform no attendant.",
        why="The exchange itself answers no calls: the callers would be turned away.",
        example=_MAIN + "      greeting: {say: Good day.}\n      then: hang_up   # and platform.yaml has no attendant",
        fix="Have the operator add `attendant` to platform.yaml.",
    ),
    Code(
        "RP451",
        "recording missing",
        what=(
            "Reported when a prompt names a file that does not stand below the tenant's folder, cannot be read, or is "
            "only a link."
        ),
        why="Callers would hear nothing.",
        example="treatments:\n  closed: {file: prompts/closed.wav}   # and there is no such file",
        fix="Add the recording. Until there is one, write `say` and the words.",
    ),
    Code(
        "RP452",
        "recording cannot be played",
        what="Reported when the file of a prompt is no WAV file, is damaged, or of a format that is not known.",
        why="Callers would hear nothing.",
        example="treatments:\n  closed: {file: prompts/closed.wav}   # and it is an MP3 file",
        fix="Save it as WAV, 16-bit PCM, mono, 8 kHz or more. Every editor for sound can do that.",
    ),
    Code(
        "RP453",
        "poor recording",
        what="Reported when a recording can be played, but is clipped, silent, or otherwise likely to be a mistake.",
        why="Callers would hear it so.",
        example="treatments:\n  closed: {file: prompts/closed.wav}   # and it is silent",
        fix="Record it again, louder or less loud.",
        severity=Severity.WARNING,
    ),
    Code(
        "RP454",
        "prompt written twice",
        what="Reported when two places have the same words or the same recording.",
        why="Who changes one of them forgets the other.",
        example=_MAIN + "      greeting: {say: Good day.}\n      keys: {1: {announce: {say: Good day.}}}",
        fix="Give the prompt a name in `prompts`, and write `prompts/<name>` in both places.",
        severity=Severity.INFO,
    ),
    Code(
        "RP460",
        "nothing leads there",
        what=(
            "Reported when an IVR or announcement has neither number nor extension, and neither a key nor forwarding "
            "that a caller can reach leads to it."
        ),
        why="No caller will ever hear it, and its author meant somebody to.",
        example="announcements:\n  closed: {prompt: {say: We are closed.}}",
        fix="Give it a number or extension, let something lead there, or remove it.",
        severity=Severity.WARNING,
    ),
    Code(
        "RP461",
        "key without effect",
        what=(
            "Reported when an action can never do anything: `return` in a menu to which no other leads, a menu that is "
            "its own submenu, a department without users, `failed` in a menu that transfers nobody."
        ),
        why="Callers press the key and hear the same again.",
        example=_MAIN + "      greeting: {say: Press nine to go back.}\n      keys: {9: return}",
        fix="Let the key lead somewhere, or write `repeat`.",
        severity=Severity.WARNING,
    ),
    Code(
        "RP462",
        "menus go round by themselves",
        what=(
            "Reported when a caller who presses nothing, or whom nobody answers, comes back to the same menu: over "
            "what `no_input`, `invalid` and `failed` lead to, and over schedules and forwarding."
        ),
        why="A line that was left open would be held, and paid, until the longest time is over.",
        example=(
            "ivr:\n  main: {extension: 1300, open: {then: {submenu: ivr/more}}}\n"
            "  more: {open: {then: {submenu: ivr/main}}}"
        ),
        fix="Let one of them end: `then: hang_up`, or a transfer that does not lead back.",
    ),
    Code(
        "RP463",
        "menu without exit",
        what="Reported when nothing that can happen in a menu ever leads to a transfer or ends the call.",
        why="Callers can only give up.",
        example=(
            "ivr:\n  main: {extension: 1300, open: {no_input: {then: {submenu: ivr/main}}, invalid: {then: return}}}"
        ),
        fix="Add a key that leads to somebody, or let `no_input` end with `hang_up`.",
    ),
    Code(
        "RP464",
        "key begins an extension",
        what="Reported when extensions can be dialled in a menu, and one of them begins with a key of the menu.",
        why="After the key the menu has to wait whether more digits follow, so it feels slow.",
        example=_MAIN + "      dial_extensions: true\n      keys: {1: {transfer: users/novak}}   # extension 1204",
        fix="Use keys no extension begins with, or let a key with `dial_extension` ask for the extension.",
        severity=Severity.WARNING,
    ),
    Code(
        "RP465",
        "too many levels of menus",
        what="Reported when callers go through more than five menus.",
        why="They have forgotten where they are, and hang up.",
        example=(
            "ivr:\n  one: {extension: 1300, open: {keys: {1: {submenu: ivr/two}}}}\n"
            "  two: {open: {keys: {1: {submenu: ivr/three}}}}   # and so on to ivr/six"
        ),
        fix="Let menus further up lead there directly.",
        severity=Severity.WARNING,
    ),
    Code(
        "RP466",
        "menu without its schedule",
        what="Reported when an IVR has `closed` without `hours`, `holiday` without `holidays`, or the other way round.",
        why="The menu would never be played, or there would be nothing to play.",
        example=_MAIN + "      greeting: {say: Good day.}\n    hours: holidays/CZ   # and no menu `closed`",
        fix="Write both, or none.",
    ),
    Code(
        "RP467",
        "IVR without operator",
        what="Reported when a menu calls the operator, and its IVR does not say who that is.",
        why="The call would find nobody.",
        example=_MAIN + "      keys: {0: operator}",
        fix="Write `operator` and the target in the IVR, or `transfer` and the target in the menu.",
    ),
    Code(
        "RP468",
        "silence answered twice",
        what="Reported when a menu has both `then` and `no_input`.",
        why="They say different things about the same caller, and it is not clear which is meant.",
        example=_MAIN + "      then: hang_up\n      no_input: {then: operator}",
        fix="Keep one; `then` is short for `no_input` with `repeat: 0`.",
    ),
    Code(
        "RP470",
        "callback to an own number",
        what="Reported when a callback would call a number of its own tenant back, or itself.",
        why="The exchange would call itself, again and again.",
        example="callback:\n  field:\n    number: +420222333410\n    allowed: {+420222333410: users/novak}",
        fix="List mobile numbers of employees.",
    ),
    Code(
        "RP471",
        "callback to a premium or emergency number",
        what="Reported when a callback would call a premium or emergency number back.",
        why="No employee calls from there; who forges the number makes the exchange pay for the call.",
        example="callback:\n  field:\n    number: +420222333410\n    allowed: {+420906123456: users/novak}",
        fix="List mobile numbers of employees.",
    ),
    Code(
        "RP472",
        "recording not announced",
        what="Reported when a callback records calls and announces nothing.",
        why="Whoever is recorded has to be told before.",
        example="callback:\n  field:\n    allowed: {+420602111222: users/novak}\n    record: true",
        fix="Add `announced` and a prompt.",
    ),
    Code(
        "RP473",
        "number allowed twice",
        what="Reported when a callback lists a number twice, written in different ways.",
        why="Only one of the two users counts.",
        example="callback:\n  field:\n    allowed: {+420602111222: users/novak, +420 602 111 222: users/svoboda}",
        fix="Keep one of the two entries.",
    ),
    Code(
        "RP474",
        "callback leads outside",
        what="Reported when all other callers of a callback would be sent to a number or SIP URI outside.",
        why="A callback forwards nothing: it has no plan for it and no identity to show.",
        example="callback:\n  field:\n    allowed: {+420602111222: users/novak}\n    otherwise: 0602123456",
        fix="Lead other callers to a user, hunt group, time route or IVR.",
    ),
    Code(
        "RP475",
        "callback barred by its own plan",
        what="Reported when the calling plan of a callback forbids calling a listed number.",
        why="Its employee would call, be refused, and wait in vain.",
        example="callback:\n  field:\n    allowed: {+43664123456: users/novak}   # abroad",
        fix="Allow such calls in `forwarding` of the callback's calling plan.",
        severity=Severity.WARNING,
    ),
)
