"""Plays scenarios on the lanes of a lab and collects everything that was seen.

A scenario is played once. There is no second try: a call that fails now and then is a bug, here or in the exchange.

Before a scenario the lane is brought to the state its world names: registrations, clock, switches. What hunt groups
remember is forgotten before the first of its calls and never between them: there it is the exchange's own.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from ringplan.interpreter import FromClick, FromPhone, PhoneState, World
from ringplan.ir import User

from .bystanders import Bystanders, Repeater, SecondCall
from .calls import Ended, PlayedCall, require_different, tell
from .casting import Cast, Stage, cast
from .errors import LabError
from .keypad import Keypad
from .lab import Lab, Lane
from .media import CALLEE, recordings
from .party import TALK_MS, Party
from .prompts import Prompts, heard
from .scenario import Message, Observed, Scenario, Shape
from .separate import Separated, separate
from .timing import assign, time_limit
from .wire import Packet, call_id, media_flows, sip_messages

_SETTLE_S = 0.06
"""How long a lane must be quiet before a scenario counts as over."""
_SETTLE_LIMIT_S = 1.5
_UP_LIMIT_S = 4.0
"""How long a call that others meet may take to be up."""
_UP_S = 0.1
"""How long it then is left alone, so that the exchange knows of it."""
_REGISTRATIONS = frozenset({Shape.REGISTER, Shape.REGISTER_WRONG_SECRET})


@dataclass(frozen=True, slots=True)
class Played:
    """What came of playing a scenario."""

    observed: Observed
    seconds: float
    remarks: tuple[str, ...]
    """What SIPp complained about, for whoever looks for the cause of a failure."""


OnPlayed = Callable[[Scenario, Played], None]


class Player:
    """Plays scenarios on one lane, one after the other; used by one thread at a time."""

    def __init__(self, lab: Lab, lane: Lane) -> None:
        self._lab, self._lane = lab, lane
        self._nobody = f"127.0.{lane.number}.1"
        """The lane's address on which nobody lives."""
        self._count = 0
        self._earlier: set[str] = set()
        self._recordings = recordings()
        self._running: list[PlayedCall] = []
        self._interrupted = threading.Event()
        self._world = World()
        self._clock_set = False
        self._unclean = True
        """Whether the exchange may remember calls that have ended badly, or before there was a player."""
        place = lane.place
        self._parties = place.parties
        self._relays = frozenset(relay.address for relay in place.program.platform.relays)
        self._prompts: dict[str, Prompts] = {}
        self._listening = [end for end in place.trunks.values() if end.transport != "udp"]
        self._idle = {end.sip: end.id for end in (*place.phones.values(), *place.trunks.values())}

    def play(self, scenario: Scenario) -> Played:
        """Plays a scenario. Raises LabError when the lab itself fails."""
        begin = time.monotonic()
        self._lane.check()
        steps = (scenario, *scenario.before, *scenario.meanwhile)
        if self._unclean or any(_is_remembered(step) for step in steps):
            self._lane.forget_calls()
        if scenario.is_planted:
            self._lane.remember(scenario.world)
        *earlier, last = (self._play(step) for step in (*scenario.before, scenario))
        observed = replace(last.observed, before=tuple(step.observed for step in earlier))
        remarks = tuple(remark for step in (*earlier, last) for remark in step.remarks)
        self._unclean = bool(remarks) or scenario.is_planted
        return Played(observed, time.monotonic() - begin, remarks)

    def interrupt(self) -> None:
        """Ends the scenario that is being played, and plays no other; callable from another thread."""
        self._interrupted.set()
        for call in list(self._running):
            call.kill()

    def _play(self, scenario: Scenario) -> Played:
        """Plays the last call of a scenario, and those that are up meanwhile."""
        begin = time.monotonic()
        self._prepare(scenario)
        self._count += 1
        casts = self._casts(scenario)
        require_different(casts)
        capture, lane = self._lab.capture, self._lane.number
        start = capture.begin(lane)
        with self._surroundings(scenario, casts):
            ended = self._perform(scenario, casts)
            if scenario.shape in _REGISTRATIONS and scenario.transport == "udp":
                self._lane.registrar.ask(casts[-1].caller.endpoint.id)
            capture.settle(lane, _SETTLE_S, _SETTLE_LIMIT_S)
        packets = capture.taken(lane)
        if scenario.shape in _REGISTRATIONS:
            self._lane.registrar.unregister(casts[-1].caller.endpoint.id)
        observed = self._observed(casts, packets, start, ended)
        if scenario.expected.heard or scenario.expected.waits:
            listening = casts[-1].caller.endpoint.media
            observed = replace(observed, prompts=heard(packets, listening, self._prompts_of(scenario), start))
        return Played(observed, time.monotonic() - begin, tuple(remark for one in ended for remark in one.remarks))

    def _casts(self, scenario: Scenario) -> list[Cast]:
        """Who takes part in the calls that are up meanwhile, and, last, in the scenario's own."""
        tag = f"L{self._lane.number}n{self._count}"
        stage = Stage(self._lane.place, self._lane.passwords, self._lab.sounds)
        casts: list[Cast] = []
        for index, step in enumerate(scenario.meanwhile):
            found = cast(step, stage, f"{tag}m{index}")
            casts.append(replace(found, caller=replace(found.caller, stays=True)))
        engaged = frozenset(one.caller.endpoint.id for one in casts)
        return [*casts, cast(scenario, stage, tag, engaged)]

    # -- the state of the lane

    def _prepare(self, scenario: Scenario) -> None:
        """Brings registrations, clock and switches to what the scenario's world says."""
        world = scenario.world
        gone = {phone for phone, state in world.phones.items() if state is PhoneState.UNREGISTERED}
        if scenario.shape in _REGISTRATIONS and isinstance(scenario.call.origin, FromPhone):
            gone.add(scenario.call.origin.phone)
        try:
            self._lane.registrar.bring(gone & self._lane.place.phones.keys())
        except LabError as error:
            raise LabError(f"{error}; its last lines:\n{self._lane.last_lines()}") from error
        if not self._clock_set or world.now != self._world.now:
            self._lane.set_clock(world.now)
            self._clock_set = True
        for address in sorted({*world.switches, *self._world.switches}):
            wanted = world.switches.get(address)
            if wanted != self._world.switches.get(address):
                self._lane.set_switch(address, wanted)
        self._world = world

    @contextlib.contextmanager
    def _surroundings(self, scenario: Scenario, casts: Sequence[Cast]) -> Iterator[None]:
        """Bystanders, phones that are called in a call, and the repeating network where the scenario wants it."""
        taking_part = {party.endpoint.sip for one in casts for party in one.parties}
        taking_part |= {endpoint.sip for one in casts for endpoint in one.silent}
        idle = {place: party for place, party in self._idle.items() if place not in taking_part}
        listening = [end for end in self._listening if end.sip not in taking_part]
        caller = casts[-1].caller
        with contextlib.ExitStack() as stack:
            deaf = [endpoint for one in casts for endpoint in one.silent]
            bystanders = stack.enter_context(Bystanders(idle, listening, deaf))
            listeners: list[Callable[[Packet], None]] = [bystanders]
            if scenario.shape is Shape.RETRANSMIT:
                repeater = Repeater(caller.endpoint.sip, bool(caller.digest_user))
                stack.callback(repeater.close)
                listeners.append(repeater)
            for line in casts[-1].second_lines:
                second = SecondCall(line.endpoint.sip, line.code, line.reason)
                stack.callback(second.close)
                listeners.append(second)

            def listen(packet: Packet) -> None:
                for listener in listeners:
                    listener(packet)

            if (fingers := casts[-1].fingers) is not None:
                talk = partial(tell, caller, self._nobody)
                voices = self._recordings[CALLEE]
                listeners.append(stack.enter_context(Keypad(fingers, self._prompts_of(scenario), voices, talk)))
            self._lab.capture.listen(self._lane.number, listen)
            stack.callback(self._lab.capture.listen, self._lane.number, None)
            yield

    # -- the calls

    def _perform(self, scenario: Scenario, casts: Sequence[Cast]) -> list[Ended]:
        """Runs the SIPp processes of all calls to their end; how they ended, in the order of the casts."""
        own = time_limit(scenario, self._lane.place)
        longest = own + sum(_UP_LIMIT_S + time_limit(step, self._lane.place) for step in scenario.meanwhile)
        folder = self._lane.folder / "play"
        folder.mkdir(exist_ok=True)
        calls: list[PlayedCall] = []
        try:
            for one in casts:
                call = PlayedCall(one, folder, self._lane.exchange, longest, lambda: not self._interrupted.is_set())
                calls.append(call)
                self._running.append(call)
                call.begin()
                self._click(scenario, one, casts)
                if one.caller.stays:
                    self._wait_until_up(one.caller)
            if scenario.shape in _REGISTRATIONS and scenario.transport != "udp":
                self._ask_while_connected(calls[-1], casts[-1].caller, own)
            up = time.monotonic()
            calls[-1].wait(own)
            if len(calls) > 1:  # a call that is refused at once must not cut short what is heard in the others
                time.sleep(max(up + TALK_MS / 1000 - time.monotonic(), 0))
            for one, call in zip(casts[:-1], calls[:-1], strict=True):
                tell(one.caller, self._nobody)
                call.wait(_UP_LIMIT_S)
        finally:
            ended = [call.end() for call in calls]
            self._running.clear()
        return ended

    def _click(self, scenario: Scenario, one: Cast, casts: Sequence[Cast]) -> None:
        """Clicks to dial, when that is how the scenario's own call begins."""
        origin = scenario.call.origin
        if one is casts[-1] and isinstance(origin, FromClick):
            user = self._lane.place.program.tenant(scenario.tenant).node(origin.user)
            assert isinstance(user, User)
            self._lane.click(user, scenario.call.dialled)

    def _wait_until_up(self, caller: Party) -> None:
        """Waits until a call talks, or rings when it is to; when it never does, the verdict will say so."""
        wanted = b"SIP/2.0 180 " if caller.cancels else b"SIP/2.0 200 "
        end = time.monotonic() + _UP_LIMIT_S
        while time.monotonic() < end:
            packets = self._lab.capture.taken(self._lane.number)
            if any(p.destination == caller.endpoint.sip and p.payload.startswith(wanted) for p in packets):
                break
            time.sleep(0.02)
        time.sleep(_UP_S)

    def _ask_while_connected(self, call: PlayedCall, caller: Party, limit: float) -> None:
        """Asks for the contacts before the phone hangs up its connection, with which its contact goes."""
        end = time.monotonic() + limit
        while call.caller_runs() and time.monotonic() < end:
            packets = self._lab.capture.taken(self._lane.number)
            answers = [p for p in packets if p.destination.startswith(f"{caller.endpoint.host}:")]
            if any(packet.payload.startswith(b"SIP/2.0 200 ") for packet in answers):
                break
            time.sleep(0.005)
        self._lane.registrar.ask(caller.endpoint.id)

    def _prompts_of(self, scenario: Scenario) -> Prompts:
        """The prompts of the scenario's tenant: those of others may sound the same."""
        tenant = self._lane.place.program.tenant(scenario.tenant)
        if tenant.id not in self._prompts:
            ids = [prompt.id for prompt in tenant.prompts]
            self._prompts[tenant.id] = Prompts.read(self._lane.folder / "bundle", ids)
        return self._prompts[tenant.id]

    # -- what was seen

    def _observed(
        self, casts: Sequence[Cast], packets: Sequence[Packet], start: float, ended: Sequence[Ended]
    ) -> Observed:
        seen = sip_messages((p for p in packets if p.source.rpartition(":")[0] != self._nobody), start)
        messages = [message for message in seen if call_id(message.text) not in self._earlier]
        self._earlier.update(call_id(message.text) for message in messages)
        parts = separate(casts, messages, media_flows(packets, self._recordings, start))
        *meanwhile, own = (self._call(*found) for found in zip(casts, parts, ended, strict=True))
        return replace(own, meanwhile=tuple(meanwhile))

    def _call(self, one: Cast, part: Separated, ended: Ended) -> Observed:
        endpoint = one.caller.endpoint
        caller = _caller_place(part.messages, one.caller) or endpoint.sip
        return Observed(
            messages=part.messages,
            media=part.media,
            parties=self._parties if endpoint.id == "stranger" else {**self._parties, caller: endpoint.id},
            exits=ended.exits,
            caller=caller,
            relays=self._relays,
        )


