"""RP1xx: the file cannot be read as the YAML that manifests are written in."""

from typing import Final

from ..code import Code

SYNTAX: Final = (
    Code(
        "RP101",
        "YAML syntax",
        what=(
            "Reported where the text stops being YAML: an unclosed quote or bracket, a tab as indentation, a "
            "field without colon, an indentation that fits nothing above. The rest of this file is not read; "
            "other files are."
        ),
        why="Nothing behind the fault can be trusted. A tool that guessed would route calls by a guess.",
        example='name: "Novák stavby\ncountry: CZ',
        fix=(
            "Close the quote or bracket, indent with two spaces a level, and quote text that holds `: ` or begins "
            "with one of ``@ ` % & * ! | > { [``."
        ),
    ),
    Code(
        "RP102",
        "duplicate key",
        what="Reported when a mapping has the same key twice; both places are shown.",
        why=(
            "Most YAML tools keep the last one without a word: two people who both add user `novak` would lose "
            "one of them, and his phone would stop ringing."
        ),
        example=("users:\n  novak: {name: Jan Novák, extension: 1201}\n  novak: {name: Josef Novák, extension: 1202}"),
        fix="Rename one of the entries, or join both.",
    ),
    Code(
        "RP103",
        "anchor, alias or merge key",
        what="Reported for `&name`, `*name` and `<<:`.",
        why=(
            "A value defined elsewhere is not visible in a review: changing one line would change phones the "
            "reviewer does not see. Nested aliases can also blow up a few lines to gigabytes."
        ),
        example="departments:\n  sales: &common {caller_id: {number: +420222333400}}\n  service: *common",
        fix=(
            "Write the value out at each place, or put it on the group or tenant level, from where it is "
            "inherited. A text that begins with `*` or `&`, such as a service code, needs quotes."
        ),
    ),
    Code(
        "RP104",
        "tag",
        what="Reported for YAML tags such as `!!str` or `!secret`.",
        why=(
            "Every value is read as the text that stands there and the field decides what it means: `0100` keeps "
            "its zero and `+420…` its plus without a tag."
        ),
        example="users:\n  novak: {name: Jan Novák, extension: !!str 0100}",
        fix="Remove the tag.",
    ),
    Code(
        "RP105",
        "file too large or too deep",
        what="Reported for a file of more than 2 MiB, more than 200,000 values, or more than 16 levels.",
        why=("No tenant needs that; it is a mistake or an attempt to exhaust the machine that checks merge requests."),
        example="users: {a: {b: {c: {d: {e: {f: {g: {h: {i: {j: {k: {l: {m: {n: {o: {p: {}}}}}}}}}}}}}}}}}",
        fix="Split a large tenant into several files of its folder, for example one a department.",
    ),
    Code(
        "RP106",
        "not UTF-8, or a control character",
        what=(
            "Reported for bytes that are not UTF-8, for control characters, and for invisible characters that "
            "change the direction of text. A byte order mark at the start and Windows line ends are fine."
        ),
        why=(
            "Names would be shown wrong on displays, and text that looks different from what it says defeats the "
            "review."
        ),
        example="name: Novák stavby   # saved as Windows-1250",
        fix="Save the file as UTF-8 and remove the character at the place shown.",
    ),
    Code(
        "RP107",
        "not one mapping of fields",
        what=("Reported when a file is empty, holds several documents (`---`), or is a list or a single value."),
        why="An empty tenant file would delete every phone of the tenant.",
        example="- tenant: novak\n- name: Novák stavby",
        fix="Write one mapping of fields a file; delete a file that is not needed.",
    ),
)
