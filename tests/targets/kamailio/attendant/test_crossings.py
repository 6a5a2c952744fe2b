"""What crosses: every state of a call, and events that come when nobody waits for them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tests.targets.kamailio.attendant.office import ANN, BARRED, CLOSED, CYR, FIELD, MAIN
from tests.targets.kamailio.attendant.stage import OTHER, Stage

from ringplan_kamailio.runtime.ringplan_runtime import errands
from ringplan_kamailio.runtime.ringplan_runtime.attendant import machine, states
from ringplan_kamailio.runtime.ringplan_runtime.attendant.commands import (
    Answer,
    Bridge,
    Cancel,
    Dial,
    HangUp,
    Notify,
    Part,
    Play,
    Refuse,
    Rejoin,
    Stop,
    Unbridge,
)
from ringplan_kamailio.runtime.ringplan_runtime.attendant.events import (
    Acknowledged,
    Answered,
    Cancelled,
    Claimed,
    Digit,
    Expired,
    Failed,
    Invited,
    Joined,
    Left,
    Lost,
    Ordered,
    Parked,
    Playing,
    Rang,
    Referred,
    Reoffered,
)
from ringplan_kamailio.runtime.ringplan_runtime.attendant.session import CALLER, INVITED, TARGET, TRANSFEROR, Leg


def bridged() -> Stage:
    """Caller and target talk."""
    return Stage(MAIN).invite().press("1").rings().answers()


def called_back() -> Stage:
    """The employee is called back."""
    return Stage(FIELD).invite().wait()


def clicked() -> Stage:
    """Cyr clicked to dial 1202."""
    return Stage(CYR, kind=errands.OWN_PHONES, errand={"dialled": "1202", "user": CYR, "number": ""}).order()


def parked() -> Stage:
    """The caller is alone with music."""
    stage = bridged()
    stage.feed(Parked(TARGET))
    return stage


def warned() -> Stage:
    """Both hear that the call is recorded."""
    stage = called_back().answers(CALLER).press("1").press("1202#")
    node = stage.office and stage.office.nodes[FIELD]
    assert stage.office
    assert node
    recorded = stage.office._replace(nodes={**stage.office.nodes, FIELD: node._replace(record=True)})  # type: ignore[call-arg]
    stage.world.office = recorded
    return stage.answers()


STATES: dict[str, Callable[[], Stage]] = {
    "greeting": lambda: Stage(MAIN).invite(),
    "choosing": lambda: Stage(MAIN).invite().wait(),
    "prompting": lambda: Stage(MAIN).invite().press("#"),
    "collecting": lambda: Stage(MAIN).invite().press("412"),
    "listing": lambda: Stage(MAIN).invite().press("526#"),
    "dialling": lambda: Stage(MAIN).invite().press("1"),
    "announcing": lambda: Stage(CLOSED).invite(),
    "claiming": lambda: Stage(FIELD, granted=True).invite(),
    "delayed": lambda: Stage(FIELD).invite(),
    "calling-back": called_back,
    "accepting": lambda: called_back().answers(CALLER),
    "asking": lambda: called_back().answers(CALLER).press("1").press("12"),
    "advising": lambda: called_back().answers(CALLER).press("1").press("112#"),
    "connecting": lambda: called_back().answers(CALLER).press("1").press("1202#"),
    "warning": warned,
    "ringing-own": clicked,
    "clicked": lambda: clicked().answers(CALLER),
    "bridged": bridged,
    "transferring": lambda: bridged().refers(TARGET),
    "parked": parked,
    "ending": lambda: Stage(MAIN, acknowledges=False).invite().press("7").wait(),
    "over": lambda: Stage(MAIN).invite().leaves(),
}
del STATES["claiming"]  # the claim is answered at once; below by hand
FITTING: tuple[tuple[type, tuple[str, ...]], ...] = ((Cancel, ("calling", "ringing")), (HangUp, ("up",)))
EVERY = pytest.mark.parametrize("name", sorted(STATES))
HARMLESS = (
    Invited(), Ordered(), Rang(TARGET, 183, "v=0"), Rang(CALLER, 180, ""), Rang("x", 180, ""),
    Answered(TARGET, "an old one", "tag"), Answered(CALLER, "an old one", "tag"), Answered("x", "", ""),
    Failed(TARGET, "an old one", 486, ""), Failed(CALLER, "an old one", 486, ""), Cancelled(), Claimed(True),
    Digit("x", "1"), Digit(TARGET, "1"), Digit(CALLER, "12"), Digit(CALLER, ""), Digit(CALLER, "\u0661"),
    Digit(TRANSFEROR, "#"), Expired("yesterday's"), Left("x"), Parked("x"), Reoffered("x", False), Joined("x"),
    Playing("x", 1), Playing(TARGET, -1), Referred("x", {}, ""), Acknowledged(TARGET),
)  # fmt: skip


@EVERY
def test_every_state_can_be_reached(name: str) -> None:
    assert STATES[name]().state == name


def test_every_state_is_known() -> None:
    named = {value for name, value in vars(states).items() if name.isupper() and isinstance(value, str)}
    handled = {state for state, _ in machine.TRANSITIONS}
    assert handled - {states.NEW} - {states.CLAIMING} <= set(STATES)
    assert handled <= named


@EVERY
@pytest.mark.parametrize("event", HARMLESS, ids=repr)
def test_what_is_late_or_for_nobody_changes_nothing(name: str, event: object) -> None:
    stage = STATES[name]()
    known = {Rang: lambda: event.leg == stage.session.script.get("dialled"),  # type: ignore[attr-defined]
             Failed: lambda: event.leg == stage.session.script.get("dialled")}  # type: ignore[attr-defined]  # fmt: skip
    legs, state = dict(stage.session.legs), stage.state
    if known.get(type(event), lambda: False)():
        return  # of the leg that is called: it counts
    if isinstance(event, Cancelled) and name in ("claiming", "delayed"):
        assert stage.feed(event) == []
    done = stage.feed(event)  # type: ignore[arg-type]
    assert [one for one in done if type(one).__name__ != "Wait"] == []
    assert stage.state == state
    assert stage.session.legs == legs


@EVERY
def test_the_caller_hangs_up_in_every_state(name: str) -> None:
    stage = STATES[name]()
    if stage.leg(CALLER) not in ("up",):
        return
    target, transfers = stage.leg(TARGET), stage.leg(TRANSFEROR) == "up"
    before = len(stage.done)
    stage.leaves(CALLER)
    done = stage.done[before:]
    assert stage.state == "over"
    assert len(stage.results) == 1
    ended = [(type(one), one.leg) for one in done if isinstance(one, Cancel | HangUp)]
    fitting = {(kind, TARGET) for kind, legs in FITTING if target in legs}
    assert set(ended) == fitting | ({(HangUp, TRANSFEROR)} if transfers else set())
    assert len(set(ended)) == len(ended)
    assert stage.feed(Expired("greeting")) == []


@EVERY
def test_the_relay_loses_the_session_in_every_state(name: str) -> None:
    stage = STATES[name]()
    had = dict(stage.session.legs)
    stage.feed(Lost("unknown"))
    if name == "over":
        return
    if not had:
        assert stage.state == name
        return
    assert stage.state == "over"
    assert [result for result, _ in stage.results] == ["hung-up" if name == "ending" else "lost"]
    assert not stage.session.legs


@EVERY
def test_every_state_ends_by_itself_or_has_two_parties(name: str) -> None:
    stage = STATES[name]()
    for _ in range(300):
        if stage.timer is None or stage.timer[1] != stage.session.serial:
            break
        stage.wait()
    assert stage.state in ("over", "bridged")


@EVERY
def test_a_timer_after_the_end_does_nothing(name: str) -> None:
    stage = STATES[name]()
    timer = stage.timer
    stage.feed(Lost("silent"))
    if timer is not None and stage.state == "over":
        assert stage.feed(Expired(timer[0])) == []


# -- CANCEL


def test_cancel_before_the_answer() -> None:
    stage = Stage(CLOSED).invite().cancels()
    assert stage.results == [("cancelled", 487)]
    assert not stage.of(Refuse)


def test_cancel_that_crosses_our_answer_has_no_effect() -> None:
    """The shell does not even say so: a leg that is up is not cancelled (RFC 3261 section 9.2)."""
    stage = Stage(MAIN).invite()
    assert stage.feed(Cancelled()) == []


def test_cancel_that_crosses_our_final_code() -> None:
    stage = Stage(BARRED, kind=errands.TREAT).invite().until("over")
    assert stage.feed(Cancelled()) == []
    assert stage.results == [("refused", 403)]


# -- ACK


def test_an_ack_that_never_comes_ends_the_call() -> None:
    stage = Stage(MAIN, acknowledges=False).invite().press("1").answers()
    assert stage.state == "bridged"
    stage.wait()
    assert stage.results == [("not-acknowledged", 200)]
    assert stage.world.now - 1_000_000 == 32_000
    assert stage.of(HangUp) == [HangUp(TARGET), HangUp(CALLER)]


def test_a_late_ack_is_enough() -> None:
    stage = Stage(MAIN, acknowledges=False).invite().press("1").answers().wait(31_000)
    stage.feed(Acknowledged(CALLER))
    stage.feed(Acknowledged(CALLER))
    assert stage.wait(60_000).state == "bridged"


def test_nobody_is_sent_a_bye_before_his_ack() -> None:
    """RFC 3261 section 15: not until the ACK has come, or will not come any more."""
    stage = Stage(MAIN, acknowledges=False).invite().press("7").wait()
    assert stage.state == "ending"
    assert not stage.of(HangUp)
    stage.feed(Acknowledged(CALLER))
    assert stage.of(HangUp) == [HangUp(CALLER)]
    assert stage.results == [("hung-up", 200)]
    stage = Stage(MAIN, acknowledges=False).invite().press("7").wait().wait()
    assert stage.results == [("hung-up", 200)]
    stage = Stage(MAIN, acknowledges=False).invite().press("7").wait().leaves()
    assert stage.results == [("hung-up", 200)]


def test_the_other_party_leaves_before_the_ack() -> None:
    stage = Stage(MAIN, acknowledges=False).invite().press("1").answers().leaves(TARGET)
    assert stage.state == "ending"
    stage.feed(Acknowledged(CALLER))
    assert stage.results == [("connected", 200)]


def test_an_ack_is_waited_for_beside_other_timers() -> None:
    stage = Stage(MAIN, acknowledges=False).invite()
    while stage.state != "over":
        stage.wait(1_000)
        if stage.state == "choosing":
            stage.press("8")
    assert stage.results == [("not-acknowledged", 200)]


# -- dialling


def test_late_answer_after_cancel() -> None:
    stage = Stage(MAIN).invite().press("1")
    call_id = stage.session.legs[TARGET].call_id
    stage.session.script["limit"] += 3_600_000
    stage.wait()
    assert stage.of(Cancel) == [Cancel(TARGET)]
    assert stage.feed(Answered(TARGET, call_id, "tag")) == []
    stage.until("choosing").press("1")
    assert stage.feed(Answered(TARGET, call_id, "tag")) == []
    assert stage.answers().state == "bridged"


def test_several_answers_count_once() -> None:
    stage = Stage(MAIN).invite().press("1").rings().rings(code=183).answers()
    call_id = stage.session.legs[TARGET].call_id
    assert stage.feed(Answered(TARGET, call_id, "another phone")) == []
    assert stage.feed(Rang(TARGET, 180, "v=0")) == []
    assert len(stage.of(Bridge)) == 1


def test_early_media_and_then_busy() -> None:
    stage = Stage(MAIN).invite().press("1").rings(sdp="v=0", code=183).rings(sdp="v=0", code=183)
    assert stage.of(Bridge) == [Bridge(early=True)]
    assert stage.plays == {}
    stage.fails(486)
    assert stage.of(Unbridge) == [Unbridge()]
    assert stage.state == "prompting"


def test_early_media_and_then_an_answer() -> None:
    stage = Stage(MAIN).invite().press("1").rings(sdp="v=0").answers()
    assert stage.of(Bridge) == [Bridge(early=True), Bridge()]
    assert not stage.of(Unbridge)


def test_an_invite_that_cannot_be_sent() -> None:
    stage = Stage(MAIN).invite().press("1").fails(0)
    assert stage.state == "prompting"


def test_who_held_while_it_rang_is_held() -> None:
    stage = Stage(MAIN).invite().press("1").holds(CALLER).answers()
    assert stage.plays == {TARGET: ("hold",)}
    assert stage.holds(CALLER, held=False).plays == {}


def test_answer_that_fails_refuses_the_call() -> None:
    """The relay is down: the shell reports it, and the INVITE is still open."""
    stage = Stage(MAIN).invite()
    stage.session.legs[CALLER] = Leg(call_id="caller", state=INVITED, uas=True)
    stage.session.script["ack"] = stage.world.now + 32_000
    stage.feed(Lost("unreachable"))
    assert stage.of(Refuse) == [Refuse(503, "Service Unavailable")]
    assert stage.results == [("lost", 503)]


# -- hold


@pytest.mark.parametrize("leg", [CALLER, TARGET])
def test_hold_and_back(leg: str) -> None:
    stage = bridged().holds(leg)
    assert stage.plays == {OTHER[leg]: ("hold",)}
    assert stage.holds(leg).plays == {OTHER[leg]: ("hold",)}
    assert len(stage.of(Play)) == 3, "holding again does not begin the music anew"
    assert stage.holds(leg, held=False).plays == {}
    assert stage.holds(leg, held=False).of(Stop)[-1] == Stop(OTHER[leg])


def test_both_hold() -> None:
    stage = bridged().holds(CALLER).holds(TARGET)
    assert stage.plays == {CALLER: ("hold",), TARGET: ("hold",)}
    assert stage.holds(CALLER, held=False).plays == {CALLER: ("hold",)}
    assert stage.leaves(TARGET).results == [("connected", 200)]


def test_hold_in_a_menu_changes_nothing() -> None:
    stage = Stage(MAIN).invite().holds(CALLER)
    assert stage.plays == {CALLER: ("novak/greeting",)}
    assert stage.holds(CALLER, held=False).press("1").answers().plays == {}


# -- transfer


@pytest.mark.parametrize("leg", [CALLER, TARGET])
@pytest.mark.parametrize("replaces", ["", "12345@phone;to-tag=a;from-tag=b"])
def test_a_transfer_that_succeeds(leg: str, replaces: str) -> None:
    stage = bridged().refers(leg, replaces)
    assert stage.of(Part) == [Part(leg)]
    assert stage.of(Notify) == [Notify(leg, 100, "Trying", final=False)]
    assert stage.plays == {OTHER[leg]: ("ringback",)}
    assert stage.of(Dial)[-1].leg == leg
    assert stage.of(Dial)[-1].replaces == replaces
    assert stage.dialled["kind"] == "transfer"
    stage.rings(leg).answers(leg)
    assert stage.state == "bridged"
    assert stage.of(Notify)[-1] == Notify(TRANSFEROR, 200, "OK", final=True)
    assert stage.of(HangUp) == [HangUp(TRANSFEROR)]
    assert set(stage.session.legs) == {CALLER, TARGET}
    assert stage.plays == {}
    assert stage.leaves(leg).results == [("connected", 200)]


@pytest.mark.parametrize("leg", [CALLER, TARGET])
def test_a_transfer_that_fails_gives_the_party_back(leg: str) -> None:
    stage = bridged().refers(leg).rings(leg, sdp="v=0").fails(486, leg)
    assert stage.of(Notify)[-1] == Notify(TRANSFEROR, 486, "Busy Here", final=True)
    assert stage.of(Rejoin) == [Rejoin(leg)]
    assert stage.of(Bridge)[-1] == Bridge()
    assert (stage.state, stage.plays) == ("bridged", {})
    assert stage.refers(leg).state == "transferring"


def test_a_transfer_nobody_takes_at_all() -> None:
    stage = bridged().refers(TARGET).wait()
    assert stage.of(Cancel) == [Cancel(TARGET)]
    assert stage.of(Notify)[-1].code == 408
    assert stage.state == "bridged"


@pytest.mark.parametrize("leg", [CALLER, TARGET])
def test_who_transfers_may_leave_at_once(leg: str) -> None:
    stage = bridged().refers(leg).leaves(TRANSFEROR)
    assert stage.state == "transferring"
    assert stage.answers(leg).state == "bridged"
    assert len(stage.of(Notify)) == 1
    stage = bridged().refers(leg).leaves(TRANSFEROR).fails(486, leg)
    assert stage.results == [("connected", 200)]
    assert stage.of(HangUp) == [HangUp(OTHER[leg])]


@pytest.mark.parametrize("leg", [CALLER, TARGET])
def test_who_is_transferred_leaves(leg: str) -> None:
    stage = bridged().refers(leg).leaves(OTHER[leg])
    assert stage.of(Cancel) == [Cancel(leg)]
    assert stage.of(Notify)[-1] == Notify(TRANSFEROR, 487, "Request Terminated", final=True)
    assert stage.of(HangUp) == [HangUp(TRANSFEROR)]
    assert stage.results == [("connected", 200)]


@pytest.mark.parametrize(("leg", "caller", "number"), [(TARGET, "", "+420602111222"), (CALLER, ANN, "")])
def test_who_is_transferred_is_the_caller_of_the_new_call(leg: str, caller: str, number: str) -> None:
    stage = bridged()
    stage.session.legs[TARGET].who = {"user": ANN, "number": ""}
    errand = errands.Errand(**stage.refers(leg).dialled)
    assert (errand.caller, errand.number) == (caller, number)
    assert (errand.user, errand.dialled, errand.node) == ("novak/users/bob", "1203", "")


def test_holding_for_a_transfer() -> None:
    """Phones hold before they transfer; the music gives way to ringback, and comes back when it fails."""
    stage = bridged().holds(TARGET).refers(TARGET)
    assert stage.plays == {CALLER: ("ringback",)}
    assert stage.press("5").press("#").state == "transferring", "digits while it is transferred are nothing"
    assert stage.fails(486).plays == {CALLER: ("hold",)}
    assert stage.refers(TARGET).answers().plays == {}, "the new party does not hold"


def test_a_refer_while_one_is_going_on() -> None:
    stage = bridged().refers(TARGET).refers(CALLER)
    assert stage.of(Notify)[-1] == Notify(CALLER, 603, "Decline", final=True)
    assert stage.state == "transferring"


@pytest.mark.parametrize("name", ["greeting", "dialling", "parked", "accepting"])
def test_a_refer_when_nobody_can_be_transferred(name: str) -> None:
    stage = STATES[name]().refers(CALLER)
    assert stage.of(Notify) == [Notify(CALLER, 603, "Decline", final=True)]
    assert stage.state == name


# -- parking


def test_parked_and_fetched() -> None:
    stage = parked()
    assert stage.plays == {CALLER: ("hold",)}
    assert stage.of(HangUp) == [HangUp(TARGET)]
    stage.session.legs[TARGET] = Leg(call_id="fetches", state=INVITED, uas=True)
    stage.feed(Joined(TARGET))
    assert stage.of(Answer)[-1] == Answer(TARGET)
    assert (stage.state, stage.plays) == ("bridged", {})


def test_parked_for_too_long() -> None:
    assert parked().wait().results == [("too-long", 200)]


def test_nobody_can_be_fetched_who_is_not_parked() -> None:
    stage = Stage(MAIN).invite()
    stage.session.legs[TARGET] = Leg(call_id="fetches", state=INVITED, uas=True)
    stage.feed(Joined(TARGET))
    assert stage.of(Refuse) == [Refuse(480, "Temporarily Unavailable", TARGET)]
    assert stage.state == "greeting"


def test_the_target_that_was_parked_can_be_fetched_too() -> None:
    stage = bridged()
    stage.feed(Parked(CALLER))
    assert stage.plays == {TARGET: ("hold",)}
    stage.session.legs[CALLER] = Leg(call_id="fetches", state=INVITED, uas=True)
    stage.feed(Joined(CALLER))
    assert stage.state == "bridged"
    assert stage.leaves(CALLER).results == [("connected", 200)]
