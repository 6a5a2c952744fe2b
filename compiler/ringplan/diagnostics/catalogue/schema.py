"""RP2xx: the text is YAML, but not a manifest."""

from typing import Final

from ..code import Code

SCHEMA: Final = (
    Code(
        "RP201",
        "unknown field",
        what=(
            "Reported for a field the manifest does not know, and for a field that only `tenant.yaml` may hold "
            "when it stands in another file of the folder."
        ),
        why="A misspelt field would silently not apply: a user with `extention: 1204` cannot be called.",
        example=("users:\n  novak: {name: Jan Novák, extention: 1204, phones: {desk: {secret: novak/novak/desk}}}"),
        fix=(
            "Use the field that is named in the note, or remove it. `ringplan schema` exports the schema for "
            "completion in editors."
        ),
        fixable=True,
    ),
    Code(
        "RP202",
        "missing field",
        what=("Reported when a field without default is not given, or a tenant's folder has no `tenant.yaml`."),
        why="There is no safe default for an extension, a country or the number of licences.",
        example=("users:\n  novak: {name: Jan Novák, phones: {desk: {secret: novak/novak/desk}}}   # no extension"),
        fix="Add the field; the note says what it means.",
    ),
    Code(
        "RP203",
        "wrong shape",
        what="Reported when a field is a mapping, a list or a single value and should be one of the others.",
        why="It is not clear what was meant; often an indentation is wrong.",
        example="numbers: +420222333400   # a list is expected",
        fix="Write a list as `[a, b]`, a mapping as `{field: value}`, an empty mapping as `{}`.",
        fixable=True,
    ),
    Code(
        "RP204",
        "value not of the required form",
        what=(
            "Reported when a value is not written as its field requires: a telephone number, an extension, a "
            "duration, an identifier, an address."
        ),
        why=(
            "Ringplan does not guess: `602123456` may be a number or a long extension, and `20` may be seconds or "
            "rings."
        ),
        example="caller_id: {number: 222333400}   # expected +420222333400",
        fix="Write the value in the form the message names.",
        fixable=True,
    ),
    Code(
        "RP205",
        "out of range",
        what=(
            "Reported when a number or duration is outside its limits, a text is too long, or a list or section "
            "has too few or too many entries."
        ),
        why=(
            "The limits are those of the telephone network and of phones: after three minutes of ringing carriers "
            "give up."
        ),
        example="ring_timeout: 10m   # from 5s to 180s",
        fix="Choose a value within the limits named.",
    ),
    Code(
        "RP206",
        "not one of the choices",
        what="Reported when a field has a fixed set of values and another one is given.",
        why="The nearest choice may not be what was meant, so nothing is assumed.",
        example="country: Czechia   # CZ or SK",
        fix="Use one of the choices in the note.",
        fixable=True,
    ),
    Code(
        "RP207",
        "not an IANA time zone",
        what="Reported when `time_zone` is not a name of the IANA time zone database.",
        why=(
            "Opening hours are meant in local time, also across summer time; an offset such as `+01:00` or an "
            "abbreviation such as `CET` written wrongly would open the office an hour late for half the year."
        ),
        example="time_zone: Europe/Praha",
        fix="Use a name such as `Europe/Prague` or `Europe/Bratislava`.",
        fixable=True,
    ),
    Code(
        "RP208",
        "entry defined in two files",
        what=(
            "Reported when the same user, department or group stands in two files of a tenant; both places are shown."
        ),
        why=(
            "Each file may belong to another administrator. Which of the two rings must not depend on the order "
            "of files."
        ),
        example=("# tenant.yaml and sales.yaml both hold\nusers:\n  novak: {name: Jan Novák, extension: 1204}"),
        fix="Keep the entry in one file.",
    ),
    Code(
        "RP209",
        "folder and tenant name differ",
        what="Reported when the folder of a tenant in a fleet is not called like its `tenant:` field.",
        why=(
            "Who may change a folder is decided by its name; a tenant in a folder of another name would escape "
            "that rule."
        ),
        example="# tenants/novak/tenant.yaml\ntenant: nowak",
        fix="Rename the folder or the tenant. A renamed tenant is a new tenant: its phones register again.",
    ),
)
