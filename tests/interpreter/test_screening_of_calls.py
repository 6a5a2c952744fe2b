"""Every way out of the exchange is screened, by the plan of who sends the call there."""

from __future__ import annotations

import pytest
from tests.interpreter.exchange import ABROAD, PLATFORM, Exchange, end, exchange, forwarded, rang

BARRED = "403 Call Barred"
PARTNERS = '  partners: {address: "127.0.0.30:5060", priority: 90, numbers: false, domains: [partner.example]}\n'
NO_MOBILE = "calling_plan: {outgoing: {mobile: deny}, forwarding: {mobile: deny}}"
MAY_NOT_DIAL = "calling_plan: {outgoing: {mobile: deny}}"
MAY_NOT_FORWARD = "calling_plan: {forwarding: {mobile: deny}}"


# -- dialling


@pytest.mark.parametrize(
    ("dialled", "ending"),
    [
        ("0602123456", "carrier"),
        ("0222111000", "carrier"),
        ("0800123456", "carrier"),
        ("0840123456", "carrier"),
        ("01188", "carrier"),
        ("0900123456", BARRED),
        ("000498912345", BARRED),
        ("+498912345", BARRED),
        ("0999123456", BARRED),
        ("1201", "a"),
    ],
)
def test_what_may_be_dialled_when_no_plan_is_written(dialled: str, ending: str) -> None:
    assert end(exchange(a="", x="").call("x", dialled)) == ending


@pytest.mark.parametrize(
    ("kind", "dialled"),
    [
        ("mobile", "0602123456"),
        ("national", "0222111000"),
        ("free", "0800123456"),
        ("shared_cost", "0840123456"),
        ("short_code", "01188"),
        ("premium", "0900123456"),
        ("international", "000498912345"),
        ("international", "000421905123456"),
        ("unknown", "0999123456"),
        ("internal", "1201"),
        ("internal", "0222333401"),
    ],
)
def test_each_type_is_allowed_or_denied_by_itself(kind: str, dialled: str) -> None:
    for action, others in (("allow", "deny"), ("deny", "allow")):
        kinds = ("mobile", "national", "free", "shared_cost", "short_code", "premium", "international", "unknown")
        table = ", ".join(f"{one}: {action if one == kind else others}" for one in (*kinds, "internal"))
        line = exchange(a="", x=f"calling_plan: {{outgoing: {{{table}}}}}")
        outcome = line.call("x", dialled)
        assert (end(outcome) == BARRED) == (action == "deny")
        assert bool(rang(outcome)) == (action == "allow")


def test_a_speed_dial_code_is_screened_as_what_it_stands_for() -> None:
    line = exchange(x=f"speed_dial: {{6: 0602123456}}, {MAY_NOT_DIAL}", a="")
    assert end(line.call("x", "6#")) == BARRED


def test_a_barred_number_is_barred_however_it_is_dialled() -> None:
    line = exchange(x=MAY_NOT_DIAL, a="")
    for dialled in ("0602123456", "+420602123456", "000420602123456"):
        assert end(line.call("x", dialled)) == BARRED


@pytest.mark.parametrize("number", ["112", "150", "155", "156", "158", "0112", "urn:service:sos.fire"])
def test_emergency_calls_are_never_screened(number: str) -> None:
    kinds = ("internal", "national", "mobile", "free", "shared_cost", "short_code", "unknown")
    denied = ", ".join(f"{kind}: deny" for kind in kinds)
    masks = "number_masks: {all: ['*']}\n"
    line = exchange(masks, x=f"calling_plan: {{outgoing: {{{denied}, masks: {{all: deny}}}}}}", a="")
    outcome = line.call("x", number)
    assert (end(outcome), outcome.emergency) == ("carrier", True)
    assert end(line.call("x", "1201")) == BARRED


def test_calls_in_are_not_screened() -> None:
    line = exchange("calling_plan: {outgoing: {internal: deny}, forwarding: {internal: deny}}\n", a="", x="")
    assert end(line.call(ABROAD, "+420222333401")) == "a"


# -- masks and whose plan it is


def test_a_mask_outweighs_the_type_and_the_more_specific_one_the_other() -> None:
    masks = "number_masks: {mobiles: [602*], boss: ['602123456'], germany: [+49*]}\n"
    table = "masks: {mobiles: deny, boss: allow, germany: allow}"
    line = exchange(masks, x=f"calling_plan: {{outgoing: {{{table}}}}}", a="")
    assert end(line.call("x", "0602123457")) == BARRED
    assert end(line.call("x", "0602123456")) == "carrier"
    assert end(line.call("x", "000498912345")) == "carrier"
    assert end(line.call("x", "000438912345")) == BARRED


def test_the_nearest_whole_plan_counts() -> None:
    more = (
        f"{NO_MOBILE}\n"
        "groups: {praha: {calling_plan: {outgoing: {national: deny}}}}\n"
        "departments:\n"
        "  sales: {calling_plan: {outgoing: {free: deny}}}\n"
        "  shop: {parent: sales}\n"
    )
    users = {
        "a": "",
        "b": "group: praha",
        "c": "group: praha, department: shop",
        "d": "group: praha, department: shop, calling_plan: {outgoing: {short_code: deny}}",
    }
    line = exchange(more, **users)
    barred = {
        by: [
            number
            for number in ("0602123456", "0222111000", "0800123456", "01188")
            if end(line.call(by, number)) == BARRED
        ]
        for by in users
    }
    assert barred == {"a": ["0602123456"], "b": ["0222111000"], "c": ["0800123456"], "d": ["01188"]}


