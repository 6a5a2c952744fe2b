"""What holds for every call in every exchange (design: what must hold, always)."""

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.strategies import Case, cases, numbers_of, phones_of, programs, users_of

from ringplan.interpreter import FromPhone, FromStranger, FromTrunk, PhoneState, TrunkState, World, route
from ringplan.interpreter.dialling import OffNet
from ringplan.interpreter.outcome import ANONYMOUS, Diversion, Outcome
from ringplan.interpreter.redirecting import screen_target
from ringplan.ir import HuntGroup, Program, SipUri, Tenant, TimeRoute, User

REASONS = {
    (200, "OK"),
    (403, "Call Barred"),
    (403, "Forbidden"),
    (404, "Dial The Outside Prefix First"),
    (404, "Not Found"),
    (407, "Proxy Authentication Required"),
    (480, "Closed"),
    (480, "No Answer"),
    (480, "Too Many Diversions"),
    (480, "Temporarily Unavailable"),
    (486, "Busy Here"),
    (503, "No Trunk Available"),
    (603, "Decline"),
}


Check = Callable[[Program, Case, Outcome], None]
CHECKS: list[Check] = []
"""What holds for every call."""


def every_call(check: Check) -> Check:
    """Make something hold for every call of ``test_every_call``."""
    CHECKS.append(check)
    return check


@settings(max_examples=80)
@given(st.data())
def test_every_call(data: st.DataObject) -> None:
    """Ten calls in each of many random exchanges; making an exchange costs more than all checks of its calls."""
    program = data.draw(programs())
    for case in data.draw(st.lists(cases(program), min_size=10, max_size=10)):
        outcome = route(program, case.call, case.world)
        for check in CHECKS:
            check(program, case, outcome)


def caller_of(program: Program, case: Case) -> tuple[Tenant, User] | None:
    """The user who calls, if a user calls."""
    if not isinstance(case.call.origin, FromPhone):
        return None
    for tenant in program.tenants:
        for user in users_of(tenant):
            if any(phone.id == case.call.origin.phone for phone in user.phones):
                return tenant, user
    raise AssertionError(case.call.origin.phone)


@every_call
def every_call_ends_in_an_answer_or_a_deliberate_rejection(program: Program, case: Case, outcome: Outcome) -> None:
    assert (outcome.code, outcome.reason) in REASONS
    assert (outcome.code == 200) == bool(outcome.answered_by)
    assert outcome.steps


@every_call
def only_the_last_attempt_may_be_answered_and_only_by_those_it_called(
    program: Program, case: Case, outcome: Outcome
) -> None:
    results = [attempt.result for attempt in outcome.attempts]
    assert "answered" not in results[:-1]
    assert (outcome.code == 200) == (results[-1:] == ["answered"])
    for party in outcome.answered_by:
        assert party in outcome.attempts[-1].targets
        states = {case.world.phone(party), case.world.trunk(party)}
        assert states == {PhoneState.ANSWERS, TrunkState.ANSWERS}


@every_call
def registered_phones_of_the_calls_own_tenant_ring_and_no_others(
    program: Program, case: Case, outcome: Outcome
) -> None:
    for attempt in outcome.attempts:
        if attempt.kind == "phones":
            assert outcome.tenant is not None
            tenant = program.tenant(outcome.tenant)
            owners = {user.id: {phone.id for phone in user.phones} for user in users_of(tenant)}
            rung = [user for user, phones in owners.items() if not phones.isdisjoint(attempt.targets)]
            assert set(attempt.targets) == {
                phone
                for user in rung
                for phone in owners[user]
                if case.world.phone(phone) is not PhoneState.UNREGISTERED
            }
            at_once = any(isinstance(node, HuntGroup) and node.policy == "simultaneous" for node in tenant.nodes)
            assert rung if at_once else len(rung) == 1
            assert attempt.ring_ms > 0


