"""Whatever happens, in whatever order: nothing breaks, nobody is forgotten, and every call ends exactly once."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.targets.kamailio.attendant.office import BARRED, BUSY, CLOSED, CYR, DIRECT, FIELD, MAIN, SUB, runtime_office
from tests.targets.kamailio.attendant.stage import Stage
from tests.targets.kamailio.attendant.test_crossings import STATES

from ringplan_kamailio.runtime.ringplan_runtime import answering, errands
from ringplan_kamailio.runtime.ringplan_runtime.attendant import machine, states
from ringplan_kamailio.runtime.ringplan_runtime.attendant.commands import Forget, Play, Wait
from ringplan_kamailio.runtime.ringplan_runtime.attendant.events import (
    Acknowledged,
    Answered,
    Cancelled,
    Claimed,
    Digit,
    Event,
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
from ringplan_kamailio.runtime.ringplan_runtime.attendant.session import (
    CALLER,
    CALLING,
    INVITED,
    RINGING,
    TARGET,
    TRANSFEROR,
    UP,
    Leg,
    Session,
)

PURE = ("announcing", "bridging", "calling_back", "clicking", "commands", "control", "environment", "events", "keying",
        "machine", "menus", "session", "states")  # fmt: skip
LEGS = (CALLER, TARGET, TRANSFEROR)
names = st.sampled_from([*LEGS, "x", ""])
texts = st.one_of(st.sampled_from(["", "v=0", "1", "call 1", "call 2", "\x00\u202e'\"\r\n"]), st.text(max_size=5))
codes = st.sampled_from([0, 180, 183, 200, 403, 408, 486, 503, 699, -1])
anything: st.SearchStrategy[Event] = st.one_of(
    st.builds(Invited),
    st.builds(Ordered),
    st.builds(Rang, names, codes, texts),
    st.builds(Answered, names, texts, texts),
    st.builds(Failed, names, texts, codes, texts),
    st.builds(Acknowledged, names),
    st.builds(Cancelled),
    st.builds(Left, names),
    st.builds(Digit, names, st.one_of(st.sampled_from(machine.KEYS), texts)),
    st.builds(Playing, names, st.integers(-(2**40), 2**40)),
    st.builds(Expired, texts),
    st.builds(Reoffered, names, st.booleans()),
    st.builds(Referred, names, st.dictionaries(texts, texts, max_size=2), texts),
    st.builds(Claimed, st.booleans()),
    st.builds(Parked, names),
    st.builds(Joined, names),
    st.builds(Lost, texts),
)


def recording() -> object:
    """The callback as one that records."""
    field = runtime_office().nodes[FIELD]
    assert isinstance(field, answering.Callback)
    return field._replace(record=True)


@st.composite
def stages(draw: st.DrawFn) -> Stage:
    """A call that has just begun."""
    office = runtime_office()
    if draw(st.booleans()):
        office = office._replace(nodes={**office.nodes, FIELD: recording()})  # type: ignore[dict-item]
    if draw(st.integers(0, 9)) == 0:
        return Stage(CYR, kind=errands.OWN_PHONES, errand={"dialled": "1202", "user": CYR}, office=office).order()
    node = draw(st.sampled_from([MAIN, MAIN, SUB, DIRECT, FIELD, FIELD, CLOSED, BARRED, BUSY, "novak/none/none"]))
    kind = errands.TREAT if "/reject/" in node else errands.VISIT
    reports, acknowledges, granted = draw(st.booleans()), draw(st.booleans()), draw(st.integers(0, 3)) > 0
    return Stage(node, kind=kind, office=office, reports=reports, acknowledges=acknowledges, granted=granted).invite()


def happen(stage: Stage, what: str, leg: str, key: str) -> None:
    """Something that can happen to a call; nothing when it cannot now."""
    state = stage.leg(leg)
    match what:
        case "press" if state == UP:
            stage.press(key, leg)
        case "rings" if state in (CALLING, RINGING):
            stage.rings(leg, sdp="v=0" if key in "02468" else "")
        case "answers" if state in (CALLING, RINGING):
            stage.answers(leg)
        case "fails" if state in (CALLING, RINGING):
            stage.fails(486, leg)
        case "leaves" if state == UP:
            stage.leaves(leg)
        case "cancels" if stage.leg(CALLER) == INVITED and stage.session.legs[CALLER].uas:
            stage.cancels()
        case "holds" if state == UP and leg != TRANSFEROR:
            stage.holds(leg, held=key in "13579")
        case "refers" if state == UP:
            stage.refers(leg)
        case "parks" if state == UP:
            stage.feed(Parked(leg))
        case "joins" if stage.state == states.PARKED and not state and leg != TRANSFEROR:
            stage.session.legs[leg] = Leg(call_id="joins", state=INVITED, uas=True)
            stage.feed(Joined(leg))
        case "acknowledges":
            stage.feed(Acknowledged(leg))
        case "waits":
            stage.wait()
        case "passes":
            stage.wait(700)
        case "loses" if key == "0":
            stage.feed(Lost("silent"))


HAPPENINGS = ("press", "press", "press", "press", "rings", "answers", "answers", "fails", "leaves", "cancels", "holds",
              "refers", "parks", "joins", "acknowledges", "waits", "waits", "passes", "loses")  # fmt: skip
happenings = st.tuples(
    st.sampled_from(HAPPENINGS), st.sampled_from([*LEGS, CALLER, TARGET]), st.sampled_from(machine.KEYS)
)


@given(stages(), st.lists(st.one_of(happenings, happenings, happenings, anything), max_size=40))
@settings(max_examples=1_500, deadline=None)
def test_every_call_ends_exactly_once(stage: Stage, events: list[tuple[str, str, str] | Event]) -> None:
    for event in events:
        if type(event) is tuple:
            happen(stage, *event)
        elif not _is_impossible(stage, event):  # type: ignore[arg-type]
            stage.feed(event)  # type: ignore[arg-type]
    _all_leave(stage)
    assert stage.state == states.OVER
    assert len(stage.results) == 1
    assert len(stage.of(Forget)) == 1
    assert not stage.session.legs
    assert not stage.claimed
    assert all(isinstance(code, int) for _, code in stage.results)


def _is_impossible(stage: Stage, event: Event) -> bool:
    """What no shell does: to say that something happened to a leg before it was true."""
    match event:
        case Answered(leg, call_id):
            return stage.leg(leg) in (CALLING, RINGING) and stage.session.legs[leg].call_id == call_id
        case Rang(leg):
            return stage.leg(leg) != RINGING
        case Joined(leg):
            return True
        case Parked() | Referred():
            return True
        case _:
            return False


def _all_leave(stage: Stage) -> None:
    for _ in range(200):
        if stage.state == states.OVER:
            return
        for leg in LEGS:
            match stage.leg(leg):
                case "up":
                    stage.leaves(leg)
                case "calling" | "ringing":
                    stage.fails(480, leg)
                case "invited":
                    stage.wait()
        stage.wait()
    raise AssertionError(f"stays {stage.state} {stage.session.legs}")


@given(
    st.sampled_from(sorted(STATES)),
    st.dictionaries(st.sampled_from(LEGS), st.sampled_from([INVITED, CALLING, RINGING, UP]), max_size=3),
    st.lists(anything, min_size=1, max_size=5),
)
@settings(max_examples=1_500, deadline=None)
def test_a_step_is_total(name: str, legs: dict[str, str], events: list[Event]) -> None:
    """In no state does any event make it raise, even with legs that can never be there."""
    stage = STATES[name]()
    session = Session.read(stage.session.text())
    session.legs = {leg: Leg(call_id="call 1", state=state) for leg, state in legs.items()}
    for event in events:
        machine.step(session, event, stage.world)
        assert Session.read(session.text()) == session


def test_a_state_nobody_knows() -> None:
    """Perhaps of a generation to come: nothing happens there, but who leaves still ends the call."""
    stage = Stage(MAIN).invite()
    stage.session.state = "levitating"
    assert all(isinstance(one, Wait) for one in [*stage.feed(Digit(CALLER, "1")), *stage.feed(Expired("greeting"))])
    assert stage.leaves().results == [("left", 200)]


@given(st.lists(st.sampled_from(machine.KEYS), max_size=30))
@settings(max_examples=100, deadline=None)
def test_the_same_keys_give_the_same_call(keys: list[str]) -> None:
    first, second = Stage(MAIN).invite(), Stage(MAIN).invite()
    for key in keys:
        assert first.feed(Digit(CALLER, key)) == second.feed(Digit(CALLER, key))
    assert first.session == second.session


@pytest.mark.parametrize("name", PURE)
def test_call_control_needs_nothing_but_the_standard_library(name: str) -> None:
    """No Kamailio, no clock, no chance, no disk: what the machine is made of imports none of them."""
    folder = Path(machine.__file__).parent
    outside = {"re", "json", "collections", "dataclasses", "typing", "__future__"}
    for node in ast.walk(ast.parse((folder / f"{name}.py").read_text("utf-8"))):
        if isinstance(node, ast.Import):
            assert {alias.name.partition(".")[0] for alias in node.names} <= outside
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            assert (node.module or "").partition(".")[0] in outside
        elif isinstance(node, ast.ImportFrom) and node.level == 1:
            assert set((node.module,) if node.module else (alias.name for alias in node.names)) <= set(PURE)


def test_what_is_played_is_named() -> None:
    assert all(isinstance(name, str) and name for one in Stage(MAIN).invite().of(Play) for name in one.prompts)
