"""What holds for every call in every exchange (design: what must hold, always)."""

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.strategies import Case, cases, numbers_of, phones_of, programs, users_of

from ringplan.interpreter import FromPhone, FromStranger, FromTrunk, PhoneState, TrunkState, World, route
from ringplan.interpreter.outcome import ANONYMOUS, Outcome
from ringplan.ir import Program, Tenant, User

REASONS = {
    (200, "OK"),
    (403, "Forbidden"),
    (404, "Dial The Outside Prefix First"),
    (404, "Not Found"),
    (407, "Proxy Authentication Required"),
    (480, "No Answer"),
    (480, "Temporarily Unavailable"),
    (486, "Busy Here"),
    (503, "No Trunk Available"),
    (603, "Decline"),
}


def every_call(check: Callable[[Program, Case, Outcome], None]) -> Callable[[], None]:
    """Make a test of a property that is checked for ten calls in each of many random exchanges."""

    def ten_calls(data: st.DataObject) -> None:
        program = data.draw(programs())
        for case in data.draw(st.lists(cases(program), min_size=10, max_size=10)):
            check(program, case, route(program, case.call, case.world))

    ten_calls.__name__ = ten_calls.__qualname__ = check.__name__
    return settings(max_examples=30)(given(st.data())(ten_calls))


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
def test_every_call_ends_in_an_answer_or_a_deliberate_rejection(program: Program, case: Case, outcome: Outcome) -> None:
    assert (outcome.code, outcome.reason) in REASONS
    assert (outcome.code == 200) == bool(outcome.answered_by)
    assert outcome.steps


@every_call
def test_only_the_last_attempt_may_be_answered_and_only_by_those_it_called(
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
def test_phones_of_one_user_of_the_calls_own_tenant_ring_and_no_others(
    program: Program, case: Case, outcome: Outcome
) -> None:
    for attempt in outcome.attempts:
        if attempt.kind == "phones":
            assert outcome.tenant is not None
            owners = {
                user.id
                for user in users_of(program.tenant(outcome.tenant))
                for phone in user.phones
                if phone.id in attempt.targets
            }
            assert len(owners) == 1
            assert set(attempt.targets) <= set(phones_of(program))
            assert all(case.world.phone(p) is not PhoneState.UNREGISTERED for p in attempt.targets)


@every_call
def test_a_call_belongs_to_its_callers_tenant(program: Program, case: Case, outcome: Outcome) -> None:
    caller = caller_of(program, case)
    if caller is not None:
        assert outcome.tenant == caller[0].id


@every_call
def test_a_call_from_a_trunk_or_a_stranger_never_leaves_through_a_trunk(
    program: Program, case: Case, outcome: Outcome
) -> None:
    if not isinstance(case.call.origin, FromPhone):
        assert all(attempt.kind == "phones" for attempt in outcome.attempts)
    if isinstance(case.call.origin, FromStranger):
        assert not outcome.attempts
        assert outcome.code in (403, 407)


@every_call
def test_trunks_are_tried_in_order_each_once_and_only_those_the_tenant_may_use(
    program: Program, case: Case, outcome: Outcome
) -> None:
    tried = [attempt.targets[0] for attempt in outcome.attempts if attempt.kind == "trunk"]
    caller = caller_of(program, case)
    if caller is None or not tried:
        return
    everything = tuple(trunk.id for trunk in program.platform.trunks)
    allowed = everything if outcome.emergency else caller[0].trunks
    assert tuple(tried) == allowed[: len(tried)]
    if outcome.code == 503:
        assert tuple(tried) == allowed


@settings(max_examples=50)
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
    alive = [t.id for t in program.platform.trunks if case.world.trunk(t.id) is TrunkState.ANSWERS]
    assert outcome.answered_by == tuple(alive[:1])
    assert (outcome.code, outcome.reason) == ((200, "OK") if alive else (503, "No Trunk Available"))
    assert all(attempt.request_user in plan.emergency for attempt in outcome.attempts)
    assert not any(attempt.presented.private for attempt in outcome.attempts)


@every_call
def test_no_identity_shows_a_number_the_caller_may_not_present(program: Program, case: Case, outcome: Outcome) -> None:
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
def test_a_name_is_shown_only_between_users_of_one_exchange(program: Program, case: Case, outcome: Outcome) -> None:
    caller = caller_of(program, case)
    for attempt in outcome.attempts:
        name = attempt.presented.name
        if caller is None or attempt.kind == "trunk":
            assert name in (None, "Anonymous")
        else:
            assert name in ("Anonymous", caller[1].identity.internal_name)


@every_call
def test_a_withheld_number_reaches_no_phone_and_no_trunks_from_header(
    program: Program, case: Case, outcome: Outcome
) -> None:
    caller = caller_of(program, case)
    withheld = case.call.withheld or (caller is not None and caller[1].identity.withheld)
    if not withheld or outcome.emergency:
        return
    for attempt in outcome.attempts:
        assert (attempt.presented.number, attempt.presented.name) == ("anonymous", "Anonymous")
        if attempt.kind == "phones":
            assert attempt.presented == ANONYMOUS
        else:
            assert attempt.presented.private == (attempt.presented.asserted is not None)


@every_call
def test_the_answer_depends_on_nothing_but_the_question(program: Program, case: Case, outcome: Outcome) -> None:
    assert route(program, case.call, case.world) == outcome


@settings(max_examples=50)
@given(programs(), st.data())
def test_every_owned_number_leads_somewhere(program: Program, data: st.DataObject) -> None:
    """No call lost: a number a tenant owns rings its user's registered phones, or is rejected on purpose."""
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
        rung = tenant.node(assigned[number])
        assert isinstance(rung, User)
        assert outcome.answered_by == tuple(phone.id for phone in rung.phones)
    else:
        assert (outcome.code, outcome.attempts) == (404, ())
