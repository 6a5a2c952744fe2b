"""Call forwarding: when it happens, where to, who is said to have forwarded, and how often."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.interpreter.exchange import ABROAD, PLATFORM, Exchange, end, exchange, forwarded, phones, rang

from ringplan.interpreter import ANONYMOUS, Diversion, Outcome, Presented

MOBILE = "+420602123456"
PARTNERS = '  partners: {address: "127.0.0.30:5060", priority: 90, numbers: false, domains: [partner.example]}\n'
SIP_ALLOWED = "calling_plan: {forwarding: {sip_uri: allow}}\n"
ENDLESS = "480 Too Many Diversions"


def forwarding(forward: str, more: str = "", platform: str = PLATFORM, fields: str = "", **users: str) -> Exchange:
    """User a forwards; users b, c and x are there as well."""
    written = f"forward: {{{forward}}}" + (f", {fields}" if fields else "")
    others = dict.fromkeys(("b", "c", "x"), "") | users
    return exchange(more, platform=platform, a=written, **others)


def presented(outcome: Outcome) -> Presented:
    """Who the last party called sees."""
    return outcome.attempts[-1].presented


# -- when


@pytest.mark.parametrize(
    ("forward", "states", "reason"),
    [
        ("always: users/b", {}, "unconditional"),
        ("always: users/b", {"unregistered": "a"}, "unconditional"),
        ("busy: users/b", {"busy": "a"}, "user-busy"),
        ("busy: users/b", {"declines": "a"}, "user-busy"),
        ("no_answer: {to: users/b}", {"silent": "a"}, "no-answer"),
        ("unreachable: users/b", {"unregistered": "a"}, "unavailable"),
        ("unreachable: users/b", {"gone": "a"}, "unavailable"),
    ],
)
def test_every_kind_has_its_reason(forward: str, states: dict[str, str], reason: str) -> None:
    outcome = forwarding(forward).call("x", "1201", states)
    assert end(outcome) == "b"
    assert outcome.attempts[-1].diversions == (Diversion("acme/users/a", reason, "+420222333401", private=False),)


@pytest.mark.parametrize("forward", ["busy: users/b", "no_answer: {to: users/b}", "unreachable: users/b"])
def test_a_phone_that_answers_forwards_nothing(forward: str) -> None:
    outcome = forwarding(forward).call("x", "1201")
    assert (rang(outcome), end(outcome), forwarded(outcome)) == (["a 60"], "a", [])


@pytest.mark.parametrize(
    ("states", "ending"),
    [
        ({"busy": "a", "silent": "a/mobile"}, "no answer"),
        ({"busy": "a", "gone": "a/mobile"}, "busy"),
        ({"busy": "a", "unregistered": "a/mobile"}, "busy"),
        ({"gone": "a", "unregistered": "a/mobile"}, "unreachable"),
        ({"gone": "a", "silent": "a/mobile"}, "no answer"),
        ({"declines": "a", "silent": "a/mobile"}, "busy"),
    ],
)
def test_what_several_phones_come_to(states: dict[str, str], ending: str) -> None:
    edges = "busy: users/b, no_answer: {to: users/c}, unreachable: users/x"
    outcome = forwarding(edges, fields=phones("desk", "mobile")).call(ABROAD, "+420222333401", states)
    assert end(outcome) == {"busy": "b", "no answer": "c", "unreachable": "x"}[ending]


@pytest.mark.parametrize(
    ("no_answer", "seconds"), [("rings: 3", "15"), ("after: 7500ms", "7.5"), ("after: 180s", "180"), ("", "60")]
)
def test_how_long_the_phones_ring_first(no_answer: str, seconds: str) -> None:
    timing = f"{no_answer}, " if no_answer else ""
    outcome = forwarding(f"no_answer: {{{timing}to: users/b}}").call("x", "1201", silent="a")
    assert rang(outcome) == [f"a {seconds}", "b 60"]


# -- where to


@pytest.mark.parametrize(
    ("target", "answers"),
    [
        ("users/b", "b"),
        ("'1202'", "b"),
        ("'222333402'", "b"),
        ("'0222333402'", "b"),
        ("+420 222 333 402", "b"),
        ("hunt_groups/g", "c"),
        ("'1600'", "c"),
        ("time_routes/t", "b"),
        ("'1700'", "b"),
        ("0602123456", "carrier"),
        ("reject/busy", "486 Busy Here"),
        ("reject/closed", "480 Closed"),
        ("reject/unreachable", "480 Temporarily Unavailable"),
    ],
)
def test_every_kind_of_target(target: str, answers: str) -> None:
    more = (
        "schedules: {never: {override: closed}}\n"
        "hunt_groups: {g: {name: G, extension: 1600, members: [users/c]}}\n"
        "time_routes: {t: {extension: 1700, rules: [{when: never, to: users/c}], otherwise: users/b}}\n"
    )
    assert end(forwarding(f"always: {target}", more).call("x", "1201")) == answers
    assert end(forwarding(f"busy: {target}", more).call("x", "1201", busy="a")) == answers


@pytest.mark.parametrize(
    ("target", "user"),
    [
        ("0602123456", MOBILE),
        ("+420602123456", MOBILE),
        ("000420602123456", MOBILE),
        ("01188", "1188"),
        ("0800123456", "+420800123456"),
    ],
)
def test_what_the_carrier_is_asked_for(target: str, user: str) -> None:
    outcome = forwarding(f"always: '{target}'").call("x", "1201")
    (attempt,) = outcome.attempts
    assert (attempt.targets, attempt.request_user, attempt.request_host) == (("carrier",), user, None)


def test_a_carrier_that_wants_no_plus_gets_none() -> None:
    platform = PLATFORM.replace('5060"}\n', '5060", number_format: e164_without_plus}\n')
    (attempt,) = forwarding("always: 0602123456", platform=platform).call("x", "1201").attempts
    assert attempt.request_user == "420602123456"
    assert attempt.presented == Presented("420222333404", asserted="420222333401")
    (short,) = forwarding("always: 01188", platform=platform).call("x", "1201").attempts
    assert short.request_user == "1188"


def test_a_sip_uri_goes_through_the_trunk_of_its_domain() -> None:
    line = forwarding("always: sip:alice@partner.example", SIP_ALLOWED, PLATFORM + PARTNERS)
    (attempt,) = line.call("x", "1201").attempts
    assert (attempt.targets, attempt.request_user, attempt.request_host) == (("partners",), "alice", "partner.example")
    assert attempt.presented == Presented("+420222333404", asserted="+420222333401")


def test_a_trunk_for_sip_uris_only_carries_no_numbers() -> None:
    line = forwarding("always: 0602123456", platform=PLATFORM + PARTNERS)
    outcome = line.call("x", "1201", trunks={"carrier": "fails"})
    assert (rang(outcome), end(outcome)) == (["carrier"], "503 No Trunk Available")
    emergency = line.call("x", "112", trunks={"carrier": "fails"})
    assert rang(emergency) == ["carrier"]


@pytest.mark.parametrize(
    ("state", "ending", "tried"),
    [
        ("busy", "486 Busy Here", ["carrier"]),
        ("declines", "603 Decline", ["carrier"]),
        ("unknown", "404 Not Found", ["carrier"]),
        ("fails", "second", ["carrier", "second"]),
        ("silent", "second", ["carrier", "second"]),
    ],
)
def test_what_a_carrier_says_of_the_called_party_is_final(state: str, ending: str, tried: list[str]) -> None:
    platform = PLATFORM + '  second: {address: "127.0.0.21:5060", priority: 20}\n'
    line = forwarding("always: 0602123456, busy: users/b, unreachable: users/b", platform=platform)
    outcome = line.call("x", "1201", trunks={"carrier": state})
    assert (end(outcome), rang(outcome)) == (ending, tried)


# -- selective entries


MASKS = "number_masks: {mobiles: [602*, 603*], germany: [0049*], colleagues: ['12??'], all: ['*']}\n"


def selective(*entries: str, more: str = "", **fields: str) -> Exchange:
    """User a has these entries, and forwards what they leave to c."""
    written = ", ".join(f"{{{entry}}}" for entry in entries)
    return forwarding(f"selective: [{written}], always: users/c", MASKS + more, **fields)


def test_the_first_entry_that_matches_decides() -> None:
    line = selective("from: [mobiles], to: users/b", "from: [mobiles, germany], to: users/x", "to: phones")
    assert end(line.call("carrier:+420602123456", "+420222333401")) == "b"
    assert end(line.call(ABROAD, "+420222333401")) == "x"
    assert end(line.call("carrier:+420222111000", "+420222333401")) == "a"


def test_phones_is_no_forward_but_the_other_edges_hold() -> None:
    line = forwarding("selective: [{from: [colleagues], to: phones}], always: users/c, busy: users/b", MASKS)
    assert end(line.call("x", "1201")) == "a"
    busy = line.call("x", "1201", busy="a")
    assert (end(busy), forwarded(busy)) == ("b", ["users/a user-busy"])
    assert end(line.call(ABROAD, "+420222333401")) == "c"


@pytest.mark.parametrize(
    ("number", "mask"),
    [
        ("+420602123456", True),
        ("00420602123456", True),
        ("602123456", True),
        ("420602123456", True),
        ("+420604123456", False),
        ("+421602123456", False),
        ("60212345", False),
    ],
)
def test_callers_are_compared_in_canonical_form(number: str, mask: bool) -> None:
    line = selective("from: [mobiles], to: users/b")
    assert end(line.call(f"carrier:{number}", "+420222333401")) == ("b" if mask else "c")


def test_users_are_compared_by_their_extension() -> None:
    line = selective("from: [colleagues], to: users/b")
    assert end(line.call("x", "1201")) == "b"
    assert end(line.call("x", "+420222333401")) == "b"
    assert end(line.call("carrier:+420222333404", "+420222333401")) == "c"


def test_anonymous_callers_match_no_mask() -> None:
    plain, anonymous = selective("from: [all], to: users/b"), selective("from: [all], anonymous: true, to: users/b")
    for line, answers in ((plain, "c"), (anonymous, "b")):
        assert end(line.call("carrier:", "+420222333401")) == answers
        assert end(line.call("carrier:+420602123456", "+420222333401", withheld=True)) == answers
        assert end(line.call("x", "1201", withheld=True)) == answers
    assert end(plain.call(ABROAD, "+420222333401")) == "b"


def test_a_user_who_always_withholds_is_anonymous_too() -> None:
    line = selective("from: [colleagues], to: users/b", x="caller_id: {withheld: true}")
    assert end(line.call("x", "1201")) == "c"


def test_an_entry_without_callers_takes_everybody() -> None:
    line = selective("to: users/b")
    assert end(line.call("carrier:", "+420222333401")) == "b"
    assert end(line.call("x", "1201", withheld=True)) == "b"


NIGHT = "schedules: {night: {weekly: [daily 18:00-08:00]}}\n"


@pytest.mark.parametrize(
    ("hour", "minute", "second", "answers"),
    [(16, 59, 59, "c"), (17, 0, 0, "b"), (6, 59, 59, "b"), (7, 0, 0, "c")],  # UTC; the tenant's clock is an hour ahead
)
def test_an_entry_counts_while_its_schedule_is_open(hour: int, minute: int, second: int, answers: str) -> None:
    moment = datetime(2026, 3, 4, hour, minute, second, tzinfo=UTC)
    line = selective("when: night, to: users/b", more=NIGHT)
    assert end(line.call("x", "1201", now=moment)) == answers


def test_an_entry_needs_all_its_conditions() -> None:
    line = selective("when: night, from: [mobiles], to: users/b", more=NIGHT)
    for number, is_night, answers in (
        ("+420602123456", True, "b"),
        ("+420602123456", False, "c"),
        ("+420604123456", True, "c"),
    ):
        by_hand = {"schedules/night": is_night}
        assert end(line.call(f"carrier:{number}", "+420222333401", switches=by_hand)) == answers


def test_a_users_own_schedule_comes_first() -> None:
    mine = "schedules: {night: {override: closed}}"
    line = selective("when: night, to: users/b", more="schedules: {night: {override: open}}\n", fields=mine)
    assert end(line.call("x", "1201")) == "c"


# -- calling oneself


def test_who_calls_himself_is_busy() -> None:
    outcome = forwarding("busy: users/b, no_answer: {to: users/c}").call("a", "1201")
    assert (end(outcome), forwarded(outcome)) == ("b", ["users/a user-busy"])
    assert end(forwarding("no_answer: {to: users/c}").call("a", "+420222333401")) == "486 Busy Here"


def test_who_calls_himself_hears_where_his_calls_are_forwarded() -> None:
    outcome = forwarding("always: users/b, busy: users/c").call("a", "1201")
    assert (end(outcome), forwarded(outcome)) == ("b", ["users/a unconditional"])
    kept = forwarding("selective: [{to: phones}], always: users/b, busy: users/c").call("a", "1201")
    assert (end(kept), forwarded(kept)) == ("c", ["users/a user-busy"])


def test_a_call_that_comes_back_to_its_caller_is_busy() -> None:
    outcome = forwarding("always: users/x", x="forward: {busy: users/c}").call("x", "1201")
    assert (end(outcome), forwarded(outcome)) == ("c", ["users/a unconditional", "users/x user-busy"])


# -- how often


def chain(length: int) -> Exchange:
    """Users u1, u2 …, each but the last forwards to the next."""
    users = {f"u{at}": f"forward: {{always: users/u{at + 1}}}" for at in range(1, length)}
    return exchange(x="", **users, **{f"u{length}": ""})


def test_five_diversions_are_allowed_and_no_more() -> None:
    allowed = chain(6).call("x", "1202")
    assert end(allowed) == "u6"
    assert forwarded(allowed) == [f"users/u{at} unconditional" for at in range(1, 6)]
    refused = chain(7).call("x", "1202")
    assert (end(refused), rang(refused)) == (ENDLESS, [])


@pytest.mark.parametrize(("before", "ending"), [(0, "u3"), (3, "u3"), (4, ENDLESS), (5, ENDLESS), (99, ENDLESS)])
def test_diversions_of_other_networks_count(before: int, ending: str) -> None:
    assert end(chain(3).call(ABROAD, "+420222333402", diversions=before)) == ending


@pytest.mark.parametrize("before", [5, 99])
def test_a_call_that_was_forwarded_often_enough_may_still_be_answered_or_end(before: int) -> None:
    line = forwarding("busy: reject/closed, no_answer: {to: users/b}")
    assert end(line.call(ABROAD, "+420222333401", diversions=before)) == "a"
    assert end(line.call(ABROAD, "+420222333401", diversions=before, busy="a")) == "480 Closed"
    assert end(line.call(ABROAD, "+420222333401", diversions=before, silent="a")) == ENDLESS


def test_a_circle_of_forwards_ends() -> None:
    line = forwarding("always: users/b", b="forward: {always: users/a}")
    assert end(line.call("x", "1201")) == ENDLESS


# -- who is shown


def test_phones_are_shown_the_caller_and_not_who_forwarded() -> None:
    line = forwarding("always: users/b")
    assert presented(line.call("x", "1201")) == Presented("1204", name="X")
    assert presented(line.call(ABROAD, "+420222333401")) == Presented("+4989123456")
    assert presented(line.call("x", "1201", withheld=True)) == ANONYMOUS


DIVERTER = PLATFORM.replace('5060"}\n', '5060", diverted_caller: diverter}\n')
WITHHELD = "caller_id: {withheld: true}"


@pytest.mark.parametrize(
    ("by", "withheld", "fields", "shown"),
    [
        ("x", False, "", Presented("+420222333404", asserted="+420222333401")),
        (ABROAD, False, "", Presented("+4989123456", asserted="+420222333401")),
        ("carrier:089123456", False, "", Presented("anonymous", "Anonymous", asserted="+420222333401")),
        ("carrier:", False, "", Presented("anonymous", "Anonymous", asserted="+420222333401")),
        ("x", True, "", Presented("anonymous", "Anonymous", asserted="+420222333401", private=True)),
        (ABROAD, True, "", Presented("anonymous", "Anonymous", asserted="+420222333401", private=True)),
        ("carrier:", True, "", Presented("anonymous", "Anonymous", asserted="+420222333401", private=True)),
        # the carrier learns whom to bill, and is asked not to show him
        ("x", False, WITHHELD, Presented("+420222333404", asserted="+420222333401", private=True)),
        ("x", True, WITHHELD, Presented("anonymous", "Anonymous", asserted="+420222333401", private=True)),
    ],
)
def test_carriers_see_the_caller_and_bill_who_forwarded(by: str, withheld: bool, fields: str, shown: Presented) -> None:
    line = forwarding("always: 0602123456", fields=fields)
    assert presented(line.call(by, "+420222333401", withheld=withheld)) == shown


@pytest.mark.parametrize("withheld", [False, True])
@pytest.mark.parametrize("by", ["x", ABROAD, "carrier:"])
def test_carriers_that_insist_see_who_forwarded(by: str, withheld: bool) -> None:
    open_line = forwarding("always: 0602123456", platform=DIVERTER)
    assert presented(open_line.call(by, "+420222333401", withheld=withheld)) == Presented(
        "+420222333401", asserted="+420222333401"
    )
    private_line = forwarding("always: 0602123456", platform=DIVERTER, fields=WITHHELD)
    assert presented(private_line.call(by, "+420222333401", withheld=withheld)) == Presented(
        "anonymous", "Anonymous", asserted="+420222333401", private=True
    )


def test_who_withholds_his_number_is_a_private_diversion() -> None:
    outcome = forwarding("always: 0602123456", fields=WITHHELD).call("x", "1201")
    assert outcome.attempts[-1].diversions == (
        Diversion("acme/users/a", "unconditional", "+420222333401", private=True),
    )


def test_who_forwards_without_a_number_of_his_own_stands_under_the_tenants() -> None:
    line = exchange(numberless="a", a="forward: {always: 0602123456}", x="")
    outcome = line.call("x", "1201")
    assert presented(outcome) == Presented("+420222333402", asserted="+420222333400")
    assert outcome.attempts[-1].diversions[0].number == "+420222333400"


def test_where_nobody_has_a_number_nothing_is_asserted() -> None:
    head = "tenant: acme\nname: Acme\ncountry: CZ\ntime_zone: Europe/Prague\nnumbers: []\nlicensed_users: 9\n"
    for platform in (PLATFORM, DIVERTER):
        line = exchange(head=head, platform=platform, numberless="ax", a="forward: {always: 0602123456}", x="")
        for withheld in (False, True):
            outcome = line.call("x", "1201", withheld=withheld)
            assert presented(outcome) == ANONYMOUS
            assert outcome.attempts[-1].diversions == (Diversion("acme/users/a", "unconditional", None, private=False),)


def test_the_last_who_forwarded_is_billed() -> None:
    line = forwarding("always: users/b", b="forward: {no_answer: {to: 0602123456}}")
    outcome = line.call("x", "1201", silent="b")
    assert presented(outcome) == Presented("+420222333404", asserted="+420222333402")
    assert outcome.attempts[-1].diversions == (
        Diversion("acme/users/a", "unconditional", "+420222333401", private=False),
        Diversion("acme/users/b", "no-answer", "+420222333402", private=False),
    )
    assert outcome.attempts[0].diversions == outcome.attempts[1].diversions[:1]


@pytest.mark.parametrize(("number", "shown"), [("number: +420222333416, ", "+420222333416"), ("", "+420222333400")])
def test_a_hunt_group_forwards_under_its_number_or_the_one_above(number: str, shown: str) -> None:
    group = (
        f"hunt_groups: {{g: {{name: G, {number}extension: 1600, members: [users/a], forward: {{busy: 0602123456}}}}}}\n"
    )
    outcome = exchange(group, a=WITHHELD, x="").call("x", "1600", engaged="a")
    assert presented(outcome) == Presented("+420222333402", asserted=shown)
    assert outcome.attempts[-1].diversions == (Diversion("acme/hunt_groups/g", "user-busy", shown, private=False),)