@every_call
def nobody_is_rung_by_his_own_call_or_twice_in_a_hunt(program: Program, case: Case, outcome: Outcome) -> None:
    caller = caller_of(program, case)
    rung: set[tuple[object, str]] = set()
    for attempt in outcome.attempts:
        if attempt.kind == "phones":
            users = {phone.partition("/phones/")[0] for phone in attempt.targets}
            assert caller is None or caller[1].id not in users
            here = {(attempt.diversions, user) for user in users}
            assert not here & rung
            rung |= here


@every_call
def diversions_add_up_to_five_at_most(program: Program, case: Case, outcome: Outcome) -> None:
    before: tuple[Diversion, ...] = ()
    for attempt in outcome.attempts:
        assert attempt.diversions[: len(before)] == before
        before = attempt.diversions
    assert not before or len(before) + case.call.diversions <= 5


@every_call
def what_is_forwarded_out_is_allowed_to_who_forwards(program: Program, case: Case, outcome: Outcome) -> None:
    for attempt in outcome.attempts:
        if attempt.kind != "trunk" or not attempt.diversions:
            continue
        assert outcome.tenant is not None
        tenant = program.tenant(outcome.tenant)
        diverter = tenant.node(attempt.diversions[-1].node)
        assert isinstance(diverter, User | HuntGroup | TimeRoute)
        user, host = attempt.request_user or "", attempt.request_host
        number = f"+{user}" if user.isdigit() and len(user) > 6 else user
        target = SipUri("", user, host, attempt.targets[0], diverter.span) if host else OffNet(number)
        assert screen_target(tenant, diverter.plan, target).allowed


@every_call
def a_call_belongs_to_its_callers_tenant(program: Program, case: Case, outcome: Outcome) -> None:
    caller = caller_of(program, case)
    if caller is not None:
        assert outcome.tenant == caller[0].id


@every_call
def a_call_from_a_trunk_leaves_through_one_only_when_forwarded_and_a_strangers_never(
    program: Program, case: Case, outcome: Outcome
) -> None:
    if not isinstance(case.call.origin, FromPhone):
        assert all(attempt.kind == "phones" or attempt.diversions for attempt in outcome.attempts)
    if isinstance(case.call.origin, FromStranger):
        assert not outcome.attempts
        assert outcome.code in (403, 407)


@every_call
def trunks_are_tried_in_order_each_once_and_only_those_the_tenant_may_use(
    program: Program, case: Case, outcome: Outcome
) -> None:
    attempts = [attempt for attempt in outcome.attempts if attempt.kind == "trunk"]
    if not attempts:
        return
    assert outcome.tenant is not None
    assert attempts == list(outcome.attempts[-len(attempts) :])
    tried = tuple(attempt.targets[0] for attempt in attempts)
    allowed = program.tenant(outcome.tenant).trunks
    if outcome.emergency:
        allowed = tuple(trunk.id for trunk in program.platform.trunks if trunk.numbers)
    elif attempts[0].request_host is not None:
        allowed = tuple(trunk.id for trunk in program.platform.trunks if attempts[0].request_host in trunk.domains)[:1]
    assert tried == allowed[: len(tried)]
    if outcome.code == 503:
        assert tried == allowed


@settings(max_examples=30)
@given(programs(), st.data())
def test_an_emergency_call_is_never_barred(program: Program, data: st.DataObject) -> None:
    phone = data.draw(st.sampled_from(phones_of(program)))
    plan = program.tenant(phone.split("/", 1)[0]).dial_plan
    numbers = st.sampled_from(plan.emergency)
    dialled = data.draw(
        st.one_of(
            numbers,
            numbers.map(lambda number: plan.outside_prefix + number),
            st.sampled_from(("urn:service:sos", "urn:service:sos.fire", "urn:service:sos.animal-control")),
        )
    )
    case = data.draw(cases(program))
    call = type(case.call)(FromPhone(phone), dialled, case.call.withheld)
    outcome = route(program, call, case.world)
    assert outcome.emergency
    carriers = [trunk for trunk in program.platform.trunks if trunk.numbers]
    alive = [trunk.id for trunk in carriers if case.world.trunk(trunk.id) is TrunkState.ANSWERS]
    assert outcome.answered_by == tuple(alive[:1])
    assert (outcome.code, outcome.reason) == ((200, "OK") if alive else (503, "No Trunk Available"))
    assert all(attempt.request_user in plan.emergency for attempt in outcome.attempts)
    assert not any(attempt.presented.private for attempt in outcome.attempts)


