"""RP42x: number masks and calling plans."""

from typing import Final

from ..code import Code
from ..model import Severity

PLANS: Final = (
    Code(
        "RP421",
        "unknown number mask",
        what="Reported when a calling plan or a forwarding entry names a number mask that the tenant does not define.",
        why="The exception would silently not apply: numbers meant to be barred could be called.",
        example="number_masks: {premium: [90*]}\ncalling_plan: {outgoing: {masks: {premum: deny}}}",
        fix="Use the name of an existing mask, or define it in `number_masks`.",
        fixable=True,
    ),
    Code(
        "RP422",
        "masks disagree about a number",
        what=(
            "Reported when a table allows one mask and denies another, both match a number with equally specific "
            "patterns, and no more specific pattern matches it. The number is named."
        ),
        why=(
            "The more specific pattern decides: more digits, then more classes, then more `?`, then no `*`. Of equally "
            "specific ones those that deny decide, and whoever wrote the other mask may have meant the opposite."
        ),
        example=(
            "number_masks: {partner: [222??33*], competitor: [2223?3*]}\n"
            "calling_plan: {outgoing: {masks: {partner: allow, competitor: deny}}}"
        ),
        fix="Say it with a mask that has more digits.",
        severity=Severity.WARNING,
    ),
    Code(
        "RP423",
        "mask decides no call",
        what=(
            "Reported when a table names a mask, and every number of it is decided by other masks of the table, which "
            "are more specific or, equally specific, deny. One of its numbers is named, with the mask that decides it."
        ),
        why="The line has no effect, but seems to have one.",
        example=(
            "number_masks: {partner: [2223*], city: ['2223[0-4]*', '2223[5-9]*', '2223']}\n"
            "calling_plan: {outgoing: {masks: {partner: allow, city: deny}}}"
        ),
        fix="Remove the mask from the table, or make it more specific than the others.",
        severity=Severity.WARNING,
    ),
    Code(
        "RP424",
        "mask matches no number",
        what=(
            "Reported for a pattern that matches nothing that can be dialled: no national or international number, no "
            "short code, no extension of the tenant. Masks are compared with what is dialled after the outside prefix "
            "in its shortest form: own-country numbers in national form, others with `00`."
        ),
        why="The mask looks like a rule, but no call will ever meet it.",
        example="number_masks: {premium: [090*]}   # with outside prefix 0 and no national prefix: 90*",
        fix="Write the number as it is dialled after the outside prefix, or with `+` and the country code.",
        severity=Severity.WARNING,
        fixable=True,
    ),
    Code(
        "RP425",
        "pattern twice in a mask",
        what="Reported when two patterns of a mask mean the same, perhaps written in two ways.",
        why="One of them has no effect; it may be a slip for another number.",
        example="number_masks: {partner: [00421905*, +421905*]}",
        fix="Remove one of the two.",
        severity=Severity.WARNING,
    ),
    Code(
        "RP426",
        "mask matches an emergency number",
        what="Reported for a pattern, other than `*` alone, that matches an emergency number of the country.",
        why="Emergency calls are placed before any plan is asked, so the mask has no effect on them.",
        example="number_masks: {short: ['1*']}   # 112 and 155 can be called all the same",
        fix="Nothing needs to be done.",
        severity=Severity.INFO,
    ),
    Code(
        "RP427",
        "mask used nowhere",
        what="Reported for a number mask that no calling plan and no forwarding entry names.",
        why="Defining a mask bars nothing; perhaps the line in the plan was forgotten.",
        example="number_masks: {premium: [90*]}\ncalling_plan: {outgoing: {international: allow}}",
        fix="Name the mask in a plan (`masks: {premium: deny}`), or remove it.",
        severity=Severity.WARNING,
    ),
    Code(
        "RP428",
        "mask bars calls within the exchange",
        what=(
            "Reported when a table allows internal calls, but a mask it denies matches an extension or an assigned "
            "number of the tenant, and no more specific mask allows it. The number is named."
        ),
        why="Colleagues could not be called: `90*` is meant for premium numbers, but matches extension 9012 as well.",
        example=(
            "number_masks: {premium: [90*]}\n"
            "calling_plan: {outgoing: {masks: {premium: deny}}}\n"
            "users:\n  novak: {name: Jan Novák, extension: 9012}"
        ),
        fix="Write the mask with `+` and the country code (`+42090*`), which matches no extension.",
        severity=Severity.WARNING,
    ),
    Code(
        "RP429",
        "too many mask patterns",
        what=(
            "Reported when a table of a calling plan has more than 1,000 patterns, or the plans of a tenant have more "
            "than 10,000 together. Tables that say the same count once."
        ),
        why=(
            "Workers of the exchange serve all tenants, and one that reads a table serves nobody else meanwhile. A "
            "list of single numbers also hides what a plan means."
        ),
        example="number_masks:   # and so on, thousands of them\n  customers: [602123456, 602123457, 602123458]",
        fix="Write beginnings instead of single numbers (`6021234??`, `602*`), or allow and deny by type of call.",
    ),
)
