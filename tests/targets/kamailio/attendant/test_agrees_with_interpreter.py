"""The call control does what the reference interpreter says: random menus, random callers, a random world.

Around the call control is a small exchange of its own, so that nothing here is the interpreter's but the expectation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.targets.kamailio.attendant import office as known
from tests.targets.kamailio.attendant.office import ANN, BOB, CLOSED, CYR, DAYS, FIELD, MOBILE, OPEN, office, prompt
from tests.targets.kamailio.attendant.stage import Stage
from tests.targets.kamailio.program import SPAN, platform

from ringplan import ir
from ringplan.interpreter import Call, FromCallback, FromPhone, FromTrunk, PhoneState, TrunkState, World, route
from ringplan.interpreter import Outcome as Expected
from ringplan.ir import (
    MAX_DIVERSIONS,
    Announcement,
    Callback,
    DialExtension,
    DialName,
    Entry,
    HangUp,
    Ivr,
    Menu,
    Play,
    Program,
    Reject,
    Repeat,
    Retry,
    Return,
    Submenu,
    Transfer,
    User,
)
from ringplan_kamailio.runtime.ringplan_runtime import tenants
from ringplan_kamailio.runtime.ringplan_runtime.attendant import commands, states

EXAMPLES, CALLS = 300, 8
"""Programs, and calls to each."""
IVRS = ("novak/ivr/a", "novak/ivr/b", "novak/ivr/c")
NUMBER = "+420222333430"
"""Of the first IVR."""
EXTENSIONS = {IVRS[0]: "1", IVRS[1]: "13", IVRS[2]: "7"}
NODES = (ANN, BOB, CYR, *IVRS, CLOSED, "novak/reject/busy", "novak/reject/closed")
PRESSES = (
    "", "", "1", "2", "3", "4", "5", "*", "#", "0", "1201", "1202", "1203", "1", "13", "12", "12#", "7", "7001",
    "70010", "1#", "9999", "99", "120", "1299", "2662", "26", "26#", "29", "297", "266#", "1*", "13#",
)  # fmt: skip
PLACED = {PhoneState.BUSY: "busy", PhoneState.SILENT: "no-answer", PhoneState.UNREGISTERED: "unreachable"}
EDGES = {"busy": "user-busy", "no-answer": "no-answer", "unreachable": "unavailable"}

prompts = st.sampled_from([None, *map(prompt, ("bye", "failed", "invalid", "no-input", "office", "sub"))])
always_said = st.sampled_from([prompt(name) for name in ("greeting", "name", "night")])
last_actions: st.SearchStrategy[ir.Action] = st.one_of(
    st.builds(Transfer, st.sampled_from(NODES), prompts),
    st.builds(Submenu, st.sampled_from(IVRS)),
    st.just(Return()),
    st.builds(HangUp, prompts),
)
_NAMES = (("2662", ANN, prompt("name-ann")), ("2662", BOB, prompt("name-bob")), ("297", CYR, prompt("name-ann")),
          ("297667", IVRS[1], prompt("name-bob")))  # fmt: skip
names = st.lists(st.sampled_from(_NAMES), unique=True).map(lambda chosen: tuple(sorted(chosen)))
actions: st.SearchStrategy[ir.Action] = st.one_of(
    last_actions,
    st.just(Repeat()),
    st.builds(Play, always_said),
    st.builds(DialExtension, prompts, st.none()),
    st.builds(DialExtension, prompts, st.just("novak/departments/a"), st.sampled_from([(), ("1201",), ("1201", "13")])),
    st.builds(DialName, prompts, names, st.sampled_from([(), (prompt("choose1"), prompt("choose2")) * 5])),
)
retries = st.builds(Retry, st.integers(0, 2), prompts, last_actions)
menus = st.builds(
    Menu,
    greeting=st.one_of(st.none(), always_said),
    keys=st.dictionaries(st.sampled_from(ir.KEYS), actions, max_size=6).map(lambda keys: tuple(sorted(keys.items()))),
    dial_extensions=st.booleans(),
    barge_in=st.booleans(),
    first_digit_ms=st.just(5_000),
    inter_digit_ms=st.just(2_000),
    no_input=retries,
    invalid=retries,
    failed=retries,
)


@st.composite
def ivrs(draw: st.DrawFn, node: str) -> Ivr:
    """One IVR, perhaps with hours and holidays."""
    hours, holidays = draw(st.booleans()), draw(st.booleans())
    return known.ivr(
        node,
        draw(menus),
        extension=EXTENSIONS[node],
        hours=OPEN if hours else None,
        closed=draw(menus) if hours else None,
        holidays=DAYS if holidays else None,
        holiday=draw(menus) if holidays else None,
    )


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """The office, with other IVRs, into which users' calls may overflow."""
    base = office()
    kept = [node for node in base.nodes if not isinstance(node, Ivr)]
    edges = st.sampled_from([None, IVRS[1], IVRS[2], BOB, CLOSED])
    nodes: list[ir.Node] = [_with_edge(node, draw(edges)) if isinstance(node, User) else node for node in kept]
    nodes += [draw(ivrs(node)) for node in IVRS]
    entries = [entry for entry in base.extensions if not entry.node.startswith("novak/ivr/")]
    entries += [Entry(extension, node, SPAN) for node, extension in EXTENSIONS.items()]
    changed = replace(
        base,
        nodes=tuple(sorted(nodes, key=lambda node: node.id)),
        extensions=tuple(sorted(entries, key=lambda entry: entry.key)),
        numbers=(*base.numbers, Entry(NUMBER, IVRS[0], SPAN)),
    )
    return Program(platform(), (changed,))


