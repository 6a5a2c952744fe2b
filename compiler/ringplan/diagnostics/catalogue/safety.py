"""RP6xx: emergency calls and safety; RP7xx: what a target cannot do."""

from typing import Final

from ..code import Code
from ..model import Severity

SAFETY: Final = (
    Code(
        "RP601",
        "emergency number as dial target",
        what=(
            "Reported when a speed dial or forward leads to an emergency number, with or without the outside prefix."
        ),
        why="A slip on a key or a forwarded sales call would occupy an emergency centre.",
        example="users:\n  novak: {name: Jan Novák, extension: 1204, speed_dial: {2: 112}}",
        fix="Remove the target. Emergency numbers can be dialled from every phone as they are.",
    ),
    Code(
        "RP602",
        "no trunk may be used by the tenant",
        severity=Severity.WARNING,
        what="A warning when every trunk of the platform is reserved for other tenants.",
        why="Calls outside get 503; only emergency calls go out.",
        example="trunks:\n  carrier: {address: 192.0.2.60:5060, tenants: [clinic]}   # nothing for novak",
        fix="Add the tenant to a trunk's `tenants`, or leave the list of one trunk empty.",
    ),
    Code(
        "RP603",
        "emergency calls would present no number",
        severity=Severity.WARNING,
        what=(
            "A warning when a user's emergency calls would carry no number: the tenant has no `emergency.number`, "
            "no caller ID number, and no number at all."
        ),
        why="The emergency centre could neither call back nor find the place.",
        example="tenant: novak\nnumbers: []\nusers:\n  novak: {name: Jan Novák, extension: 1204}",
        fix="Set `emergency: {number: …}` to a number that is answered on site.",
    ),
    Code(
        "RP701",
        "not supported by a target",
        what="Reported when a manifest asks for something that an installed target cannot do.",
        why="Leaving it out silently would be noticed by callers only.",
        example="trunks:\n  carrier: {address: 192.0.2.60:5061, transport: tls}",
        fix=("Choose another setting; the capability matrix of the documentation shows which target can do what."),
    ),
)