# -- forwards: each edge of each service, by the plan of who forwards


def tenant(plan_of: str, plan: str, target: str = "0602123456") -> Exchange:
    """User a, hunt groups g and o (which overflows) and time route t forward to a target; ``plan_of`` has a plan."""
    own = {name: f", {plan}" if name == plan_of else "" for name in ("g", "o", "t")}
    edges = f"busy: '{target}', no_answer: '{target}', unreachable: '{target}'"
    more = (
        "schedules: {open: {weekly: [mon-fri 08:00-17:00]}}\n"
        "hunt_groups:\n"
        f"  g: {{name: G, extension: 1600, members: [users/m], forward: {{{edges}}}{own['g']}}}\n"
        f"  o: {{name: O, extension: 1601, members: [users/m], overflow: {{after: 10s, to: '{target}'}}{own['o']}}}\n"
        f"time_routes: {{t: {{extension: 1700, rules: [{{when: open, to: '{target}'}}], "
        f"otherwise: users/m{own['t']}}}}}\n"
    )
    forward = f"forward: {{busy: '{target}', no_answer: {{to: '{target}'}}, unreachable: '{target}'}}"
    users = {
        "a": forward,
        "f": f"forward: {{always: '{target}'}}",
        "s": f"forward: {{selective: [{{to: '{target}'}}]}}",
    }
    users |= {"m": "", "x": ""}
    users = {name: ", ".join(filter(None, (fields, plan if name == plan_of else ""))) for name, fields in users.items()}
    return exchange(more, platform=PLATFORM + PARTNERS, **users)


WAYS = [
    ("a", "1201", {"busy": "a"}),
    ("a", "1201", {"declines": "a"}),
    ("a", "1201", {"silent": "a"}),
    ("a", "1201", {"gone": "a"}),
    ("a", "1201", {"unregistered": "a"}),
    ("f", "1202", {}),
    ("s", "1203", {}),
    ("g", "1600", {"busy": "m"}),
    ("g", "1600", {"engaged": "m"}),
    ("g", "1600", {"silent": "m"}),
    ("g", "1600", {"unregistered": "m"}),
    ("o", "1601", {"silent": "m"}),
    ("t", "1700", {}),
]


@pytest.mark.parametrize(("who", "dialled", "states"), WAYS)
def test_every_forward_is_screened_by_the_plan_of_who_forwards(who: str, dialled: str, states: dict[str, str]) -> None:
    assert end(tenant("nobody", "").call("x", dialled, states)) == "carrier"
    assert end(tenant(who, MAY_NOT_FORWARD).call("x", dialled, states)) == BARRED
    # what may be dialled is another table, and the caller's plan and the members' do not matter
    assert end(tenant(who, MAY_NOT_DIAL).call("x", dialled, states)) == "carrier"
    assert end(tenant("x", NO_MOBILE).call("x", dialled, states)) == "carrier"
    assert end(tenant("m", NO_MOBILE).call("x", dialled, states)) == "carrier"


@pytest.mark.parametrize(("who", "dialled", "states"), WAYS)
def test_forwards_to_sip_uris_are_screened_too(who: str, dialled: str, states: dict[str, str]) -> None:
    uri = "sip:alice@partner.example"
    assert end(tenant("nobody", "", uri).call("x", dialled, states)) == BARRED
    allowed = "calling_plan: {forwarding: {sip_uri: allow}}"
    assert end(tenant(who, allowed, uri).call("x", dialled, states)) == "partners"


def test_no_mask_speaks_of_sip_uris() -> None:
    plan = "calling_plan: {forwarding: {masks: {all: allow}}}"
    line = exchange(
        "number_masks: {all: ['*']}\n",
        platform=PLATFORM + PARTNERS,
        a=f"forward: {{always: sip:602123456@partner.example}}, {plan}",
        x="",
    )
    assert end(line.call("x", "1201")) == BARRED


def test_a_barred_forward_tries_no_trunk_and_no_other_edge() -> None:
    line = exchange(a=f"forward: {{always: 0602123456, busy: users/b}}, {MAY_NOT_FORWARD}", b="", x="")
    outcome = line.call(ABROAD, "+420222333401")
    assert (end(outcome), rang(outcome)) == (BARRED, [])


def test_forwards_within_the_exchange_are_not_screened_on_the_way() -> None:
    line = exchange("calling_plan: {forwarding: {internal: deny}}\n", a="forward: {always: users/b}", b="", x="")
    assert end(line.call("x", "1201")) == "b"


def test_the_plan_of_the_last_who_forwards_decides() -> None:
    barred = exchange(a=f"forward: {{always: users/b}}, {NO_MOBILE}", b="forward: {always: 0602123456}", x="")
    outcome = barred.call("x", "1201")
    assert (end(outcome), forwarded(outcome)) == ("carrier", ["users/a unconditional", "users/b unconditional"])
    other = exchange(a="forward: {always: users/b}", b=f"forward: {{always: 0602123456}}, {NO_MOBILE}", x="")
    assert end(other.call("x", "1201")) == BARRED


def test_masks_of_the_forwarding_table() -> None:
    plan = "calling_plan: {forwarding: {masks: {mobiles: deny}}}"
    line = exchange("number_masks: {mobiles: ['602*']}\n", a=f"forward: {{always: 0602123456}}, {plan}", x="")
    assert end(line.call("x", "1201")) == BARRED
    assert end(line.call("a", "0602123456")) == "carrier"