def _with_edge(user: User, target: str | None) -> User:
    return replace(user, busy=target) if target is not None and target != user.id else user


users = st.sampled_from((PhoneState.ANSWERS, *PLACED))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Phones of one user all do the same; schedules are switched."""
    phones: dict[str, PhoneState] = {}
    for node, names_of in ((ANN, ("desk",)), (BOB, ("desk", "mobile")), (CYR, ("desk",))):
        state = draw(users)
        phones |= {f"{node}/phones/{name}": state for name in names_of}
    return World(phones=phones, switches={OPEN: draw(st.booleans()), DAYS: draw(st.booleans())})


@dataclass
class Played:
    """One call, played to the call control and to the exchange around it."""

    program: Program
    office: tenants.Tenant
    world: World
    presses: Iterator[str]
    early: bool
    """Whether the caller does not wait for the end of what he hears."""
    heard: list[str] = field(default_factory=list)
    attempts: list[tuple[str, list[tuple[str, str]]]] = field(default_factory=list)

    # -- the caller

    def play(self, stage: Stage) -> tuple[int, str]:
        """Until somebody talks, or the call is over; the code, and who answered: user or IVR."""
        while True:
            self._note(stage)
            match stage.state:
                case states.OVER:
                    return stage.results[0][1], stage.node
                case states.DIALLING:
                    code, by = self._enter(stage.dialled["node"], _pairs(stage.dialled["diversions"]), stage)
                    if code == 200:
                        stage.rings().answers()
                        assert stage.state == states.BRIDGED
                        return code, by
                    stage.fails(code)
                case states.PROMPTING:
                    stage.press("5").wait()
                case _:
                    self._wait(stage, next(self.presses, ""))

    def _note(self, stage: Stage) -> None:
        self.heard += stage.heard
        stage.done = [one for one in stage.done if not isinstance(one, commands.Play) or one.forever]

    def _wait(self, stage: Stage, keys: str) -> None:
        """One time the call waits for the caller."""
        assert stage.state in (states.GREETING, states.CHOOSING, states.COLLECTING, states.LISTING)
        if stage.state == states.GREETING and (not self.early or not keys or not _barges(stage)):
            stage.press("1" if not _barges(stage) else "").wait()
            assert stage.state == states.CHOOSING
        if not keys:
            stage.wait()
            return
        for key in keys:
            stage.press(key)
            if stage.state != states.COLLECTING or not stage.session.script.get("digits"):
                return
        stage.wait()

    # -- the exchange

    def _enter(self, node_id: str, diversions: list[tuple[str, str]], stage: Stage) -> tuple[int, str]:
        match self.program.tenants[0].node(node_id):
            case Reject(code=code):
                return code, ""
            case Announcement(prompt=name, times=times, code=code):
                stage.rings(sdp="v=0", code=183)
                self.heard += [name.replace("/prompts/", "/")] * times
                return code, ""
            case Ivr():
                errand = {"diversions": diversions, "carried": stage.session.errand["carried"]}
                return self.play(self.begin(node_id, errand))
            case User() as user:
                return self._ring(user, diversions, stage)
            case node:
                raise AssertionError(node)

    def begin(self, node_id: str, errand: dict[str, Any]) -> Stage:
        """The call reaches an IVR."""
        stage = Stage(node_id, errand=errand, office=self.office)
        stage.world.opened = frozenset(name for name, is_open in self.world.switches.items() if is_open)
        return stage.invite()

    def _ring(self, user: User, diversions: list[tuple[str, str]], stage: Stage) -> tuple[int, str]:
        state = self.world.phone(user.phones[0].id)
        if state is not PhoneState.UNREGISTERED:
            self.attempts.append((user.id, diversions))
        if state is PhoneState.ANSWERS:
            return 200, user.id
        edge = PLACED[state]
        target: str = getattr(user, edge.replace("-", "_"))
        if isinstance(self.program.tenants[0].node(target), Reject | Announcement):
            return self._enter(target, diversions, stage)
        if stage.session.errand["carried"] + len(diversions) >= MAX_DIVERSIONS:
            return 480, ""
        return self._enter(target, [*diversions, (user.id, EDGES[edge])], stage)


def _pairs(diversions: list[list[str]]) -> list[tuple[str, str]]:
    return [(node, reason) for node, reason in diversions]


def _barges(stage: Stage) -> bool:
    assert stage.office is not None
    visit = stage.session.script["visit"]
    node: Any = stage.office.nodes[visit["ivr"]]
    return bool(getattr(node, visit["menu"]).barge_in)


def said(outcome: Expected) -> list[str]:
    """The prompts heard, as the runtime names them."""
    return [name.replace("/prompts/", "/") for name in outcome.heard]


def answered_by(outcome: Expected) -> str:
    """The user, IVR or callback."""
    return outcome.answered_by[0].partition("/phones/")[0] if outcome.answered_by else ""


def tried(outcome: Expected) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every user that was rung, and who had forwarded the call."""
    return [
        (one.targets[0].partition("/phones/")[0], [(diversion.node, diversion.reason) for diversion in one.diversions])
        for one in outcome.attempts
        if one.kind == "phones"
    ]


