"""RP61x: what a tenant's proofs find; each comes with a call that ``trace`` reproduces."""

from typing import Final

from ..code import Code
from ..model import Severity

PROOFS: Final = (
    Code(
        "RP610",
        "calls are forwarded where the calling plan forbids",
        what=(
            "Reported when a call can reach a forward to a number or SIP URI outside that the calling plan of who "
            "forwards it last bars. The note is a call that gets there, as a command."
        ),
        why="The call is not forwarded: the caller gets 403 although somebody meant it to be answered.",
        example=(
            "calling_plan: {forwarding: {mobile: deny}}\n"
            "users:\n"
            "  novak: {name: Jan Novák, extension: 1204, forward: {no_answer: {to: 0602123456}}}"
        ),
        fix="Allow the target in `forwarding` of the plan, or forward to something the plan allows.",
    ),
    Code(
        "RP611",
        "calls are forwarded outside without a trunk",
        what="Reported when a call can reach a forward to a number outside, but the tenant may use no trunk.",
        why="The caller gets 503 although somebody meant the call to be answered.",
        example=(
            "# platform.yaml: trunks: {carrier: {address: 192.0.2.60:5060, tenants: [clinic]}}\n"
            "users:\n"
            "  novak: {name: Jan Novák, extension: 1204, forward: {always: 0602123456}}"
        ),
        fix="Have the operator let the tenant use a trunk, or forward within the exchange.",
    ),
    Code(
        "RP612",
        "calls go round",
        what=(
            "Reported when forwards, hunt groups and time routes can send a call back to where it has been. States "
            "that exclude each other and times that never come together are no ring."
        ),
        why="Nobody answers, the call is lost after the fifth forward, and its phones ring again and again until then.",
        example=(
            "users:\n"
            "  novak: {name: Jan Novák, extension: 1204, forward: {busy: users/svoboda}}\n"
            "  svoboda: {name: Petr Svoboda, extension: 1205, forward: {busy: users/novak}}"
        ),
        fix="Let one of them forward to somebody outside the ring, or end the call.",
    ),
    Code(
        "RP613",
        "calls are forwarded too often",
        what="Reported when states of phones and a time exist in which a call would be forwarded more than five times.",
        why="The sixth forward does not happen: the caller gets 480, and who should have been reached is not called.",
        example=(
            "users:   # and so on to g, each to the next\n"
            "  a: {name: A, extension: 1201, forward: {always: users/b}}\n"
            "  b: {name: B, extension: 1202, forward: {always: users/c}}"
        ),
        fix="Forward directly to the target of a later forward.",
    ),
    Code(
        "RP614",
        "hunt group that can ring nobody",
        severity=Severity.WARNING,
        what=(
            "A warning when all members of a hunt group are hunt groups that are switched to busy or can ring nobody "
            "themselves, and the group forwards its calls nowhere."
        ),
        why="Every caller hears that the line is busy.",
        example=(
            "hunt_groups:\n"
            "  sales: {name: Sales, extension: 1300, members: [hunt_groups/night]}\n"
            "  night: {name: Night, extension: 1301, members: [users/novak], group_busy: true}"
        ),
        fix="Add users as members, or forward the group's calls.",
    ),
    Code(
        "RP615",
        "forward that never applies",
        severity=Severity.WARNING,
        what=(
            "A warning when a line of a time route, or an entry of a user's forwarding, never applies: whenever its "
            "schedule is open and its callers call, an earlier one decides; or the schedule is never open."
        ),
        why="Somebody wrote it for calls that will go elsewhere.",
        example=(
            "time_routes:\n"
            "  main:\n"
            "    rules:\n"
            "      - {when: open, to: users/novak}\n"
            "      - {when: lunch, to: users/svoboda}   # within open\n"
            "    otherwise: reject/closed"
        ),
        fix="Remove it, move it up, or correct the schedule.",
    ),
    Code(
        "RP616",
        "speed dial that the user's own plan bars",
        severity=Severity.WARNING,
        what="A warning when a speed dial leads to a number that `outgoing` of the user's calling plan bars.",
        why="Whoever presses it gets 403.",
        example=(
            "calling_plan: {outgoing: {mobile: deny}}\n"
            "users:\n"
            "  novak: {name: Jan Novák, extension: 1204, speed_dial: {6: 0602123456}}"
        ),
        fix="Allow the number in the plan, or remove the speed dial.",
    ),
    Code(
        "RP617",
        "emergency calls cannot leave the exchange",
        what=(
            "Reported when a user's emergency call would not go out: no trunk of the platform carries numbers, or an "
            "emergency number does not lead to an emergency centre."
        ),
        why="Somebody calls for help and is not heard.",
        example="trunks:\n  partner: {address: 192.0.2.60:5060, numbers: false, domains: [partner.example]}",
        fix="Give the platform a trunk that carries numbers.",
    ),
    Code(
        "RP618",
        "not known whether a call can be lost",
        severity=Severity.WARNING,
        what=(
            "A warning when a chain of forwards would lose a call if it could happen, and there are too many states of "
            "phones to tell: large hunt groups with `overflow` that share most of their members."
        ),
        why="Nothing is proved for these calls, neither that they are lost nor that they are not.",
        example=(
            "hunt_groups:   # with some twenty members in common\n"
            "  first: {name: First, extension: 1300, overflow: {after: 60s, to: hunt_groups/second}}\n"
            "  second: {name: Second, extension: 1301, overflow: {after: 70s, to: hunt_groups/first}}"
        ),
        fix="Let the groups share fewer members, or let one of them end its calls.",
    ),
)
