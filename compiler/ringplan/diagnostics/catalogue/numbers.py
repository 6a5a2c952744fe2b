"""RP4xx: numbers and extensions."""

from typing import Final

from ..code import Code
from ..model import Severity

NUMBERS: Final = (
    Code(
        "RP401",
        "extension used twice",
        what="Reported when two entries of a tenant have the same extension; both places are shown.",
        why="A call to the extension could ring only one of them.",
        example=(
            "users:\n  novak: {name: Jan Novák, extension: 1204}\n  svoboda: {name: Petr Svoboda, extension: 1204}"
        ),
        fix="Give one of them another extension.",
    ),
    Code(
        "RP402",
        "number used twice in the tenant",
        what="Reported when a public number is assigned to two entries of a tenant; both places are shown.",
        why="A call from outside could reach only one of them.",
        example=(
            "users:\n"
            "  novak: {name: Jan Novák, extension: 1204, number: +420222333404}\n"
            "  svoboda: {name: Petr Svoboda, extension: 1205, number: +420222333404}"
        ),
        fix="Assign each number once. People who shall ring together belong into a hunt group.",
    ),
    Code(
        "RP403",
        "number not owned by the tenant",
        what="Reported when a number is assigned or presented that is not in the tenant's `numbers`.",
        why="Presenting a number of somebody else is forbidden, and calls to it would never arrive here.",
        example="numbers: [+420222333400..449]\ncaller_id: {number: +420222333450}",
        fix="Use a number of the tenant, or have the operator add it to `numbers`.",
    ),
    Code(
        "RP404",
        "extension begins with the outside prefix",
        what="Reported when an extension begins with the digit that leads outside.",
        why="Dialling it would be taken as a call outside: the colleague could never be called.",
        example="dialing: {outside_prefix: 0}\nusers:\n  novak: {name: Jan Novák, extension: 0204}",
        fix="Choose another extension, or another `outside_prefix` for the tenant.",
    ),
    Code(
        "RP405",
        "extension collides with an emergency number",
        what=(
            "Reported when an extension equals an emergency number, when one begins with the other, so that "
            "phones and people can confuse them (112, 150, 155, 156, 158 in Czechia)."
        ),
        why=(
            "Emergency numbers are dialled without prefix and always win. A colleague with extension 112 could "
            "never be called, and somebody who dials 1120 slowly would reach the emergency centre."
        ),
        example="users:\n  novak: {name: Jan Novák, extension: 1120}",
        fix="Choose an extension that does not begin with an emergency number.",
    ),
    Code(
        "RP406",
        "dial target lacks the outside prefix",
        what="Reported when a speed dial or forward holds an outside number without the outside prefix.",
        why=(
            "Targets are dialled exactly as if the user had pressed them. Without the prefix the number is taken "
            "as an extension, and the call fails."
        ),
        example=("users:\n  novak: {name: Jan Novák, extension: 1204, speed_dial: {6: 602123456}}   # 0602123456"),
        fix="Put the outside prefix before the number; `ringplan check --fix` does it.",
        fixable=True,
    ),
    Code(
        "RP407",
        "owned ranges overlap",
        what="Reported when two entries of `numbers` have numbers in common.",
        why="When the contract of one range ends, it must be clear which numbers remain.",
        example="numbers: [+420222333400..449, +420222333440]",
        fix="Join the ranges or shorten one.",
    ),
    Code(
        "RP408",
        "number is not valid in its numbering plan",
        severity=Severity.WARNING,
        what=(
            "A warning when a number cannot exist according to the numbering plan of its country, for example "
            "because it has too many digits."
        ),
        why=("Calls to or from it will most likely be refused by carriers. Plans change, hence only a warning."),
        example="numbers: [+42022233340]   # a digit is missing",
        fix="Compare the number with the contract.",
    ),
    Code(
        "RP409",
        "more users than licensed",
        what="Reported when a tenant has more users than `licensed_users`.",
        why="The contract does not cover them. The number of licences is changed by the operator.",
        example=(
            "licensed_users: 1\n"
            "users:\n"
            "  novak: {name: Jan Novák, extension: 1204}\n"
            "  svoboda: {name: Petr Svoboda, extension: 1205}"
        ),
        fix="Ask the operator for more licences, or remove users.",
    ),
    Code(
        "RP410",
        "extension has another length than agreed",
        what="Reported when `dialing.extension_length` is given and an extension has more or fewer digits.",
        why=(
            "Phones send the number as soon as the agreed count of digits is dialled; a longer one could not be "
            "dialled."
        ),
        example="dialing: {extension_length: 4}\nusers:\n  novak: {name: Jan Novák, extension: 204}",
        fix="Change the extension, or drop `extension_length`.",
    ),
    Code(
        "RP411",
        "dial target is neither an extension nor a number",
        what="Reported when a speed dial or forward leads to something that nobody can dial in this tenant.",
        why="Who presses the key would hear that the number does not exist.",
        example="users:\n  novak: {name: Jan Novák, extension: 1204, speed_dial: {6: 9999}}",
        fix="Use an extension of the tenant, or the outside prefix and a complete number.",
    ),
    Code(
        "RP412",
        "extension looks like a national number",
        what=("Reported when an extension has as many digits as a national number (nine in Czechia and Slovakia)."),
        why=(
            "People who forget the outside prefix would ring a colleague instead of hearing their mistake, and "
            "nobody could tell from a call record what was dialled."
        ),
        example="users:\n  novak: {name: Jan Novák, extension: 602123456}",
        fix="Use a shorter extension.",
    ),
    Code(
        "RP413",
        "shown number level has no number",
        what=(
            "Reported when `show_number_of` names the user, department, group or tenant, and that level has no number."
        ),
        why="Calls outside would be anonymous although a number was asked for.",
        example=(
            "users:\n  novak: {name: Jan Novák, extension: 1204, caller_id: {show_number_of: user}}   # no number"
        ),
        fix="Give that level a number, or show another level's.",
    ),
    Code(
        "RP414",
        "speed dial leads to a speed dial",
        what="Reported when the target of a speed dial is the code of a speed dial.",
        why="Codes are not dialled a second time, so the call would go nowhere.",
        example='users:\n  novak: {name: Jan Novák, extension: 1204, speed_dial: {6: "7#", 7: 0602123456}}',
        fix="Write the number itself.",
    ),
)