presses_of = st.lists(st.sampled_from(PRESSES), max_size=8)
cases = st.tuples(presses_of, worlds(), st.integers(0, 5), st.booleans())


@given(programs(), st.lists(cases, min_size=CALLS, max_size=CALLS))
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
def test_menus(program: Program, calls: list[tuple[list[str], World, int, bool]]) -> None:
    runtime = known.read(program.tenants[0])
    for presses, world, carried, early in calls:
        call = Call(FromTrunk("alfa", "+420602111222"), NUMBER, diversions=carried, presses=tuple(presses))
        expected = route(program, call, world)
        played = Played(program, runtime, world, iter(presses), early)
        code, by = played.play(played.begin(IVRS[0], {"carried": carried}))
        assert played.heard == said(expected)
        assert (code, by) == (expected.code, answered_by(expected))
        assert played.attempts == tried(expected)


NUMBERS = (
    "", "1201", "1202", "1203", "0602333444", "112", "0112", "158", "999", "6", "15**", "1202#", "00", "0" * 25, "8#",
    "#",
)  # fmt: skip


@given(
    st.sampled_from(["1", "1", "1", "1", "2", "", "#", "12"]),
    st.lists(st.sampled_from(NUMBERS), max_size=4),
    worlds(),
    st.sampled_from([TrunkState.ANSWERS, TrunkState.ANSWERS, TrunkState.BUSY]),
    st.booleans(),
)
@settings(max_examples=400, deadline=None)
def test_callbacks(accepts: str, numbers: list[str], world: World, trunk: TrunkState, record: bool) -> None:
    described = office()
    nodes = tuple(replace(node, record=record) if isinstance(node, Callback) else node for node in described.nodes)
    program = Program(platform(), (replace(described, nodes=nodes),))
    world = replace(world, trunks={"alfa": trunk})
    expected = route(program, Call(FromCallback(FIELD, MOBILE), "", presses=(accepts, *numbers)), world)
    stage = Stage(FIELD, office=known.read(program.tenants[0])).invite().wait()
    if trunk is TrunkState.BUSY:
        assert expected.code == 486
        assert stage.fails(486, "a").results == [("failed", 486)]
        return
    stage.answers("a")
    _press(stage, accepts[:1], states.ACCEPTING)
    waiting = iter(numbers)
    while stage.state not in (states.OVER, states.BRIDGED):
        match stage.state:
            case states.ASKING:
                _press(stage, next(waiting, ""), states.ASKING)
            case states.CONNECTING:
                phone = f"{CYR}/phones/desk"
                outcome = route(program, Call(FromPhone(phone), stage.dialled["dialled"]), world)
                stage.answers() if outcome.code == 200 else stage.fails(outcome.code)
            case _:
                stage.wait()
    assert list(stage.heard) == said(expected)
    assert expected.code == 200
    assert (stage.state == states.BRIDGED) == (answered_by(expected) != FIELD)
    assert bool(stage.of(commands.Record)) == (record and stage.state == states.BRIDGED)


def _press(stage: Stage, keys: str, state: str) -> None:
    """Keys as far as they are waited for, then silence."""
    for key in keys:
        stage.press(key)
        if stage.state != state or not stage.session.script.get("digits"):
            return
    if stage.state == state:
        stage.wait()