@every_call
def no_identity_shows_a_number_the_caller_may_not_present(program: Program, case: Case, outcome: Outcome) -> None:
    caller = caller_of(program, case)
    if caller is None:
        return
    tenant, user = caller
    own = {*numbers_of(tenant), *(number[1:] for number in numbers_of(tenant))}
    for attempt in outcome.attempts:
        shown = attempt.presented
        assert shown.asserted is None or shown.asserted in own
        assert shown.number in {"anonymous", *own, user.extension}
        if attempt.kind == "trunk":
            assert shown.number != user.extension
            assert shown.name in (None, "Anonymous")


@every_call
def a_name_is_shown_only_between_users_of_one_exchange(program: Program, case: Case, outcome: Outcome) -> None:
    caller = caller_of(program, case)
    for attempt in outcome.attempts:
        name = attempt.presented.name
        if caller is None or attempt.kind == "trunk":
            assert name in (None, "Anonymous")
        else:
            assert name in ("Anonymous", caller[1].identity.internal_name)


@every_call
def a_withheld_number_reaches_no_phone_and_no_trunks_from_header(
    program: Program, case: Case, outcome: Outcome
) -> None:
    caller = caller_of(program, case)
    withheld = case.call.withheld or (caller is not None and caller[1].identity.withheld)
    if not withheld or outcome.emergency:
        return
    insisting = {trunk.id for trunk in program.platform.trunks if trunk.diverted_caller == "diverter"}
    for attempt in outcome.attempts:
        if attempt.diversions and attempt.targets[0] in insisting:
            assert attempt.presented.number.removeprefix("+") in {
                "anonymous",
                (attempt.diversions[-1].number or "").removeprefix("+"),
            }
            continue
        assert (attempt.presented.number, attempt.presented.name) == ("anonymous", "Anonymous")
        if attempt.kind == "phones":
            assert attempt.presented == ANONYMOUS
        else:
            assert attempt.presented.private == (attempt.presented.asserted is not None)


@every_call
def who_withholds_his_number_and_forwards_is_asserted_in_private(
    program: Program, case: Case, outcome: Outcome
) -> None:
    for attempt in outcome.attempts:
        if attempt.kind == "trunk" and attempt.diversions and attempt.diversions[-1].private:
            assert attempt.presented.private == (attempt.presented.asserted is not None)


@every_call
def the_answer_depends_on_nothing_but_the_question(program: Program, case: Case, outcome: Outcome) -> None:
    assert route(program, case.call, case.world) == outcome


@settings(max_examples=30)
@given(programs(), st.data())
def test_every_owned_number_leads_somewhere(program: Program, data: st.DataObject) -> None:
    """No call lost: a number a tenant owns leads to somebody who answers, or is rejected on purpose."""
    owned = [(tenant, number) for tenant in program.tenants for number in numbers_of(tenant)]
    if not owned:
        return
    tenant, number = data.draw(st.sampled_from(owned))
    trunk = data.draw(st.sampled_from(program.platform.trunks))
    case = data.draw(cases(program))
    call = type(case.call)(FromTrunk(trunk.id, "+420602123456"), number)
    outcome = route(program, call, World())
    assert outcome.tenant == tenant.id
    assigned = {entry.key: entry.node for entry in tenant.numbers}
    if number in assigned:
        node = tenant.node(assigned[number])
        assert (outcome.code, outcome.reason) in REASONS
        if isinstance(node, User) and not node.rules:
            assert outcome.answered_by == tuple(phone.id for phone in node.phones)
    else:
        assert (outcome.code, outcome.attempts) == (404, ())
