"""Callback and click-to-dial."""

from __future__ import annotations

import pytest
from tests.targets.kamailio.attendant.office import COMPANY, CYR, FIELD, MOBILE, heard, runtime_office
from tests.targets.kamailio.attendant.stage import Stage

from ringplan_kamailio.runtime.ringplan_runtime import errands
from ringplan_kamailio.runtime.ringplan_runtime.answering import Callback
from ringplan_kamailio.runtime.ringplan_runtime.attendant.commands import (
    Answer,
    Cancel,
    Claim,
    Dial,
    HangUp,
    Play,
    Progress,
    Record,
    Refuse,
    Release,
)
from ringplan_kamailio.runtime.ringplan_runtime.attendant.events import Answered
from ringplan_kamailio.runtime.ringplan_runtime.attendant.session import CALLER, TARGET
from ringplan_kamailio.runtime.ringplan_runtime.tenants import Tenant


def recording() -> Tenant:
    """The office, whose callback records."""
    office = runtime_office()
    field = office.nodes[FIELD]
    assert isinstance(field, Callback)
    return office._replace(nodes={**office.nodes, FIELD: field._replace(record=True)})


def accepted(office: Tenant | None = None) -> Stage:
    """The employee has accepted the call back."""
    stage = Stage(FIELD, office=office or runtime_office()).invite().wait(3_000).rings(CALLER).answers(CALLER)
    return stage.press("1")


@pytest.mark.parametrize("number", [MOBILE, "00420602111222", "420602111222", "602111222"])
def test_refused_and_called_back_after_the_delay(number: str) -> None:
    stage = Stage(FIELD, errand={"number": number}).invite()
    assert stage.done[0] == Refuse(486, "Busy Here")
    assert not stage.of(Answer)
    assert not stage.of(Progress)
    assert stage.of(Claim) == [Claim(f"{FIELD} {MOBILE}")]
    assert not stage.wait(2_999).of(Dial)
    stage.wait(1)
    assert stage.of(Dial)[0].leg == CALLER
    errand = errands.Errand(**stage.dialled)
    assert (errand.kind, errand.node, errand.user, errand.dialled) == ("employee", FIELD, CYR, MOBILE)
    assert (errand.number, errand.carried, errand.private) == ("", 0, False)


def test_one_call_back_at_a_time() -> None:
    stage = Stage(FIELD, granted=False).invite()
    assert stage.results == [("refused", 486)]
    assert not stage.of(Release)


@pytest.mark.parametrize("errand", [{"number": COMPANY}, {"number": ""}, {"private": True}])
def test_nobody_else_is_called_back(errand: dict[str, object]) -> None:
    stage = Stage(FIELD, errand=errand).invite()
    assert (stage.of(Refuse), stage.of(Claim)) == ([Refuse(486, "Busy Here")], [])
    assert stage.results == [("refused", 486)]


def test_who_does_not_answer_is_free_again_after_the_interval() -> None:
    stage = Stage(FIELD).invite().wait().fails(480, CALLER)
    assert stage.results == [("failed", 480)]
    assert stage.of(Release) == [Release(f"{FIELD} {MOBILE}", 60_000)]


def test_only_who_presses_one_is_asked() -> None:
    stage = Stage(FIELD).invite().wait().answers(CALLER)
    assert stage.heard == heard("accept")
    assert stage.press("1").heard == heard("accept", "ask")
    assert Stage(FIELD).invite().wait().answers(CALLER).press("2").results == [("hung-up", 200)]
    assert Stage(FIELD).invite().wait().answers(CALLER).until("over").results == [("hung-up", 200)]


def test_what_is_dialled_is_dialled_by_the_employee() -> None:
    stage = accepted().press("0602333444#")
    errand = errands.Errand(**stage.dialled)
    assert (errand.kind, errand.user, errand.dialled, errand.diversions) == ("dial", CYR, "0602333444", ())
    assert stage.plays == {CALLER: ("ringback",)}
    stage.rings(sdp="v=0").answers()
    assert stage.state == "bridged"
    assert not stage.of(Record)
    assert stage.leaves(TARGET).results == [("connected", 200)]


@pytest.mark.parametrize(("keys", "dialled"), [("1202", "1202"), ("6", "6#"), ("15**", "15**")])
def test_silence_ends_a_number_and_speed_dials_are_known(keys: str, dialled: str) -> None:
    assert accepted().press(keys).wait().dialled["dialled"] == dialled


