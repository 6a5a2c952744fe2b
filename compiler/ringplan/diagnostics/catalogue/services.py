"""RP415, RP416 and RP44x: forwarding and hunt groups."""

from typing import Final

from ..code import Code
from ..model import Severity

_SALES = "hunt_groups:\n  sales: {name: Prodej, extension: 1600, "

SERVICES: Final = (
    Code(
        "RP415",
        "no trunk serves the SIP domain",
        what="Reported when calls are forwarded to a SIP URI at a domain that no trunk of the platform serves.",
        why="SIP URIs are sent only where the operator has agreed to it; anywhere else is a way out past all plans.",
        example="users:\n  novak: {name: Jan Novák, extension: 1204, forward: {busy: sip:jan@elsewhere.example}}",
        fix="Have the operator add the domain to `domains` of a trunk, or forward to a number.",
    ),
    Code(
        "RP416",
        "member listed twice",
        what="Reported when a hunt group lists a member twice.",
        why="A member is rung once in a hunt, so the second entry does nothing, and its author meant something by it.",
        example=_SALES + "members: [users/novak, users/novak]}",
        fix="Remove one entry. A member who shall get more calls has a larger share with `policy: weighted`.",
    ),
    Code(
        "RP441",
        "hunt group without members",
        what="Reported when a hunt group has no members.",
        why="Every call to it takes the way for unreachable groups; nobody will ever ring.",
        example=_SALES + "members: []}",
        fix="Add members, or remove the group and send its calls where they shall go.",
        severity=Severity.WARNING,
    ),
    Code(
        "RP442",
        "no number to show",
        what=(
            "Reported when a hunt group or IVR has an extension but no public number, and neither its department nor "
            "its group nor the tenant has a caller ID number."
        ),
        why="A call that is forwarded or transferred outside must say whose it is; carriers refuse it otherwise.",
        example=_SALES + "members: [users/novak]}",
        fix="Give the tenant, group or department a `caller_id.number`, or the hunt group or IVR a `number`.",
    ),
    Code(
        "RP443",
        "wrong weights",
        what=(
            "Reported when the weights of a hunt group are not together 100, belong to somebody who is no member, or "
            "stand in a group whose policy does not use them."
        ),
        why="The shares of the calls would be other than written.",
        example=_SALES + "policy: weighted, members: [users/novak], weights: {users/novak: 90}}",
        fix="Write each member's share in percent; a member without weight is tried last.",
        fixable=True,
    ),
    Code(
        "RP444",
        "hunt group contains itself",
        what="Reported when a hunt group is, over its members, a member of itself.",
        why="The hunt would never come to an end.",
        example=(
            "hunt_groups:\n  day: {name: Den, extension: 1600, members: [hunt_groups/night]}\n"
            "  night: {name: Noc, extension: 1601, members: [hunt_groups/day]}"
        ),
        fix="Remove one of the members so that the groups form a tree.",
    ),
    Code(
        "RP445",
        "ring time given twice",
        what="Reported when `rings` and `after` are both given.",
        why="They say different things about the same time, and it is not clear which is meant.",
        example="users:\n  novak: {name: N, extension: 1204, forward: {no_answer: {rings: 4, after: 30s, to: 1205}}}",
        fix="Keep one of them. A ring is five seconds.",
    ),
    Code(
        "RP446",
        "overflow before the second member rings",
        what="Reported when a hunt group overflows no later than its first member stops ringing.",
        why="Only the first free member would ever ring; the others are there in vain.",
        example=_SALES + "members: [users/novak, users/svoboda], overflow: {after: 20s, to: 1210}}",
        fix="Let the group wait longer, or let each member ring shorter.",
        severity=Severity.WARNING,
    ),
    Code(
        "RP447",
        "too many phones at once",
        what="Reported when a hunt group would ring more than 16 phones at the same moment.",
        why="A call can ring at most 16 phones at once; the others would stay silent.",
        example=_SALES + "policy: simultaneous, members: [users/u1, users/u2, users/u3]}  # with 17 phones together",
        fix="Choose another policy, or let one group overflow to another.",
    ),
    Code(
        "RP448",
        "hunt group too large",
        what=(
            "Reported when a hunt group has more than 1,000 members, those of all groups within it counted as often as "
            "they are listed, or groups within groups more than 5 deep."
        ),
        why="Nobody waits for the thousandth phone, and nobody sees any more whom such a group rings.",
        example=(
            "hunt_groups:\n  a: {name: A, members: [hunt_groups/b]}\n  b: {name: B, members: [hunt_groups/c]}\n"
            "  c: {name: C, members: [hunt_groups/d]}  # and so on to g"
        ),
        fix="List the users themselves, or let one group overflow to another.",
    ),
    Code(
        "RP449",
        "more phones than a call can ring",
        what=(
            "Reported when the members of a hunt group, with those of the groups within it, have more than 22 phones "
            "together and ring one after the other."
        ),
        why=(
            "A call can open 30 branches, and a hunt leaves eight of them to what follows; when 22 phones have rung "
            "in vain, the call takes the group's overflow, and the members behind them are not tried."
        ),
        example=_SALES + "members: [users/u1, users/u2, users/u3]}  # with 23 phones together",
        fix="Let the group overflow to a second one with the other members.",
        severity=Severity.WARNING,
    ),
)
