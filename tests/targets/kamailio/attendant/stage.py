"""Plays the shell to the call control: does what is asked for, with a clock of its own, and watches that it may be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.targets.kamailio.attendant.office import CLOSED_MOMENT, DAYS, OPEN, runtime_office

from ringplan_kamailio.runtime.ringplan_runtime import errands
from ringplan_kamailio.runtime.ringplan_runtime.attendant import states
from ringplan_kamailio.runtime.ringplan_runtime.attendant.commands import (
    Account,
    Answer,
    Bridge,
    Cancel,
    Claim,
    Command,
    Dial,
    Forget,
    HangUp,
    Notify,
    Part,
    Play,
    Progress,
    Record,
    Refuse,
    Rejoin,
    Release,
    Stop,
    Unbridge,
    Wait,
)
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
    Left,
    Ordered,
    Playing,
    Rang,
    Referred,
    Reoffered,
)
from ringplan_kamailio.runtime.ringplan_runtime.attendant.machine import step
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
from ringplan_kamailio.runtime.ringplan_runtime.tenants import Tenant

PROMPT_MS = 2_000
"""How long every prompt is."""
OTHER = {CALLER: TARGET, TARGET: CALLER}


@dataclass
class World:
    """What scripts may ask."""

    office: Tenant | None
    opened: frozenset[str] = frozenset((OPEN,))
    now: int = 1_000_000

    def tenant(self, tenant_id: str) -> Tenant | None:
        """The one tenant there is."""
        return self.office if self.office is not None and tenant_id == self.office.id else None

    def is_open(self, tenant: Tenant, schedule: str, moment: int) -> bool:
        """``opened``; at the office, office hours end."""
        assert schedule in tenant.schedules
        return schedule in self.opened and not (schedule == OPEN and moment == CLOSED_MOMENT)

    def now_ms(self) -> int:
        """The time of this stage."""
        return self.now


@dataclass
class Stage:
    """One session with everything around it."""

    node: str
    kind: str = errands.VISIT
    errand: dict[str, Any] = field(default_factory=dict)
    office: Tenant | None = field(default_factory=runtime_office)
    holiday: bool = False
    granted: bool = True
    """What becomes of a claim."""
    reports: bool = True
    """Whether the beginning of prompts is reported."""
    acknowledges: bool = True
    relay: bool = True
    """Whether the relay can answer calls."""
    on_dial: Callable[[Stage, Dial], None] | None = None

    def __post_init__(self) -> None:
        self.world = World(self.office, frozenset((OPEN, DAYS) if self.holiday else (OPEN,)))
        plain = errands.Errand(self.kind, "novak", self.node, number="+420602111222", moment=1_772_618_400)
        self.session = Session(
            "5e55", "novak", self.node, states.NEW, {**plain._asdict(), **self.errand}, begun=1_772_618_400
        )
        self.done: list[Command] = []
        """Everything that was asked for."""
        self._plays: dict[str, tuple[tuple[str, ...], int]] = {}
        """What legs hear from us, and until when; 0: for ever."""
        self.timer: tuple[str, int, int] | None = None
        """Name, serial and time."""
        self.claimed: set[str] = set()
        self.bridged = ""
        """``early``, ``yes`` or empty."""
        self._calls = 0

    # -- what tests look at

    @property
    def state(self) -> str:
        """The state of the script."""
        return self.session.state

    @property
    def heard(self) -> tuple[str, ...]:
        """The prompts the caller has heard, without music and ringback."""
        return tuple(
            name for one in self.done if isinstance(one, Play) and one.leg == CALLER and not one.forever
            for name in one.prompts
        )  # fmt: skip

    @property
    def plays(self) -> dict[str, tuple[str, ...]]:
        """What legs hear from us now."""
        return {leg: names for leg, (names, until) in self._plays.items() if not until or until > self.world.now}

    @property
    def results(self) -> list[tuple[str, int]]:
        """The final accounts."""
        return [(one.result, one.code) for one in self.done if isinstance(one, Account) and one.final]

    def of(self, kind: type[Any]) -> list[Any]:
        """All commands of a kind."""
        return [one for one in self.done if isinstance(one, kind)]

    @property
    def dialled(self) -> dict[str, Any]:
        """The errand of the last call made."""
        errand: dict[str, Any] = self.of(Dial)[-1].errand
        assert errands.Errand(**errand).kind in errands.KINDS
        return errand

    # -- what happens

    def feed(self, event: Event) -> list[Command]:
        """An event, and all that follows at once; gives the commands."""
        before = len(self.done)
        waiting = [event]
        while waiting:
            for command in self._step(waiting.pop(0)):
                waiting += self._do(command)
            assert len(self.done) - before < 200, "no end"
        return self.done[before:]

    def _step(self, event: Event) -> list[Command]:
        was_over = self.session.state == states.OVER
        self.session = Session.read(self.session.text())
        commands = step(self.session, event, self.world)
        assert not (was_over and commands), "something after the end"
        assert Session.read(self.session.text()) == self.session
        ends = [one for one in commands if isinstance(one, Forget)]
        assert not ends or (commands[-1:] == ends and self.session.state == states.OVER)
        return commands

    def invite(self) -> Stage:
        """The call comes."""
        self.session.legs[CALLER] = Leg(call_id="caller", state=INVITED, uas=True)
        self.feed(Invited())
        if self.acknowledges and self.leg(CALLER) == UP:
            self.feed(Acknowledged(CALLER))
        return self

    def order(self) -> Stage:
        """Somebody clicked."""
        self.feed(Ordered())
        return self

    def press(self, keys: str, leg: str = CALLER) -> Stage:
        """Keys, one after the other."""
        for key in keys:
            self.feed(Digit(leg, key))
        return self

    def wait(self, ms: int = 0) -> Stage:
        """Lets the time go on: by so much, or until the timer expires."""
        until = self.world.now + ms if ms else self.timer[2] if self.timer else self.world.now
        for _ in range(100):
            if self.timer is None or self.timer[2] > until:
                break
            name, serial, at = self.timer
            self.timer, self.world.now = None, max(at, self.world.now)
            if serial == self.session.serial:
                self.feed(Expired(name))
        self.world.now = max(self.world.now, until)
        return self

    def until(self, *wanted: str) -> Stage:
        """Lets the time go on until the script is in one of these states."""
        for _ in range(100):
            if self.state in wanted:
                return self
            assert self.timer is not None, f"stays {self.state}"
            self.wait()
        raise AssertionError(f"never in {wanted}")

    def leg(self, name: str) -> str:
        """The state of a leg."""
        leg = self.session.legs.get(name)
        return leg.state if leg is not None else ""

    def rings(self, leg: str = TARGET, sdp: str = "", code: int = 180) -> Stage:
        """Whoever is called rings."""
        self.session.legs[leg].state = RINGING
        self.feed(Rang(leg, code, sdp))
        return self

    def answers(self, leg: str = TARGET) -> Stage:
        """Whoever is called answers."""
        found = self.session.legs[leg]
        found.state, found.remote_tag = UP, "tag"
        self.feed(Answered(leg, found.call_id, found.remote_tag))
        return self

    def fails(self, code: int = 486, leg: str = TARGET) -> Stage:
        """Whoever is called does not answer."""
        found = self._drop(leg)
        self.feed(Failed(leg, found.call_id, code, "Busy Here"))
        return self

    def leaves(self, leg: str = CALLER) -> Stage:
        """A party hangs up."""
        self._drop(leg)
        self.feed(Left(leg))
        return self

    def cancels(self) -> Stage:
        """The caller takes his call back."""
        self._drop(CALLER)
        self.feed(Cancelled())
        return self

    def holds(self, leg: str, held: bool = True) -> Stage:
        """A party holds the other one, or takes it back."""
        was = self.session.legs[leg].held
        self.session.legs[leg].held = held
        self.feed(Reoffered(leg, was))
        return self

    def refers(self, leg: str, replaces: str = "") -> Stage:
        """A party transfers the other one to 1203."""
        errand = {"kind": errands.TRANSFER, "tenant": "novak", "user": "novak/users/bob", "dialled": "1203"}
        self.feed(Referred(leg, errand, replaces))
        return self

    # -- the shell

    def _drop(self, name: str) -> Leg:
        self._plays.pop(name, None)
        return self.session.legs.pop(name)

    def _do(self, command: Command) -> list[Event]:
        """Does a command; it must fit the legs there are."""
        self.done.append(command)
        match command:
            case Answer(name):
                assert self.leg(name) == INVITED
                assert self.bridged == ""
                self.session.legs[name].state = UP
            case Progress():
                assert self.leg(CALLER) == INVITED
            case Refuse(code, _, name):
                assert self.leg(name) == INVITED
                assert code >= 400
                self._drop(name)
            case Play(name, prompts, forever):
                assert self.leg(name) in (UP, INVITED)
                assert prompts
                assert all(prompts)
                ms = PROMPT_MS * len(prompts)
                self._plays[name] = (prompts, 0 if forever else self.world.now + ms)
                return [Playing(name, ms)] if self.reports and not forever else []
            case Stop(name):
                assert self.leg(name) in (UP, INVITED)
                self._plays.pop(name, None)
            case Dial(name):
                return self._dial(command)
            case Cancel(name):
                assert self.leg(name) in (CALLING, RINGING)
                self._drop(name)
            case HangUp(name):
                assert self.leg(name) == UP
                self._drop(name)
            case Claim(name):
                assert name not in self.claimed
                self.claimed |= {name} if self.granted else set()
                return [Claimed(self.granted)]
            case Release(name, ms):
                assert ms > 0
                self.claimed.remove(name)
            case Forget():
                assert not self.session.legs
                assert not self.claimed
                self.timer = None
            case _:
                self._do_with_audio(command)
        return []

    def _dial(self, command: Dial) -> list[Event]:
        assert self.leg(command.leg) == ""
        self._calls += 1
        self.session.legs[command.leg] = Leg(call_id=f"call {self._calls}", state=CALLING)
        if self.on_dial is not None:
            self.on_dial(self, command)
        return []

    def _do_with_audio(self, command: Command) -> None:
        match command:
            case Bridge(early):
                pair = {self.leg(CALLER), self.leg(TARGET)}
                assert pair == ({UP, RINGING} if early else {UP})
                assert not self.plays, "what is played would be heard over the other party"
                self.bridged = "early" if early else "yes"
            case Unbridge():
                assert self.bridged
                assert {self.leg(CALLER), self.leg(TARGET)} == {UP, ""}
                self.bridged = ""
            case Part(name):
                assert self.leg(name) == UP
                assert self.leg(TRANSFEROR) == ""
                assert name not in self.plays
                self.session.legs[TRANSFEROR] = self.session.legs.pop(name)
                self.bridged = ""
            case Rejoin(name):
                assert self.leg(name) == ""
                self.session.legs[name] = self.session.legs.pop(TRANSFEROR)
            case Notify(name):
                assert self.leg(name) == UP
            case Wait(name, ms):
                assert ms > 0
                self.timer = (name, self.session.serial, self.world.now + ms)
            case Account() | Record():
                pass
            case _:
                raise AssertionError(command)
