"""Small tenants full of forwards, and every call that can be made in them: what the proofs are compared with."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import permutations, product

from hypothesis import strategies as st
from tests.strategies import NOWHERE, dial_plan

from ringplan.interpreter import ANONYMOUS, Call, FromPhone, FromTrunk, Memory, Outcome, PhoneState, World, hunting
from ringplan.interpreter.caller import Caller
from ringplan.interpreter.dialling import calling_number
from ringplan.interpreter.schedules import is_open
from ringplan.interpreter.screening import canonical, matches
from ringplan.interpreter.walk import Walk
from ringplan.ir import (
    CALL_TYPES,
    Action,
    Announcement,
    Callback,
    CallTable,
    Entry,
    Forwarder,
    HangUp,
    HuntGroup,
    Identity,
    Ivr,
    Member,
    Menu,
    Node,
    NumberBlock,
    Outside,
    Phone,
    Plan,
    Platform,
    Program,
    Reject,
    Repeat,
    Retry,
    Return,
    Rule,
    Schedule,
    Submenu,
    Tenant,
    TimeRoute,
    Transfer,
    Trunk,
    User,
)
from ringplan.proofs.space import behind

T = "t"
MOBILE, ABROAD = "+420602123456", "+493090182000"
REJECTS = ("barred", "busy", "closed", "diversions", "no-answer", "no-trunk", "unknown-number", "unreachable")
CODES = {
    "barred": (403, "Call Barred"),
    "diversions": (480, "Too Many Diversions"),
    "no-trunk": (503, "No Trunk Available"),
}
CALLERS = ("+420602123456", "+420777111222", "+493090182000", "123", None)
"""What carriers send in the exhaustive comparison; each forwarding pattern of the tenants has one that matches."""
PATTERNS = ("602*", "777??????", "00*", "1*")
HOUR = 60


def table(*denied: str) -> CallTable:
    """A table that allows everything else."""
    return CallTable((), tuple((kind, kind not in denied) for kind in CALL_TYPES))


def plan(name: str, *denied: str, outgoing: tuple[str, ...] = ()) -> Plan:
    """A plan by what it denies to forward and to dial."""
    return Plan(f"{T}/{name}", table(*outgoing), table(*denied), NOWHERE)


def trunk(name: str = "carrier", *, numbers: bool = True) -> Trunk:
    """A trunk to somewhere."""
    return Trunk(name, "192.0.2.1", 5060, "udp", ("192.0.2.1",), 1, False, 4_000, NOWHERE, numbers=numbers)


def platform(*trunks: Trunk) -> Platform:
    """A platform with these trunks."""
    return Platform("lab", "lab.example", (), 1, 16, 600, 1000, 2, (), "EF", trunks, NOWHERE)


def user(name: str, position: int, phones: int = 1, **other: object) -> User:
    """A user with reject edges unless ``other`` says more."""
    own = f"{T}/users/{name}"
    extension = f"{120 + position}1"
    values: dict[str, object] = {
        "id": own,
        "name": name,
        "extension": extension,
        "number": f"+42022233340{position}",
        "group": None,
        "department": None,
        "locality": None,
        "phones": tuple(Phone(f"{own}/phones/p{n}", f"{name}-p{n}", "s", NOWHERE) for n in range(phones)),
        "identity": Identity(name, extension, f"+42022233340{position}", f"+42022233340{position}", False),
        "speed_dial": (),
        "ring_ms": 20_000,
        "busy": f"{T}/reject/busy",
        "no_answer": f"{T}/reject/no-answer",
        "unreachable": f"{T}/reject/unreachable",
        "rules": (),
        "plan": f"{T}/calling_plan",
        "span": NOWHERE,
    }
    return User(**{**values, **other})  # type: ignore[arg-type]


def group(name: str, members: tuple[str, ...], **other: object) -> HuntGroup:
    """A regular hunt group with reject edges unless ``other`` says more."""
    values: dict[str, object] = {
        "id": f"{T}/hunt_groups/{name}",
        "name": name,
        "extension": None,
        "number": None,
        "external_number": None,
        "policy": "regular",
        "members": tuple(Member(f"{T}/{member}", 0) for member in members),
        "turns": (),
        "ring_ms": 20_000,
        "advance": True,
        "overflow_ms": None,
        "call_waiting": False,
        "is_busy": False,
        "busy": f"{T}/reject/busy",
        "no_answer": f"{T}/reject/no-answer",
        "unreachable": f"{T}/reject/unreachable",
        "overflow": f"{T}/reject/no-answer",
        "plan": f"{T}/calling_plan",
        "span": NOWHERE,
    }
    return HuntGroup(**{**values, **other})  # type: ignore[arg-type]


def route_by_time(name: str, rules: tuple[tuple[str, str], ...], otherwise: str, **other: object) -> TimeRoute:
    """A time route; schedules and targets without the tenant."""
    values: dict[str, object] = {"extension": None, "number": None, "external_number": None}
    lines = tuple((f"{T}/schedules/{schedule}", f"{T}/{target}") for schedule, target in rules)
    values |= {"plan": f"{T}/calling_plan", "span": NOWHERE, **other}
    return TimeRoute(f"{T}/time_routes/{name}", rules=lines, otherwise=f"{T}/{otherwise}", **values)  # type: ignore[arg-type]


def menu(keys: dict[str, Action] | None = None, **other: object) -> Menu:
    """A menu that hangs up after the first failure unless ``other`` says more."""
    once = Retry(0, None, HangUp(None))
    values: dict[str, object] = {"dial_extensions": False, "no_input": once, "invalid": once, "failed": once, **other}
    return Menu(None, tuple(sorted((keys or {}).items())), barge_in=True, first_digit_ms=1, inter_digit_ms=1, **values)  # type: ignore[arg-type]


def ivr(name: str, opened: Menu, **other: object) -> Ivr:
    """An IVR without number."""
    fields = ("extension", "number", "external_number", "holidays", "hours", "closed", "holiday")
    values: dict[str, object] = {**dict.fromkeys(fields), "plan": f"{T}/calling_plan", **other}
    return Ivr(f"{T}/ivr/{name}", name, language="en", open=opened, max_ms=1, span=NOWHERE, **values)  # type: ignore[arg-type]


def callback(name: str, allowed: Mapping[str, str], otherwise: str) -> Callback:
    """A callback for these numbers and their users."""
    listed = tuple(sorted((number, f"{T}/{one}") for number, one in allowed.items()))
    prompts = {name: f"{T}/prompts/{name}" for name in ("accept", "ask", "directly", "failed")}
    values: dict[str, object] = {
        "delay_ms": 2_000,
        "interval_ms": 60_000,
        "record": False,
        "announced": None,
        **prompts,
    }
    values |= {"number": "+420222333440", "keep_days": 30, "plan": f"{T}/calling_plan", "span": NOWHERE}
    return Callback(f"{T}/callback/{name}", name, allowed=listed, otherwise=f"{T}/{otherwise}", **values)  # type: ignore[arg-type]


def schedule(name: str, *hours: tuple[int, int]) -> Schedule:
    """Open in these hours of the week."""
    weekly = tuple((start * HOUR, end * HOUR) for start, end in hours)
    return Schedule(f"{T}/schedules/{name}", weekly, (), (), None, None, NOWHERE)


def outside(number: str) -> Outside:
    """A number outside."""
    return Outside(f"{T}/outside/{number}", number, NOWHERE)


def tenant(
    nodes: tuple[Node, ...],
    schedules: tuple[Schedule, ...] = (),
    plans: tuple[Plan, ...] = (plan("calling_plan"),),
    trunks: tuple[str, ...] = ("carrier",),
) -> Tenant:
    """A tenant of these nodes, with the rejections every tenant has."""
    rejects = [Reject(f"{T}/reject/{name}", *CODES.get(name, (480, name)), NOWHERE) for name in REJECTS]
    everything: tuple[Node, ...] = tuple(sorted((*nodes, *rejects), key=lambda node: node.id))
    own = [node for node in nodes if isinstance(node, User | HuntGroup | TimeRoute | Ivr | Announcement | Callback)]
    return Tenant(
        id=T,
        name="Tenant",
        domain="t.lab.example",
        time_zone="Europe/Prague",
        licensed_users=9,
        dial_plan=dial_plan("CZ"),
        blocks=(NumberBlock("+420222333400", "+420222333449", NOWHERE),),
        numbers=tuple(sorted((Entry(n.number, n.id, NOWHERE) for n in own if n.number), key=lambda e: e.key)),
        extensions=tuple(
            sorted((Entry(e, n.id, NOWHERE) for n in own if (e := getattr(n, "extension", None))), key=lambda e: e.key)
        ),
        nodes=everything,
        schedules=tuple(sorted(schedules, key=lambda s: s.id)),
        plans=tuple(sorted(plans, key=lambda p: p.id)),
        trunks=trunks,
        span=NOWHERE,
    )


# -- random ones


NAMES = ("users/a", "users/b", "users/c", "hunt_groups/g", "hunt_groups/h", "time_routes/r")
IVRS = ("ivr/m", "ivr/n")
GOALS = (*NAMES, f"outside/{MOBILE}", f"outside/{ABROAD}")


def _edge(draw: st.DrawFn, reject: str) -> str:
    goal = draw(st.sampled_from((f"reject/{reject}", f"reject/{reject}", *GOALS)))
    return f"{T}/{goal}"


def _rules(draw: st.DrawFn) -> tuple[Rule, ...]:
    rules = []
    for _ in range(draw(st.sampled_from((0, 0, 0, 1, 2)))):
        when = draw(st.sampled_from((None, f"{T}/schedules/day", f"{T}/schedules/night")))
        callers = tuple(sorted(draw(st.sets(st.sampled_from(PATTERNS), max_size=2))))
        to = draw(st.sampled_from((None, *(f"{T}/{goal}" for goal in GOALS))))
        rules.append(Rule(when, callers, draw(st.booleans()), to, NOWHERE))
    return tuple(rules)


def _group(draw: st.DrawFn, name: str, members: tuple[str, ...], most: int) -> HuntGroup:
    chosen = tuple(draw(st.lists(st.sampled_from(members), unique=True, min_size=1, max_size=most)))
    policy = draw(st.sampled_from(("circular", "regular", "simultaneous", "uniform", "weighted")))
    overflow = draw(st.sampled_from((None, None, 4_000, 20_000, 30_000, 45_000)))
    number = {"g": "+420222333410", "h": None}[name]
    return group(
        name,
        chosen,
        extension={"g": "1301", "h": "1302"}[name],
        number=number,
        policy=policy,
        turns=tuple(range(len(chosen))) if policy == "weighted" else (),
        ring_ms=draw(st.sampled_from((2_000, 20_000))),
        advance=draw(st.sampled_from((True, True, False))),
        overflow_ms=overflow,
        call_waiting=draw(st.booleans()),
        is_busy=draw(st.sampled_from((False, False, False, True))),
        busy=_edge(draw, "busy"),
        no_answer=_edge(draw, "no-answer"),
        unreachable=_edge(draw, "unreachable"),
        overflow=_edge(draw, "no-answer"),
        plan=draw(st.sampled_from((f"{T}/calling_plan", f"{T}/strict"))),
    )


@st.composite
def tenants(draw: st.DrawFn, members: int = 3) -> Tenant:
    """Three users with up to four phones, two hunt groups, one of them perhaps in the other, and a time route.

    ``members``: how many a hunt group has at most.
    """
    phones = draw(st.sampled_from(((1, 1, 1), (2, 1, 1), (1, 2, 1))))
    users = [
        user(
            name,
            position,
            phones[position],
            busy=_edge(draw, "busy"),
            no_answer=_edge(draw, "no-answer"),
            unreachable=_edge(draw, "unreachable"),
            rules=_rules(draw),
            plan=draw(st.sampled_from((f"{T}/calling_plan", f"{T}/strict"))),
        )
        for position, name in enumerate("abc")
    ]
    inner = _group(draw, "h", NAMES[:3], members)
    outer = _group(draw, "g", NAMES[:3] + draw(st.sampled_from(((), ("hunt_groups/h",)))), members)
    schedules = st.sampled_from(("day", "night"))
    goals = st.sampled_from((*GOALS, "reject/closed", "reject/closed"))
    rules = tuple(draw(st.lists(st.tuples(schedules, goals), min_size=1, max_size=2)))
    route = route_by_time("r", rules, draw(goals), number="+420222333420")
    nodes: tuple[Node, ...] = (*users, inner, outer, route, outside(MOBILE), outside(ABROAD))
    strict = plan("strict", *draw(st.sampled_from((("international",), ("mobile", "international")))))
    return tenant(
        nodes, (schedule("day", (8, 17)), schedule("night", (0, 6), (16, 24))), (plan("calling_plan"), strict)
    )


def _menu(draw: st.DrawFn) -> Menu:
    """A menu of few keys, of which 9 never means anything."""
    goals = st.sampled_from((*GOALS, *IVRS, "reject/closed"))
    transfers = st.builds(lambda goal: Transfer(f"{T}/{goal}", None), goals)
    submenus = st.builds(lambda name: Submenu(f"{T}/{name}"), st.sampled_from(IVRS))
    keys = draw(st.dictionaries(st.sampled_from("12"), st.one_of(transfers, submenus, st.just(Return())), max_size=2))
    thens = st.one_of(st.just(HangUp(None)), st.just(HangUp(None)), transfers, submenus)
    retries = st.builds(lambda times, then: Retry(times, None, then), st.sampled_from((0, 0, 1)), thens)
    return menu({**keys, "3": Repeat()}, no_input=draw(retries), invalid=draw(retries))


@st.composite
def answering_tenants(draw: st.DrawFn) -> Tenant:
    """As `tenants`, with two IVRs, of which one has no number, and a callback; users forward to them as well."""
    one = draw(tenants(members=1))
    by_day = draw(st.booleans())
    closed = {"hours": f"{T}/schedules/day", "closed": _menu(draw)} if by_day else {}
    main = ivr("m", _menu(draw), number="+420222333430", **closed)
    other = ivr("n", _menu(draw), plan=f"{T}/strict")
    goal = draw(st.sampled_from((*NAMES, *IVRS, "reject/closed")))
    back = callback("k", {CALLERS[1] or "": "users/a"}, goal)
    swapped = {f"{T}/{draw(st.sampled_from(NAMES))}": f"{T}/{new}" for new in (*IVRS, "callback/k")}
    nodes = tuple(_leading_to(node, swapped) for node in one.nodes if not isinstance(node, Reject))
    return tenant((*nodes, main, other, back), one.schedules, one.plans)


def _leading_to(node: Node, swapped: Mapping[str, str]) -> Node:
    """A node whose edges for nobody lead somewhere else."""
    if not isinstance(node, User | HuntGroup) or node.no_answer not in swapped:
        return node
    return replace(node, no_answer=swapped[node.no_answer])


# -- every call


@dataclass
class Faults:
    """What some call of a tenant meets."""

    rings: set[tuple[str, ...]] = field(default_factory=set)
    """Nodes of rings that are reached by at most six forwards."""
    barred: set[tuple[str, str]] = field(default_factory=set)
    """Forwards outside that a plan bars: who forwards, and where to."""
    too_long: bool = False


class _Unlimited(Walk):
    """A walk without a limit of diversions, which ends where it comes back to a node, or after a few keys.

    What a caller chooses is no fault: a ring with a transfer of a menu in it, more forwards than allowed behind one.
    """

    faults: Faults
    nodes: list[str]
    by: list[Node]
    choices: Choices

    def step(self, address: str, text: str, at: object = None) -> None:
        """Nobody reads it."""

    def hear(self, address: str, prompt: str | None) -> None:
        """Nobody hears it."""

    @property
    def local_time(self) -> str:
        """Nobody reads it."""
        return ""

    def pressed(self) -> str:
        """One of all keys, a few times."""
        if len(self._waits) >= KEYS_PRESSED:
            raise _Over
        found = self.choices.choose(("pressed", len(self._waits)), ("", "1", "2", "9"))
        assert isinstance(found, str)
        return found

    def connect(self, go: Callable[[], Outcome]) -> Outcome:
        """A transfer nobody takes is judged, and forgotten."""
        nodes, by = list(self.nodes), list(self.by)
        outcome = super().connect(go)
        self.judge(outcome)
        if outcome.code != 200:
            self.nodes, self.by = nodes, by
        return outcome

    def judge(self, outcome: Outcome) -> None:
        """Whether a call that ended is lost."""
        if len(self.by) > 5:
            self.faults.too_long = True
        elif outcome.reason == "Call Barred" and self.by:
            self.faults.barred.add((self.by[-1].id, self.nodes[-1]))

    def _divert(self, node: Forwarder, reason: str, target: str, edge: str = "") -> Outcome:
        if not isinstance(self.tenant.node(target), Reject):
            self.nodes.append(behind({one.id: one for one in self.tenant.nodes}, target))
            self.by.append(node)
            self._look_back()
            self._diversions.clear()
        return super()._divert(node, reason, target, edge)

    def _look_back(self) -> None:
        """Ends the walk where it has gone round, or for too long by choice."""
        last = self.nodes[-1]
        if last in self.nodes[:-1]:
            at = self.nodes.index(last)
            if not any(isinstance(one, Ivr) for one in self.by[at:]) and len(self.by) <= 6:
                ring = self.nodes[at:-1]
                first = ring.index(min(ring))
                self.faults.rings.add(tuple(ring[first:] + ring[:first]))
            raise _Over
        if len(self.by) > 5 and any(isinstance(one, Ivr) for one in self.by[1:]):
            raise _Over


KEYS_PRESSED = 4


class _Over(Exception):  # noqa: N818 - the walk is over
    pass


class Choices:
    """Takes every combination of values, one after the other, of those things that are asked for."""

    def __init__(self) -> None:
        self.taken: dict[object, object] = {}
        self._left: dict[object, list[object]] = {}

    def choose(self, key: object, options: tuple[object, ...]) -> object:
        """The value of something in this combination."""
        if key not in self.taken:
            self._left[key] = list(options[1:])
            self.taken[key] = options[0]
        return self.taken[key]

    def advance(self) -> bool:
        """Go on to the next combination; whether there is one."""
        while self.taken:
            key = next(reversed(self.taken))
            if self._left[key]:
                self.taken[key] = self._left[key].pop()
                return True
            del self.taken[key], self._left[key]
        return False


class AnyPhones(dict[str, PhoneState]):
    """The states of all phones, each chosen when it is asked for."""

    choices: Choices

    def get(self, key: str, default: object = None) -> PhoneState:
        """One of all states."""
        found = self.choices.choose(key, _STATES)
        assert isinstance(found, PhoneState)
        return found


class AnyEngaged(frozenset[str]):
    """Who is engaged, chosen when it is asked for."""

    choices: Choices

    def __contains__(self, key: object) -> bool:
        return bool(self.choices.choose(("engaged", key), (False, True)))


_STATES = tuple(state for state in PhoneState if state is not PhoneState.REDIRECTS)


def every_fault(program: Program, most: int) -> Faults | None:
    """Try every way in, caller, hour and memory, with every state of all phones and members that is asked for.

    None: that would be more than ``most`` calls.
    """
    faults, tenant_ = Faults(), program.tenants[0]
    users = [node for node in tenant_.nodes if isinstance(node, User)]
    memories, callers = _memories(tenant_), list(_callers(tenant_, users))
    for now, (caller, call), memory in product(_hours(tenant_), callers, memories):
        ways = {entry.node for entry in tenant_.numbers}
        ways |= {entry.node for entry in tenant_.extensions} if caller.user else set()
        for way in ways:
            choices = Choices()
            phones, engaged = AnyPhones(), AnyEngaged()
            phones.choices = engaged.choices = choices
            world = World(phones, now=now, engaged=engaged, memory=memory)
            _try(faults, program, way, caller, call, world, choices)
            while choices.advance():
                most -= 1
                if most < 0:
                    return None
                _try(faults, program, way, caller, call, world, choices)
    return faults


def _try(
    faults: Faults, program: Program, way: str, caller: Caller, call: Call, world: World, choices: Choices
) -> None:
    (one,) = program.tenants
    walk = _Unlimited(program, one, call, world)
    walk.faults, walk.choices = faults, choices
    walk.nodes, walk.by = [behind({node.id: node for node in one.nodes}, way)], []
    with suppress(_Over):
        walk.judge(walk.enter(way, caller))


def _hours(tenant_: Tenant) -> Iterator[datetime]:
    """An hour of the week for every set of open schedules."""
    seen = set()
    for hour in range(7 * 24):
        now = datetime(2026, 3, 2, tzinfo=UTC) + timedelta(hours=hour)
        found = tuple(is_open(tenant_, one.id, now, {}) for one in tenant_.schedules)
        if found not in seen:
            seen.add(found)
            yield now


def _callers(tenant_: Tenant, users: list[User]) -> Iterator[tuple[Caller, Call]]:
    """Callers that some forwarding entry, or the users themselves, can tell apart."""
    rules = [rule for one in users for rule in one.rules if rule.callers]
    seen = set()
    for caller, call in _everybody(tenant_, users):
        hidden = caller.withheld or caller.canonical is None
        found = [any(matches(p, caller.canonical or "") for p in rule.callers) and not hidden for rule in rules]
        key = (caller.user, *found, hidden and bool(rules))
        if key not in seen:
            seen.add(key)
            yield caller, call


def _everybody(tenant_: Tenant, users: list[User]) -> Iterator[tuple[Caller, Call]]:
    for number in CALLERS:
        known = canonical(tenant_.dial_plan, calling_number(tenant_.dial_plan, number)) if number else None
        yield Caller(None, None, known, False, ANONYMOUS), Call(FromTrunk("carrier", number), "")
    for one in users:
        for withheld in (False, True):
            call = Call(FromPhone(one.phones[0].id), "", withheld)
            yield Caller(one, None, one.extension, withheld, ANONYMOUS), call


def _memories(tenant_: Tenant) -> list[dict[str, Memory]]:
    """Every order in which the groups can try their members."""
    options: list[list[tuple[str, Memory]]] = []
    for node in tenant_.nodes:
        if isinstance(node, HuntGroup):
            orders: Mapping[tuple[str, ...], Memory] = {
                hunting.order(node, memory): memory for memory in _of_policy(node)
            }
            options.append([(node.id, memory) for memory in orders.values()])
    return [dict(chosen) for chosen in product(*options)]


def _of_policy(node: HuntGroup) -> list[Memory]:
    members = [member.node for member in node.members]
    match node.policy:
        case "circular":
            return [Memory(last=member) for member in members]
        case "weighted":
            return [Memory(turn=turn) for turn in range(len(node.turns))]
        case "uniform":
            return [Memory(answered=order) for order in permutations(members)]
        case _:
            return [Memory()]