def test_twenty_digits_are_enough() -> None:
    assert accepted().press("0" * 19).state == "asking"
    assert accepted().press("0" * 20).dialled["dialled"] == "0" * 20


@pytest.mark.parametrize("keys", ["112#", "0112#", "158#"])
def test_emergency_numbers_have_to_be_dialled_directly(keys: str) -> None:
    stage = accepted().press(keys)
    assert len(stage.of(Dial)) == 1
    assert stage.heard[-1:] == heard("directly")
    assert stage.press("1").wait().heard[-1:] == heard("ask")


def test_three_numbers_in_all() -> None:
    stage = accepted().press("112#").until("asking").press("1202#").fails(486).until("asking").press("1201#").fails(403)
    assert stage.state == "advising"
    stage.wait()
    assert stage.heard == heard("accept", "ask", "directly", "ask", "failed", "ask", "failed")
    assert stage.results == [("hung-up", 200)]
    assert stage.of(HangUp) == [HangUp(CALLER)]


@pytest.mark.parametrize("keys", ["", "#"])
def test_nothing_dialled(keys: str) -> None:
    assert accepted().press(keys).until("over").results == [("hung-up", 200)]


def test_recorded_calls_are_announced_to_both_before() -> None:
    stage = accepted(recording()).press("1202#").answers()
    assert stage.state == "warning"
    assert stage.of(Play)[-2:] == [Play(CALLER, heard("announced")), Play(TARGET, heard("announced"))]
    assert not stage.of(Record)
    stage.wait()
    assert stage.state == "bridged"
    assert stage.of(Record) == [Record()]
    assert stage.refers(TARGET).of(Record)[-1] == Record(on=False), "who comes then has not been told"


def test_a_party_leaves_while_it_is_told() -> None:
    stage = accepted(recording()).press("1202#").answers().leaves(TARGET)
    assert stage.results == [("left", 200)]
    assert not stage.of(Record)


def test_a_number_that_is_no_longer_allowed() -> None:
    stage = Stage(FIELD).invite()
    office = runtime_office()
    field = office.nodes[FIELD]
    assert isinstance(field, Callback)
    stage.world.office = office._replace(nodes={**office.nodes, FIELD: field._replace(allowed={})})
    assert stage.wait().results == [("gone", 486)]
    assert not stage.of(Dial)


def test_the_exchange_that_rings_the_employee_for_ever() -> None:
    stage = Stage(FIELD).invite().wait().wait()
    assert stage.of(Cancel) == [Cancel(CALLER)]
    assert stage.results == [("failed", 408)]


# -- click-to-dial


def clicked(number: str = "1202") -> Stage:
    """Cyr has clicked."""
    return Stage(CYR, kind=errands.OWN_PHONES, errand={"dialled": number, "user": CYR, "number": ""}).order()


def test_the_own_phone_rings_first() -> None:
    stage = clicked()
    errand = errands.Errand(**stage.dialled)
    assert (stage.of(Dial)[0].leg, errand.kind, errand.user, errand.dialled) == (CALLER, "own-phones", CYR, "1202")
    stage.rings(CALLER).answers(CALLER)
    errand = errands.Errand(**stage.dialled)
    assert (stage.of(Dial)[1].leg, errand.kind, errand.user, errand.dialled) == (TARGET, "dial", CYR, "1202")
    assert stage.plays == {CALLER: ("ringback",)}
    assert stage.answers().leaves(CALLER).results == [("connected", 200)]


def test_the_own_phone_is_busy() -> None:
    assert clicked().fails(486, CALLER).results == [("failed", 486)]
    stage = clicked().wait()
    assert (stage.of(Cancel), stage.results) == ([Cancel(CALLER)], [("failed", 408)])


def test_the_target_is_busy() -> None:
    stage = clicked().answers(CALLER).fails(486)
    assert stage.of(HangUp) == [HangUp(CALLER)]
    assert stage.results == [("hung-up", 200)]


def test_emergency_numbers_are_refused_before_anything_rings() -> None:
    stage = clicked("112")
    assert (stage.of(Dial), stage.results) == ([], [("refused", 403)])


def test_a_user_who_is_gone() -> None:
    stage = Stage("novak/users/none", errand={"dialled": "1202"}).order()
    assert stage.results == [("gone", 480)]


def test_an_answer_of_a_call_that_was_taken_back() -> None:
    stage = clicked()
    call_id = stage.session.legs[CALLER].call_id
    stage.wait()
    assert stage.feed(Answered(CALLER, call_id, "tag")) == []