def _is_remembered(scenario: Scenario) -> bool:
    """Whether something of the call outlives it: hunts, whom the exchange has called a moment ago."""
    outcome = scenario.expected
    clicked = isinstance(scenario.call.origin, FromClick)
    return clicked or bool(outcome.memory) or outcome.called_back is not None


def play_all(lab: Lab, scenarios: Sequence[Scenario], on_played: OnPlayed) -> None:
    """Plays all scenarios, each lane its share one after the other; ``on_played`` runs in the calling thread.

    Raises the first LabError of any lane. Ctrl-C ends the running calls and goes on to the caller.
    """
    results: queue.SimpleQueue[tuple[Scenario, Played] | BaseException | None] = queue.SimpleQueue()
    stopping = threading.Event()
    players = [Player(lab, lane) for lane in lab.lanes]
    plans = assign(scenarios, len(players), lab.lanes[0].place)

    def run(player: Player, plan: Sequence[Scenario]) -> None:
        try:
            for scenario in plan:
                if stopping.is_set():
                    return
                results.put((scenario, player.play(scenario)))
        except BaseException as error:
            results.put(error)
        finally:
            results.put(None)

    threads = [
        threading.Thread(target=run, args=pair, name=f"lane-{lane.number}")
        for pair, lane in zip(zip(players, plans, strict=True), lab.lanes, strict=True)
    ]
    for thread in threads:
        thread.start()
    try:
        _collect(results, len(threads), on_played)
    finally:
        stopping.set()
        for player in players:
            player.interrupt()
        for thread in threads:
            thread.join()


def _collect(
    results: queue.SimpleQueue[tuple[Scenario, Played] | BaseException | None], lanes: int, on_played: OnPlayed
) -> None:
    while lanes:
        result = results.get()
        if result is None:
            lanes -= 1
        elif isinstance(result, BaseException):
            raise result
        else:
            on_played(*result)


def _caller_place(messages: Sequence[Message], caller: Party) -> str | None:
    """Where the caller's first request came from; over TCP that port is the kernel's choice."""
    host = caller.endpoint.host
    for message in messages:
        if message.source.rpartition(":")[0] == host and call_id(message.text).startswith(caller.token):
            return message.source
    return None
